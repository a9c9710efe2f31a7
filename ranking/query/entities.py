"""Brands, categories and attribute values that a query names, in the catalogue's own words."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from indexing.analysis.folding import fold
from indexing.entities.names import LEARNT, NameHit
from indexing.postings.doc_sets import intersect
from indexing.snapshot import Snapshot
from ranking.query.number_values import (
    CUED,
    SIZES,
    fields_with,
    sizes_with,
    unit_after,
    unit_name,
)
from ranking.query.predict import Prediction
from ranking.query.words import QueryWords

LEAST_SHARE: Final = {"brand": (0.12, 0.06), "category": (0.10, 0.06)}
"""Least share (see `EntityNames`) at which words name a value: one word, and several."""
LEAST_ATTRIBUTE: Final = (0.13, 0.06)
CLEAR: Final = 0.8
"""Part of all readings that the best must have to be the only one."""
LIKELY_BRAND: Final = 0.6
"""The same, for words that are a brand beside the name of a kind."""
UNUSUAL: Final = 0.005
"""Share of the predicted category's products; attribute values below it are not meant."""
USUAL: Final = 0.03
"""Share of the predicted category's products from which a value is meant even by vague words."""
SAMPLE: Final = 1_000
"""Products of a category that are looked at."""
LEAST_CHANCE: Final = 0.05
"""Probability of a category whose products are looked at, or that may be named at all."""
CERTAIN: Final = 0.8
"""Probability of the likeliest category from which others can hardly be meant."""
MOST_USUAL: Final = 0.45
"""Share of the category's products from which a learnt name may be the name of the category."""
MAX_READINGS: Final = 5
_CUE_WORTH = 4.0


@dataclass(frozen=True, slots=True)
class Reading:
    """ordinals: of the field's keyword column, values that differ in case only; empty for a
    number. share: see `EntityNames`. weight: part among all readings of the words, 0 to 1.
    learnt: titles say it so, it is not the value's own name.
    """

    field: str
    value: str | float
    ordinals: tuple[int, ...]
    share: float
    weight: float
    learnt: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """A synonym of the words at positions start ≤ p < start + length. names: its term ids."""

    start: int
    length: int
    text: str
    names: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """Words at positions start ≤ p < start + length, and what they may mean, likeliest first."""

    text: str
    start: int
    length: int
    readings: tuple[Reading, ...]

    @property
    def best(self) -> Reading:
        return self.readings[0]

    @property
    def kind(self) -> str:
        """`brand`, `category` or `attribute`."""
        return self.best.field if self.best.field in ("brand", "category") else "attribute"

    @property
    def clear(self) -> bool:
        return self.best.weight >= CLEAR

    def facts(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "kind": self.kind,
            "field": self.best.field,
            "value": self.best.value,
            "ambiguous": not self.clear,
            "readings": [
                {"field": r.field, "value": r.value, "weight": round(r.weight, 3)}
                for r in self.readings
            ],
        }


def brand_places(entities: Iterable[Entity]) -> frozenset[int]:
    """Positions of words that mean a brand, and hardly anything else."""
    return frozenset(
        place
        for entity in entities
        if entity.kind == "brand" and entity.best.weight >= LIKELY_BRAND
        for place in range(entity.start, entity.start + entity.length)
    )


def find_entities(
    words: QueryWords,
    snapshot: Snapshot,
    predicted: Prediction,
    taken: frozenset[int],
    also: Sequence[Other] = (),
) -> tuple[Entity, ...]:
    """What the query names, in order; longest names first, no word twice.

    predicted: the likely category decides between readings, and against values that its products
    do not have. taken: positions that mean something else already (a price, what is denied). also:
    synonyms of words that name nothing.
    """
    chosen: list[Entity] = []
    named = [(hit, False) for hit in snapshot.entities.find(words.primary)]
    used = set(taken)
    numbers = {token.position for token in words.tokens if _is_number(token.term)}
    values = {p for hit, _ in named for p in range(hit.start, hit.start + hit.length)} - numbers
    for place in sorted(numbers):
        named += [(hit, True) for hit in snapshot.entities.find_number(words.primary, place)]

    # Of a number's neighbours the one after it says more: `mouse 7 buttons`; but `13 kg beige` is
    # a weight and a colour.
    def order(each: tuple[NameHit, bool]) -> tuple[bool, int, bool, int]:
        hit, is_number = each
        swallows = is_number and not values.isdisjoint(range(hit.start, hit.start + hit.length))
        return swallows, -hit.length, hit.start not in numbers, hit.start

    named.sort(key=order)
    for hit, is_number in named:
        places = range(hit.start, hit.start + hit.length)
        if used.isdisjoint(places):
            text = words.said(hit.start, hit.length)
            if is_number:
                read = list(_numbers(hit, words, snapshot))
            else:
                read = list(_values(hit, text, words, snapshot))
            readings = _weighed(read, hit, words, snapshot, predicted)
            if readings:
                chosen.append(Entity(text, hit.start, hit.length, readings))
                used.update(places)
    for place in sorted(numbers - used):
        entity = _by_value(place, words, snapshot, predicted)
        if entity is not None:
            chosen.append(entity)
            used.update(range(entity.start, entity.start + entity.length))
    for other in also:
        places = range(other.start, other.start + other.length)
        if used.isdisjoint(places):
            readings = _of_other(other, words, snapshot, predicted)
            if readings:
                text = words.said(other.start, other.length)
                chosen.append(Entity(text, other.start, other.length, readings))
                used.update(places)
    return tuple(sorted(chosen, key=lambda entity: entity.start))


