"""Thirty days of demo searches: who asked what when, and what was clicked."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from indexing.demo.draws import draw_rows
from indexing.demo.grades import Intent, grade
from indexing.demo.phrasing import Picker
from indexing.demo.products import Product
from indexing.demo.sample import Sample

DAYS = 30
RISING_DAYS = 2
_STREAM, _WIDTH = 3, 24
_FEWEST, _MOST = 1_500, 300_000
_RISING = 6
_DAY = 24 * 60 * 60
# Searches by the hour of day.
_HOURS = (3, 2, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 12, 11, 11, 12, 13, 15, 18, 20, 18, 12, 6)
_PERSONAL = (
    "anna.keller@example.com", "mark.h@example.org", "+1 202-555-0143", "0171 5550 199",
    "call me 202 555 0178", "13800138000", "order for li.wei@example.com", "4000 1234 5678 9010",
    "passport 482913377", "my password sunflower77", "jane doe 14 elm street", "020 7946 0958",
)  # fmt: skip

# (seconds since the first day, order of making, user, query, clicked product or nothing)
_Event = tuple[int, int, str, str, str]


class _Clicks:
    """Products of the sample that satisfy an intent wholly, most popular first."""

    def __init__(self, sample: Sample) -> None:
        self._leaves = sample.leaves()
        self._by_brand: dict[str | None, list[Product]] = {}
        self._by_identifier: dict[str, list[Product]] = {}
        for product in (product for kept in self._leaves.values() for product in kept):
            self._by_brand.setdefault(product["brand"], []).append(product)
            for identifier in product["identifiers"]:
                self._by_identifier.setdefault(identifier, []).append(product)
        self._known: dict[str, list[str]] = {}

    def of(self, intent: Intent) -> list[str]:
        found = self._known.get(intent.query)
        if found is None:
            fits = [product for product in self._candidates(intent) if grade(intent, product) == 3]
            fits.sort(key=lambda product: (-product["popularity"], product["id"]))
            found = self._known[intent.query] = [product["id"] for product in fits]
        return found

    def _candidates(self, intent: Intent) -> list[Product]:
        if intent.identifier is not None:
            return self._by_identifier[intent.identifier]
        if intent.category is not None:
            return self._leaves[intent.category]
        return self._by_brand[intent.brand]


def rising_queries(intents: list[Intent]) -> list[Intent]:
    """Those that the last two days ask far more often than before: rare before, evenly chosen."""
    rare = [intent for intent in intents if intent.kind in ("attribute", "torso")]
    rare = sorted(rare, key=lambda intent: intent.weight)[: max(len(rare) // 4, 1)]
    return rare[:: max(len(rare) // _RISING, 1)][:_RISING]


def write_events(
    path: Path, intents: list[Intent], sample: Sample, products: int, seed: int, until: datetime
) -> int:
    """Time TAB user TAB query TAB clicked product's id or nothing; by time; returns the rows.

    About one and a half a product, at least 1,500 and at most 300,000. A user's session is one
    to three queries about the same leaf, minutes apart.
    """
    rows = min(max(products * 3 // 2, _FEWEST), _MOST)
    picks = (Picker(row) for row in draw_rows(seed, _STREAM, _WIDTH))
    clicks = _Clicks(sample)
    events: list[_Event] = []
    events += _risen(rows, intents, clicks, picks)
    events += _personal(rows, picks)
    for event in _sessions(rows, intents, clicks, picks):
        if len(events) == rows:
            break
        events.append((event[0], len(events), *event[2:]))
    events.sort()
    first = until.astimezone(UTC).replace(microsecond=0) - timedelta(days=DAYS)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for second, _, user, query, clicked in events:
            time = first + timedelta(seconds=second)
            file.write(f"{time.isoformat()[:19]}Z\t{user}\t{query}\t{clicked}\n")
    return len(events)


def _user(pick: Picker, rows: int) -> str:
    """One of about a sixth as many users as rows; few of them ask a lot."""
    draw = pick.draw() / 65_536
    return f"u{int(draw * draw * (rows // 4)):06}"


def _moment(pick: Picker, first_day: int, days: int) -> int:
    """A second of one of the days, more likely in the evening than at night."""
    hour = bisect_right(_HOUR_ENDS, pick.draw() * _HOUR_ENDS[-1] >> 16)
    day = first_day + (pick.draw() * days >> 16)
    return day * _DAY + hour * 3600 + (pick.draw() * 3600 >> 16)


_HOUR_ENDS = list(accumulate(_HOURS))


def _clicked(pick: Picker, fits: list[str]) -> str:
    """Six searches in ten end with a click, mostly on what is popular."""
    draw, place = pick.draw(), pick.draw()
    return fits[place * place * len(fits) >> 32] if draw < 39_000 else ""


def _sessions(
    rows: int, intents: list[Intent], clicks: _Clicks, picks: Iterator[Picker]
) -> Iterator[_Event]:
    ends = list(accumulate(intent.weight for intent in intents))
    by_category: dict[tuple[str, ...] | None, list[Intent]] = {}
    for intent in intents:
        by_category.setdefault(intent.category, []).append(intent)
    for pick in picks:
        place = (pick.draw() << 16 | pick.draw()) / 2**32 * ends[-1]
        intent = intents[min(bisect_right(ends, place), len(intents) - 1)]
        user, second = _user(pick, rows), _moment(pick, 0, DAYS)
        for turn in range((1, 1, 2, 3)[pick.draw() >> 14]):
            if turn:
                second += 20 + (pick.draw() * 240 >> 16)
                intent = _related(pick, intent, by_category)
            # The last minutes of the last day have no room for a long session.
            yield (
                min(second, DAYS * _DAY - 1),
                0,
                user,
                intent.query,
                _clicked(pick, clicks.of(intent)),
            )


def _related(
    pick: Picker, intent: Intent, by_category: dict[tuple[str, ...] | None, list[Intent]]
) -> Intent:
    others = by_category[intent.category]
    if intent.corrected is not None:
        for other in others:
            if other.query == intent.corrected:
                return other
    return others[pick.draw() * len(others) >> 16] if intent.category is not None else intent


def _risen(
    rows: int, intents: list[Intent], clicks: _Clicks, picks: Iterator[Picker]
) -> Iterator[_Event]:
    for place, intent in enumerate(rising_queries(intents)):
        for _ in range(max(rows // (250 + 50 * place), 8)):
            pick = next(picks)
            second = _moment(pick, DAYS - RISING_DAYS, RISING_DAYS)
            yield second, place, _user(pick, rows), intent.query, _clicked(pick, clicks.of(intent))


def _personal(rows: int, picks: Iterator[Picker]) -> Iterator[_Event]:
    """Lines that must never become suggestions: each by one to three users, some many times."""
    for place, line in enumerate(_PERSONAL):
        users = [_user(next(picks), rows) for _ in range(1 + place % 3)]
        for turn in range(2 + place):
            yield _moment(next(picks), 0, DAYS), turn, users[turn % len(users)], line, ""
