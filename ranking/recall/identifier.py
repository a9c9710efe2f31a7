"""Identifier channel: SKU, GTIN, model number, exactly."""

import numpy as np

from indexing.arrays import UInt32Array
from indexing.postings.doc_sets import unite
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import BITS, MAX_TF, Field, InvertedIndex
from ranking.query.query import Query

_GTIN = range(12, 15)
_SHIFT = np.uint32(BITS * Field.IDENTIFIERS)


def identifier_matches(query: Query, index: InvertedIndex) -> UInt32Array:
    """uint32[k], ascending: products whose identifiers hold the whole query."""
    found = np.empty(0, dtype=np.uint32)
    if query.identifier is None:
        return found
    for written in _ways_to_write(query.identifier):
        term_id = index.lexicon.id_of(written)
        if term_id != UNKNOWN:
            docs, tfs = index.postings(term_id)
            found = unite(found, docs[(tfs >> _SHIFT) & np.uint32(MAX_TF) > 0])
    return found


def _ways_to_write(identifier: str) -> set[str]:
    """A GTIN of 12, 13 or 14 digits stays the same with zeros before it (GS1)."""
    bare = identifier.lstrip("0")
    if not identifier.isdecimal() or len(identifier) not in _GTIN or len(bare) < _GTIN.start - 1:
        return {identifier}
    return {identifier, *(bare.zfill(length) for length in _GTIN if len(bare) <= length)}
