"""Around every request: its id, one line in the log, what is counted of it."""

import logging
import time
from secrets import token_hex

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.telemetry import REQUEST_SECONDS, REQUESTS

_MAX_ID = 100
_GONE = 499  # nobody waits for the answer any more; nginx counts it so
_QUIET = {"/healthz", "/metrics", "/readyz"}
access = logging.getLogger("vitrina.access")


class RequestFrame:
    """The outermost. Pure ASGI, so that nothing of the answer is copied."""

    def __init__(self, app: ASGIApp, access_log: bool) -> None:
        self._app = app
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        headless = scope["method"] == "HEAD"
        # A copy: the server must go on seeing HEAD, or it would wait for the body.
        scope = {**scope, "request_id": _request_id(scope)}
        scope["method"] = "GET" if headless else scope["method"]
        status = 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.append((b"x-request-id", scope["request_id"].encode("latin-1")))
            elif headless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, told)
        except ClientDisconnect:
            status = _GONE
        finally:
            self._count(scope, status, time.perf_counter() - begun)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        REQUESTS.labels(route, str(status or 500)).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        if self._access_log and route not in _QUIET:
            ms = round(seconds * 1000, 1)
            told = {"method": scope["method"], "route": route, "status": status, "ms": ms}
            told["request_id"] = scope["request_id"]
            access.info(
                "%s %s %d %.1f ms %s",
                scope["method"], route, status, ms, scope["request_id"], extra=told,
            )  # fmt: skip


def _request_id(scope: Scope) -> str:
    """The caller's, if it is short and plain, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given: str = value.decode("latin-1")
            if given.isascii() and given.isprintable() and 0 < len(given) <= _MAX_ID:
                return given
    return token_hex(8)
