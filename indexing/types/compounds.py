"""While building: kinds of two words, as `memory card` and `graphics card`.

A word that stands right before a head (behind it in languages that put heads first) makes a kind
of its own with it, where several titles of several brands say so.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Float64Array,
    Int32Array,
    Int64Array,
    UInt32Array,
    UInt64Array,
)
from indexing.types.candidates import Lists
from indexing.types.learning import EVIDENCE, SMOOTHING, count_features
from indexing.types.pairs import Pairs, counted

LEAST: Final = 5
"""Titles that say a kind of two words."""
LEAST_KNOWN: Final = 2
"""Titles that say one which is known everywhere."""
LEAST_SHARE: Final = 0.01
"""Of those that say its noun."""
MOST: Final = 2048


class Compounds:
    """pairs: int64[c], neighbour << 32 | noun, ascending; compound i has the number first + i."""

    def __init__(self, pairs: Int64Array, first: int) -> None:
        self.pairs = pairs
        self.first = first

    def __len__(self) -> int:
        return len(self.pairs)

    @property
    def nouns(self) -> Int64Array:
        return self.pairs & 0xFFFFFFFF

    @property
    def neighbours(self) -> Int64Array:
        return self.pairs >> 32

    def both(self) -> Iterator[tuple[int, int]]:
        """Neighbour and noun of each."""
        return zip(self.neighbours.tolist(), self.nouns.tolist(), strict=True)

    def names(self, words: list[str], head_first: bool) -> list[str]:
        """words: by number."""
        order = ((noun, other) if head_first else (other, noun) for other, noun in self.both())
        return [f"{words[first]} {words[second]}" for first, second in order]

    def inside(self, items: Int32Array, beside: Int32Array) -> Int32Array:
        """The items, those under the number of their compound that make one with what is beside."""
        keys = beside.astype(np.int64) << 32 | items
        places = np.minimum(np.searchsorted(self.pairs, keys), max(len(self.pairs) - 1, 0))
        if not len(self.pairs):
            return items
        found = (self.pairs[places] == keys) & (beside >= 0)
        return np.where(found, self.first + places, items).astype(np.int32)


def find_compounds(
    own: Lists,
    beside: Int32Array,
    noun_of: Int64Array,
    brand_of: Int32Array,
    word_count: int,
    several: int,
    known: Int64Array,
) -> Compounds:
    """beside: int32, of each candidate, the word beside it, or -1. noun_of: int64[n], what each
    product is, or -1. several: brands at least. known: pairs that are kinds everywhere.
    """
    docs = np.repeat(np.arange(len(own.starts) - 1, dtype=np.int64), np.diff(own.starts))
    is_noun = own.items == noun_of[docs]
    joined = is_noun & (beside >= 0)
    keys = beside[joined].astype(np.int64) << 32 | own.items[joined]
    pairs, row, counts = np.unique(keys, return_inverse=True, return_counts=True)
    brands = brand_of[docs[joined]].astype(np.int64)
    brands = np.where(brands >= 0, brands, (1 << 31) - 1 - docs[joined] % (1 << 30))  # any other
    seen = np.unique(row.astype(np.int64) << 32 | brands)
    variety = np.bincount(seen >> 32, minlength=len(pairs))
    of_noun = np.bincount(own.items[is_noun], minlength=word_count)
    least = np.maximum(LEAST, LEAST_SHARE * of_noun[pairs & 0xFFFFFFFF])
    general = np.isin(pairs, known) & (counts >= LEAST_KNOWN)
    good = np.flatnonzero(((counts >= least) & (variety >= several)) | general)
    good = np.sort(good[np.argsort(-counts[good], kind="stable")[:MOST]])
    return Compounds(pairs[good].astype(np.int64), word_count)


def divided(
    labels: Int32Array,
    nouns: Int64Array,
    compounds: Compounds,
    own: Lists,
    beside: Int32Array,
    features: tuple[Int64Array, UInt32Array, int],
) -> Int32Array:
    """int32[n]: the types, those of two words behind those of one.

    A title says itself which kind of its noun it is; where it does not say the noun, the features
    tell. labels: int32[n], types of one word. features: starts, items, how many there are.
    """
    docs = np.repeat(np.arange(len(labels), dtype=np.int64), np.diff(own.starts))
    said = own.items == np.append(nouns, -1)[labels[docs]]
    fine, known = labels.copy(), labels < 0
    joined = compounds.inside(own.items, beside)
    known[docs[said]] = True
    within = said & (joined >= compounds.first)
    fine[docs[within]] = len(nouns) + joined[within] - compounds.first
    noun_rank = np.searchsorted(nouns, compounds.nouns)
    order = np.argsort(noun_rank, kind="stable")
    starts = np.searchsorted(noun_rank[order], np.arange(len(nouns) + 1))
    if not len(compounds):
        return fine
    begins, items, count = features
    table = Pairs.room_for(2 * len(items))
    sizes = np.zeros(len(nouns) + len(compounds))
    every = np.flatnonzero(known & (fine >= 0))
    one = np.arange(len(labels) + 1, dtype=np.int64)
    count_features(
        every, one, np.maximum(fine, 0), np.ones(len(labels), dtype=np.float32), begins, items,
        table.keys, table.counts, sizes,
    )  # fmt: skip
    shares = np.bincount(items, minlength=count).astype(np.float32) / np.float32(len(labels))
    _divide(
        np.flatnonzero(~known), fine, starts, (len(nouns) + order).astype(np.int32), begins, items,
        shares, table.keys, table.counts, sizes,
    )  # fmt: skip
    return fine


@njit(nogil=True, cache=True)
def _divide(
    docs: Int64Array,
    fine: Int32Array,
    starts: Int64Array,
    compounds: Int32Array,
    feature_starts: Int64Array,
    features: UInt32Array,
    shares: Float32Array,
    keys: UInt64Array,
    counts: Float32Array,
    sizes: Float64Array,
) -> None:
    for doc in docs:
        noun = fine[doc]
        first, last = feature_starts[doc], feature_starts[doc + 1]
        weight = min(1.0, EVIDENCE / max(last - first, 1))
        best = -1e30
        for at in range(starts[noun] - 1, starts[noun + 1]):
            kind = noun if at < starts[noun] else compounds[at]
            score = np.log(sizes[kind] + 1e-3)
            high = np.uint64(kind) << np.uint64(32)
            for place in range(first, last):
                seen = counted(keys, counts, high | np.uint64(features[place]))
                ratio = (seen / shares[features[place]] + SMOOTHING) / (sizes[kind] + SMOOTHING)
                score += weight * np.log(ratio)
            if score > best:
                best = score
                fine[doc] = kind


def renamed(lists: Lists, own: Lists, compounds: Int32Array) -> Lists:
    """The lists, with the compounds of a title's own candidates in place of their nouns."""
    items = lists.items.copy()
    _rename(lists.starts, items, own.starts, own.items, compounds)
    return Lists(lists.starts, items, lists.chances)


@njit(nogil=True, cache=True)
def _rename(
    starts: Int64Array, items: Int32Array, own_starts: Int64Array, own: Int32Array, to: Int32Array
) -> None:
    for row in range(len(starts) - 1):
        for at in range(starts[row], starts[row + 1]):
            for place in range(own_starts[row], own_starts[row + 1]):
                if own[place] == items[at]:
                    items[at] = to[place]
                    break


def with_nouns(lists: Lists, compounds: Compounds) -> Lists:
    """The lists, with the noun of each compound beside it."""
    docs = np.repeat(np.arange(len(lists.starts) - 1), np.diff(lists.starts))
    joined = np.flatnonzero(lists.items >= compounds.first)
    nouns = compounds.nouns[lists.items[joined] - compounds.first]
    rows = np.concatenate([docs, docs[joined]])
    order = np.argsort(rows, kind="stable")
    starts = np.zeros(len(lists.starts), dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=len(starts) - 1), out=starts[1:])
    return Lists(
        starts,
        np.concatenate([lists.items, nouns]).astype(np.int32)[order],
        np.concatenate([lists.chances, lists.chances[joined]])[order],
    )
