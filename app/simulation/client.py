"""HTTP of simulated shoppers: connections that stay open, services in turn, patience in trouble."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from threading import local
from typing import Any, Final
from urllib.parse import urlencode

import orjson

from app.errors import SimulationError
from app.simulation.services import HOST

_TIMEOUT_S: Final = 60.0
_PATIENCE_S: Final = 120.0
"""A service that is busy, or is started again, is asked again for so long."""
_AGAIN_S: Final = 0.2
_LATER: Final = 503
_AGENT: Final = "simulated-shopper"


class Client:
    """threads: requests at once. key: of the admin, as the shop's own server speaks."""

    def __init__(self, ports: Sequence[int], key: str, threads: int) -> None:
        self.ports = tuple(ports)
        self._key = key
        self._links = local()
        self._opened: list[HTTPConnection] = []
        self._pool = ThreadPoolExecutor(threads, "shopper")

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        for link in self._opened:
            link.close()

    def each(self, work: Callable[[int, Any], Any], items: Sequence[Any]) -> list[Any]:
        """work(place, item) of all, several at once; results in their order."""
        return list(self._pool.map(work, range(len(items)), items))

    def search(self, turn: int, at: float | None = None, **asked: Any) -> dict[str, Any]:
        """turn: which service is asked. at: when it happens, seconds since the epoch."""
        told = {} if at is None else {"X-Happened-At": f"{at:.3f}"}
        return self.ask("GET", f"/v1/search?{urlencode(asked)}", None, turn, told)

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        turn: int = 0,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Asked again while the service is away or says that it is busy: what is sent must bear
        that. Raises SimulationError for any other refusal, or when patience ends.
        """
        port = self.ports[turn % len(self.ports)]
        raw = None if body is None else orjson.dumps(body)
        sent = {"X-Admin-Key": self._key, "User-Agent": _AGENT, **(headers or {})}
        if raw is not None:
            sent["Content-Type"] = "application/json"
        give_up = time.monotonic() + _PATIENCE_S
        while True:
            status, answer = self._once(port, method, path, raw, sent)
            if status == 200:
                found: dict[str, Any] = orjson.loads(answer)
                return found
            if status not in {0, _LATER}:
                told = answer[:500].decode(errors="replace")
                raise SimulationError(f"{method} {path[:200]} was answered {status}: {told}")
            if time.monotonic() > give_up:
                raise SimulationError(f"the service on port {port} did not answer {method} {path}")
            time.sleep(_AGAIN_S)

    def _once(
        self, port: int, method: str, path: str, raw: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Status 0: no answer."""
        links: dict[int, HTTPConnection] = self._links.__dict__.setdefault("links", {})
        link = links.get(port)
        if link is None:
            link = links[port] = HTTPConnection(HOST, port, timeout=_TIMEOUT_S)
            self._opened.append(link)
        try:
            link.request(method, path, raw, dict(headers))
            answer = link.getresponse()
            return answer.status, answer.read()
        except (OSError, HTTPException):
            link.close()  # the next request opens it again
            return 0, b""
