"""Events in: read, told apart, marked, written down; only then answered."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from secrets import token_bytes
from typing import Any, Final

from app.errors import Fault, StateUnavailableError
from app.events.bots import BY_AGENT, BY_RATE, SHOPPER, Rates, is_crawler
from app.events.event import MONEY_TYPES, Event, happened_at, read_event, unknown_names
from app.events.pseudonyms import Pseudonyms, event_key
from app.state.journal import StateError
from app.state.rows import Row
from app.state.state import State
from app.telemetry import EVENTS

MAX_BATCH: Final = 1_000
RETRY_S: Final = 5
_MOST_IGNORED: Final = 20
Money = Callable[[str, float, str | None], float | None]
"""Index, amount and currency → the amount in the index's currency; None without a rate."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends events. trusted: the shop's own server. The user agent is looked at, not kept."""

    trusted: bool
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """accepted: kept, and those that say that they must not be (`without_consent`).

    rejected: place in the batch, and what is wrong. ignored: names of fields that no event has, and
    how often they were sent. untrusted: money events that will not count.
    """

    accepted: int
    duplicates: int
    rejected: list[tuple[int, list[Fault]]]
    without_consent: int
    ignored: dict[str, int]
    untrusted: int

    def with_rejected(self, rejected: list[tuple[int, list[Fault]]]) -> "Taken":
        """Where places are counted in another batch."""
        return replace(self, rejected=rejected)


class Intake:
    """clock: seconds since the epoch."""

    def __init__(
        self,
        state: State,
        pseudonyms: Pseudonyms,
        rates: Rates,
        money: Money,
        default_index: str,
        clock: Callable[[], float],
    ) -> None:
        self._state = state
        self._pseudonyms = pseudonyms
        self._rates = rates
        self._money = money
        self._default_index = default_index
        self._clock = clock

    async def take(self, raws: Sequence[object], sender: Sender) -> Taken:
        """Keep what is new and right. Raises StateUnavailableError: nothing was kept then."""
        now = self._clock()
        crawler = is_crawler(sender.user_agent)
        rejected: list[tuple[int, list[Fault]]] = []
        read: list[tuple[int, Event, float]] = []
        ignored: Counter[str] = Counter()
        without_consent = 0
        for at, raw in enumerate(raws):
            event = read_event(raw)
            if isinstance(event, list):
                rejected.append((at, event))
                continue
            when = happened_at(event, now, trusted=sender.trusted)
            if isinstance(when, Fault):
                rejected.append((at, [when]))
                continue
            ignored.update(unknown_names(raw))
            if event.analytics:
                read.append((at, event, when))
            else:
                without_consent += 1
        fresh, keys = self._fresh([event for _, event, _ in read], now)
        rows = [
            self._row(event, key, when, now, sender, crawler)
            for (_, event, when), key in zip(read, fresh, strict=True)
            if key is not None
        ]
        if rows:
            try:
                await self._state.add(rows, keys, now)
            except StateError as error:
                raise StateUnavailableError(
                    f"no event of this request was kept: {error}", (), RETRY_S
                ) from error
        duplicates = len(read) - len(rows)
        _count(rows, duplicates, len(rejected))
        return Taken(
            accepted=len(rows) + without_consent,
            duplicates=duplicates,
            rejected=rejected,
            without_consent=without_consent,
            ignored=dict(ignored.most_common(_MOST_IGNORED)),
            untrusted=sum(event.type in MONEY_TYPES for _, event, _ in read)
            if not sender.trusted
            else 0,
        )

    def _fresh(self, events: Sequence[Event], now: float) -> tuple[list[bytes | None], list[bytes]]:
        """The key of each event, None if it was here before; and the keys of clients' ids."""
        given = [event_key(each.event_id) if each.event_id else None for each in events]
        known = iter(self._state.were_here([key for key in given if key is not None], now))
        fresh: list[bytes | None] = []
        keys: dict[bytes, None] = {}
        for key in given:
            if key is None:
                fresh.append(token_bytes(16))
            elif next(known) or key in keys:
                fresh.append(None)
            else:
                keys[key] = None
                fresh.append(key)
        return fresh, list(keys)

    def _row(
        self, event: Event, key: bytes, at: float, now: float, sender: Sender, crawler: bool
    ) -> Row:
        """In the order of EVENT_COLUMNS."""
        user, session = (
            self._pseudonyms.user(event.user_id),
            self._pseudonyms.session(event.session_id),
        )
        index = event.index or self._default_index
        too_fast = self._rates.is_too_fast(session or user, now) and not sender.trusted
        bot = BY_AGENT if crawler else BY_RATE if too_fast else SHOPPER
        value: Any = event.value
        if value is not None:
            value = self._money(index, value, event.currency and event.currency.upper())
        return (
            key.hex(), at, now, event.type, index, event.query_id, event.product_id,
            event.position, user, session, event.region, value, event.quantity, event.query,
            event.suggestion_id, int(sender.trusted), bot,
        )  # fmt: skip


def _count(rows: Sequence[Row], duplicates: int, rejected: int) -> None:
    if rows:
        EVENTS.labels("accepted").inc(len(rows))
    if duplicates:
        EVENTS.labels("duplicate").inc(duplicates)
    if rejected:
        EVENTS.labels("rejected").inc(rejected)
