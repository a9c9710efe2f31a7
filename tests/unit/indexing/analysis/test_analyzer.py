from itertools import pairwise

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind
from indexing.analysis.folding import fold
from indexing.errors import IndexingError

ANALYZER = Analyzer()


def terms(text: str) -> set[str]:
    return {token.term for token in ANALYZER.tokens(text)}


@pytest.mark.parametrize(
    ("text", "whole", "parts"),
    [
        ("usb-c cable", "usbc", {"usb", "c"}),
        ("USB C hub", "usbc", {"usb", "c"}),
        ("Sony WH-1000XM4", "wh1000xm4", {"wh", "1000", "xm", "4", "1000xm4"}),
        ("m8x20 bolt", "m8x20", {"m", "8", "x", "20"}),
        ('15.6" laptop', "15.6in", {"15.6", "in"}),
        ("15.6-inch laptop", "15.6in", {"15.6", "in"}),
        ("15.6 inches", "15.6in", {"15.6", "in"}),
        ("500 ml shampoo", "500ml", {"500", "ml"}),
        ("500ml", "500ml", {"500", "ml"}),
        ("５００ｍｌ", "500ml", {"500", "ml"}),
        ("2-pack", "2pack", {"2", "pack"}),
        ("3/4 in. bolt", "3/4in", {"3/4", "3", "4", "in"}),
        ("1½ cup", "112", {"1", "2"}),
        ("e.l.f. makeup", "elf", {"e", "l", "f"}),
        ("8 ft. ladder", "8ft", {"8", "ft"}),
    ],
)
def test_compounds_survive_whole_and_in_parts(text: str, whole: str, parts: set[str]) -> None:
    assert {whole, *parts} <= terms(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café crème", "cafe creme"),
        ("cre\u0301me", "crème"),
        ("500 ml", "500ml"),
        ("8 foot ladder", "8 ft ladder"),
        ("men's shoes", "mens shoe"),
        ("1,299 dollars", "1299 dollar"),
        ("STRASSE", "straße"),
        ("T-Shirts", "t-shirt"),
        ("ﬁlter", "filter"),
    ],
)
def test_spellings_of_one_thing_share_all_terms(one: str, other: str) -> None:
    assert terms(one) == terms(other)


def test_chinese_is_cut_into_characters_and_bigrams() -> None:
    tokens = ANALYZER.tokens("黄金套盒24K")
    assert [(t.term, t.position) for t in tokens if t.kind == Kind.CHAR] == [
        ("黄", 0), ("金", 1), ("套", 2), ("盒", 3),
    ]  # fmt: skip
    assert [t.term for t in tokens if t.kind == Kind.BIGRAM] == ["黄金", "金套", "套盒"]
    assert {"24k", "24", "k"} <= {t.term for t in tokens}


def test_positions_rise_by_one_and_extras_share_them() -> None:
    tokens = ANALYZER.tokens("Apple iPhone13 Pro 256 GB, 6.1-inch 手机壳")
    positions = [token.position for token in tokens]
    assert positions == sorted(positions)
    assert all(b - a in (0, 1) for a, b in pairwise(positions))
    assert positions[0] == 0


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "🎉🎁", "\x00\x01\x1b", "\u202e\u200f", "'\";--", "../../etc"]
)
def test_odd_text_yields_only_plain_terms(text: str) -> None:
    for token in ANALYZER.tokens(text):
        assert token.term
        assert token.term.isprintable()


def test_a_word_without_end_is_cut() -> None:
    (token,) = ANALYZER.tokens("x" * 10_000)
    assert len(token.term) == 48


def test_stemming_follows_the_first_language() -> None:
    assert {t.term for t in Analyzer(["de"]).tokens("Häuser")} == {"haus"}
    assert Analyzer(["de"]).fingerprint != ANALYZER.fingerprint


def test_an_unknown_language_names_the_known_ones() -> None:
    with pytest.raises(IndexingError, match=r"klingon.*Use one of"):
        Analyzer(["klingon"])


def test_folding_keeps_voiced_kana_apart() -> None:
    assert fold("が") != fold("か")
    assert fold("Ｆｕｌｌ") == "full"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("ru", "Коврик 20х30", "коврик 20 x 30"),
        ("ru", "Коврик 20 см х 30 см", "коврик 20 x 30 cm"),
        ("fr", "nappe 1m40", "nappe 1,40 m"),
        ("en", "cable 5 mtr", "cable 5 m"),
    ],
)
def test_sizes_as_keyboards_and_languages_write_them(language: str, one: str, other: str) -> None:
    analyzer = Analyzer((language,))
    assert {t.term for t in analyzer.tokens(one)} == {t.term for t in analyzer.tokens(other)}
