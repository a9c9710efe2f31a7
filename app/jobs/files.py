"""What a background build leaves on disk: DIR/jobs/<id>/{job,progress,result}.json, log.txt, alive.

All of its state is there, so every worker sees every job and none is lost with a worker.
Written by whole replacement, so a reader never sees half a file.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app import file_locks

LOG_TAIL_BYTES = 64 * 1024
STAGED = 3
"""Exit code of a build whose snapshot was kept back (`indexing/publication_gate.py`)."""
Record = TypeVar("Record", bound=BaseModel)


class JobState(StrEnum):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class JobRecord(BaseModel):
    """job.json: what was asked for. created_at: seconds since the epoch."""

    model_config = ConfigDict(frozen=True)

    id: str
    index: str
    catalogs: tuple[str, ...]
    queries: str | None
    command: tuple[str, ...]
    created_at: float
    kind: Literal["build", "learn"] = "build"


class JobProgress(BaseModel):
    """progress.json, written by the build. rate: items a second; eta_s: None when unknown."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    stage: str
    done: int
    total: int | None = None
    rate: float | None = None
    eta_s: float | None = None


class JobResult(BaseModel):
    """result.json, written when the build has ended.

    exit_code: negative for the signal that ended it, None when nobody was there to see.
    snapshot, facts: ids of what was put in force, None when nothing was. reason: why it
    failed, None when it did not. finished_at: seconds since the epoch.
    """

    model_config = ConfigDict(frozen=True)

    exit_code: int | None
    snapshot: str | None
    reason: str | None
    finished_at: float | None
    facts: str | None = None


def write_record(path: Path, record: BaseModel) -> None:
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        scratch.write_text(record.model_dump_json(indent=1), encoding="utf-8")
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise


def read_record(path: Path, kind: type[Record]) -> Record | None:
    """None when there is no such file or it is not what it should be."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def read_tail(path: Path, lines: int) -> tuple[str, ...]:
    """The last lines of a log, at most 64 KB of them; () when there is none."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - LOG_TAIL_BYTES))
            text = log.read().decode("utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(text.splitlines()[-lines:]) if lines > 0 else ()


@contextmanager
def life_line(path: Path) -> Iterator[int]:
    """An open file holding a lock for as long as any process has it open.

    The build inherits the descriptor, and its children do. The kernel lets go of the lock
    when the last of them is gone, however it went, which no process id can say: ids are used
    again, and mean nothing in another container that shares the folder.
    """
    line = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(line, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield line
    finally:
        os.close(line)


def is_held(path: Path) -> bool:
    """Is any process of the job alive?"""
    try:
        return file_locks.is_held(path)
    except OSError:
        return False
