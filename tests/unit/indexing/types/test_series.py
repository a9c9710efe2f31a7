"""Names of series are no kinds of things."""

import numpy as np
import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.types.names import called_accessories
from indexing.types.phrases import Titles
from indexing.types.series import series

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
