"""What shoppers did after one query, as the query carries it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.arrays import Float32Array, Int64Array, UInt32Array


@dataclass(frozen=True, slots=True)
class Clicked:
    """rows: uint32[k], ascending: of the facts' products. lifts: float32[k], ln of how much more
    than expected they were clicked and bought after this query. doubts: float32[k], standard
    deviations of the lifts. clicks: that are known after it, of whatever product.
    """

    rows: UInt32Array
    lifts: Float32Array
    doubts: Float32Array
    clicks: float

    def __len__(self) -> int:
        return len(self.rows)

    def lifts_of(self, rows: Int64Array) -> Float32Array:
        """float32[n] for the facts' rows of any products (−1: unknown); 0 where none is known."""
        return self._of(rows, self.lifts, 0.0)

    def doubts_of(self, rows: Int64Array, unknown: float) -> Float32Array:
        """float32[n], as above; `unknown` where nothing is known."""
        return self._of(rows, self.doubts, unknown)

    def _of(self, rows: Int64Array, values: Float32Array, missing: float) -> Float32Array:
        found = np.full(len(rows), missing, dtype=np.float32)
        if not len(self.rows):
            return found
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        known = self.rows[places] == rows
        found[known] = values[places[known]]
        return found


_NOTHING: Final = np.empty(0, np.float32)
NOT_CLICKED: Final = Clicked(np.empty(0, np.uint32), _NOTHING, _NOTHING, 0.0)
