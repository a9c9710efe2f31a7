"""What shoppers searched for: one row a query, without personal data, ready to be suggested."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt32Array
from indexing.query_log.lines import RejectedQuery


@dataclass(frozen=True, slots=True)
class LogRules:
    """What becomes a row.

    min_users: distinct users that an event log must show for a query. min_count: least count of
    a query that no event log has. known_identifiers: casefolded, never taken for phone numbers.
    max_queries: distinct queries held at once; beyond it the rarest are forgotten.
    max_reject_ratio: share of lines that may be wrong. latest: epoch seconds; later events are
    dropped, as one wrong clock would make all others old.
    """

    min_users: int = 5
    min_count: float = 1.0
    known_identifiers: Container[str] = frozenset()
    half_life_days: float = 14.0
    trend_days: int = 14
    max_queries: int = 2_000_000
    max_reject_ratio: float = 0.01
    latest: float = float("inf")


@dataclass(frozen=True, slots=True)
class QueryLog:
    """Queries by decayed count down, then by text.

    texts: the commonest way each was typed. keys: its folded form, distinct.
    counts: float64[n]. decayed: float64[n], counts halved for each half-life of age (lines
    without a time have age 0). users: uint32[n], distinct ones, 0 for count files.
    recent_users: uint32[n], of the newest two calendar days (UTC). clicks: float64[n].
    daily: float32[n, trend_days], searches of the last days, column 0 the newest.
    clicked: int64[c, 2], (query, place in products), by query up; click_counts: float64[c].
    followed: int64[f, 2], (query, the next other query of the same user within half an hour);
    follow_counts: float64[f].
    returned: int64[r, 3], (query, place in products of what was clicked, the next other query of
    that user within half an hour); return_counts: float64[r].
    dropped: lines or queries left out, by reason. rejected: the first wrong lines.
    now: epoch seconds of the newest event or as given; 0.0 for count files without it.
    """

    texts: tuple[str, ...]
    keys: tuple[str, ...]
    counts: Float64Array
    decayed: Float64Array
    users: UInt32Array
    recent_users: UInt32Array
    clicks: Float64Array
    daily: Float32Array
    products: tuple[str, ...]
    clicked: Int64Array
    click_counts: Float64Array
    followed: Int64Array
    follow_counts: Float64Array
    returned: Int64Array
    return_counts: Float64Array
    dropped: dict[str, int]
    rejected: tuple[RejectedQuery, ...]
    now: float

    def __len__(self) -> int:
        return len(self.texts)

    def weighted(self) -> Iterator[tuple[str, float]]:
        """(text, weight above 0) of each query, for the suggestion index."""
        for text, weight in zip(self.texts, self.decayed.tolist(), strict=True):
            yield text, max(weight, 1e-6)
