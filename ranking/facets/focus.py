"""The choice of facets for what is meant, not for all that matches a little."""

from collections.abc import Sequence
from typing import Final

from indexing.arrays import UInt32Array
from indexing.columns import Columns
from indexing.postings.doc_sets import intersect
from ranking.facets.choice import choose_facets
from ranking.facets.facets import AUTO, DEFAULT_LIMITS
from ranking.query.predict import Prediction

LEAST: Final = 5
"""Products of the likely category from which they choose by themselves."""


def focused(
    asked: Sequence[str], predicted: Prediction, doc_ids: UInt32Array, columns: Columns
) -> tuple[str, ...]:
    """The fields asked for, `auto` replaced by the attributes most worth showing for the found
    products of the category that is meant. Unchanged if none is meant for sure.

    doc_ids: uint32[m], ascending.
    """
    if AUTO not in asked or predicted.sure is None or not predicted.useful:
        return tuple(asked)
    inside = columns.keywords["category"].table.holders_of(predicted.sure)
    small, large = (inside, doc_ids) if len(inside) < len(doc_ids) else (doc_ids, inside)
    meant = intersect(small, large)
    if len(meant) < LEAST:
        return tuple(asked)
    named = [field for field in dict.fromkeys(asked) if field != AUTO]
    place = list(asked).index(AUTO)
    chosen = choose_facets(columns, meant, DEFAULT_LIMITS.auto, set(named))
    before = [field for field in named if list(asked).index(field) < place]
    return (*before, *chosen, *(field for field in named if field not in before))
