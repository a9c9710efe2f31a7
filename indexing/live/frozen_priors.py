"""Query-independent facts of products that came or changed after the build.

Percentiles are looked up among the values that each category had at the build; the mean rating is
that of the build. So what did not change keeps its facts, and nothing is sorted anew.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import (
    Float32Array,
    Float64Array,
    Int64Array,
    UInt32Array,
    load_array,
    save_array,
)
from indexing.columns import Columns
from indexing.columns.priors import RANKED, mean_of, prior_rows
from indexing.columns.single_values import leaf_categories
from indexing.errors import IndexingError
from indexing.live.checksums import seal_files

_MEAN: Final = "mean_rating.npy"


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

    def save(self, folder: Path) -> None:
        """Into a folder that is there whole, or not at all."""
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".frozen-") as scratch:
            fresh = Path(scratch) / folder.name
            fresh.mkdir()
            for field, known in self.by_field.items():
                save_array(fresh / f"{field}.values.npy", known.values)
                save_array(fresh / f"{field}.starts.npy", known.starts)
            save_array(fresh / _MEAN, np.array([self.mean_rating]))
            seal_files(fresh)
            if folder.exists():
                shutil.rmtree(folder)
            fresh.rename(folder)

    @classmethod
    def load(cls, folder: Path) -> "FrozenPriors":
        """Mapped, so that processes share them. Raises OSError, IndexingError."""
        found = {
            field: SortedValues(
                load_array(folder / f"{field}.values.npy"),
                load_array(folder / f"{field}.starts.npy"),
            )
            for field in RANKED
        }
        return cls(found, float(load_array(folder / _MEAN)[0]))

    @classmethod
    def kept(cls, folder: Path, columns: Columns) -> "FrozenPriors":
        """Those that lie there, else of the columns."""
        try:
            return cls.load(folder)
        except (OSError, IndexingError, ValueError):
            return cls.of(columns)

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
