"""A leaf category made ready for drawing: every choice is a look-up in a short table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from indexing.demo import titles
from indexing.demo.brands import Brand, brands_of
from indexing.demo.draws import DRAWS, falling, spread
from indexing.demo.leaves import Attribute, AttributeValue, Department, Leaf, departments

PRICE_STEPS = 256
_BRAND_TABLE = 256
_SHORT_TABLE = 64
_ALWAYS = {"brand", "line", "noun", "lead", "trail", "facts", "model_number"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """An attribute's value and how it is said: in a title, and among a description's facts."""

    value: AttributeValue
    english: str
    chinese: str
    english_fact: str
    chinese_fact: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Tables of one leaf. prices: 256, ascending. The two lengths of the tables: 256, 64.

    colours: places in leaf.colours, for the first colour of a group. materials: (name,
    Chinese). attributes: (name, table) pairs. Titles and descriptions are %-formats.
    """

    leaf: Leaf
    path: list[str]
    prices: list[float]
    brands: tuple[Brand, ...]
    nouns: tuple[str, ...]
    chinese_nouns: tuple[str, ...]
    colours: tuple[int, ...]
    materials: tuple[tuple[str, str], ...]
    attributes: tuple[tuple[str, tuple[Phrase, ...]], ...]
    english_titles: tuple[str, ...]
    chinese_titles: tuple[str, ...]
    english_descriptions: tuple[str, ...]
    chinese_descriptions: tuple[str, ...]


def shop_price(price: float) -> float:
    """The price a shop would write for about this much: 7.49, 23.99, 189.00, 1249.00."""
    if price < 10:
        return int(price) + (0.49 if price % 1 < 0.5 else 0.99)
    if price < 100:
        return int(price) + 0.99
    if price < 500:
        return float(int(price))
    return float(int(price / 10) * 10 + 9)


def price_table(low: float, high: float) -> list[float]:
    """256 ascending prices from low to high, evenly spread in their logarithms."""
    steps = np.arange(PRICE_STEPS) / (PRICE_STEPS - 1)
    raw = low * (high / low) ** steps
    return [min(max(shop_price(price), low), high) for price in raw.tolist()]


def _listing(texts: Sequence[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last


def _phrases(attribute: Attribute) -> tuple[Phrase, ...]:
    if not attribute.listed:
        plain = [
            Phrase(option.value, option.english, option.chinese, option.english, option.chinese)
            for option in attribute.options
        ]
        power = 0.5 if isinstance(plain[0].value, str) else 0.0
        return spread(plain, falling(len(plain), power), _SHORT_TABLE)
    subsets = [subset for count in (1, 2, 3) for subset in combinations(attribute.options, count)]
    phrases = [
        Phrase(
            [str(option.value) for option in subset],
            subset[0].english,
            subset[0].chinese,
            _listing([option.english for option in subset]),
            "、".join(option.chinese for option in subset),
        )
        for subset in subsets
    ]
    return spread(phrases, [1.0] * len(phrases), _SHORT_TABLE)


def _formats(patterns: Sequence[str], available: frozenset[str]) -> tuple[str, ...]:
    return tuple(titles.compile_pattern(pattern, available) for pattern in patterns)


def _shelf(department: Department, leaf: Leaf) -> Shelf:
    optional = {
        "colour": bool(leaf.colours),
        "size": leaf.sizes is not None,
        "material": bool(leaf.materials),
        "model": department.models_in_titles,
    }
    available = frozenset(_ALWAYS) | {slot for slot, there in optional.items() if there}
    sellers = brands_of(leaf.path)[:_BRAND_TABLE]
    return Shelf(
        leaf=leaf,
        path=list(leaf.path),
        prices=price_table(*leaf.price),
        brands=spread(sellers, falling(len(sellers), 0.7), _BRAND_TABLE),
        nouns=spread(leaf.nouns, falling(len(leaf.nouns), 0.8), _SHORT_TABLE),
        chinese_nouns=spread(leaf.chinese, falling(len(leaf.chinese), 0.8), _SHORT_TABLE),
        colours=spread(range(len(leaf.colours)), falling(len(leaf.colours), 0.6), _SHORT_TABLE)
        if leaf.colours
        else (),
        materials=spread(
            [(str(option.value), option.chinese) for option in leaf.materials],
            falling(len(leaf.materials), 0.6),
            _SHORT_TABLE,
        )
        if leaf.materials
        else (),
        attributes=tuple((attribute.name, _phrases(attribute)) for attribute in leaf.attributes),
        english_titles=_formats(titles.ENGLISH_TITLES, available),
        chinese_titles=_formats(titles.CHINESE_TITLES, available),
        english_descriptions=_formats(titles.ENGLISH_DESCRIPTIONS, available),
        chinese_descriptions=_formats(titles.CHINESE_DESCRIPTIONS, available),
    )


def shelf_table() -> tuple[Shelf, ...]:
    """One shelf for every draw of 16 bits; each leaf as often as its weight says."""
    shelves = [
        _shelf(department, leaf) for department in departments() for leaf in department.leaves
    ]
    return spread(shelves, [shelf.leaf.weight for shelf in shelves], DRAWS)
