"""The demo shop's departments and leaf categories, as their vocabulary files say them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

VOCABULARY = "indexing.demo.vocabulary"

AttributeValue = str | float | list[str]


@dataclass(frozen=True, slots=True)
class Option:
    """One value an attribute may take. english, chinese: how a title says it."""

    value: AttributeValue
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """options: commonest first. listed: values are lists of some of the options."""

    name: str
    options: tuple[Option, ...]
    listed: bool


@dataclass(frozen=True, slots=True)
class Colour:
    """code: two letters, for stock-keeping numbers."""

    name: str
    chinese: str
    code: str


@dataclass(frozen=True, slots=True)
class SizeScale:
    """sizes: smallest first. price_step: how far one size up moves the price, of 256 steps."""

    attribute: str
    sizes: tuple[Option, ...]
    price_step: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """A category that holds products. path: department first. price: lowest and highest.

    nouns, chinese: what titles call the product, commonest first. also: what only shoppers
    call it. weight: share of the shop's products, in any unit.
    """

    path: tuple[str, ...]
    weight: float
    price: tuple[float, float]
    nouns: tuple[str, ...]
    also: tuple[str, ...]
    chinese: tuple[str, ...]
    colours: tuple[Colour, ...]
    sizes: SizeScale | None
    materials: tuple[Option, ...]
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class BrandWords:
    """Brand names are one of `first`, one of `second` and one of `suffixes`, run together."""

    count: int
    first: tuple[str, ...]
    second: tuple[str, ...]
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Department:
    """kin: departments that its brands may sell in too. lines: names of product lines."""

    name: str
    models_in_titles: bool
    kin: tuple[str, ...]
    brands: BrandWords
    lines: tuple[str, ...]
    leaves: tuple[Leaf, ...]


def _read(name: str) -> Any:
    return orjson.loads(files(VOCABULARY).joinpath(name).read_bytes())


def _number(value: float) -> float:
    return int(value) if value == int(value) else value


def _numbers(spec: Mapping[str, Any]) -> Iterable[float]:
    if "numbers" in spec:
        return [_number(value) for value in spec["numbers"]]
    count = round((spec["to"] - spec["from"]) / spec["step"]) + 1
    return [_number(round(spec["from"] + place * spec["step"], 3)) for place in range(count)]


def _attribute(name: str, spec: Mapping[str, Any]) -> Attribute:
    """Spec: {"one": {value: Chinese}}, {"some": {value: Chinese}}, or numbers with a unit.

    A pattern "en" or "zh" wraps the value where a title says it.
    """
    english, chinese = spec.get("en", "{}"), spec.get("zh", "{}")
    words = spec.get("one") or spec.get("some")
    options: Iterable[tuple[AttributeValue, str, str]]
    if words is not None:
        options = [(value, value, told) for value, told in words.items()]
    else:
        options = [(value, str(value), str(value)) for value in _numbers(spec)]
    return Attribute(
        name,
        tuple(
            Option(value, english.format(said), chinese.format(told))
            for value, said, told in options
        ),
        "some" in spec,
    )


def _sizes(spec: Mapping[str, Any]) -> SizeScale:
    sizes = []
    for value in spec["values"]:
        told = value
        for unit, unit_told in spec.get("zh_units", {}).items():
            told = told.replace(unit, unit_told)
        sizes.append(Option(value, spec["en"].format(value), spec["zh"].format(told)))
    return SizeScale(spec["attribute"], tuple(sizes), spec["priced"])


def _department(
    raw: Mapping[str, Any],
    palettes: Mapping[str, tuple[Colour, ...]],
    scales: Mapping[str, SizeScale],
    materials: Mapping[str, str],
) -> Department:
    share = raw["weight"] / sum(leaf.get("weight", 1) for leaf in raw["leaves"])
    leaves = tuple(
        Leaf(
            path=(raw["department"], *leaf["path"]),
            weight=share * leaf.get("weight", 1),
            price=(float(leaf["price"][0]), float(leaf["price"][1])),
            nouns=tuple(leaf["nouns"]),
            also=tuple(leaf.get("also", ())),
            chinese=tuple(leaf["zh"]),
            colours=palettes[leaf["colours"]] if "colours" in leaf else (),
            sizes=scales[leaf["sizes"]] if "sizes" in leaf else None,
            materials=tuple(
                Option(name, name, materials[name]) for name in leaf.get("materials", ())
            ),
            attributes=tuple(_attribute(name, spec) for name, spec in leaf["attributes"].items()),
        )
        for leaf in raw["leaves"]
    )
    words = raw["brands"]
    return Department(
        name=raw["department"],
        models_in_titles=raw["models_in_titles"],
        kin=tuple(raw["kin"]),
        brands=BrandWords(
            words["count"], tuple(words["first"]), tuple(words["second"]), tuple(words["suffixes"])
        ),
        lines=tuple(raw["lines"]),
        leaves=leaves,
    )


@cache
def departments() -> tuple[Department, ...]:
    """All departments, in the order of their files' names."""
    raw_colours = _read("_colours.json")
    colours = {
        name: Colour(name, told, code) for name, (told, code) in raw_colours["colours"].items()
    }
    palettes = {
        name: tuple(colours[colour] for colour in members)
        for name, members in raw_colours["palettes"].items()
    }
    scales = {name: _sizes(spec) for name, spec in _read("_sizes.json").items()}
    materials = _read("_materials.json")
    names = sorted(
        entry.name
        for entry in files(VOCABULARY).iterdir()
        if entry.name.endswith(".json") and not entry.name.startswith("_")
    )
    return tuple(_department(_read(name), palettes, scales, materials) for name in names)
