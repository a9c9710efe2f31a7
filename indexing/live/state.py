"""What the living index holds at a moment: DIR/<index>/live/<snapshot>/state.json.

That folder follows from the snapshot and the change log: it may be deleted, and is made again.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from indexing.errors import SnapshotError

LIVE: Final = "live"
FROZEN: Final = "frozen"
"""In that folder: what percentiles are looked up in (frozen_priors.py)."""
_STATE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class State:
    """run: of all states that follow from one another; another one begins with nothing.

    log: identity of the change log. seq: of the last change that is applied; removed: of the
    last one that took products away. journal: name of the file, of which so many
    records count. segments: numbers of those that are searched, oldest first. next_segment,
    next_row: not used yet. at_ms: when the last change that is applied was taken. crc: of the
    journal's records that count; None of a state that an older version wrote.
    """

    run: str
    log: str
    seq: int
    journal: str
    next_row: int
    records: int = 0
    removed: int = 0
    segments: tuple[int, ...] = ()
    next_segment: int = 1
    at_ms: int = 0
    crc: int | None = None


def live_folder(index: Path, snapshot_id: str) -> Path:
    return index / LIVE / snapshot_id


def segment_folder(folder: Path, number: int) -> Path:
    return folder / f"segment-{number}"


def read_state(folder: Path) -> State | None:
    """None where there is none. Raises SnapshotError for what no Vitrina wrote."""
    path = folder / _STATE
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return State(**(facts | {"segments": tuple(facts["segments"])}))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise SnapshotError(
            f"{path} cannot be read: {error}. Delete {folder}: it is made anew from the change log."
        ) from error


def write_state(folder: Path, state: State) -> None:
    """One atomic replacement. Not synchronised: the change log is what lasts."""
    fresh = folder / f".{_STATE}.{os.getpid()}"
    fresh.write_text(json.dumps(asdict(state)), encoding="utf-8")
    fresh.replace(folder / _STATE)


def state_stamp(folder: Path) -> tuple[int, int] | None:
    """Changes with every `write_state`; None without a state. Costs a microsecond or two."""
    try:
        told = os.stat(folder / _STATE)  # noqa: PTH116 - Path.stat is slower, and this is polled
    except OSError:
        return None
    return told.st_ino, told.st_mtime_ns
