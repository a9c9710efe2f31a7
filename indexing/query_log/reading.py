"""Reading query logs into a `QueryLog`, streaming."""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypedDict

import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array, UInt32Array
from indexing.completions.keys import MAX_TEXT, typing_key
from indexing.errors import CatalogError
from indexing.query_log.counts import PairCounts, sums
from indexing.query_log.lines import FORMS, LogLine, RejectedQuery, read_lines
from indexing.query_log.log_rows import LogRules, QueryLog
from indexing.query_log.personal import is_personal

__all__ = ["LogRules", "QueryLog", "QueryLogBuilder", "read_log", "read_query_log"]

DAY_S: Final = 86_400
SESSION_GAP_S: Final = 1_800
MAX_EXAMPLES: Final = 20
MAX_STEPS: Final = 2_000_000
"""Distinct (clicked product, next query) pairs; what comes later is not counted."""


def read_query_log(
    paths: Iterable[Path], *, now: float | None = None, rules: LogRules | None = None
) -> QueryLog:
    """Read and aggregate logs, line by line.

    now: epoch seconds from which ages count; the newest event's time if not given.
    Raises CatalogError for unreadable files and for more wrong lines than the rules allow.
    """
    builder = QueryLogBuilder(rules or LogRules())
    for path in paths:
        for line in read_lines(path):
            builder.add(line)
    return builder.finish(now)


def read_log(path: Path, min_count: float = 1.0) -> Iterator[tuple[str, float]]:
    """(text, weight) of the queries of one log, heaviest first, as suggestions want them."""
    return read_query_log([path], rules=LogRules(min_count=min_count)).weighted()


class _Tables(TypedDict):
    recent_users: UInt32Array
    daily: Float32Array
    clicks: Float64Array
    products: tuple[str, ...]
    clicked: Int64Array
    click_counts: Float64Array
    followed: Int64Array
    follow_counts: Float64Array
    returned: Int64Array
    return_counts: Float64Array


