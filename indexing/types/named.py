"""While building: which types a word names that stands where heads stand."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Float32Array, Int32Array, UInt32Array
from indexing.types.candidates import Lists

MOST_TYPES: Final = 32
"""Types of one word."""
LEAST_CHANCE: Final = 0.01
AS_HEAD: Final = 0.45
"""Chance by place from which a word is taken for the head of its title."""
AS_NAME: Final = 0.65
"""The same of words that are no kind themselves: before a number stands a series as well."""
BY_CHANCE: Final = 2.0
"""Times as often as by chance a word must stand for a type: any noun stands in titles of films."""
MAX_WORDS: Final = 50_000


@dataclass(frozen=True, slots=True)
class NamedTypes:
    """Fields of `TypeModel`, words in byte order."""

    words: list[str]
    starts: UInt32Array
    types: Int32Array
    chances: Float32Array
    heads: Float32Array


def named_types(
    own: Lists, lists: Lists, labels: Int32Array, words: list[str], is_noun: BoolArray
) -> NamedTypes:
    """own: candidates of the titles; lists: those of categories too. labels: int32[n].

    is_noun: bool[words], of those that are kinds themselves.
    """
    count = len(words)
    docs = np.repeat(np.arange(len(labels)), np.diff(lists.starts))
    least = np.where(is_noun[lists.items], AS_HEAD, AS_NAME).astype(np.float32)
    head = (lists.chances >= least) & (labels[docs] >= 0)
    keys = lists.items[head].astype(np.int64) << 32 | labels[docs[head]]
    pairs, counts = np.unique(keys, return_counts=True)
    of_word, kinds = pairs >> 32, (pairs & 0xFFFFFFFF).astype(np.int32)
    known = labels[labels >= 0]
    shares = np.bincount(known).astype(np.float64) / max(len(known), 1)
    seen_as = np.bincount(of_word, weights=counts, minlength=count)
    counts = np.maximum(counts - BY_CHANCE * shares[kinds] * seen_as[of_word], 0)
    totals = np.bincount(of_word, weights=counts, minlength=count)
    own_docs = np.repeat(np.arange(len(labels)), np.diff(own.starts))
    seen = np.bincount(own.items, minlength=count)
    chances = counts / np.maximum(totals[of_word], 1e-9)
    least = (totals[of_word] >= 2) & (chances >= LEAST_CHANCE)
    order = np.lexsort((kinds, -chances, of_word))
    order = order[least[order]]
    rank = np.arange(len(order)) - np.searchsorted(of_word[order], of_word[order])
    order = order[rank < MOST_TYPES]
    chosen = np.unique(of_word[order])
    chosen = chosen[np.argsort(-totals[chosen], kind="stable")[:MAX_WORDS]]
    chosen = np.array(
        sorted(chosen.tolist(), key=lambda word: words[word].encode()), dtype=np.int64
    )
    begins = np.searchsorted(of_word[order], chosen)
    ends_at = np.searchsorted(of_word[order], chosen, side="right")
    picked = np.concatenate(
        [np.arange(b, e) for b, e in zip(begins, ends_at, strict=True)]
        or [np.empty(0, dtype=np.int64)]
    )
    mine = np.isin(
        own.items.astype(np.int64) << 32 | np.maximum(labels[own_docs], 0),
        of_word[order] << 32 | kinds[order],
    ) & (labels[own_docs] >= 0)
    ends = np.bincount(own.items[mine], minlength=count)
    starts = np.zeros(len(chosen) + 1, dtype=np.uint32)
    np.cumsum(ends_at - begins, out=starts[1:])
    return NamedTypes(
        [words[word] for word in chosen.tolist()],
        starts,
        kinds[order][picked],
        chances[order][picked].astype(np.float32),
        (ends[chosen] / np.maximum(seen[chosen], 1)).astype(np.float32),
    )
