"""Queries that continue from what a shopper did just now."""

from indexing.snapshot import Snapshot
from ranking.suggestions.alike import alike
from ranking.suggestions.pool import (
    CATEGORY,
    CLICKS,
    LIKENESS,
    PRODUCT,
    SESSION,
    Pool,
    categories_of,
    clicked_docs,
    followers,
    main_category,
    named_by,
    of_categories,
    sharing_clicks,
)
from ranking.suggestions.recent import Recent

FADING = 0.7
"""What was done before counts this much of what was done after it."""

# What was asked next says most; what ends at the same products less; the category is a guess.
_FOLLOWED, _SHARED, _NAMED, _SAME_CATEGORY, _ALIKE = 1.0, 0.5, 0.3, 0.1, 0.1


def continuing(recent: Recent, snapshot: Snapshot) -> Pool:
    """Candidates from recent queries and products, the newest counting most."""
    pool = Pool()
    for age, text in enumerate(recent.texts):
        from_query(text, FADING**age, pool, snapshot)
    for age, doc in enumerate(recent.docs):
        from_product(doc, FADING**age, pool, snapshot)
    return pool


def from_query(text: str, factor: float, pool: Pool, snapshot: Snapshot) -> None:
    table = snapshot.queries
    row = table.row_of(text)
    ordinals: list[int] = []
    if row >= 0:
        pool.add_all(followers(row, table), factor * _FOLLOWED, SESSION)
        pool.add_all(sharing_clicks(clicked_docs(row, table), table), factor * _SHARED, CLICKS)
        ordinals = main_category(row, table)
        pool.add_all(of_categories(ordinals, table), factor * _SAME_CATEGORY, CATEGORY)
    pool.add_all(alike(text, table.vector(row), ordinals, snapshot), factor * _ALIKE, LIKENESS)


def from_product(doc: int, factor: float, pool: Pool, snapshot: Snapshot) -> None:
    table = snapshot.queries
    pool.add_all(table.clickers.to(doc), factor * _SHARED, CLICKS)
    pool.add_all(named_by(doc, snapshot), factor * _NAMED, PRODUCT)
    of_same = of_categories(categories_of(doc, snapshot), table)
    pool.add_all(of_same, factor * _SAME_CATEGORY, CATEGORY)
