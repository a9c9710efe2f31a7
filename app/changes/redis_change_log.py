"""The change log of several machines: a Redis stream an index, written by one script a call."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from secrets import token_hex
from typing import Any, Final, Literal, cast

from app.append_only_file import AppendOnlyFile, Script
from app.changes.change_log import (
    ENTRY_BYTES,
    RETRY_AFTER_S,
    VERSIONS_KEPT_MS,
    Accepted,
    Change,
    ChangeLogError,
    Exists,
    HeldVersion,
    Latest,
    LogCopy,
    LogSize,
    NewChange,
    Op,
    Outcome,
    Stale,
    Unknown,
    another_log,
    bytes_of,
    check_room,
)
from app.changes.redis_restore import fill
from app.changes.redis_scripts import APPEND, FIND_NEWER, FORGET
from app.redis import BACKEND_ERRORS, ResponseError, sync_client

KEY_PREFIX: Final = "vitrina:changes"
_AT_ONCE: Final = 1_000
_CHECKED_EVERY_S: Final = 10.0
_FILE_WITHIN_S: Final = 2.0
log = logging.getLogger("vitrina.changes")


class RedisChangeLog:
    """Needs Redis 6.2 or newer with its append-only file."""

    def __init__(
        self,
        url: str,
        max_bytes: int,
        fsync: Literal["os", "always"],
        clock_ms: Callable[[], int],
        timeout_s: float = 5.0,
    ) -> None:
        """Connects on first use."""
        self._client = sync_client(url, timeout_s)
        self._max_bytes = max_bytes
        self._fsync = fsync
        self._clock_ms = clock_ms
        self._checking = threading.Lock()
        self._checked_at: float | None = None
        self._warned = False
        names = {"append": APPEND, "forget": FORGET, "find": FIND_NEWER}
        self._scripts = {
            name: Script(text.replace("ENTRY_BYTES", str(ENTRY_BYTES)))
            for name, text in names.items()
        }
        self._file = AppendOnlyFile(self._client, _FILE_WITHIN_S)

    def check(self, index: str) -> None:
        """Of all indexes. Again after a while: Redis may be restarted with other options."""
        with self._checking:
            now = time.monotonic()
            if self._checked_at is not None and now < self._checked_at + _CHECKED_EVERY_S:
                return
            try:
                facts = self._client.info()
                fsync = self._appendfsync()
            except BACKEND_ERRORS as error:
                raise _away(error) from error
            _check_server(facts, fsync, self._fsync)
            if fsync == "everysec" and not self._warned:
                self._warned = True
                log.warning(
                    "Redis runs with appendfsync everysec: if it is killed while its disk is slow, "
                    "up to 2 s of acknowledged changes are lost. Set appendfsync always."
                )
            self._checked_at = now

    def append(
        self, index: str, asked: Sequence[NewChange], exists: Exists, folded: int = 0
    ) -> list[Outcome]:
        self.check(index)
        ids = list({each.product_id: None for each in asked if each.op != "put"})
        there = dict(zip(ids, exists(ids), strict=True))
        size = sum(map(bytes_of, asked))
        values: list[Any] = [self._clock_ms(), folded, self._max_bytes, size, token_hex(8)]
        for each in asked:
            version = "" if each.version is None else each.version
            known = int(there.get(each.product_id, False))
            values += (each.op, each.product_id, each.body or b"", version, known)
        told = self._run("append", index, values)
        if told and told[0] == b"full":
            check_room(index, int(told[1]), int(told[2]), size, self._max_bytes)
        return [_outcome(int(number)) for number in told]

    def read(self, index: str, after: int, limit: int) -> list[Change]:
        try:
            rows = self._client.xrange(_keys(index)[0], min=f"({after}-0", count=limit)
        except BACKEND_ERRORS as error:
            raise _away(error) from error
        return [_change(entry_id, fields) for entry_id, fields in cast(list[Any], rows)]

    def last(self, index: str) -> int:
        return int(self._facts(index, "last")[0] or 0)

    def latest(self, index: str, product_id: str) -> Latest | None:
        try:
            told = cast(bytes | None, self._client.hget(_keys(index)[1], product_id))
        except BACKEND_ERRORS as error:
            raise _away(error) from error
        op, version, seq, _ = (told or b"|||").decode().split("|")
        return Latest(cast(Op, op), int(version) if version else None, int(seq)) if op else None

    def newer_than(self, index: str, at_ms: int) -> int:
        after = 0
        while told := self._run("find", index, [after, _AT_ONCE, at_ms]):
            found, seq = int(told[0]), int(told[1])
            if found:
                return seq - 1
            after = seq
        return self.last(index)

    def forget(self, index: str, up_to: int) -> None:
        before_ms = self._clock_ms() - VERSIONS_KEPT_MS
        while self._run("forget", index, [up_to, _AT_ONCE, before_ms]):
            pass

    def size(self, index: str) -> LogSize:
        entries, held = self._facts(index, "entries", "bytes")
        first = self.read(index, 0, 1)
        return LogSize(int(entries or 0), int(held or 0), first[0].at_ms if first else None)

    def identity(self, index: str) -> str:
        return (self._facts(index, "identity")[0] or b"").decode()

    def versions(self, index: str) -> Iterator[Sequence[HeldVersion]]:
        cursor = 0
        while True:
            try:
                found = self._client.hscan(_keys(index)[1], cursor, count=_AT_ONCE)
            except BACKEND_ERRORS as error:
                raise _away(error) from error
            cursor, rows = cast(tuple[int, dict[bytes, bytes]], found)
            held = [(name.decode(), *told.decode().split("|")) for name, told in rows.items()]
            yield [
                HeldVersion(name, int(version), int(seq), int(at_ms))
                for name, _, version, seq, at_ms in held
                if version
            ]
            if not cursor:
                return

    def restore(self, index: str, copy: LogCopy) -> None:
        self.check(index)
        identity = self.identity(index)
        if identity not in ("", copy.identity):
            raise another_log(index)
        last = self.last(index)
        if last > copy.last:
            raise ChangeLogError(
                f"index {index!r} has this change log already, with changes up to {last}: those "
                f"after {copy.last} would be lost. Name another index, or another Redis."
            )
        try:
            self._file.make_whole()
            fill(self._client, _keys(index), copy)
        except BACKEND_ERRORS as error:
            raise _away(error) from error

    def close(self) -> None:
        self._client.close()

    def _facts(self, index: str, *names: str) -> list[bytes | None]:
        try:
            return cast(list[bytes | None], self._client.hmget(_keys(index)[2], list(names)))
        except BACKEND_ERRORS as error:
            raise _away(error) from error

    def _run(self, script: str, index: str, values: Sequence[Any]) -> list[Any] | Any:
        try:
            return self._file.run(self._scripts[script], _keys(index), values)
        except BACKEND_ERRORS as error:
            raise _away(error) from error

    def _appendfsync(self) -> str | None:
        """None where asking is forbidden."""
        try:
            return cast(dict[str, str], self._client.config_get("appendfsync")).get("appendfsync")
        except ResponseError:
            return None


def _keys(index: str) -> list[str]:
    """In braces, so that a cluster keeps them together."""
    return [f"{KEY_PREFIX}:{{{index}}}:{name}" for name in ("log", "held", "facts", "forgotten")]


def _outcome(told: int) -> Outcome:
    if told > 0:
        return Accepted(told)
    return Unknown() if told == 0 else Stale(-1 - told)


def _change(entry_id: bytes, fields: dict[bytes, bytes]) -> Change:
    op = cast(Op, fields[b"op"].decode())
    version, body = fields[b"version"], fields[b"body"]
    return Change(
        int(entry_id.partition(b"-")[0]),
        int(fields[b"at"]),
        fields[b"id"].decode(),
        op,
        None if op == "delete" else body,
        int(version) if version else None,
    )


def _check_server(
    facts: dict[str, Any], fsync: str | None, wanted: Literal["os", "always"]
) -> None:
    policy = str(facts.get("maxmemory_policy", ""))
    why = None
    if not int(facts.get("aof_enabled", 0)):
        why = "it has no append-only file. Set appendonly yes"
    elif policy.startswith("allkeys") and int(facts.get("maxmemory", 0)):
        why = f"it drops what was not used lately ({policy}). Set maxmemory-policy noeviction"
    elif wanted == "always" and fsync is not None and fsync != "always":
        why = f"VITRINA_FSYNC is always, its appendfsync {fsync}. Set appendfsync always"
    if why is not None:
        raise ChangeLogError(
            f"Redis cannot keep the change log: {why} (for a cache beside it use another server), "
            "or VITRINA_CHANGE_LOG=sqlite.",
            (),
            RETRY_AFTER_S,
        )


def _away(error: Exception) -> ChangeLogError:
    return ChangeLogError(
        f"the change log in Redis cannot be used: {error}. Nothing was acknowledged; see to Redis, "
        "and send it again.",
        (),
        RETRY_AFTER_S,
    )
