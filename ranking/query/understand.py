"""Text → `Query`."""

from indexing.snapshot import Snapshot
from ranking.query.analyse import identifier_of, slots_of
from ranking.query.query import Query
from ranking.request import SearchRequest


def understand(request: SearchRequest, snapshot: Snapshot) -> Query:
    """Cut the text into slots and find its vector; a given vector takes the text's place."""
    slots = slots_of(
        request.text, snapshot.analyzer, snapshot.index.lexicon, snapshot.index.statistics
    )
    vector = request.vector
    if vector is None and request.semantic and request.text.strip():
        encoded = snapshot.encoder.encode_query(request.text)
        vector = encoded if encoded.any() else None
    return Query(request.text, slots, vector, identifier_of(request.text))