def _of_other(
    other: Other, words: QueryWords, snapshot: Snapshot, predicted: Prediction
) -> tuple[Reading, ...]:
    """What a synonym names, if all of it is a name."""
    for hit in snapshot.entities.find(other.names):
        if hit.start == 0 and hit.length == len(other.names):
            at = replace(hit, start=other.start, length=other.length)
            found = list(_values(at, other.text, words, snapshot))
            return _weighed(found, at, words, snapshot, predicted)
    return ()


def _is_number(term: str) -> bool:
    return term[0].isdecimal() and term.replace(".", "", 1).isdecimal()


def _values(hit: NameHit, text: str, words: QueryWords, snapshot: Snapshot) -> Iterator[Reading]:
    """Readings of the text in keyword fields; values that differ in case only are one."""
    names, columns = snapshot.entities, snapshot.columns
    said = _bare(text)
    found: dict[tuple[str, str], tuple[list[int], float, bool]] = {}
    of_field: dict[str, float] = {}
    for entry in range(hit.first, hit.last):
        field = names.field_names[names.fields[entry]]
        ordinal = int(names.ordinals[entry])
        value = columns.keywords[field].values[ordinal]
        learnt = names.sources[entry] == LEARNT
        if not learnt and field != "category" and _bare(value) != said:
            continue  # alike only by its stem: `cushion` is not `cushioned`
        share = float(names.shares[entry])
        ordinals, before, only = found.get((field, fold(value)), ([], 0.0, True))
        found[field, fold(value)] = ([*ordinals, ordinal], before + share, only and learnt)
        of_field[field] = of_field.get(field, 0.0) + share
    if len(said) == 1 and hit.start and _is_number(words.folded(hit.start - 1)):
        return  # the l of `1.5 l` is no size
    for (field, _), (ordinals, share, only) in found.items():
        value = columns.keywords[field].values[ordinals[0]]
        yield Reading(field, value, tuple(ordinals), min(share, 1.0), of_field[field], only)


def _numbers(hit: NameHit, words: QueryWords, snapshot: Snapshot) -> Iterator[Reading]:
    """Readings of a number with its unit in number fields."""
    names = snapshot.entities
    value = next(
        float(token.term)
        for token in words.tokens
        if hit.start <= token.position < hit.start + hit.length and _is_number(token.term)
    )
    for entry in range(hit.first, hit.last):
        share = float(names.pattern_shares[entry])
        field = names.number_names[names.pattern_fields[entry]]
        yield Reading(field, value, (), share, share)


def _by_value(
    place: int, words: QueryWords, snapshot: Snapshot, predicted: Prediction
) -> Entity | None:
    """A number that no title explains: a value written in another unit's name (250克 for 250 g),
    or the only attribute of the likely category that has it.
    """
    number = words.term_at(place)
    unit, spelled = unit_after(place, words)
    text, length = words.said(place, 1 + spelled), 1 + spelled
    if place and words.folded(place - 1) in SIZES:
        hit = NameHit(place, 1, 0, 0)
        sizes = [Reading(f, v, (o,), 1.0, 1.0) for f, v, o in sizes_with(number, snapshot)]
        readings = _weighed(sizes, hit, words, snapshot, predicted)
        if readings:
            return Entity(text, place, 1, readings)
    if unit:
        ids = unit_name(number, unit, snapshot)
        readings = _of_other(
            Other(place, length, f"{number} {unit}", ids), words, snapshot, predicted
        )
        if readings:
            return Entity(text, place, length, readings)
    if not unit and place + 1 < len(words.primary):
        unit = words.term_at(place + 1)
    found = list(fields_with(float(number), unit, words, snapshot, predicted))
    weights = [share * (CUED if cued else 1.0) for _, share, cued in found]
    by_field = [
        Reading(field, float(number), (), share, weight / sum(weights))
        for (field, share, _), weight in zip(found, weights, strict=True)
    ]
    by_field.sort(key=lambda reading: (-reading.weight, reading.field))
    return Entity(text, place, length, tuple(by_field[:MAX_READINGS])) if by_field else None


