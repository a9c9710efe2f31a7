import pytest

from indexing.vectors.title_words import (
    MAX_CHARS,
    has_han,
    normalised,
    product_text,
    terms_of,
    word_share,
    words_of,
)


def test_texts_are_folded_and_cut() -> None:
    assert normalised("ＡＢＣ Ⅳ") == "abc iv"
    assert len(normalised("x" * 1_000_000)) == MAX_CHARS


def test_lone_surrogates_do_not_reach_the_tokenizer() -> None:
    assert normalised("red\ud800 shoe") == "red? shoe"


def test_words_leave_han_out_and_keep_what_touches_it() -> None:
    assert words_of("韩国ahc黄金 b5 usb-c") == ["ahc", "b5", "usb", "c"]


@pytest.mark.parametrize(
    ("text", "share"),
    [("red shoe", 1.0), ("黄金套盒", 0.0), ("ahc 黄金套盒", 1 / 3), ("!!", 0.0), ("", 0.0)],
)
def test_two_han_characters_count_as_a_word(text: str, share: float) -> None:
    assert word_share(text, len(words_of(text))) == pytest.approx(share)


def test_terms_are_words_and_pairs_of_neighbouring_han() -> None:
    assert terms_of("ahc 黄金套") == {"ahc", "黄金", "金套"}


def test_five_percent_of_titles_with_han_make_a_chinese_shop() -> None:
    english = ["red shoe"] * 95
    assert has_han([*english, *["红鞋"] * 5])
    assert not has_han([*english, "red shoe", *["红鞋"] * 4])
    assert not has_han([])


def test_a_product_is_read_as_title_brand_and_category() -> None:
    assert product_text("red shoe", "Acme", ("Shoes", "Running")) == "red shoe Acme Shoes Running"
    assert product_text("red shoe", None, ()) == "red shoe"
