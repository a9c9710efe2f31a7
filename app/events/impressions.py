"""Impressions: what searches showed, to whom and where. Best effort: a search waits for none.

What is the same for everybody who gets an answer (`shown_of`) is made with it and kept beside it in
the cache; who asked, when, and how fast is noted by the request and joined when it is written down.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from app.events.bots import BY_AGENT, BY_RATE, SHOPPER, Rates, is_crawler
from app.events.pseudonyms import Pseudonyms
from app.state.journal import StateError
from app.state.rows import Row
from app.state.state import State
from app.telemetry import IMPRESSIONS
from indexing.query_log.personal import is_personal
from ranking.features.features import definition_hash
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult

MOST_WAITING: Final = 10_000
EVERY_S: Final = 0.1
PERSONAL: Final = "(personal)"
"""In place of a query that may hold an address or a number of somebody."""
_UNDERSTOOD: Final = (
    "corrected",
    "terms",
    "categories",
    "kinds",
    "identifier",
    "filters",
    "denied",
)
_A_LINE: Final = 500
log = logging.getLogger("vitrina.events")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who searches, as the request says; of the user agent only whether it is a crawler's.

    at: when, in seconds since the epoch, if the shop's own server told; None: now.
    exposed: experiment → variant that answers them, for those that count; where two share the page
    the answer tells whose each product is. personal: whether what they looked at
    lately may change the answer.
    """

    user_id: str | None = None
    session_id: str | None = None
    region: str | None = None
    user_agent: str = ""
    at: float | None = None
    exposed: Mapping[str, str] = field(default_factory=dict)
    personal: bool = True


@dataclass(frozen=True, slots=True)
class _Noted:
    query_id: str
    at: float
    asker: Asker
    shown: bytes
    took_ms: float
    cached: bool


def shown_of(
    result: SearchResult, request: SearchRequest, generation: Generation, sampled: str | None
) -> bytes:
    """JSON of the columns that do not depend on who asks; one line.

    sampled: the query id of this search, if its feature rows are to be kept.
    """
    understood = {name: result.query[name] for name in _UNDERSTOOD if result.query.get(name)}
    facts: dict[str, Any] = {
        "shop": generation.index,
        "query": request.text,
        "understood": understood or None,
        "generation": generation.id,
        "model": generation.ranker.name,
        "policy": generation.policy_name,
        "facts": None if generation.facts is None else generation.facts.id,
        "profile": None if request.profile is None else request.profile.digest,
        "page": result.page,
        "page_size": result.page_size,
        "sorted": int(request.sort is not None),
        "filtered": int(bool(request.filters or request.forced)),
        "total": result.total,
        "level": result.relaxed.level if result.relaxed is not None else 0,
        "degraded": int(bool(result.degraded)),
        "products": [hit.id for hit in result.hits],
        "channels": ["+".join(channel.name for channel in hit.channels) for hit in result.hits],
    }
    if result.teams:
        facts["teams"] = result.teams
    first = (result.page - 1) * result.page_size + 1
    marks = {str(first + place): mark for place, mark in enumerate(result.marks) if mark}
    marks |= {  # what a rule put there was not put there by a budget
        str(first + place): hit.placed.kind
        for place, hit in enumerate(result.hits)
        if hit.placed is not None
    }
    if marks:
        facts["marks"] = marks
    if sampled is not None and result.features is not None:
        facts["features"] = {
            "of": sampled,
            "definitions": definition_hash(),
            "rows": result.features,
        }
    return orjson.dumps(facts, option=orjson.OPT_SERIALIZE_NUMPY)


class Impressions:
    """At most 10,000 wait to be written; what comes then is dropped and counted.

    clock: seconds since the epoch.
    """

    def __init__(self, events_a_minute: int, clock: Callable[[], float] = time.time) -> None:
        self._waiting: deque[_Noted] = deque()
        self._rates = Rates(events_a_minute)
        self._clock = clock
        self._writing = asyncio.Lock()
        self._told = ""

    def note(
        self,
        query_id: str,
        asker: Asker,
        shown: bytes,
        took_ms: float,
        *,
        cached: bool,
    ) -> None:
        """Costs a microsecond; never raises."""
        if len(self._waiting) >= MOST_WAITING:
            IMPRESSIONS.labels("dropped").inc()
            return
        at = self._clock() if asker.at is None else asker.at
        self._waiting.append(_Noted(query_id, at, asker, shown, took_ms, cached))

    async def write(self, state: State, pseudonyms: Pseudonyms) -> None:
        """Write down what waits, in a thread. Never raises."""
        async with self._writing:
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), _A_LINE))]
                work = asyncio.ensure_future(
                    asyncio.to_thread(self._write, some, state, pseudonyms)
                )
                try:
                    await asyncio.shield(work)
                except asyncio.CancelledError:
                    await work  # nobody may write there, or close it, beside the thread
                    raise

    def _write(self, some: list[_Noted], state: State, pseudonyms: Pseudonyms) -> None:
        try:
            state.log([self._row(noted, pseudonyms) for noted in some])
        except StateError as error:
            IMPRESSIONS.labels("dropped").inc(len(some))
            if str(error) != self._told:  # once, not ten times a second
                self._told = str(error)
                log.error("impressions are dropped: %s", error)
            return
        self._told = ""
        IMPRESSIONS.labels("logged").inc(len(some))

    def _row(self, noted: _Noted, pseudonyms: Pseudonyms) -> Row:
        """In the order of IMPRESSION_COLUMNS."""
        shown, asker = orjson.loads(noted.shown), noted.asker
        user, session = pseudonyms.user(asker.user_id), pseudonyms.session(asker.session_id)
        too_fast = self._rates.is_too_fast(session or user, noted.at)
        crawler = is_crawler(asker.user_agent)
        query, understood = shown["query"], shown["understood"]
        if is_personal(query):
            query, understood = PERSONAL, None
        features = shown.get("features")
        if features is not None and noted.cached:
            features = {"of": features["of"]}  # its rows are logged with the search that made them
        return (
            noted.query_id, noted.at, shown["shop"], query, _json(understood), user, session,
            asker.region, shown["generation"], shown["model"], shown["policy"],
            shown.get("facts"), shown.get("profile"), shown["page"], shown["page_size"],
            shown["sorted"],
            shown["filtered"], shown["total"], shown["level"], round(noted.took_ms, 2),
            int(noted.cached), shown["degraded"],
            BY_AGENT if crawler else BY_RATE if too_fast else SHOPPER,
            _json(shown["products"]), _json(shown.get("marks")), _json(features),
            _json(_exposures(asker.exposed, shown.get("teams"))), _json(shown.get("channels")),
        )  # fmt: skip


def _exposures(exposed: Mapping[str, str], teams: list[str] | None) -> dict[str, Any] | None:
    """Where two share the page, whose each product is; of a page that does not tell, nothing."""
    told = {name: variant or teams for name, variant in exposed.items() if variant or teams}
    return told or None


def _json(value: Any) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
