"""Query-independent facts of products that came or changed after the build.

Percentiles are looked up among the values that each category had at the build; the mean rating is
that of the build. So what did not change keeps its facts, and nothing is sorted anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt32Array
from indexing.columns import Columns
from indexing.columns.priors import RANKED, mean_of, prior_rows
from indexing.columns.single_values import leaf_categories


@dataclass(frozen=True, slots=True)
class SortedValues:
    """values: float64, ascending within a category; starts: int64[categories + 2], where those of
    each begin, products without a category first.
    """

    values: Float64Array
    starts: Int64Array


@dataclass(frozen=True, slots=True)
class FrozenPriors:
    """by_field: of the fields in RANKED. mean_rating: NaN if nothing was rated."""

    by_field: dict[str, SortedValues]
    mean_rating: float

    @classmethod
    def of(cls, columns: Columns) -> "FrozenPriors":
        """Of a snapshot as it was built. O(n log n): a second at a million products."""
        category = leaf_categories(columns, np.arange(columns.doc_count, dtype=np.uint32)) + 1
        count = len(columns.keywords["category"].values) + 1
        found = {}
        for field in RANKED:
            values = columns.dense(field)
            known = np.flatnonzero(~np.isnan(values))
            by = known[np.lexsort((values[known], category[known]))]
            starts = np.searchsorted(category[by], np.arange(count + 1))
            found[field] = SortedValues(values[by], starts.astype(np.int64))
        return cls(found, mean_of(columns.dense("rating")))

    def priors(
        self,
        numbers: Mapping[str, Float64Array],
        category: Int64Array,
        group_sizes: UInt32Array,
        completeness: Float32Array,
    ) -> Float32Array:
        """float32[k, len(PRIORS)].

        numbers: float64[k] by field, NaN where unknown. category: int64[k], ordinals of the
        snapshot as it was built, -1 for none and for those that it does not know. O(k log n).
        """
        ranks = {}
        for field, known in self.by_field.items():
            ranks[field] = np.empty(len(category), dtype=np.float64)
            shares_below(numbers[field], category + 1, known.values, known.starts, ranks[field])
        return prior_rows(numbers, ranks, self.mean_rating, group_sizes, completeness)


@njit(nogil=True, cache=True)
def shares_below(
    values: Float64Array,
    rows: Int64Array,
    known: Float64Array,
    starts: Int64Array,
    out: Float64Array,
) -> None:
    """Of each value, the share of those known in its row that are smaller, equal ones by half:
    for a value that is known the mid-rank of `columns.priors.percentiles`. NaN where none are.
    """
    for i in range(len(values)):
        begin, end = starts[rows[i]], starts[rows[i] + 1]
        if begin == end or np.isnan(values[i]):
            out[i] = np.nan
            continue
        low = begin + np.searchsorted(known[begin:end], values[i], side="left")
        high = begin + np.searchsorted(known[begin:end], values[i], side="right")
        out[i] = ((low - begin) + (high - low) / 2) / (end - begin)
