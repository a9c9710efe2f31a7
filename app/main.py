"""The application, made by a factory: nothing happens at import."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app.api import (
    admin,
    analytics,
    audit,
    events,
    experiments,
    facets,
    health,
    index_facts,
    judgments,
    keys,
    merchandising,
    problems,
    product_changes,
    products,
    push_queries,
    queries,
    query_report,
    rules,
    search,
    suggest,
    synonyms,
    ubi,
    wanted,
)
from app.api.algolia import routes as algolia
from app.api.examples import show_examples
from app.api.security import show_scopes
from app.cors import Cors
from app.jobs.schedule import learn_when_due
from app.middleware import RequestFrame
from app.pages import add_pages
from app.request_limits import RequestLimits
from app.server.server import is_ending
from app.service import Service
from app.settings import Settings, load_settings
from app.telemetry import count_open_files
from app.version import code_version

_FILES_EVERY_S = 5.0
log = logging.getLogger("vitrina.main")
_DESCRIPTION = """
Every answer comes from one generation (snapshot and model) of one index, which it names.
Counts agree with hits: totals, facets, sorting and paging use the same match set, in products
(groups of variants).

Errors are problem JSON (RFC 9457): what is wrong, where, and what to do. Unknown parameters are
refused, so that typing errors are seen. Every answer has an `X-Request-ID`: yours, if you sent one.
"""
_PARTS = (
    experiments,
    search, facets, suggest, queries, products, product_changes, events, admin, analytics, rules,
    synonyms, health, ubi, wanted, index_facts, judgments, keys,
    merchandising, query_report,
)  # fmt: skip
_TAGS = [
    {"name": "search", "description": "Search and browse."},
    {"name": "suggestions", "description": "While the shopper types, before, beside and after."},
    {"name": "products", "description": "One product, and those like it."},
    {"name": "events", "description": "What shoppers did."},
    {"name": "admin", "description": "Builds and snapshots. With a key, or from this machine."},
    {"name": "rules", "description": "Merchandising: what people decide about results."},
    {"name": "operation", "description": "For whoever runs the service."},
]


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service of one worker; settings come from the environment if not given."""
    settings = settings or load_settings()
    app = FastAPI(
        title="Vitrina",
        version=code_version(),
        summary="E-commerce search and ranking.",
        description=_DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        openapi_tags=_TAGS,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = Service.of(settings)
    problems.install(app)
    for part in _PARTS:
        app.include_router(part.router)
    app.include_router(keys.own)
    app.include_router(audit.router)
    app.include_router(push_queries.router)
    app.include_router(algolia.router)
    show_scopes(app)
    show_examples(app)
    add_pages(app)
    if settings.gzip_min_bytes:
        app.add_middleware(GZipMiddleware, minimum_size=settings.gzip_min_bytes, compresslevel=1)
    app.add_middleware(RequestLimits, max_body_bytes=settings.max_body_bytes)
    app.add_middleware(Cors, origins=settings.cors_origins, keyring=app.state.service.keyring)
    app.add_middleware(RequestFrame, access_log=settings.access_log)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    await asyncio.to_thread(service.generations.start)
    await _wait_for_neighbours(service)
    await service.memory.start()
    if service.live is not None:
        service.live.start()
    await asyncio.to_thread(service.changes.check)
    tasks = [
        asyncio.create_task(_count_files()),
        asyncio.create_task(service.memory.write_impressions()),
        asyncio.create_task(service.traffic.follow()),
    ]
    if service.settings.learn_every_h:
        tasks.append(asyncio.create_task(learn_when_due(service)))
    if service.settings.redis_url:
        tasks.append(_listen(service))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    if service.live is not None:
        await asyncio.to_thread(service.live.close)
    await asyncio.to_thread(service.generations.close)
    service.searcher.close()
    await service.memory.close()
    await asyncio.to_thread(service.changes.close)
    await service.cache.close()
    await service.key_rates.close()


async def _wait_for_neighbours(service: Service) -> None:
    """One view per machine: a worker that cannot open what others serve does not listen yet."""
    told: dict[str, str] = {}
    while (lacking := await asyncio.to_thread(service.generations.lacking)) and not is_ending():
        if lacking != told:
            log.error("taking no requests until this can be opened: %s", lacking)
            told = lacking
        await asyncio.sleep(service.settings.poll_s)


def _listen(service: Service) -> "asyncio.Task[None]":
    """Hear of new generations at once; polling stays as the fallback."""
    from app.announcements import Announcement, Announcements  # Redis's client is slow to import

    announcements = Announcements(str(service.settings.redis_url))

    async def heard(_: Announcement) -> None:
        service.generations.look_now()

    async def listen() -> None:
        try:
            await announcements.listen(heard, service.generations.look_now)
        finally:
            await announcements.close()

    return asyncio.create_task(listen())


async def _count_files() -> None:
    while True:
        count_open_files()
        await asyncio.sleep(_FILES_EVERY_S)
