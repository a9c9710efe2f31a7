"""While building: other names of attribute values, learnt from the titles of products that have
them: 黑色 for Black, and which number of a title is which attribute (`6h playtime`).
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numba import njit

from indexing.arrays import (
    Float64Array,
    Int32Array,
    Int64Array,
    UInt32Array,
    UInt64Array,
)
from indexing.columns import Columns
from indexing.entities.names import LEARNT, NUMBER, Name
from indexing.entities.title_grams import (
    DIGITS,
    HAN,
    Grams,
    SampledTitles,
    number_patterns,
    plain_grams,
)

LEAST_TITLES: Final = 4
LEAST_BRANDS: Final = 3
"""A name that only few brands use may be the name of a product line."""
PURITY: Final = 0.9
"""Share of the titles with the words whose products have the value."""
PURITY_HAN: Final = 0.6
"""The same for Chinese words, which stand inside others: 红色 (red) in 酒红色 (burgundy)."""
LEAST_UNSURE: Final = 0.1
MOST_USUAL: Final = 0.6
"""Share of a category's products with the value, beyond which words of the category seem to name
it."""


SURPRISE: Final = 10.0
"""Least -ln of the chance that so many titles have products with the value by accident."""
SURPRISE_UNSURE: Final = 25.0
"""The same for names below PURITY."""


class NumberName(NamedTuple):
    """A pattern's hash, the number field it fills, and how surely."""

    key: int
    field: str
    share: float


def mine_names(
    titles: SampledTitles,
    columns: Columns,
    class_of: Int32Array,
    field_places: dict[str, int],
    own: dict[int, set[int]],
    known: frozenset[tuple[int, ...]],
) -> list[Name]:
    """Learnt names of keyword attributes, the shortest that say it.

    field_places: place of each attribute in the list of entity fields. own: the terms of each
    value's own name. known: all own names, as term ids; what holds one of them is no new name.
    """
    if not columns.attribute_names:
        return []
    grams = plain_grams(titles)
    table = columns.keywords[columns.attribute_names[0]].table
    firsts = np.flatnonzero(np.r_[True, grams.hashes[1:] != grams.hashes[:-1]])
    bounds = np.append(firsts if len(grams.hashes) else [], len(grams.hashes)).astype(np.int64)
    usual, keys = _by_class(titles.docs, class_of, table.offsets, table.ordinals)
    class_sizes = np.bincount(class_of[titles.docs] + 1)
    found = np.empty((max(len(bounds) - 1, 0), 3), dtype=np.float64)
    is_han = titles.kinds[grams.starts[bounds[:-1]]] == HAN
    purities = np.where(is_han, PURITY_HAN, PURITY)
    count = _mine(
        bounds, purities, grams.titles, titles.docs, _brands(columns, titles.docs), class_of,
        table.offsets, table.ordinals, keys, usual, class_sizes,
        np.zeros(len(table) + 1, dtype=np.int32), found,
    )  # fmt: skip
    names: list[Name] = []
    accepted: set[tuple[int, ...]] = set()
    for at, ordinal, share in sorted(
        found[:count].tolist(), key=lambda row: int(grams.lengths[int(row[0])])
    ):
        place, value = int(at), int(ordinal)
        start = int(grams.starts[place])
        words = tuple(titles.terms[start : start + int(grams.lengths[place])].tolist())
        if not own.get(value, set()).isdisjoint(words) or any(
            part in known or part in accepted for part in _parts(words)
        ):
            continue
        accepted.add(words)
        field = columns.attribute_names[int(columns.attribute_of[value])]
        names.append(Name(int(grams.hashes[place]), field_places[field], value, share, LEARNT))
    return names


def mine_numbers(titles: SampledTitles, columns: Columns) -> list[NumberName]:
    """Patterns around a number, and the number attributes that have just this number.

    Sure patterns are the shortest; unsure ones (`# w` of several attributes) only those that are
    a number and one word, if the attributes together explain it.
    """
    fields = [name for name in columns.numbers if name.startswith("attributes.")]
    patterns = number_patterns(titles)
    if not fields or not len(patterns.hashes):
        return []
    firsts = np.flatnonzero(np.r_[True, patterns.hashes[1:] != patterns.hashes[:-1]])
    sizes = np.diff(np.append(firsts, len(patterns.hashes)))
    group = np.repeat(np.arange(len(firsts)), sizes)
    brands = _brands(columns, titles.docs)[patterns.titles]
    docs = titles.docs[patterns.titles].astype(np.uint32)
    explained = np.zeros(len(firsts))
    rows: list[tuple[int, int, str, float]] = []
    for field in fields:
        matching = columns.numbers[field].at(docs) == patterns.values
        if not matching.any():
            continue
        counts = np.bincount(group[matching], minlength=len(firsts))
        pairs = np.unique(np.stack([group[matching], brands[matching]]), axis=1)
        variety = np.bincount(pairs[0], minlength=len(firsts))
        share = counts / sizes
        fits = (counts >= LEAST_TITLES) & (variety >= LEAST_BRANDS) & (share >= LEAST_UNSURE)
        explained += np.where(fits, share, 0.0)
        for place in np.flatnonzero(fits).tolist():
            length = int(patterns.lengths[firsts[place]])
            rows.append((length, place, field, float(share[place])))
    accepted: dict[str, set[tuple[int, ...]]] = {}
    names = []
    for length, place, field, part in sorted(rows):
        words = _pattern_words(titles, patterns, int(firsts[place]))
        shorter = accepted.setdefault(field, set())
        if any(each in shorter for each in _parts(words)):
            continue
        if part >= PURITY:
            shorter.add(words)
        elif length != 2 or words[0] != NUMBER or explained[place] < PURITY:
            continue
        names.append(NumberName(int(patterns.hashes[firsts[place]]), field, part))
    return names


