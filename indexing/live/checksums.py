"""Whether what the living index wrote to disk is as it was written."""

import json
import zlib
from pathlib import Path
from typing import Final

from indexing.errors import CorruptSnapshotError
from indexing.live.journal import Journal
from indexing.live.state import FROZEN, State, read_state, segment_folder
from indexing.manifest import FileFacts, check_files, facts_of

_FACTS: Final = "manifest.json"
"""The name that `facts_of` leaves out."""
_LOOKS: Final = 3


def seal_files(folder: Path) -> None:
    """Note sizes and checksums of all files below; the last file that is written."""
    facts = {
        name: {"size": each.size, "blake2b": each.blake2b}
        for name, each in facts_of(folder).items()
    }
    (folder / _FACTS).write_text(json.dumps({"files": facts}), encoding="utf-8")


def check_sealed(folder: Path) -> None:
    """Reads all of it. Raises CorruptSnapshotError."""
    path = folder / _FACTS
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        files = {name: FileFacts(**each) for name, each in told["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorruptSnapshotError(f"{path} cannot be read: {error}. {_remedy(folder)}") from None
    check_files(folder, files, _remedy(folder))


def check_state(folder: Path, state: State) -> None:
    """Its segments and its journal. Raises CorruptSnapshotError."""
    for number in state.segments:
        check_sealed(segment_folder(folder, number))
    if (folder / FROZEN).exists():
        check_sealed(folder / FROZEN)
    path = folder / state.journal
    try:
        found = zlib.crc32(Journal(path).read(0, state.records).tobytes())
    except (OSError, ValueError) as error:
        raise CorruptSnapshotError(f"{error}. {_remedy(path)}") from None
    if state.crc is not None and found != state.crc:
        raise CorruptSnapshotError(
            f"{path} has another checksum than {folder.name}'s state says. {_remedy(path)}"
        )


def check_live(folder: Path) -> State | None:
    """What a living index is at now, checked; None where there is none.

    Raises SnapshotError. Where files are replaced meanwhile, what there is then is looked at.
    """
    state, looks = read_state(folder), 1
    while state is not None:
        try:
            check_state(folder, state)
        except CorruptSnapshotError:
            later = read_state(folder)
            if looks == _LOOKS or _needs(later, state):
                raise
            state, looks = later, looks + 1
        else:
            return state
    return None


def _needs(later: State | None, state: State) -> bool:
    """Whether a state needs all files that an earlier one did."""
    return (
        later is not None
        and later.journal == state.journal
        and set(later.segments) >= set(state.segments)
    )


def _remedy(path: Path) -> str:
    return f"Delete the folder {path.parent}: the service makes it anew from the change log."
