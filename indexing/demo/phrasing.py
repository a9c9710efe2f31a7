"""How shoppers say what they want: attributes and nouns in English and Chinese queries."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from indexing.demo.leaves import Leaf
from indexing.demo.products import Product

Value = TypeVar("Value")
Wanted = dict[str, str | float | bool | list[str]]


class Picker:
    """Choices out of one row of random draws; the row must be long enough for all of them."""

    __slots__ = ("_row",)

    def __init__(self, row: list[int]) -> None:
        self._row: Iterator[int] = iter(row)

    def draw(self) -> int:
        """0..65535, evenly."""
        return next(self._row)

    def one(self, values: Sequence[Value]) -> Value:
        return values[next(self._row) * len(values) >> 16]


@dataclass(frozen=True, slots=True)
class Said:
    """One attribute's value and its words. leads: English says it before the noun."""

    attribute: str
    value: str | float
    english: str
    chinese: str
    leads: bool


@dataclass(frozen=True, slots=True)
class LeafWords:
    """said: by attribute and value. vocabulary: lower-case words that are no typos here."""

    leaf: Leaf
    said: dict[tuple[str, str | float], Said]
    vocabulary: frozenset[str]

    @classmethod
    def of(cls, leaf: Leaf) -> "LeafWords":
        all_said = [
            Said("colour", colour.name, colour.name, colour.chinese, True)
            for colour in leaf.colours
        ]
        named = [("material", leaf.materials, True)]
        if leaf.sizes is not None:
            named.append((leaf.sizes.attribute, leaf.sizes.sizes, False))
        for place, attribute in enumerate(leaf.attributes):
            named.append((attribute.name, attribute.options, place == 0))
        for name, options, leads in named:
            for option in options:
                if not isinstance(option.value, list):
                    said = Said(name, option.value, option.english, option.chinese, leads)
                    all_said.append(said)
        texts = [*leaf.nouns, *leaf.also, *(said.english for said in all_said)]
        vocabulary = frozenset(re.findall(r"[a-z]+", " ".join(texts).lower()))
        return cls(leaf, {(said.attribute, said.value): said for said in all_said}, vocabulary)

    def choose(self, pick: Picker, product: Product, count: int) -> list[Said]:
        """Up to so many of the product's attributes, each with one value it has."""
        names = list(product["attributes"])
        start = pick.draw()
        chosen = []
        for place in range(min(count, len(names))):
            name = names[(start + place) % len(names)]
            value = product["attributes"][name]
            if isinstance(value, list):
                value = pick.one(value)
            chosen.append(self.said[name, value])
        return chosen

    @staticmethod
    def wanted(chosen: Sequence[Said]) -> Wanted:
        return {said.attribute: said.value for said in chosen}


def english_query(pick: Picker, leaf: LeafWords, chosen: Sequence[Said]) -> str:
    """`black leather sofa 3-seater`: lower case, attributes about one of the leaf's nouns."""
    leading = [said.english for said in chosen if said.leads]
    others = [said.english for said in chosen if not said.leads]
    noun = pick.one((leaf.leaf.nouns[0], *leaf.leaf.nouns))
    first = pick.draw() % 3 == 0
    parts = [*others, *leading, noun] if first else [*leading, noun, *others]
    return " ".join(parts).lower()


def chinese_query(pick: Picker, leaf: LeafWords, chosen: Sequence[Said]) -> str:
    """`黑色 沙发` or `黑色沙发`."""
    parts = [said.chinese for said in chosen]
    noun = pick.one(leaf.leaf.chinese)
    form = pick.draw() % 3
    if form == 0:
        return "".join([*parts, noun])
    return " ".join([noun, *parts] if form == 1 else [*parts, noun])
