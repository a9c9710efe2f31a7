"""Related searches: other things that shoppers with this query look for."""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import Float32Array
from indexing.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.strict_match import query_words
from ranking.generation import Generation
from ranking.queries.chosen import Chosen
from ranking.queries.item import QueryItem
from ranking.queries.pool import (
    CLICKS,
    LIKENESS,
    SESSION,
    Pool,
    clicked_docs,
    followers,
    main_category,
    of_categories,
    sharing_clicks,
)

_TOP_HITS = 10
_SHARED, _FOLLOWED, _LIKE = 1.0, 1.0, 0.4
_UNASKED = 0.5
"""What the catalogue suggests itself, where there is a log."""
_OF_WORD = 32


def related(
    text: str, vector: Float32Array | None, hits: Sequence[int], limit: int, generation: Generation
) -> list[QueryItem]:
    """At most `limit`, best first; never a rewording of the query, none for an empty one.

    By products that both queries' clicks end at (for a query that nobody asked: that it finds
    first), by what was asked next in sessions, and by likeness of words and meaning.
    vector: the query's, or None. hits: documents of the answer, best first.
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
    pool.add_all(alike(text, row, vector, hits, snapshot), _LIKE, LIKENESS)
    chosen = Chosen("related", limit, generation)
    chosen.avoid(text)
    for other, _, reason in pool.ranked():
        if chosen.full:
            break
        chosen.offer_row(other, reason=reason)
    return chosen.items


def alike(
    text: str, row: int, vector: Float32Array | None, hits: Sequence[int], snapshot: Snapshot
) -> list[tuple[int, float]]:
    """(row, likeness 0 … 1) of queries that share a word or the category.

    Half the share of the query's words that the other has, half the cosine of their vectors; all
    of it the words' where there are no vectors. Half of that for what nobody ever asked.
    """
    table = snapshot.queries
    ids = [snapshot.index.lexicon.id_of(w) for w in query_words(text, snapshot.analyzer)]
    shared: dict[int, float] = {}
    for term in ids:
        if term != UNKNOWN:
            for other, _ in table.words.to(term, _OF_WORD):
                shared[other] = shared.get(other, 0.0) + 1.0 / len(ids)
    ordinals = main_category(row, table) if row >= 0 else _category_of(hits, snapshot)
    for other, _ in of_categories(ordinals, table):
        shared.setdefault(other, 0.0)
    if not shared:
        return []
    rows = np.fromiter(shared, dtype=np.int64, count=len(shared))
    worded = np.fromiter(shared.values(), dtype=np.float64, count=len(shared))
    likeness = worded
    if vector is not None and len(table.vectors):
        cosines = np.zeros(len(rows))
        known = rows < len(table.vectors)
        cosines[known] = table.vectors[rows[known]].astype(np.float32) @ vector / 127
        likeness = 0.5 * worded + 0.5 * np.maximum(cosines, 0.0)
    if table.logged:
        likeness = np.where(rows < table.logged, likeness, _UNASKED * likeness)
    return list(zip(rows.tolist(), likeness.tolist(), strict=True))


def _category_of(hits: Sequence[int], snapshot: Snapshot) -> list[int]:
    """The deepest category of the first product found."""
    if not hits:
        return []
    ordinals: list[int] = snapshot.columns.keywords["category"].ordinals_of(hits[0]).tolist()
    return ordinals[-1:]
