from hypothesis import given
from hypothesis import strategies as st

from ranking.search.snippets import snippet

TEXT = "one two three four five six seven eight nine ten"


def cut(text: str, words: int, *marked: str) -> str:
    spans = sorted((text.index(word), text.index(word) + len(word)) for word in marked)
    start, end = snippet(text, spans, words)
    return text[start:end]


def test_the_window_holds_the_most_marks_with_words_on_both_sides() -> None:
    assert cut(TEXT, 3, "five") == "four five six"
    assert cut(TEXT, 4, "two", "eight", "nine") == "six seven eight nine"
    assert cut(TEXT, 3, "one") == "one two three"
    assert cut(TEXT, 3, "ten") == "eight nine ten"


def test_nothing_marked_begins_at_the_beginning() -> None:
    assert cut(TEXT, 3) == "one two three"


def test_a_short_text_stays_whole() -> None:
    assert cut("  a, b!", 2, "b") == "  a, b!"


def test_signs_without_spaces_are_words() -> None:
    assert cut("蓝色的手机壳和耳机", 3, "手机") == "的手机"


@given(st.text("ab 手机.", max_size=60), st.integers(1, 8), st.data())
def test_bounds_and_the_best_window(text: str, words: int, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, max(len(text) - 1, 0)), max_size=4, unique=True))
    spans = [(place, place + 1) for place in sorted(places) if place < len(text)]
    start, end = snippet(text, spans, words)
    assert 0 <= start <= end <= len(text)
