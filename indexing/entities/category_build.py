"""Training the category model on the catalogue's titles, and on clicks where a log has them."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numba import njit

from indexing.arrays import Int32Array, Int64Array, UInt32Array, UInt64Array, save_array
from indexing.columns import Columns
from indexing.entities.category_model import CategoryModel
from indexing.postings.postings import InvertedIndex

MAX_TITLES = 2_000_000
"""More are sampled evenly: a category's words are known long before."""
NAME_WORTH = 3.0
"""Titles that a word of the category's own name stands for."""

Example = tuple[list[int], int, float]
"""(term ids, category ordinal, weight): words that mean a category."""


def build_categories(
    folder: Path,
    index: InvertedIndex,
    columns: Columns,
    leaves: Int64Array,
    examples: Iterable[Example] = (),
) -> CategoryModel:
    """Write the model into the folder. leaves: int64[n], each document's deepest category or -1."""
    classes = np.unique(leaves[leaves >= 0])
    class_of = np.full(len(leaves), -1, dtype=np.int32)
    class_of[leaves >= 0] = np.searchsorted(classes, leaves[leaves >= 0])
    keys, weights = _counted(index, class_of)
    extra = [
        (term << 32 | place, weight)
        for terms, ordinal, weight in examples
        if (place := int(np.searchsorted(classes, ordinal))) < len(classes)
        and classes[place] == ordinal
        for term in set(terms)
    ]
    if extra:
        keys, weights = _with(keys, weights, extra)
    terms, firsts = np.unique((keys >> np.uint64(32)).astype(np.uint32), return_index=True)
    starts = np.append(firsts, len(keys)).astype(np.uint32)
    sizes = np.bincount(class_of[class_of >= 0], minlength=len(classes))
    totals = np.add.reduceat(weights, firsts) if len(keys) else np.empty(0)
    parents = columns.keywords["category"].parents
    for name, array in {
        "classes": classes.astype(np.int32),
        "sizes": sizes.astype(np.float32),
        "class_of": class_of,
        "terms": terms,
        "starts": starts,
        "places": (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        "counts": weights.astype(np.float32),
        "totals": totals.astype(np.float32),
        "parents": parents,
    }.items():
        save_array(folder / f"{name}.npy", array)
    return CategoryModel.load(folder)


def _counted(index: InvertedIndex, class_of: Int32Array) -> "tuple[UInt64Array, np.ndarray]":
    """Keys term << 32 | class, ascending, and the titles of the class that have the term."""
    known = np.flatnonzero(class_of >= 0)
    step = max(1, -(-len(known) // MAX_TITLES))
    docs = known[::step].astype(np.int64)
    offsets, terms = index.titles.offsets, index.titles.terms
    room = int((offsets[docs + 1] - offsets[docs]).sum())
    keys = np.empty(room, dtype=np.uint64)
    used = _keys_of(docs, class_of, offsets, terms, keys)
    distinct, counts = np.unique(keys[:used], return_counts=True)
    return distinct, counts.astype(np.float64) * step


def _with(
    keys: UInt64Array, weights: "np.ndarray", extra: list[tuple[int, float]]
) -> "tuple[UInt64Array, np.ndarray]":
    every = np.concatenate([keys, np.array([key for key, _ in extra], dtype=np.uint64)])
    added = np.concatenate([weights, np.array([weight for _, weight in extra])])
    distinct, places = np.unique(every, return_inverse=True)
    return distinct, np.bincount(places, weights=added)


@njit(nogil=True, cache=True)
def _keys_of(
    docs: Int64Array,
    class_of: Int32Array,
    offsets: UInt64Array,
    terms: UInt32Array,
    keys: UInt64Array,
) -> int:
    """A key for each distinct term of each title; their number."""
    used = 0
    for doc in docs:
        begin = used
        for place in range(offsets[doc], offsets[doc + 1]):
            key = (np.uint64(terms[place] & np.uint32(0x7FFFFFFF)) << np.uint64(32)) | np.uint64(
                class_of[doc]
            )
            seen = False
            for before in range(begin, used):
                if keys[before] == key:
                    seen = True
                    break
            if not seen:
                keys[used] = key
                used += 1
    return used
