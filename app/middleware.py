"""Around every request: its id, its size, its time, one log line."""

import logging
import time
from secrets import token_hex

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import KINDS, problem
from app.errors import BodyTooLargeError
from app.telemetry import REQUEST_SECONDS, REQUESTS

log = logging.getLogger("vitrina.access")
_MAX_ID = 100


class RequestFrame:
    """Pure ASGI, so that nothing of the answer is copied."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, access_log: bool) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["request_id"] = _request_id(scope)
        begun = time.perf_counter()
        status = 500

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                headers.append((b"x-request-id", scope["request_id"].encode("latin-1")))
            await send(message)

        try:
            if _declared_bytes(scope) > self._max_body_bytes:
                await self._too_large(scope)(scope, receive, told)
            else:
                await self._bounded(scope, receive, told)
        finally:
            self._count(scope, status, time.perf_counter() - begun)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A body without a declared length is counted while it comes."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_body_bytes:
                raise BodyTooLargeError(self._limit_told())
            return message

        await self._app(scope, counted, send)

    def _too_large(self, scope: Scope) -> ASGIApp:
        return problem(Request(scope), KINDS[BodyTooLargeError], self._limit_told())

    def _limit_told(self) -> str:
        return f"the body is over {self._max_body_bytes:,} bytes. Send less, or page."

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unknown")
        REQUESTS.labels(route, str(status)).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        if self._access_log and route not in ("/healthz", "/metrics", "/readyz"):
            log.info(
                "%s %s %d %.1f ms %s",
                scope["method"], scope["path"], status, seconds * 1000, scope["request_id"],
            )  # fmt: skip


def _request_id(scope: Scope) -> str:
    """The caller's, if it is short and plain, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given: str = value.decode("latin-1")
            if given.isascii() and given.isprintable() and 0 < len(given) <= _MAX_ID:
                return given
    return token_hex(8)


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
