"""One search of the service: cache, turn, pipeline, JSON."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from secrets import token_hex
from typing import TypeVar

import orjson

from app.api.encoding import encode_result
from app.api.forced import resolved_forced
from app.cache.result_cache import ResultCache
from app.errors import OverloadedError, refused
from app.events.exposed import exposed
from app.events.impressions import Asker, shown_of
from app.events.memory import Memory
from app.generations import Generations
from app.personal import personalised
from app.rule_decisions import with_decision
from app.settings import Settings
from app.telemetry import (
    CACHE,
    CACHE_CIRCUIT_OPEN,
    CACHE_ERRORS,
    DEGRADED,
    INFLIGHT,
    OVERLOADED,
    STAGE_SECONDS,
    ZERO_RESULTS,
)
from app.traffic import Traffic
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search
from ranking.search.several import search_several

Work = TypeVar("Work")
FAULTS = frozenset({"ranker_failed", "model_incompatible"})
"""Reasons for a degraded answer that someone has to see to."""
_OF_ONE = ("budget_ms", "session_id", "user_id", "situation", "decision", "profile", "lacking")
"""Of a request: not in the key as they are."""
_KEYED = tuple(each.name for each in fields(SearchRequest) if each.name not in _OF_ONE)
log = logging.getLogger("vitrina.search")


@dataclass(frozen=True, slots=True)
class Asked:
    """One of several searches. other: all that its JSON depends on beside the request.

    query_id: hexadecimal, at least 8 digits. asker: whose impression is logged; None logs nothing.
    """

    request: SearchRequest
    other: bytes
    query_id: str
    asker: Asker | None


class Searcher:
    """Answers searches of one worker; the pool's size is one setting (docs/configuration.md)."""

    def __init__(
        self,
        settings: Settings,
        generations: Generations,
        cache: ResultCache,
        memory: Memory,
        traffic: Traffic,
    ) -> None:
        self._settings = settings
        self._memory = memory
        self._impressions = memory.impressions
        self._traffic = traffic
        self._generations = generations
        self._cache = cache
        self._cache_errors = 0
        self._circuit_open = False
        self._waiting = 0
        self._logged: set[tuple[str, str]] = set()
        threads = settings.threads
        self._pool = ThreadPoolExecutor(threads, "search") if threads else None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    async def answer(
        self,
        index: str,
        request: SearchRequest,
        policy: str | None = None,
        preview: str | None = None,
        asker: Asker | None = None,
    ) -> bytes:
        """The answer as JSON. The generation is taken once and passed down.

        policy: one of the index's named policies; None: its own. preview: a kept snapshot or
        model, or both, in place of those in force; such answers are not cached. asker: whose
        impression is logged; None logs nothing.
        """
        begun, query_id = time.perf_counter(), token_hex(8)
        if preview is None:
            generation = self._generations.get(index, policy)
            if policy is None and asker is not None:
                generation, asker = exposed(generation, asker)
            generation = self._traffic.over(generation)
        else:
            generation = await self.run(partial(self._generations.preview, index, preview, policy))
            begun = time.perf_counter()  # opening it is none of the search's time
        request = self.checked(request, generation)
        request = personalised(request, asker, generation, self._memory)
        key = _key(generation, request) if preview is None else None
        if key is not None:
            kept = await self._cache.get(key)
            CACHE.labels("miss" if kept is None else "hit").inc()
            self._tell_cache()
            if kept is not None:
                shown_end = kept.index(b"\n")
                return self._signed(
                    query_id, begun, kept[shown_end + 1 :], kept[:shown_end], asker, cached=True
                )
        sampled = self._sampled(query_id, asker)
        result, shown, body = await self.run(partial(_search, request, generation, begun, sampled))
        self._count(index, result)
        self._log_faults(generation, result)
        # What the generation lacks for good is in its id, and no reason not to keep the answer.
        if key is not None and result.degraded == generation.degraded:
            await self._cache.put(key, shown + b"\n" + body, self._lifetime_s(request))
        return self._signed(query_id, begun, body, shown, asker, cached=False)

    def _signed(
        self,
        query_id: str,
        begun: float,
        body: bytes,
        shown: bytes,
        asker: Asker | None,
        *,
        cached: bool,
    ) -> bytes:
        """With the parts of an answer that are never cached; its impression is noted."""
        took_ms = (time.perf_counter() - begun) * 1000
        if asker is not None:
            self._impressions.note(query_id, asker, shown, took_ms, cached=cached)
        return b'{"query_id":"%s","took_ms":%.2f,%s' % (query_id.encode(), took_ms, body[1:])

    def _sampled(self, query_id: str, asker: Asker | None) -> str | None:
        """The id, if the feature rows of this search are logged; ids are evenly distributed."""
        if asker is None:  # nor may answers from the cache name a search that was not logged
            return None
        chosen = int(query_id[:8], 16) < self._settings.features_logged * (1 << 32)
        return query_id if chosen else None

    async def answer_several(
        self,
        generation: Generation,
        asked: Sequence[Asked],
        encode: Callable[[int, SearchResult], bytes],
    ) -> list[bytes]:
        """JSON of each search, without what belongs to one request; what is not cached is searched
        in one turn, where searches of one text share its understanding.

        encode: place and result → JSON.
        """
        begun = time.perf_counter()
        generation = self._traffic.over(generation)
        requests = [
            personalised(
                self.checked(each.request, generation), each.asker, generation, self._memory
            )
            for each in asked
        ]
        pairs = list(zip(requests, asked, strict=True))
        keys = [_key(generation, request, each.other) for request, each in pairs]
        kept = [None if key is None else await self._cache.get(key) for key in keys]
        self._tell_cache()
        missing = [place for place, entry in enumerate(kept) if entry is None]
        CACHE.labels("hit").inc(len(kept) - len(missing))
        CACHE.labels("miss").inc(len(missing))

        def work() -> list[tuple[SearchResult, bytes]]:
            lacking = [_less_waiting(requests[place], begun) for place in missing]
            results = search_several(lacking, generation, time.perf_counter)
            entries = []
            for place, result in zip(missing, results, strict=True):
                sampled = self._sampled(asked[place].query_id, asked[place].asker)
                shown = shown_of(result, requests[place], generation, sampled)
                entries.append((result, shown + b"\n" + encode(place, result)))
            return entries

        made = await self.run(work) if missing else []
        entries = {place: entry for place, entry in enumerate(kept) if entry is not None}
        for place, (result, entry) in zip(missing, made, strict=True):
            entries[place] = entry
            self._count(generation.index, result)
            self._log_faults(generation, result)
            key = keys[place]
            if key is not None and result.degraded == generation.degraded:
                await self._cache.put(key, entry, self._lifetime_s(requests[place]))
        took_ms = (time.perf_counter() - begun) * 1000
        bodies = []
        for place, each in enumerate(asked):
            shown, _, body = entries[place].partition(b"\n")
            bodies.append(body)
            if each.asker is not None:
                cached = kept[place] is not None
                self._impressions.note(each.query_id, each.asker, shown, took_ms, cached=cached)
        return bodies

    async def run(self, work: Callable[[], Work]) -> Work:
        """The work's result, from a search thread. Raises OverloadedError beyond the bound."""
        if self._waiting >= self._settings.max_inflight:
            OVERLOADED.inc()
            raise OverloadedError(
                f"{self._waiting} searches are running or waiting in this worker. Try again in a "
                "second; add workers or replicas if this happens often.", (), 1,
            )  # fmt: skip
        self._waiting += 1
        INFLIGHT.inc()
        try:
            if self._pool is None:
                return work()
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1
            INFLIGHT.dec()

    def checked(self, request: SearchRequest, generation: Generation) -> SearchRequest:
        """What only the settings and the index know: bounds, and the default budget."""
        most, budget_ms = self._settings.max_budget_ms, request.budget_ms
        if budget_ms is None:
            budget_ms = min(self._settings.budget_ms, most)
        if budget_ms > most:
            raise refused("budget_ms", f"is over {most:g}", "Ask for less time.")
        vector, dimension = request.vector, generation.snapshot.encoder.dimension
        if vector is not None and len(vector) != dimension:
            raise refused(
                "vector", f"has {len(vector)} numbers", f"Vectors of this index have {dimension}."
            )
        if request.forced:
            request = replace(request, forced=resolved_forced(request.forced, generation))
        # One spelling: what differs in spaces only is the same search, and the same cache entry.
        request = replace(request, budget_ms=budget_ms, text=" ".join(request.text.split()))
        return with_decision(request, generation, self._settings.redirect_hosts, time.time())

    def _lifetime_s(self, request: SearchRequest) -> int:
        """Of a cached answer: it ends when time alone may let other rules fire."""
        left = request.decision.until - time.time()
        return int(min(self._settings.cache_ttl_s, max(left, 0.0)))

    def _tell_cache(self) -> None:
        stats = self._cache.stats
        if stats.errors != self._cache_errors:
            CACHE_ERRORS.inc(stats.errors - self._cache_errors)
            self._cache_errors = stats.errors
        if stats.circuit_open != self._circuit_open:
            CACHE_CIRCUIT_OPEN.set(stats.circuit_open)
            self._circuit_open = stats.circuit_open

    def _log_faults(self, generation: Generation, result: SearchResult) -> None:
        """Each kind once a generation: what is wrong with every search must not fill the log."""
        for reason in result.degraded:
            kind = reason.partition(":")[0]
            if kind in FAULTS and (generation.id, kind) not in self._logged:
                self._logged.add((generation.id, kind))
                log.error("%s: %s", generation.index, reason)

    @staticmethod
    def _count(index: str, result: SearchResult) -> None:
        for stage in result.stages:
            if stage.skipped is None:
                STAGE_SECONDS.labels(stage.name).observe(stage.ms / 1000)
        for reason in result.degraded:
            DEGRADED.labels(reason.partition(":")[0]).inc()
        if not result.total:
            ZERO_RESULTS.labels(index).inc()


