"""Search among the values of one facet: brands that hold `kor`, whatever their number."""

from collections.abc import Sequence

import numpy as np

from indexing.analysis.folding import fold
from indexing.arrays import Int64Array
from indexing.columns import KeywordColumn
from ranking.facets.facets import count_values, selected_ordinals
from ranking.facets.parts import Part, narrowed
from ranking.facets.values import values_at
from ranking.filters.filters import Filter, FilterError, evaluate, fields_of, unknown_field
from ranking.search.result import Facet

MOST_READ = 100_000
"""Values that are read, the most frequent first."""


def matching_values(
    parts: Sequence[Part],
    clauses: Sequence[Filter],
    field: str,
    text: str,
    limit: int,
    kept: int = 0,
) -> Facet:
    """The values of a field that hold the text, with the counts that the facet shows.

    parts: the match set before filters, a part a segment. kept: number of the first clauses that
    are not left out, though they are the field's own selection. Case, accents and width make no
    difference; a category is judged by its own name, not by those above it. Values that begin with
    the text come first, then those in which a word does, then the others; the more products the
    earlier. `distinct`: how many hold it. O(m + values).

    Raises FilterError for a field that does not exist or is a number.
    """
    columns = parts[0].columns
    column = columns.keyword(field)
    if column is None:
        if columns.numeric(field) is not None:
            raise FilterError("field", f"{field} is a number", "Its values are bins, not texts.")
        raise unknown_field("field", field, sorted(columns.keywords))
    own = [clause for clause in clauses if fields_of(clause) == {field}]
    others = [
        clause
        for place, clause in enumerate(clauses)
        if place < kept or fields_of(clause) != {field}
    ]
    passing = [
        narrowed(part, [evaluate(clause, part.columns, part.doc_ids) for clause in others])
        for part in parts
    ]
    counts = count_values(column, passing)
    chosen = {ordinal for clause in own for ordinal in selected_ordinals(clause, column)}
    places = _holding(column, counts, fold(text).strip())
    shown = places[:limit]
    rest = int(counts[places[limit:]].sum())
    return Facet(column.kind, values_at(column, shown, counts, chosen), None, None,
                 len(places), rest)  # fmt: skip


def _holding(column: KeywordColumn, counts: Int64Array, wanted: str) -> list[int]:
    there = np.flatnonzero(counts)
    by_count: list[int] = there[np.lexsort((there, -counts[there]))][:MOST_READ].tolist()
    if not wanted:
        return by_count
    ranked: tuple[list[int], list[int], list[int]] = ([], [], [])
    for place in by_count:
        name = fold(column.values[column.first + place])
        if column.kind == "category":
            name = name.rpartition(" > ")[2]
        at = name.find(wanted)
        if at == 0:
            ranked[0].append(place)
        elif at > 0:
            ranked[1 if f" {wanted}" in name else 2].append(place)
    return [place for group in ranked for place in group]
