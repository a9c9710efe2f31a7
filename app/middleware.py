"""Around every request: its id, size and time, one log line, an answer if all else fails."""

import asyncio
import logging
import time
from secrets import token_hex

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import INTERNAL, KINDS, TOO_LONG, Kind, problem
from app.errors import BodyTooLargeError, BodyTooSlowError
from app.telemetry import REQUEST_SECONDS, REQUESTS

BODY_WITHIN_S = 10.0
"""For a request's whole body: one that drips holds a connection, and the service's end."""
MAX_URL_BYTES = 32_768
"""Path and query string; a filter list of this size is better sent as a JSON body."""
_MAX_ID = 100
_GONE = 499  # nobody waits for the answer any more; nginx counts it so
_QUIET = {"/healthz", "/metrics", "/readyz"}
access = logging.getLogger("vitrina.access")
log = logging.getLogger("vitrina.api")


class RequestFrame:
    """Pure ASGI, so that nothing of the answer is copied."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, access_log: bool, body_s: float = BODY_WITHIN_S
    ) -> None:
        self._app = app
        self._body_s = body_s
        self._max_body_bytes = max_body_bytes
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
            await self._answer(scope, receive, told)
        except ClientDisconnect:
            status = _GONE
        except Exception:
            log.exception("request %s failed", scope["request_id"])
            if status:
                raise  # the answer has begun: the server can only cut it off
            await problem(Request(scope), INTERNAL, _FAILED)(scope, receive, told)
        finally:
            self._count(scope, status, time.perf_counter() - begun)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope)
        if refusal is None and _has_body(scope):
            try:
                async with asyncio.timeout(self._body_s):
                    body = await self._body(receive)
            except TimeoutError:
                refusal = KINDS[BodyTooSlowError], _TOO_SLOW.format(self._body_s)
            else:
                if body is None:
                    refusal = KINDS[BodyTooLargeError], self._too_large()
                else:
                    receive = _replay(body, receive)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await problem(Request(scope), *refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[Kind, str] | None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
            return TOO_LONG, (
                f"the address is over {MAX_URL_BYTES:,} bytes. Send a shorter query, or filters "
                "as JSON with POST /v1/search."
            )
        if _declared_bytes(scope) > self._max_body_bytes:
            return KINDS[BodyTooLargeError], self._too_large()
        return None

    async def _body(self, receive: Receive) -> bytes | None:
        """All of it, or None if it is too large: a length need not be declared, or be true."""
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            part = message.get("body", b"")
            size += len(part)
            if size > self._max_body_bytes:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)

    def _too_large(self) -> str:
        return (
            f"the body is over {self._max_body_bytes:,} bytes. Send less, or raise "
            "VITRINA_MAX_BODY_BYTES."
        )

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


_TOO_SLOW = "the body was not there after {:g} s. Send it at once."
_FAILED = (
    "an error that should not happen. It is in the log under the request id in `instance`; "
    "please report it."
)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body once, then whatever the connection says."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _request_id(scope: Scope) -> str:
    """The caller's, if it is short and plain, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given: str = value.decode("latin-1")
            if given.isascii() and given.isprintable() and 0 < len(given) <= _MAX_ID:
                return given
    return token_hex(8)


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