def _search(
    request: SearchRequest, generation: Generation, arrived: float, sampled: str | None
) -> tuple[SearchResult, bytes, bytes]:
    """The result, what an impression tells of it, and the answer."""
    result = search(_less_waiting(request, arrived), generation, time.perf_counter)
    shown = shown_of(result, request, generation, sampled)
    # How many products each stage saw tells of those that the asker must not see.
    told = replace(result, stages=()) if request.forced else result
    return result, shown, encode_result(told, generation)


def _less_waiting(request: SearchRequest, arrived: float) -> SearchRequest:
    """Time spent waiting for a free thread is taken off the budget: under overload answers get
    cheaper before they get late.
    """
    waited_ms = (time.perf_counter() - arrived) * 1000
    return replace(request, budget_ms=max(0.0, (request.budget_ms or 0.0) - waited_ms))


def _key(generation: Generation, request: SearchRequest, other: bytes = b"") -> bytes | None:
    """Generation and normalised request; None for what is never cached.

    Who asks from where changes nothing about an answer but which rules fire, which is in the key
    (what they say is in the generation's id), and what their profile says in this generation, whose
    digest is; the budget only whether it is degraded, which is not cached. Clauses are joined by
    *and*: their order means nothing.

    other: all else that the answer depends on.
    """
    if request.vector is not None or request.explain:
        return None
    facts = {name: getattr(request, name) for name in _KEYED}
    facts["profile"] = "none" if request.profile is None else request.profile.digest
    facts["filters"] = sorted(map(repr, request.filters))
    facts["preferred"] = list(map(repr, request.preferred))
    facts["rules"] = request.decision.fired
    facts["forced"] = sorted(map(repr, request.forced))
    raw = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS) + other
    return (
        f"{generation.id}:{generation.epoch}:".encode()
        + hashlib.blake2b(raw, digest_size=16).digest()
    )
