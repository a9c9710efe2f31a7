"""The searches of a click log side by side: one column a place, for models that read a page from
the top down.
"""

from dataclasses import dataclass

import numpy as np

from indexing.arrays import BoolArray, Float64Array, Int64Array
from ranking.learning.clicks.click_log import ClickLog


@dataclass(frozen=True, slots=True)
class Pages:
    """rows: int64[n, k], row of the log at each place; 0 where there is none. there: bool[n, k],
    whether a product is shown; once False, False to the end. clicked: bool[n, k].
    """

    rows: Int64Array
    there: BoolArray
    clicked: BoolArray

    @classmethod
    def of(cls, log: ClickLog) -> "Pages":
        sizes = np.diff(log.begins)
        places = np.arange(int(sizes.max(initial=0)))
        there = places < sizes[:, None]
        rows = np.where(there, log.begins[:-1, None] + places, 0)
        clicked = there & log.clicked[rows] if log.rows else there.copy()
        return cls(rows, there, clicked)

    @property
    def last_click(self) -> Int64Array:
        """int64[n]: the place of the last click, −1 where there is none."""
        k = self.clicked.shape[1]
        if not k:
            return np.full(len(self.clicked), -1, dtype=np.int64)
        last = k - 1 - np.argmax(self.clicked[:, ::-1], axis=1)
        places: Int64Array = np.where(self.clicked.any(axis=1), last, -1).astype(np.int64)
        return places

    @property
    def first_click(self) -> Int64Array:
        """int64[n]: the place of the first click, k where there is none."""
        k = self.clicked.shape[1]
        if not k:
            return np.zeros(len(self.clicked), dtype=np.int64)
        first = np.argmax(self.clicked, axis=1)
        places: Int64Array = np.where(self.clicked.any(axis=1), first, k).astype(np.int64)
        return places

    def spread(self, values: Float64Array) -> Float64Array:
        """float64[n, k] of float64[r]; 0 where nothing is shown."""
        if not len(values):
            return np.zeros(self.rows.shape)
        return np.where(self.there, values[self.rows], 0.0)

    def gathered(self, values: Float64Array) -> Float64Array:
        """float64[r] of float64[n, k]."""
        gathered: Float64Array = values[self.there]
        return gathered
