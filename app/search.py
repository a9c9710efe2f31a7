"""One search of the service: cache, turn, pipeline, JSON."""

import asyncio
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from secrets import token_hex

import orjson

from app.cache import ResultCache
from app.encoding import encode_result
from app.errors import Fault, InvalidRequestError, OverloadedError
from app.generations import Generations
from app.settings import Settings
from app.telemetry import (
    CACHE,
    CACHE_ERRORS,
    DEGRADED,
    INFLIGHT,
    OVERLOADED,
    STAGE_SECONDS,
    ZERO_RESULTS,
)
from ranking.generation import Generation
from ranking.pipeline import search
from ranking.request import SearchRequest
from ranking.result import SearchResult

MAX_DEPTH = 1_000
"""Products that can be paged through: page times page size."""


class Searcher:
    """Answers searches of one worker; the pool's size is one setting (docs/configuration.md)."""

    def __init__(self, settings: Settings, generations: Generations, cache: ResultCache) -> None:
        self._settings = settings
        self._generations = generations
        self._cache = cache
        self._waiting = 0
        threads = settings.threads
        self._pool = ThreadPoolExecutor(threads, "search") if threads else None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    async def answer(self, index: str, request: SearchRequest) -> bytes:
        """The answer as JSON. The generation is taken once and passed down."""
        begun = time.perf_counter()
        generation = self._generations.get(index)
        request = self._checked(request, generation)
        key = _key(generation, request)
        if key is not None:
            kept = await self._cache.get(key)
            CACHE.labels("miss" if kept is None else "hit").inc()
            CACHE_ERRORS.set(self._cache.stats.errors)
            if kept is not None:
                return _signed(kept, begun)
        result = await self._run(request, generation)
        self._count(index, result)
        body = encode_result(result, generation)
        if key is not None and not result.degraded:
            await self._cache.put(key, body, self._settings.cache_ttl_s)
        return _signed(body, begun)

    async def _run(self, request: SearchRequest, generation: Generation) -> SearchResult:
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
                return search(request, generation, time.perf_counter)
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._pool, search, request, generation, time.perf_counter
            )
        finally:
            self._waiting -= 1
            INFLIGHT.dec()

    def _checked(self, request: SearchRequest, generation: Generation) -> SearchRequest:
        """What only the settings and the index know: bounds, and the default budget."""
        settings = self._settings
        if len(request.text) > settings.max_query_chars:
            raise _refused(
                "q", f"has {len(request.text):,} characters",
                f"Send at most {settings.max_query_chars}.",
            )  # fmt: skip
        if request.page * request.page_size > MAX_DEPTH:
            raise _refused(
                "page", f"page × page_size is over {MAX_DEPTH:,}",
                "Narrow the search with filters instead of paging deeper.",
            )  # fmt: skip
        budget_ms = settings.budget_ms if request.budget_ms is None else request.budget_ms
        if budget_ms > settings.max_budget_ms:
            raise _refused("budget_ms", f"is over {settings.max_budget_ms:g}", "Ask for less time.")
        vector, dimension = request.vector, generation.snapshot.encoder.dimension
        if vector is not None and len(vector) != dimension:
            raise _refused(
                "vector", f"has {len(vector)} numbers", f"Index vectors have {dimension}."
            )
        return replace(request, budget_ms=budget_ms)

    @staticmethod
    def _count(index: str, result: SearchResult) -> None:
        for stage in result.stages:
            if stage.skipped is None:
                STAGE_SECONDS.labels(stage.name).observe(stage.ms / 1000)
        for reason in result.degraded:
            DEGRADED.labels(reason.partition(":")[0]).inc()
        if not result.total:
            ZERO_RESULTS.labels(index).inc()


def _refused(where: str, what: str, remedy: str) -> InvalidRequestError:
    return InvalidRequestError(f"{where}: {what}. {remedy}", [Fault(where, what, remedy)])


def _key(generation: Generation, request: SearchRequest) -> bytes | None:
    """Generation and normalised request; None for what is never cached."""
    if request.vector is not None or request.explain or request.user_id is not None:
        return None
    facts = asdict(request)
    del facts["budget_ms"], facts["session_id"]
    facts |= {"text": " ".join(request.text.split()), "filters": repr(request.filters)}
    raw = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    return f"{generation.id}:".encode() + hashlib.blake2b(raw, digest_size=16).digest()


def _signed(body: bytes, begun: float) -> bytes:
    """The parts of an answer that are never cached."""
    took_ms = (time.perf_counter() - begun) * 1000
    return b'{"query_id":"%s","took_ms":%.2f,%s' % (token_hex(8).encode(), took_ms, body[1:])