def _pattern_words(titles: SampledTitles, patterns: Grams, row: int) -> tuple[int, ...]:
    places = range(
        int(patterns.starts[row]), int(patterns.starts[row]) + int(patterns.lengths[row])
    )
    return tuple(
        NUMBER if titles.kinds[place] == DIGITS else int(titles.terms[place]) for place in places
    )


def _parts(words: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """All sequences inside, itself included."""
    for length in range(1, len(words) + 1):
        for start in range(len(words) - length + 1):
            yield words[start : start + length]


def _brands(columns: Columns, docs: Int64Array) -> Int64Array:
    """int64[m], each document's brand, or a number of its own where it has none."""
    brand = columns.keywords["brand"]
    starts, ends = brand.offsets[docs], brand.offsets[docs + 1]
    out = -1 - columns.group_of[docs].astype(np.int64)
    has = ends > starts
    out[has] = brand.ordinals[starts[has]]
    return out


def _by_class(
    docs: Int64Array, class_of: Int32Array, offsets: Int64Array, ordinals: UInt32Array
) -> tuple[Int64Array, UInt64Array]:
    """How many sampled products of a class have a value: counts, beside class << 32 | ordinal."""
    sizes = offsets[docs + 1] - offsets[docs]
    owners = np.repeat((class_of[docs] + 1).astype(np.uint64), sizes)
    held = np.concatenate([ordinals[offsets[doc] : offsets[doc + 1]] for doc in docs.tolist()])
    keys, counts = np.unique((owners << np.uint64(32)) | held.astype(np.uint64), return_counts=True)
    return counts.astype(np.int64), keys


@njit(nogil=True, cache=True)
def _mine(
    bounds: Int64Array,
    purities: Float64Array,
    gram_titles: Int64Array,
    docs: Int64Array,
    brands: Int64Array,
    class_of: Int32Array,
    offsets: Int64Array,
    ordinals: UInt32Array,
    keys: UInt64Array,
    usual: Int64Array,
    class_sizes: Int64Array,
    counts: Int32Array,
    found: Float64Array,
) -> int:
    """Fill found with (first row of the sequence, ordinal, purity); their number.

    purities: float64[sequences], the least purity of each.
    counts: int32[values + 1], all zero; zero again afterwards.
    """
    made = 0
    for gram in range(len(bounds) - 1):
        first, last = bounds[gram], bounds[gram + 1]
        if last - first < LEAST_TITLES:
            continue
        seen = 0
        a, b = np.int64(-(1 << 62)), np.int64(-(1 << 62))
        varied = 0
        before = -1
        for row in range(first, last):
            if gram_titles[row] == before:
                continue
            before = gram_titles[row]
            seen += 1
            brand = brands[before]
            if brand not in (a, b):
                varied += 1
                a, b = b, brand
        if seen < LEAST_TITLES or varied < LEAST_BRANDS:
            continue
        best, most = np.int64(-1), 0
        before = -1
        for row in range(first, last):
            if gram_titles[row] == before:
                continue
            before = gram_titles[row]
            doc = docs[before]
            for place in range(offsets[doc], offsets[doc + 1]):
                ordinal = ordinals[place]
                counts[ordinal] += 1
                if counts[ordinal] > most:
                    best, most = np.int64(ordinal), counts[ordinal]
        expected = 0.0
        before = -1
        for row in range(first, last):
            if gram_titles[row] == before:
                continue
            before = gram_titles[row]
            doc = docs[before]
            for place in range(offsets[doc], offsets[doc + 1]):
                counts[ordinals[place]] = 0
            if best >= 0:
                owner = np.int64(class_of[doc]) + 1
                key = (np.uint64(owner) << np.uint64(32)) | np.uint64(best)
                at = np.searchsorted(keys, key)
                if at < len(keys) and keys[at] == key:
                    expected += usual[at] / class_sizes[owner]
        if best < 0 or most < purities[gram] * seen or expected > MOST_USUAL * seen:
            continue
        least = SURPRISE if most >= PURITY * seen else SURPRISE_UNSURE
        if most * np.log(seen / max(expected, 1e-9)) < least:
            continue
        found[made, 0], found[made, 1], found[made, 2] = first, best, most / seen
        made += 1
    return made
