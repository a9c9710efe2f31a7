"""Changes sent to a running service, in batches, over one connection."""

import http.client
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

import orjson

from app.changes.asked import MAX_CHANGES
from app.errors import ServiceError
from indexing.catalogue.product import Product
from indexing.catalogue.product_line import line_of

BATCH_BYTES: Final = 900_000
"""Below what a service takes unless it is told otherwise."""
_ATTEMPTS: Final = 8
_LONGEST_WAIT_S: Final = 60.0
_TIMEOUT_S: Final = 60.0
_MOST_TOLD: Final = 1_000


class PushError(ServiceError):
    """The service could not be reached, or did not let us."""


@dataclass(slots=True)
class Pushed:
    """problems: of the first that were refused, each with its product's id."""

    accepted: int = 0
    refused: int = 0
    stale: int = 0
    seq: int = 0
    warnings: int = 0
    problems: list[str] = field(default_factory=list)

    def count(self, answer: dict[str, Any]) -> None:
        self.seq = answer["seq"]
        for item in answer["items"]:
            status = item["status"]
            self.accepted += status == "accepted"
            self.stale += status == "stale"
            self.warnings += "warning" in item
            if status == "rejected":
                self.refused += 1
                if len(self.problems) < _MOST_TOLD:
                    self.problems.append(f"{item['id']}: {item['problem']}")


def put_line(product: Product) -> bytes:
    """One line of a batch. A price without a rate goes in its own currency: the service may know
    one.
    """
    original = product.price_original
    if original is not None and product.price is None:
        amount, currency = original["amount"], original["currency"]
        told = {"price": amount, "currency": currency, "price_original": None}
        product = product.model_copy(update=told)
    return b'{"op":"put","product":' + line_of(product) + b"}"


def delete_line(product_id: str) -> bytes:
    return orjson.dumps({"op": "delete", "id": product_id})


class Pusher:
    """url: of the service. key: its admin key, if it has one."""

    def __init__(
        self,
        url: str,
        index: str,
        key: str | None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connects on first use. Raises PushError for a URL that is none."""
        place = urlsplit(url)
        if place.scheme not in ("http", "https") or not place.hostname:
            raise PushError(f"{url!r} is no address of a service, such as http://127.0.0.1:8080.")
        kind = (
            http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        )
        self._link = kind(place.hostname, place.port, timeout=_TIMEOUT_S)
        self._told = f"{place.scheme}://{place.netloc}"
        self._path = f"{place.path.rstrip('/')}/v1/products/batch?index={quote(index)}"
        self._headers = {"Content-Type": "application/x-ndjson"}
        if key is not None:
            self._headers["X-Admin-Key"] = key
        self._wait = wait

    def push(self, lines: Iterable[bytes]) -> Iterator[Pushed]:
        """What has been sent so far, after each batch. Raises PushError."""
        pushed = Pushed()
        for batch in batches_of(lines, BATCH_BYTES):
            self._send(batch, pushed)
            yield pushed

    def close(self) -> None:
        self._link.close()

    def _send(self, batch: list[bytes], pushed: Pushed) -> None:
        status, body = self._answer(b"\n".join(batch))
        if status == 413 and len(batch) > 1:
            half = len(batch) // 2
            self._send(batch[:half], pushed)
            self._send(batch[half:], pushed)
            return
        try:
            answer = orjson.loads(body)
        except orjson.JSONDecodeError:
            answer = {}
        if status == 413:
            pushed.refused += 1
            pushed.problems.append(f"{batch[0][:80]!r}…: {answer.get('detail', 'is too large')}")
        elif status != 200 or "items" not in answer:
            why = answer.get("detail", f"it answered {status}, and is no Vitrina")
            raise PushError(f"{self._told}: {why}")
        else:
            pushed.count(answer)

    def _answer(self, body: bytes) -> tuple[int, bytes]:
        """Again while the service is away or says 503; a change may be sent twice."""
        why = ""
        for attempt in range(_ATTEMPTS):
            pause = min(0.25 * 2**attempt, _LONGEST_WAIT_S)
            try:
                self._link.request("POST", self._path, body, self._headers)
                answer = self._link.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._link.close()
                why = f"does not answer: {error or type(error).__name__}"
            else:
                if answer.status != 503:
                    return answer.status, content
                why = f"is busy: {content.decode('utf-8', 'replace')[:500]}"
                told = answer.headers.get("Retry-After", "")
                pause = min(float(told), _LONGEST_WAIT_S) if told.isdigit() else pause
            if attempt + 1 < _ATTEMPTS:
                self._wait(pause)
        raise PushError(f"{self._told} {why}. Is it running? --url names another.")


def batches_of(lines: Iterable[bytes], most_bytes: int) -> Iterator[list[bytes]]:
    """Up to MAX_CHANGES lines, and up to so many bytes unless one line is larger."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == MAX_CHANGES or size + len(line) > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += len(line) + 1
    if batch:
        yield batch
