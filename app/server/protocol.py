"""HTTP/1.1 of one connection: uvicorn's protocol, with bounds on what it lacks them for."""

import asyncio
import enum
import http
from secrets import token_hex
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.problems import (
    HEADERS_TOO_LARGE,
    MEDIA_TYPE,
    NOT_HTTP,
    REQUEST_TOO_SLOW,
    TOO_LONG,
    Kind,
    problem_body,
)
from app.telemetry import REQUESTS

MAX_HEAD_BYTES = 65_536
"""Of a request's address and headers together; also of what stands between parts of a body."""
MAX_HEADERS = 100
_NOT_TAKEN_S = 30.0
"""For a client to take what is sent to it."""


class Waiting(enum.Enum):
    """For what of the client a connection waits."""

    NOTHING = enum.auto()  # a request is being answered; its body has a limit of its own
    REQUEST = enum.auto()
    HEAD = enum.auto()
    REST = enum.auto()  # of what nobody wants any more: the answer was sent


SECONDS = {Waiting.REQUEST: 5.0, Waiting.HEAD: 10.0, Waiting.REST: 10.0}


class HttpProtocol(HttpToolsProtocol):
    """Refuses heads that are too large, too slow, or no HTTP, with problem JSON, and closes
    connections on which nothing happens. Memory of a connection is bounded by MAX_HEAD_BYTES, the
    body's limit (app/middleware.py), and what the transport reads at once.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._begun = False  # a message, whose end is not there yet
        self._in_body = False
        self._unread = 0  # bytes since the last that were put to use
        self._refused = False
        self._why = _NOT_HTTP
        self._waiting = Waiting.NOTHING
        self._deadline: asyncio.TimerHandle | None = None
        self._stuck: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._deadline, self._stuck):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return  # a client that is still sending would not see an answer to a closed connection
        self._unset_keepalive_if_required()
        self._unread += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # answered as HTTP/1.1; nothing else is spoken here
        except httptools.HttpParserError:
            self._refuse(*self._why)
        else:
            if self._begun and self._unread > MAX_HEAD_BYTES:
                self._refuse(*_TOO_LARGE)
        self._watch()

    # Called by the parser, which ends with an error of its own when one of these raises
    def on_message_begin(self) -> None:
        self._begun, self._in_body, self._unread = True, False, 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_HEAD_BYTES:
            self._why = _TOO_LONG
            raise ValueError("address")

    def on_headers_complete(self) -> None:
        self._check_headers()
        self._in_body, self._unread = True, 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._check_headers()  # a chunked body may be followed by more of them
        self._begun = self._in_body = False
        super().on_message_complete()

    def _check_headers(self) -> None:
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > MAX_HEADERS or size > MAX_HEAD_BYTES:
            self._why = _TOO_LARGE
            raise ValueError("headers")

    # Called by the answer, and by the transport
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._refused and not self._is_answering():
            self.transport.close()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self.loop.call_later(_NOT_TAKEN_S, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()

    def _is_answering(self) -> bool:
        return bool(self.pipeline) or (self.cycle is not None and not self.cycle.response_complete)

    def _watch(self) -> None:
        """Give what is waited for its time, once."""
        if self._refused:
            waiting = Waiting.NOTHING if self._is_answering() else Waiting.REST
        elif self._is_answering():
            waiting = Waiting.NOTHING
        elif self._begun:
            waiting = Waiting.REST if self._in_body else Waiting.HEAD
        else:
            waiting = Waiting.REQUEST
        if waiting is self._waiting:
            return
        self._waiting = waiting
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if waiting in SECONDS:
            self._deadline = self.loop.call_later(SECONDS[waiting], self._too_late)

    def _too_late(self) -> None:
        if self._waiting is Waiting.HEAD:
            self._refuse(*_TOO_SLOW)
            self._watch()
        else:
            self.transport.close()

    def _refuse(self, kind: Kind, detail: str) -> None:
        """Answer, and take no more requests from this connection.

        What was asked before on the same connection is answered first, and this then not at all.
        """
        self._refused = True
        if self.transport.is_closing():
            return
        if self._is_answering():
            if not self._in_body:
                return
            self.cycle.disconnected = True  # it waits for a body that will not come
            self.cycle.message_event.set()
            if self.pipeline or self.cycle.response_started:
                self.transport.close()
                return
            self.cycle.response_complete = True
        REQUESTS.labels("unknown", str(kind.status)).inc()
        self.transport.write(_answer(kind, detail))
        if self.transport.can_write_eof():
            self.transport.write_eof()


def _answer(kind: Kind, detail: str) -> bytes:
    request_id = token_hex(8)
    body = problem_body(kind, detail, request_id)
    head = (
        f"HTTP/1.1 {kind.status} {http.HTTPStatus(kind.status).phrase}\r\n"
        f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        f"x-request-id: {request_id}\r\nconnection: close\r\n\r\n"
    )
    return head.encode("latin-1") + body


_TOO_LARGE = (
    HEADERS_TOO_LARGE,
    f"address and headers are over {MAX_HEAD_BYTES:,} bytes, or {MAX_HEADERS} headers. Send fewer: "
    "cookies of other applications on this host are a frequent cause.",
)
_TOO_LONG = (
    TOO_LONG,
    f"the address is over {MAX_HEAD_BYTES:,} bytes. Send a shorter query, or filters as JSON with "
    "POST /v1/search.",
)
_TOO_SLOW = (
    REQUEST_TOO_SLOW,
    f"address and headers were not there after {SECONDS[Waiting.HEAD]:g} s. Send them at once.",
)
_NOT_HTTP = (
    NOT_HTTP,
    "this is no HTTP/1.1 request that can be read. Check the client, and what is between.",
)
