"""What a request may be: length of its address, size and time of its body; and an answer if all
else fails.
"""

import asyncio
import logging

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import INTERNAL, KINDS, TOO_LONG, Kind, problem
from app.errors import BodyTooLargeError, BodyTooSlowError

BODY_WITHIN_S = 10.0
"""For a request's whole body: one that drips holds a connection, and the service's end."""
MAX_URL_BYTES = 32_768
"""Path and query string; a filter list of this size is better sent as a JSON body."""
log = logging.getLogger("vitrina.api")


class RequestLimits:
    """Inside of what adds headers to answers: who is refused here must be able to read why."""

    def __init__(self, app: ASGIApp, max_body_bytes: int, body_s: float = BODY_WITHIN_S) -> None:
        self._app = app
        self._body_s = body_s
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._answer(scope, receive, told)
        except ClientDisconnect:
            raise
        except Exception:
            log.exception("request %s failed", scope["request_id"])
            if begun:
                raise  # the server can only cut it off
            await problem(Request(scope), INTERNAL, _FAILED)(scope, receive, send)

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


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _declared_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