class QueryLogBuilder:
    """Adds up lines. Memory follows the distinct queries and (query, user), (query, day) pairs."""

    def __init__(self, rules: LogRules) -> None:
        self._rules = rules
        self._numbers: dict[str, int] = {}  # folded → number
        self._raw: dict[str, int] = {}  # as typed → number; -1: never
        self._texts: list[str] = []
        self._votes: list[float] = []
        self._plain = PairCounts()  # key 0: count without a time
        self._days = PairCounts()
        self._users = PairCounts(greatest=True)  # value: last day
        self._clicks = PairCounts()
        self._follows = PairCounts()
        self._products: dict[str, int] = {}
        self._returns = PairCounts()  # key: number of a step
        self._steps: dict[tuple[int, int], int] = {}  # (product, next query) → number
        self._last: dict[int, tuple[float, int, int]] = {}  # user → time, query, product or -1
        self._dropped: Counter[str] = Counter()
        self._rejected: list[RejectedQuery] = []
        self._lines = 0
        self._newest = 0.0

    def add(self, line: LogLine | RejectedQuery) -> None:
        self._lines += 1
        if isinstance(line, RejectedQuery):
            self._dropped["rejected"] += 1
            if len(self._rejected) < MAX_EXAMPLES:
                self._rejected.append(line)
            return
        if line.time > self._rules.latest:  # NaN compares false
            self._dropped["future"] += 1
            return
        number = self._raw.get(line.query)
        if number is None:
            number = self._number(line.query)
        if number < 0:
            return
        self._vote(number, line)
        if line.time != line.time:  # NaN: no event
            self._plain.add(number, 0, line.times)
            return
        self._event(number, line)

    def _number(self, query: str) -> int:
        """Number of a query's folded form; -1 for what must not become a row."""
        if len(self._raw) > 2 * self._rules.max_queries:
            self._raw.clear()
        key = typing_key(query) if len(query) <= MAX_TEXT else ""
        reason = ""
        if not key:
            reason = "empty_or_long"
        elif is_personal(query, self._rules.known_identifiers):
            reason = "personal"
        if reason:
            self._dropped[reason] += 1
            return -1
        number = self._numbers.get(key)
        if number is None:
            if len(self._numbers) >= self._rules.max_queries:
                self._forget_rarest()
            number = len(self._numbers)
            self._numbers[key] = number
            self._texts.append(" ".join(query.split()))
            self._votes.append(0.0)
        self._raw[query] = number
        return number

    def _vote(self, number: int, line: LogLine) -> None:
        """The commonest spelling, by Boyer and Moore's majority vote."""
        if self._texts[number] == line.query:
            self._votes[number] += line.times
        elif self._votes[number] > line.times:
            self._votes[number] -= line.times
        else:
            self._texts[number] = " ".join(line.query.split())
            self._votes[number] = line.times - self._votes[number]

    def _event(self, number: int, line: LogLine) -> None:
        day = int(line.time // DAY_S)
        self._newest = max(self._newest, line.time)
        self._days.add(number, day, line.times)
        product = -1
        if line.product:
            product = self._products.setdefault(line.product, len(self._products))
            self._clicks.add(number, product, line.times)
        if not line.user:
            return
        user = zlib.crc32(line.user.encode())
        self._users.add(number, user, day)
        if len(self._last) > self._rules.max_queries:
            self._last.clear()
        then, before, clicked = self._last.get(user, (-1e18, -1, -1))
        if before >= 0 and before != number and 0 <= line.time - then <= SESSION_GAP_S:
            self._follows.add(before, number, line.times)
            if clicked >= 0:
                self._return(before, clicked, number, line.times)
        self._last[user] = (line.time, number, product)

    def _return(self, before: int, product: int, number: int, times: float) -> None:
        """Somebody opened a product, came back, and asked something else."""
        step = self._steps.get((product, number))
        if step is None:
            if len(self._steps) >= MAX_STEPS:
                return
            step = self._steps[product, number] = len(self._steps)
        self._returns.add(before, step, times)

    def _forget_rarest(self) -> None:
        """Halve the distinct queries; what comes back later begins at 0 again."""
        counts = self._totals()[0]
        kept = np.argsort(-counts, kind="stable")[: max(1, self._rules.max_queries // 2)]
        kept.sort()
        self._dropped["forgotten"] += len(counts) - len(kept)
        self._renumber(kept)
        keys = list(self._numbers)
        self._numbers = {keys[old]: new for new, old in enumerate(kept.tolist())}
        self._texts = [self._texts[old] for old in kept.tolist()]
        self._votes = [self._votes[old] for old in kept.tolist()]
        self._raw.clear()
        self._last.clear()

    def _renumber(self, kept: Int64Array) -> None:
        """kept: the old number of each new one."""
        numbers = np.full(len(self._numbers), -1, dtype=np.int64)
        numbers[kept] = np.arange(len(kept))
        for pairs in (self._plain, self._days, self._users, self._clicks, self._returns):
            pairs.renumber(numbers)
        self._follows.renumber(numbers, also_keys=True)
        renamed = numbers.tolist()
        # A step to a forgotten query keeps its number, under a key that nothing looks up.
        self._steps = {
            (product, renamed[after] if after >= 0 and renamed[after] >= 0 else -1 - step): step
            for (product, after), step in self._steps.items()
        }

    def _totals(self) -> tuple[Float64Array, Float64Array, Int64Array]:
        """(all counts, counts without a time, whether there were such) of each query."""
        size = len(self._numbers)
        queries, _, counts = self._plain.rows()
        plain = sums(queries, counts, size)
        seen = np.bincount(queries, minlength=size)
        queries, _, counts = self._days.rows()
        return plain + sums(queries, counts, size), plain, seen

    def finish(self, now: float | None) -> QueryLog:
        self._refuse_if_mostly_wrong()
        rules = self._rules
        moment = self._newest if now is None else now
        today = int(moment // DAY_S)
        size = len(self._numbers)
        totals, plain, seen = self._totals()
        queries, days, counts = self._days.rows()
        ages = np.maximum(today - days, 0)
        decayed = plain + sums(queries, counts * 0.5 ** (ages / rules.half_life_days), size)
        users = np.bincount(self._users.rows()[0], minlength=size)
        listed = (seen > 0) & (plain >= rules.min_count)
        keep = listed | (users >= rules.min_users)
        self._dropped["rare"] += int(((seen > 0) & ~keep).sum())
        self._dropped["few_users"] += int(((seen == 0) & ~keep).sum())
        keys = list(self._numbers)
        order = sorted(np.flatnonzero(keep).tolist(), key=lambda n: (-decayed[n], keys[n]))
        kept = np.array(order, dtype=np.int64)
        self._renumber(kept)
        return QueryLog(
            texts=tuple(self._texts[number] for number in order),
            keys=tuple(keys[number] for number in order),
            counts=totals[kept],
            decayed=decayed[kept],
            users=users[kept].astype(np.uint32),
            dropped={reason: count for reason, count in self._dropped.items() if count},
            rejected=tuple(self._rejected),
            now=moment,
            **self._tables(len(kept), today),
        )

    def _tables(self, size: int, today: int) -> "_Tables":
        queries, _, last_days = self._users.rows()
        recent = np.bincount(queries[last_days >= today - 1], minlength=size)
        daily = np.zeros((size, self._rules.trend_days), dtype=np.float32)
        queries, days, counts = self._days.rows()
        ages = np.maximum(today - days, 0)
        shown = ages < self._rules.trend_days
        np.add.at(daily, (queries[shown], ages[shown]), counts[shown].astype(np.float32))
        queries, products, counts = self._clicks.rows()
        used = np.unique(products)
        names = list(self._products)
        before, after, follow_counts = self._follows.rows()
        returned, return_counts = self._returned(used)
        return {
            "recent_users": recent.astype(np.uint32),
            "daily": daily,
            "clicks": sums(queries, counts, size),
            "products": tuple(names[product] for product in used.tolist()),
            "clicked": np.column_stack((queries, np.searchsorted(used, products))),
            "click_counts": counts,
            "followed": np.column_stack((before, after)),
            "follow_counts": follow_counts,
            "returned": returned,
            "return_counts": return_counts,
        }

    def _returned(self, used: Int64Array) -> tuple[Int64Array, Float64Array]:
        """used: numbers of the products that stay, ascending."""
        steps = np.array(list(self._steps), dtype=np.int64).reshape(-1, 2)
        queries, numbers, counts = self._returns.rows()
        known = (steps[numbers, 1] >= 0) & np.isin(steps[numbers, 0], used)
        queries, numbers = queries[known], numbers[known]
        products = np.searchsorted(used, steps[numbers, 0])
        return np.column_stack((queries, products, steps[numbers, 1])), counts[known]

    def _refuse_if_mostly_wrong(self) -> None:
        wrong = self._dropped["rejected"]
        if wrong <= self._rules.max_reject_ratio * self._lines:
            return
        first = self._rejected[0]
        raise CatalogError(
            f"{wrong} of {self._lines} lines of the query log are wrong; the first is "
            f"{first.source} line {first.line}: {first.field} {first.reason}. Expected: {FORMS}."
        )
