"""The application, made by a factory: nothing happens at import."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI, Response
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from app.announcements import Announcement, Announcements
from app.api import admin, health, problems, products, search, suggest
from app.middleware import RequestFrame
from app.service import Service
from app.settings import Settings
from app.version import code_version

_WEB = Path(__file__).parent / "web"
_CSP = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'"


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service of one worker; settings come from the environment if not given."""
    settings = settings or Settings()  # type: ignore[call-arg]
    app = FastAPI(
        title="Vitrina",
        version=code_version(),
        description="E-commerce search and ranking. Errors are problem JSON (RFC 9457).",
        lifespan=_lifespan,
    )
    app.state.service = Service.of(settings)
    problems.install(app)
    for part in (search, suggest, products, admin, health):
        app.include_router(part.router)
    _add_page(app)
    if settings.gzip_min_bytes:
        app.add_middleware(GZipMiddleware, minimum_size=settings.gzip_min_bytes, compresslevel=1)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=list(settings.cors_origins), allow_methods=["GET", "POST"]
        )
    app.add_middleware(
        RequestFrame, max_body_bytes=settings.max_body_bytes, access_log=settings.access_log
    )
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    logging.getLogger("vitrina").setLevel(service.settings.log_level.upper())
    await asyncio.to_thread(service.generations.start)
    listening = _listen(service) if service.settings.redis_url else None
    yield
    if listening is not None:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
    await asyncio.to_thread(service.generations.close)
    service.searcher.close()
    await service.cache.close()


def _listen(service: Service) -> "asyncio.Task[None]":
    """Hear of new generations at once; polling stays as the fallback."""
    announcements = Announcements(str(service.settings.redis_url))

    async def heard(_: Announcement) -> None:
        service.generations.look_now()

    async def listen() -> None:
        try:
            await announcements.listen(heard)
        finally:
            await announcements.close()

    return asyncio.create_task(listen())


def _add_page(app: FastAPI) -> None:
    """The page at /: a search box for looking at one's own shop."""
    for address, name, media_type in (
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/page.js", "page.js", "text/javascript; charset=utf-8"),
        ("/page.css", "page.css", "text/css; charset=utf-8"),
    ):
        body = (_WEB / name).read_bytes()
        headers = {"Content-Security-Policy": _CSP, "Cache-Control": "max-age=60"}

        def page(
            body: bytes = body, media_type: str = media_type, headers: dict[str, str] = headers
        ) -> Response:
            return Response(body, media_type=media_type, headers=headers)

        app.add_api_route(address, page, include_in_schema=False, response_model=None)
