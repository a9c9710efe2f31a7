"""The index that a command works on, or what to do when there is none."""

from pathlib import Path

from indexing.current import Current, index_folder, list_indexes, read_current
from indexing.errors import SnapshotError


def published(data: Path, index: str) -> tuple[Path, Current]:
    """Its folder, and what is in force. Raises SnapshotError, which names the indexes there are."""
    folder = index_folder(data, index)
    current = read_current(folder)
    if current is not None:
        return folder, current
    known = list_indexes(data)
    if known:
        raise SnapshotError(
            f"there is no index {index!r} in {data}, but {', '.join(known)}: name one with "
            "--index, or build it with `vitrina build`."
        )
    raise SnapshotError(
        f"there is no index in {data}. Build one with `vitrina build` or `vitrina demo`, or name "
        "the folder of yours with --data."
    )


def built(data: Path, index: str) -> Path:
    """Its folder, if there is a snapshot, whatever CURRENT says. Raises SnapshotError."""
    folder = index_folder(data, index)
    return folder if (folder / "snapshots").is_dir() else published(data, index)[0]
