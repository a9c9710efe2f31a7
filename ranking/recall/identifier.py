"""Identifier channel: SKU, GTIN, model number, exactly."""

import numpy as np

from indexing.arrays import UInt32Array
from indexing.lexicon import UNKNOWN
from indexing.postings import BITS, MAX_TF, Field, InvertedIndex
from ranking.query.query import Query

_SHIFT = np.uint32(BITS * Field.IDENTIFIERS)


def identifier_matches(query: Query, index: InvertedIndex) -> UInt32Array:
    """uint32[k], ascending: products whose identifiers hold the whole query."""
    if query.identifier is None:
        return np.empty(0, dtype=np.uint32)
    term_id = index.lexicon.id_of(query.identifier)
    if term_id == UNKNOWN:
        return np.empty(0, dtype=np.uint32)
    docs, tfs = index.postings(term_id)
    return docs[(tfs >> _SHIFT) & np.uint32(MAX_TF) > 0]
