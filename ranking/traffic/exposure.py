"""What new products were shown on a budget so far, as searches of one period see it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from indexing.arrays import Int64Array, UInt32Array, UInt64Array
from indexing.catalogue.row_order import hash_of_id
from indexing.snapshot import Snapshot

DAY_S, HOUR_S = 86_400, 3_600
EXPLORED, LITTLE_KNOWN = "explored", "little_known"
"""Marks of places that were given: to a new product, and to one that little is known of."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one product: impressions of this day, of all days, and clicks on the latter."""

    product: str
    today: int
    shown: int
    clicks: int


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """The same for all searches of a period, so that pages and cached answers agree.

    at: its beginning, seconds since the epoch. hashes: uint64[p] of products; counts: int64[p, 3],
    impressions of the day, of all days, clicks.
    """

    at: float
    hashes: UInt64Array
    counts: Int64Array
    _rows: dict[str, tuple[Int64Array, Int64Array]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, at: float, counted: Sequence[Counted]) -> "Exposure":
        raw = b"".join(hash_of_id(each.product) for each in counted)
        rows = [(each.today, each.shown, each.clicks) for each in counted]
        counts = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return cls(at, np.frombuffer(raw, dtype=np.uint64), counts)

    @property
    def day(self) -> int:
        return int(self.at // DAY_S)

    @property
    def hour(self) -> int:
        return int(self.at // HOUR_S)

    @property
    def id(self) -> str:
        """Of the period."""
        return f"{self.at:.0f}"

    def counts_of(self, segment: Snapshot, doc_ids: UInt32Array) -> Int64Array:
        """int64[k, 3]; zeros for products that were given nothing yet. O(k log p)."""
        docs, rows = self._found(segment)
        found = np.zeros((len(doc_ids), 3), dtype=np.int64)
        if len(docs):
            places = np.minimum(np.searchsorted(docs, doc_ids), len(docs) - 1)
            known = docs[places] == doc_ids
            found[known] = self.counts[rows[places[known]]]
        return found

    def _found(self, segment: Snapshot) -> tuple[Int64Array, Int64Array]:
        """Documents of the products that are there, ascending, and their rows; once a segment."""
        name = f"{segment.folder}"
        known = self._rows.get(name)
        if known is None:
            docs = segment.documents.of_hashes(self.hashes)
            there = np.flatnonzero(docs >= 0)
            there = there[np.argsort(docs[there], kind="stable")]
            known = self._rows[name] = docs[there], there
        return known
