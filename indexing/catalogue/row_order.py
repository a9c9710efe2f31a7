"""From catalogue rows to documents: which rows survive, and in which order."""

import hashlib

import numpy as np

from indexing.arrays import UInt32Array, UInt64Array

HASH_BYTES = 8


def hash_of_id(product_id: str) -> bytes:
    """8 bytes, little-endian uint64. Of 10 million ids, two collide with probability 3e-6."""
    return hashlib.blake2b(product_id.encode("utf-8"), digest_size=HASH_BYTES).digest()


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


def group_order(id_hashes: UInt64Array, group_hashes: UInt64Array) -> UInt32Array:
    """uint32[m], document → row: surviving rows, those of one group next to each other.

    id_hashes, group_hashes: uint64[n] by row; a product without a group is one of its own.
    A group stands where its first surviving row stands, its rows in their order; so a
    catalogue without groups or duplicates keeps its order. O(n log n).
    """
    rows = last_rows(id_hashes)
    _, first, group = np.unique(group_hashes[rows], return_index=True, return_inverse=True)
    order: UInt32Array = rows[np.argsort(first[group], kind="stable")]
    return order
