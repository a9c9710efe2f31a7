"""What machines tell each other of events: a Redis stream, beside each machine's own archive.

Nobody who sends an event waits for Redis: it is acknowledged when this machine has it. Whoever
sweeps puts what is new into an outbox, in the transaction that archives it, tells it to the stream
when Redis answers, and takes in what other machines told. Rows are known by their keys, so telling
twice changes nothing.
"""

import logging
import time
from collections.abc import Sequence
from secrets import token_hex
from typing import Any, Final

import orjson

from app.append_only_file import AppendOnlyFile
from app.redis import BACKEND_ERRORS, sync_client
from app.state.archive import Archive
from app.state.profiles import Profiles
from app.state.rows import FIRST_WIDTHS, TABLES

STREAM: Final = "vitrina:events"
TIMEOUT_S: Final = 0.5
AGAIN_S: Final = 5.0
MOST_ENTRIES: Final = 100_000
"""Of the stream, of up to 200 lines each; the oldest go."""
AT_ONCE: Final = 50
_MACHINE: Final = "machine"
_HEARD: Final = "heard"
log = logging.getLogger("vitrina.state")


class Exchange:
    """Of the process that sweeps. most_waiting: entries of the outbox; beyond it the oldest are
    not told to others any more (this machine has them). Not for threads.
    """

    def __init__(
        self,
        url: str,
        archive: Archive,
        most_waiting: int = MOST_ENTRIES,
        profiles: Profiles | None = None,
    ) -> None:
        self._client = sync_client(url, TIMEOUT_S, max_connections=1)
        self._file = AppendOnlyFile(self._client, TIMEOUT_S)
        self._archive = archive
        self._profiles = profiles
        self._most_waiting = most_waiting
        self._again_at = 0.0
        self._away = False
        self._told_durability = False
        archive.keep_outbox()
        self._machine = archive.remembered(_MACHINE) or token_hex(8)
        archive.remember(_MACHINE, self._machine)

    def run(self) -> None:
        """Tell and hear all there is, if Redis answers; else again in 5 seconds."""
        if time.monotonic() < self._again_at:
            return
        try:
            self._check_durability()
            while self._tell():
                pass
            while self._hear():
                pass
        except BACKEND_ERRORS as error:
            self._again_at = time.monotonic() + AGAIN_S
            if not self._away:
                log.warning("Redis does not take events, they wait on this disk: %s", error)
            self._away = True
            self._archive.bound_outbox(self._most_waiting)
            return
        if self._away:
            log.info("Redis takes events again")
        self._away = False

    def close(self) -> None:
        self._client.close()

    def _tell(self) -> bool:
        waiting = self._archive.outbox(AT_ONCE)
        if not waiting:
            return False
        self._file.make_whole()
        pipe: Any = self._client.pipeline(transaction=False)
        for _, payload in waiting:
            told = {"machine": self._machine, "rows": payload}
            pipe.xadd(STREAM, told, maxlen=MOST_ENTRIES, approximate=True)
        pipe.execute()
        self._archive.drop_told(waiting[-1][0])
        return True

    def _hear(self) -> bool:
        after = self._archive.remembered(_HEARD) or "0-0"
        answer: Any = self._client.xread({STREAM: after}, count=AT_ONCE)
        if not answer:
            return False
        entries = answer[0][1]
        machine = self._machine.encode()
        payloads = [
            told[b"rows"]
            for _, told in entries
            if told.get(b"machine") != machine and b"rows" in told
        ]
        told_rows = _readable(payloads)
        self._archive.take_told(told_rows, _HEARD, entries[-1][0].decode())
        if self._profiles is not None:
            for each in told_rows:
                self._profiles.note(each.get("events", []))
                for _, key, until in each.get("forget", []):
                    self._profiles.forget([key], until)
        return True

    def _check_durability(self) -> None:
        """Once: without an append-only file, a Redis that is killed forgets what others lack."""
        if self._told_durability:
            return
        facts: Any = self._client.info("persistence")
        self._told_durability = True
        if not facts.get("aof_enabled"):
            log.warning(
                "Redis runs without its append-only file (appendonly no): if it is killed, other "
                "machines lack the events that they had not read yet"
            )


def _readable(payloads: Sequence[bytes]) -> list[dict[str, Any]]:
    """Less what no Vitrina wrote."""
    found = []
    for payload in payloads:
        try:
            told = orjson.loads(payload)
        except orjson.JSONDecodeError:
            continue
        if isinstance(told, dict) and all(
            isinstance(rows, list) and _fit(name, rows) for name, rows in told.items()
        ):
            found.append(told)
        else:
            log.error("an entry of %s is none of ours and was left out", STREAM)
    return found


def _fit(name: str, rows: list[Any]) -> bool:
    most = 3 if name == "forget" else len(TABLES.get(name, ()))
    least = FIRST_WIDTHS.get(name, most)
    return most > 0 and all(isinstance(row, list) and least <= len(row) <= most for row in rows)
