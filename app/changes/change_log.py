"""What happened to products since the last build, in order and durable: the protocol.

`app/changes/sqlite_change_log.py` keeps it on one machine, `redis_change_log.py` for several;
tests/contracts/test_change_log.py holds both to what is said here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from app.errors import ServiceError

Op = Literal["put", "patch", "delete"]
Exists = Callable[[Sequence[str]], Sequence[bool]]
"""Which of these products the built catalogue holds."""

MAX_VERSION = 2**53 - 1
VERSIONS_KEPT_MS = 30 * 86_400_000
"""How long a version is held after its change was forgotten."""
RETRY_AFTER_S = 5
ENTRY_BYTES = 100
"""Of an entry, beside its id and body, where the log's size is counted."""


@dataclass(frozen=True, slots=True)
class NewChange:
    """body: of a put the product's line (indexing/catalogue/product_line.py), of a patch the
    canonical merge patch, of a delete None. version: 0 ≤ version ≤ MAX_VERSION.
    """

    product_id: str
    op: Op
    body: bytes | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """seq: grows by one within an index, and is never given twice. at_ms: the writer's wall
    clock, which may have jumped; the order is that of seq.
    """

    seq: int
    at_ms: int
    product_id: str
    op: Op
    body: bytes | None
    version: int | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """It is durable."""

    seq: int


@dataclass(frozen=True, slots=True)
class Stale:
    """An earlier change had the higher version `held`; nothing was written."""

    held: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """A patch or delete of a product that there is not; nothing was written."""


Outcome = Accepted | Stale | Unknown


class Latest(NamedTuple):
    """The newest change of a product that the log still holds. version: the highest ever."""

    op: Op
    version: int | None
    seq: int


class LogSize(NamedTuple):
    """bytes: ids, bodies and ENTRY_BYTES each. oldest_ms: time of the first entry, if any."""

    entries: int
    bytes: int
    oldest_ms: int | None


class HeldVersion(NamedTuple):
    """The highest version of a product's changes, forgotten ones too; seq, at_ms: of its newest."""

    product_id: str
    version: int
    seq: int
    at_ms: int


class LogCopy(NamedTuple):
    """What a log held, to begin another one with. last: the highest seq ever given. changes: in
    order.
    """

    identity: str
    last: int
    versions: Iterable[Sequence[HeldVersion]]
    changes: Iterable[Sequence[Change]]


class ChangeLogError(ServiceError):
    """The log cannot be read or written now; nothing was acknowledged. The message says why."""


class ChangeLogFullError(ChangeLogError):
    """The log has reached its size: a build is due."""


class ChangeLog(Protocol):
    """One log an index. Every method may wait for a disk or a network: not for an event loop.

    All raise ChangeLogError. What `append` accepts survives the death of any process at any
    moment; of a call that dies or raises, all is there or nothing. A change is read only once all
    before it can be read. Any number of processes and threads may write.
    """

    def check(self, index: str) -> None:
        """Raises ChangeLogError where what is appended would not be durable."""
        ...

    def append(
        self, index: str, asked: Sequence[NewChange], exists: Exists, folded: int = 0
    ) -> list[Outcome]:
        """One outcome each, in order; they see each other. Raises ChangeLogFullError.

        exists, folded: of the snapshot that the caller serves: whether there is a product is said
        by its newest change after `folded`, else by exists.
        """
        ...

    def read(self, index: str, after: int, limit: int) -> list[Change]:
        """Ascending, those with seq > after."""
        ...

    def last(self, index: str) -> int:
        """The highest seq ever given, forgotten ones included; 0 if none was."""
        ...

    def latest(self, index: str, product_id: str) -> Latest | None: ...

    def newer_than(self, index: str, at_ms: int) -> int:
        """The seq after which to replay: before the first entry that is newer; else `last`."""
        ...

    def forget(self, index: str, up_to: int) -> None:
        """Drop entries with seq ≤ up_to. Their versions are held for VERSIONS_KEPT_MS."""
        ...

    def size(self, index: str) -> LogSize: ...

    def identity(self, index: str) -> str:
        """Changes when a log is lost and begun anew, and seq with it; empty before the first
        change.
        """
        ...

    def versions(self, index: str) -> Iterator[Sequence[HeldVersion]]:
        """In batches; a product may come twice."""
        ...

    def restore(self, index: str, copy: LogCopy) -> None:
        """Begin the log anew with these. Raises ChangeLogError where another one lies, or
        this one with newer changes.

        Of a call that dies nothing is used; it is made again.
        """
        ...

    def close(self) -> None: ...


def another_log(index: str) -> ChangeLogError:
    return ChangeLogError(
        f"index {index!r} has a change log already, with another identity. Name another index, or "
        "another data folder or Redis."
    )


def bytes_of(change: NewChange | Change) -> int:
    """What a change adds to the size of the log."""
    return ENTRY_BYTES + len(change.product_id.encode()) + len(change.body or b"")


def check_room(index: str, entries: int, held: int, added: int, most: int) -> None:
    """Raises ChangeLogFullError when the log would become larger than `most` bytes."""
    if held + added > most:
        raise ChangeLogFullError(
            f"the change log of index {index!r} holds {entries:,} changes in {held:,} bytes, and "
            f"may hold {most:,}. A build is due: `vitrina build` or `vitrina compact` folds them "
            "in. Or raise VITRINA_CHANGE_LOG_MAX_BYTES.",
            (),
            60,
        )
