"""Related searches: other things that shoppers with this query look for."""

from collections.abc import Sequence

from indexing.arrays import Float32Array
from indexing.snapshot import Snapshot
from ranking.generation import Generation
from ranking.suggestions.alike import alike
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.item import QueryItem
from ranking.suggestions.pool import (
    CLICKS,
    LIKENESS,
    SESSION,
    Pool,
    clicked_docs,
    followers,
    main_category,
    sharing_clicks,
)

_TOP_HITS = 10
_SHARED, _FOLLOWED, _LIKE = 1.0, 1.0, 0.4


def related(
    text: str,
    vector: Float32Array | None,
    hits: Sequence[int],
    limit: int,
    generation: Generation,
    typed: str = "",
) -> list[QueryItem]:
    """At most `limit`, best first; never a rewording of the query, none for an empty one.

    By products that both queries' clicks end at (for a query that nobody asked: that it finds
    first), by what was asked next in sessions, and by likeness of words and meaning.
    vector: the query's, or None. hits: documents of the answer, best first. typed: the words as
    they came, if text is what was made of them.
    """
    snapshot = generation.snapshot
    table = snapshot.queries
    if not text.strip():
        return []
    pool = Pool()
    row = table.row_of(text)
    docs = clicked_docs(row, table) if row >= 0 else []
    if not docs:
        docs = [(doc, 1.0 / _TOP_HITS) for doc in hits[:_TOP_HITS]]
    pool.add_all(sharing_clicks(docs, table), _SHARED, CLICKS)
    if row >= 0:
        pool.add_all(followers(row, table), _FOLLOWED, SESSION)
    ordinals = main_category(row, table) if row >= 0 else _category_of(hits, snapshot)
    pool.add_all(alike(text, vector, ordinals, snapshot), _LIKE, LIKENESS)
    chosen = Chosen("related", limit, generation)
    chosen.avoid(text)
    chosen.avoid(typed)
    for other, _, reason in pool.ranked():
        if chosen.full:
            break
        chosen.offer_row(other, reason=reason)
    return chosen.items


def _category_of(hits: Sequence[int], snapshot: Snapshot) -> list[int]:
    """The deepest category of the first product found."""
    if not hits:
        return []
    ordinals: list[int] = snapshot.columns.keywords["category"].ordinals_of(hits[0]).tolist()
    return ordinals[-1:]
