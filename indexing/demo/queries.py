"""Demo queries with known intent, made from products that the shop really has."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from indexing.demo.draws import DRAWS, draw_rows
from indexing.demo.grades import Intent
from indexing.demo.leaves import departments
from indexing.demo.phrasing import LeafWords, Picker, chinese_query, english_query
from indexing.demo.pricing import chinese_price_query, english_price_query
from indexing.demo.products import Product
from indexing.demo.sample import Sample
from indexing.demo.typos import mistyped

_STREAM, _WIDTH = 2, 24
_FEWEST, _MOST = 300, 5000
# Shares of the kinds that are drawn; head queries and synonyms are as many as the leaves give.
_SHARES = {
    "torso": 18,
    "attribute": 24,
    "tail": 14,
    "price": 12,
    "identifier": 6,
    "typo": 12,
    "chinese": 14,
}
# How often a typical query of the kind is asked.
_FREQUENCY = {
    "head": 250.0,
    "synonym": 14.0,
    "chinese": 8.0,
    "torso": 12.0,
    "attribute": 7.0,
    "price": 3.0,
    "typo": 2.0,
    "identifier": 1.0,
    "tail": 1.0,
}

Leaves = dict[tuple[str, ...], list[Product]]


def make_intents(sample: Sample, products: int, seed: int) -> list[Intent]:
    """A query for about every eighth product, at least 300 and at most 5,000; no two alike.

    At least one product of the sample satisfies each wholly. Head queries first.
    """
    leaves = sample.leaves()
    words = {leaf.path: LeafWords.of(leaf) for each in departments() for leaf in each.leaves}
    picks = (Picker(row) for row in draw_rows(seed, _STREAM, _WIDTH))
    intents: dict[str, Intent] = {}
    known = {word for each in words.values() for word in each.vocabulary}

    def take(intent: Intent | None) -> None:
        if intent is not None and len(intent.query) > 0:
            intents.setdefault(intent.query, intent)

    for intent in _fixed(leaves, words, picks):
        take(intent)
    paths = list(leaves)
    total = min(max(products // 8, _FEWEST), _MOST)
    makers: dict[str, Callable[[Picker, LeafWords, Product], Intent | None]] = {
        "torso": _torso,
        "attribute": _attribute,
        "tail": _tail,
        "price": _price,
        "identifier": _identifier,
        "typo": lambda pick, leaf, product: _typo(pick, leaf, product, known),
        "chinese": _chinese,
    }
    share = max(total - len(intents), total // 2) / sum(_SHARES.values())
    for kind, maker in makers.items():
        wanted = len(intents) + round(share * _SHARES[kind])
        for _, pick in zip(range(20 * total), picks, strict=False):
            if len(intents) >= wanted:
                break
            path = pick.one(paths)
            take(maker(pick, words[path], pick.one(leaves[path])))
    return list(intents.values())


def _fixed(
    leaves: Leaves, words: dict[tuple[str, ...], LeafWords], picks: Iterator[Picker]
) -> Iterator[Intent]:
    for path in leaves:
        for noun in words[path].leaf.nouns[:1]:
            intent = _intent(next(picks), "head", noun.lower(), path)
            yield replace(intent, weight=round(intent.weight * words[path].leaf.weight, 1))
        yield _intent(next(picks), "chinese", words[path].leaf.chinese[0], path)
    for path in leaves:
        for noun in words[path].leaf.also:
            yield _intent(next(picks), "synonym", noun.lower(), path)
        for noun in words[path].leaf.nouns[1:]:
            yield _intent(next(picks), "torso", noun.lower(), path)


def _intent(
    pick: Picker,
    kind: str,
    query: str,
    category: tuple[str, ...] | None,
    attributes: dict[str, str | float | bool | list[str]] | None = None,
    brand: str | None = None,
    price: tuple[float | None, float | None] | None = None,
    identifier: str | None = None,
    corrected: str | None = None,
) -> Intent:
    rarity = (DRAWS / (pick.draw() + 300)) ** 0.7
    weight = round(_FREQUENCY[kind] * rarity, 1)
    return Intent(
        query, kind, category, brand, attributes or {}, price, identifier, corrected, weight
    )


def _torso(pick: Picker, leaf: LeafWords, product: Product) -> Intent:
    brand = product["brand"]
    noun = pick.one(leaf.leaf.nouns).lower()
    form = pick.one(("{brand} {noun}", "{noun} {brand}", "{brand} {noun}", "{brand}"))
    category = None if form == "{brand}" else leaf.leaf.path
    query = form.format(brand=brand.lower(), noun=noun)
    return _intent(pick, "torso", query, category, brand=brand)


def _attribute(pick: Picker, leaf: LeafWords, product: Product) -> Intent | None:
    chosen = leaf.choose(pick, product, 1 + (pick.draw() >> 15))
    query = english_query(pick, leaf, chosen)
    return _intent(pick, "attribute", query, leaf.leaf.path, leaf.wanted(chosen))


def _tail(pick: Picker, leaf: LeafWords, product: Product) -> Intent | None:
    chosen = leaf.choose(pick, product, 2 + (pick.draw() >> 15))
    brand = product["brand"]
    query = f"{brand.lower()} {english_query(pick, leaf, chosen)}"
    return _intent(pick, "tail", query, leaf.leaf.path, leaf.wanted(chosen), brand)


def _price(pick: Picker, leaf: LeafWords, product: Product) -> Intent | None:
    if pick.draw() % 5 == 0:
        query, price = chinese_price_query(pick, pick.one(leaf.leaf.chinese), product["price"])
        return _intent(pick, "price", query, leaf.leaf.path, price=price)
    chosen = leaf.choose(pick, product, pick.draw() >> 15)
    query, price = english_price_query(pick, english_query(pick, leaf, chosen), product["price"])
    return _intent(pick, "price", query, leaf.leaf.path, leaf.wanted(chosen), price=price)


def _identifier(pick: Picker, leaf: LeafWords, product: Product) -> Intent:
    identifier = pick.one(product["identifiers"])
    query = pick.one((identifier, identifier.lower(), identifier.lower().replace("-", "")))
    return _intent(pick, "identifier", query, None, identifier=identifier)


def _typo(pick: Picker, leaf: LeafWords, product: Product, known: set[str]) -> Intent | None:
    chosen = leaf.choose(pick, product, pick.draw() >> 15)
    corrected = english_query(pick, leaf, chosen)
    query = mistyped(pick, corrected, known)
    if query is None:
        return None
    wanted = leaf.wanted(chosen)
    return _intent(pick, "typo", query, leaf.leaf.path, wanted, corrected=corrected)


def _chinese(pick: Picker, leaf: LeafWords, product: Product) -> Intent | None:
    chosen = leaf.choose(pick, product, 1 + (pick.draw() >> 15))
    query = chinese_query(pick, leaf, chosen)
    brand = None
    if pick.draw() % 4 == 0:
        brand = product["brand"]
        query = f"{brand} {query}"
    return _intent(pick, "chinese", query, leaf.leaf.path, leaf.wanted(chosen), brand)


def write_intents(path: Path, intents: list[Intent]) -> None:
    """JSON lines with the fields of Intent."""
    with path.open("wb") as file:
        for intent in intents:
            file.write(orjson.dumps(intent, option=orjson.OPT_APPEND_NEWLINE))


def read_intents(path: Path) -> list[Intent]:
    """The intents of an intents.jsonl, in its order."""
    with path.open("rb") as file:
        return [Intent.of(orjson.loads(line)) for line in file]


def write_query_counts(path: Path, intents: list[Intent], products: int) -> int:
    """Query TAB count, most frequent first; about fifteen searches a product in all."""
    total = sum(intent.weight for intent in intents)
    scale = min(15 * products, 10_000_000) / total if total else 0.0
    counts = [(intent.query, max(1, round(intent.weight * scale))) for intent in intents]
    counts.sort(key=lambda counted: (-counted[1], counted[0]))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{query}\t{count}\n" for query, count in counts)
    return len(counts)
