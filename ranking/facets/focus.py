"""The choice of facets for what is meant, not for all that matches a little."""

from collections.abc import Sequence
from typing import Final

from indexing.postings.doc_sets import intersect
from ranking.facets.choice import choose_facets
from ranking.facets.facets import AUTO
from ranking.facets.parts import Part
from ranking.query.predict import Prediction

LEAST: Final = 5
"""Products of the likely category from which they choose by themselves."""


def focused(
    asked: Sequence[str], predicted: Prediction, parts: Sequence[Part], most: int
) -> tuple[str, ...]:
    """The fields asked for, `auto` replaced by the `most` attributes most worth showing for the
    found products of the category that is meant. Unchanged if none is meant for sure.
    """
    if AUTO not in asked or predicted.sure is None or not predicted.useful:
        return tuple(asked)
    meant = [_inside(predicted.sure, part) for part in parts]
    if sum(map(len, meant)) < LEAST:
        return tuple(asked)
    named = [field for field in dict.fromkeys(asked) if field != AUTO]
    place = list(asked).index(AUTO)
    chosen = choose_facets(meant, most, set(named))
    before = [field for field in named if list(asked).index(field) < place]
    return (*before, *chosen, *(field for field in named if field not in before))


def _inside(category: int, part: Part) -> Part:
    """Its documents of the category. category: ordinal."""
    inside, doc_ids = part.columns.keywords["category"].table.holders_of(category), part.doc_ids
    small, large = (inside, doc_ids) if len(inside) < len(doc_ids) else (doc_ids, inside)
    return Part(part.columns, intersect(small, large))
