"""Identifier channel: SKU, GTIN, model number, exactly."""

import numpy as np

from indexing.analysis.identifiers import bare
from indexing.postings.doc_sets import unite
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import BITS, MAX_TF, Field
from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.hits import NO_HITS, Hits, equally_good

_SHIFT = np.uint32(BITS * Field.IDENTIFIERS)
_GTIN = range(12, 15)


def exact(query: Query, segment: Snapshot) -> Hits:
    """Products whose id or identifiers are the whole query; all are equally good."""
    whole = query.identifier or bare(query.typed)
    if not whole:
        return NO_HITS
    index, found = segment.index, np.empty(0, dtype=np.uint32)
    for written in _ways_to_write(whole):
        term_id = index.lexicon.id_of(segment.analyzer.identifier_term(written))
        if term_id != UNKNOWN:
            docs, tfs = index.postings(term_id)
            found = unite(found, docs[(tfs >> _SHIFT) & np.uint32(MAX_TF) > 0])
    return equally_good(index.there(found), 1.0)


def _ways_to_write(identifier: str) -> set[str]:
    """A GTIN of 12, 13 or 14 digits stays the same with zeros before it (GS1)."""
    bare = identifier.lstrip("0")
    if not identifier.isdecimal() or len(identifier) not in _GTIN or len(bare) < _GTIN.start - 1:
        return {identifier}
    return {identifier, *(bare.zfill(length) for length in _GTIN if len(bare) <= length)}
