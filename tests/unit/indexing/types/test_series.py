"""Names of series are no kinds of things."""

import numpy as np
import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.types.candidates import Lists, all_candidates
from indexing.types.names import called_accessories
from indexing.types.pairs import NO_PAIRS
from indexing.types.phrases import Titles
from indexing.types.series import never_heads, series

PHONES, CASES = 0, 1
SHOP = {
    "Nimbus 13 smartphone 128 GB": PHONES,
    "Nimbus 12 smartphone 64 GB": PHONES,
    "Case Nimbus 13 pink": CASES,
    "Nimbus 13 case with ring": CASES,
    "Cable 2 m": CASES,
    "Cable 3 m": CASES,
    "Charger 20 W": CASES,
    "Charger 30 W": PHONES,
}


def found(shop: dict[str, int], called: str = "") -> set[str]:
    titles = Titles(Analyzer(("en",)))
    for title in shop:
        titles.add(title)
    codes, starts = titles.arrays()
    known = [titles.words[word] for word in called.split()]
    leaf = np.array(list(shop.values()), dtype=np.int32)
    words = list(titles.words)
    numbers = series(codes, starts, leaf, np.array(known, dtype=np.int32), titles)
    return {words[number] for number in numbers.tolist()}


def test_a_name_before_numbers_in_several_categories_is_a_series() -> None:
    assert "nimbus" in found(SHOP)
    assert "smartphon" not in found(SHOP)  # known as a kind
    assert "cabl" not in found(SHOP)  # in one category only
    assert "case" not in found(SHOP)  # not before numbers


def test_what_a_category_is_called_is_none() -> None:
    assert "charger" not in found(SHOP, "charger nimbus")
    assert "nimbus" not in found(SHOP, "charger nimbus")


def test_without_categories_nothing_is_a_series() -> None:
    assert found(dict.fromkeys(SHOP, -1)) == set()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {"phone accessories": True, "power supply": False, "counterpart": False}),
        ("de", {"druckerzubehör": True, "drucker": False}),
        ("zh", {"手机配件": True, "手机": False}),
    ],
)
def test_what_is_called_accessories(language: str, words: dict[str, bool]) -> None:
    titles = Titles(Analyzer((language,)))
    for text, is_one in words.items():
        codes = [code for code in titles.codes_of(text) if code >= 0]
        assert bool(called_accessories(np.array(codes[-1:]), titles)[0]) is is_one, text


def heads_of(*texts: str) -> set[str]:
    """Words that look like kinds in these titles and are none."""
    titles = Titles(Analyzer(("en",)))
    for text in texts:
        titles.add(text)
    codes, starts = titles.arrays()
    own, _ = all_candidates(codes, starts, False, np.full(len(texts), -1), Lists.of([]), NO_PAIRS)
    is_noun = np.bincount(own.items, minlength=len(titles.words)) > 0
    none = np.empty(0, dtype=np.int32)
    words = list(titles.words)
    return {words[number] for number in never_heads(codes, own, none, is_noun, titles)}


def test_words_that_end_no_phrase_but_before_numbers_name_nothing() -> None:
    coils = [f"Dual Voice Coil {ohm} Ohm Subwoofer" for ohm in (2, 4, 8)]
    assert "coil" in heads_of(*coils)
    assert "subwoof" not in heads_of(*coils)
    assert "coil" not in heads_of(*coils, "Heating Coil", "Coil, 2 m")  # it does elsewhere
    ghee = [f"Vada {gram} x" for gram in (200, 500, 1000)]
    assert "vada" not in heads_of(*ghee)  # nothing else is said there
    assert "projector" not in heads_of(
        "Projector 2 Adapter", "Projector 3 Adapter"
    )  # known as a kind


def test_what_mostly_describes_several_nouns_names_nothing() -> None:
    described = ("Printer", "Mouse", "Pointer", "Toner", "Paper")
    bare = ("Zephon 12 Laser",)
    assert "laser" in heads_of(*(f"Laser {noun}" for noun in described), "Laser 600 Printer", *bare)
    assert "laser" not in heads_of(*(f"Laser {noun}" for noun in described[1:]), *bare)
    often = ("Gartner Laser", "Zephon Laser", "Nimbus Laser")
    assert "laser" not in heads_of(*(f"Laser {noun}" for noun in described), *often)


def test_stop_words_name_nothing_but_where_a_kind_is_called_so() -> None:
    titles = ("Phone in", "Box in", "UPS 300 VA", "UPS 500 VA")
    assert "in" in heads_of(*titles)
    assert "up" not in heads_of(*titles)
