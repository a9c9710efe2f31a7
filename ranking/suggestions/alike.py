"""Queries like another by their words and their meaning."""

from collections.abc import Sequence

import numpy as np

from indexing.arrays import Float32Array
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.strict_match import telling_words
from indexing.snapshot import Snapshot
from ranking.suggestions.pool import of_categories

_OF_WORD = 32
_UNASKED = 0.5
"""What the catalogue suggests itself, where there is a log."""


def alike(
    text: str, vector: Float32Array | None, ordinals: Sequence[int], snapshot: Snapshot
) -> list[tuple[int, float]]:
    """(row, likeness 0 … 1) of queries that share a word, or the deepest of these categories.

    Half the share of the query's words that the other has, half the cosine of their vectors; all
    of it the words' where there are no vectors. Half of that for what nobody ever asked.
    """
    table = snapshot.queries
    words = telling_words(text, snapshot.analyzer)
    shared: dict[int, float] = {}
    for word in words:
        term = snapshot.index.lexicon.id_of(word)
        if term != UNKNOWN:
            for other, _ in table.words.to(term, _OF_WORD):
                shared[other] = shared.get(other, 0.0) + 1.0 / len(words)
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
