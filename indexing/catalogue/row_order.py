"""From catalogue rows to documents: which rows survive, and in which order."""

import hashlib

import numpy as np

from indexing.arrays import UInt32Array, UInt64Array

HASH_BYTES = 8


def hash_of_id(product_id: str) -> bytes:
    """8 bytes, little-endian uint64. Of 10 million ids, two collide with probability 3e-6."""
    return hashlib.blake2b(product_id.encode("utf-8"), digest_size=HASH_BYTES).digest()


def is_among(sorted_hashes: UInt64Array, product_id: str) -> bool:
    """Whether one of the ids is this one. sorted_hashes: uint64[n], ascending. O(log n)."""
    wanted = np.frombuffer(hash_of_id(product_id), dtype=np.uint64)[0]
    place = int(np.searchsorted(sorted_hashes, wanted))
    return place < len(sorted_hashes) and bool(sorted_hashes[place] == wanted)


def hash_of_group(group_id: str) -> bytes:
    """8 bytes like `hash_of_id`, but a group never shares the hash of a product of its name."""
    return hashlib.blake2b(
        group_id.encode("utf-8"), digest_size=HASH_BYTES, person=b"group"
    ).digest()


def last_rows(id_hashes: UInt64Array) -> UInt32Array:
    """uint32[m], ascending: of rows with equal ids only the last one. O(n log n)."""
    by_id = np.argsort(id_hashes, kind="stable").astype(np.uint32)
    sorted_hashes = id_hashes[by_id]
    is_last = np.ones(len(by_id), dtype=np.bool_)
    np.not_equal(sorted_hashes[1:], sorted_hashes[:-1], out=is_last[:-1])
    return np.sort(by_id[is_last])


def order_keys(id_hashes: UInt64Array, group_hashes: UInt64Array, rows: UInt32Array) -> UInt64Array:
    """uint64[k], distinct: what the products of these rows are ordered by where they are equal.

    The row at which the group first appeared, then that of the product itself (32 bits each): a
    product keeps its place when a later line replaces it, in whichever segment that stands.
    Products that come after a build go on counting. O(n log n).
    """
    by_id = np.argsort(id_hashes, kind="stable").astype(np.uint32)
    is_first = np.ones(len(by_id), dtype=np.bool_)
    np.not_equal(id_hashes[by_id][1:], id_hashes[by_id][:-1], out=is_first[1:])
    first_of_row = np.empty(len(by_id), dtype=np.uint32)
    first_of_row[by_id] = by_id[is_first][np.cumsum(is_first) - 1]
    own = first_of_row[rows].astype(np.uint64)
    names, group = np.unique(group_hashes[rows], return_inverse=True)
    of_group = np.full(len(names), np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(of_group, group, own)
    return of_group[group] << np.uint64(32) | own


def group_order(id_hashes: UInt64Array, group_hashes: UInt64Array) -> UInt32Array:
    """uint32[m], document → row: surviving rows by `order_keys`, so groups lie side by side.

    id_hashes, group_hashes: uint64[n] by row; a product without a group is one of its own.
    A catalogue without groups or duplicates keeps its order. O(n log n).
    """
    rows = last_rows(id_hashes)
    order: UInt32Array = rows[np.argsort(order_keys(id_hashes, group_hashes, rows))]
    return order
