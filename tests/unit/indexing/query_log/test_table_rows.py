import pytest

from indexing.query_log.table_rows import is_code, presentable


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("：衣柜", "衣柜"), (" red   desk,", "red desk"), ("# lamp", "lamp"),
        ("印，数字", "印，数字"),
        ('24" tv', '24" tv'), (".5 inch", ".5 inch"), ("c++", "c++"), ("50%", "50%"), ("?", "?"),
        ("yahoo!", "yahoo!"),
    ],
)  # fmt: skip
def test_signs_around_a_query_are_not_shown(typed: str, shown: str) -> None:
    assert presentable(typed) == shown


@pytest.mark.parametrize("text", ["3an", "mp 4", "c&c", "an皂", "网 红", "12345", "tv"])
def test_codes_name_nothing(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize("text", ["mp3 case", "手表", "led 灯", "éte"])
def test_words_name_something(text: str) -> None:
    assert not is_code(text)