def _bare(text: str) -> str:
    """Folded, without signs and without the s of a plural."""
    pieces = "".join(sign if sign.isalnum() else " " for sign in fold(text)).split()
    return "".join(p[:-1] if len(p) > 3 and p[-1] == "s" and p[-2] != "s" else p for p in pieces)


def _cue(hit: NameHit, words: QueryWords) -> str:
    """The word before the name, which may call the field by its name: `size 42`."""
    return words.folded(hit.start - 1).replace("color", "colour") if hit.start else ""


def _is_cued(field: str, cue: str) -> bool:
    own = fold(field.removeprefix("attributes.")).replace("color", "colour")
    return bool(cue) and cue in own.replace("_", " ").split()


def _weighed(
    found: list[Reading],
    hit: NameHit,
    words: QueryWords,
    snapshot: Snapshot,
    predicted: Prediction,
) -> tuple[Reading, ...]:
    """Readings with weights that add up to 1, best first.

    found: weight is the share of all values of the field. What is neither sure by itself, nor
    cued, nor usual in the category that is meant, is left out, and so is what is unusual there.
    """
    cue = _cue(hit, words)
    kept = []
    for reading in found:
        usual = _usual(reading, snapshot, predicted)
        cued = _is_cued(reading.field, cue)
        least = LEAST_SHARE.get(reading.field, LEAST_ATTRIBUTE)[hit.length > 1]
        if reading.field == "category" and _is_elsewhere(reading, snapshot, predicted):
            continue
        if reading.learnt and usual is not None and usual > MOST_USUAL:
            continue
        if usual is None:
            if cued or reading.weight >= least:
                kept.append((reading.share * (_CUE_WORTH if cued else 1.0), reading))
        elif usual >= (UNUSUAL if cued or reading.weight >= least else USUAL):
            weight = usual * math.sqrt(reading.share)
            kept.append((weight * (_CUE_WORTH if cued else 1.0), reading))
    total = sum(weight for weight, _ in kept)
    kept.sort(key=lambda each: (-each[0], each[1].field, str(each[1].value)))
    return tuple(
        replace(reading, weight=weight / total if total else 1 / len(kept))
        for weight, reading in kept[:MAX_READINGS]
    )


def _is_elsewhere(reading: Reading, snapshot: Snapshot, predicted: Prediction) -> bool:
    """Whether a category is named only by the way: `rugged phone case` is no rug."""
    if predicted.sure is None or predicted.probabilities.max() < CERTAIN:
        return False
    nodes = snapshot.categories.by_node(predicted.probabilities)
    return all(nodes[ordinal] < LEAST_CHANCE for ordinal in reading.ordinals)


def _usual(reading: Reading, snapshot: Snapshot, predicted: Prediction) -> float | None:
    """Share of the likely categories' products with the value; None without a sure category."""
    if predicted.sure is None or reading.field in ("category", "brand"):
        return None
    total = weight = 0.0
    for category, chance in predicted.likeliest(snapshot):
        if chance >= LEAST_CHANCE:
            total += chance * _share_inside(reading, category, snapshot)
            weight += chance
    return total / weight


def _share_inside(reading: Reading, category: int, snapshot: Snapshot) -> float:
    inside = snapshot.columns.keywords["category"].table.holders_of(category)
    inside = inside[:: max(1, len(inside) // SAMPLE)]
    if not reading.ordinals:
        column = snapshot.columns.numbers[reading.field]
        sample = inside[:: max(1, len(inside) // 200)]
        return float((column.at(sample) == column.at(sample)).mean())  # NaN is not itself
    table = snapshot.columns.keywords[reading.field].table
    both = 0
    for ordinal in reading.ordinals:
        holders = table.holders_of(ordinal)
        small, large = (inside, holders) if len(inside) < len(holders) else (holders, inside)
        both += len(intersect(small, large))
    return both / max(len(inside), 1)
