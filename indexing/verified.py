"""Checksums, once for each snapshot on each disk: a small record beside it says that they held.

`snapshots/.verified-<id>` names every file as it was then (size, inode, times of change), so a
copy, and a file that was written to since, is checked again.
"""

import hashlib
import logging
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock

from indexing.manifest import FILE_NAME, Manifest, check_contents

Verify = Literal["always", "once", "never"]
"""When contents are compared with their checksums: at each opening, at the first one, never."""

_RECORD: Final = ".verified-"
_LOCK: Final = ".verified.lock"
log = logging.getLogger("vitrina.verified")


def verify_contents(folder: Path, manifest: Manifest, verify: Verify) -> None:
    """Raises CorruptSnapshotError if a byte is not as the manifest says.

    Reads all files (about 1 GB/s from memory), or only looks at them if that was done before.
    Processes that open the same snapshot at the same time read it once.
    """
    if verify == "never" or (verify == "once" and is_verified(folder, manifest)):
        return
    try:
        with FileLock(folder.parent / _LOCK):
            if verify == "always" or not is_verified(folder, manifest):
                check_contents(folder, manifest)
                record_verified(folder, manifest)
    except PermissionError:  # of a volume that is only to be read
        check_contents(folder, manifest)


def is_verified(folder: Path, manifest: Manifest) -> bool:
    try:
        return _record(folder).read_text(encoding="ascii") == _looks(folder, manifest)
    except (OSError, UnicodeDecodeError):
        return False


def record_verified(folder: Path, manifest: Manifest) -> None:
    """The contents hold: whoever opens the snapshot next need not read them."""
    try:
        _record(folder).write_text(_looks(folder, manifest), encoding="ascii")
    except OSError as error:
        log.debug("%s is checked again at the next start: %s", folder, error)


def forget_verified(folder: Path) -> None:
    """The snapshot is removed."""
    _record(folder).unlink(missing_ok=True)


def _record(folder: Path) -> Path:
    return folder.with_name(_RECORD + folder.name)


def _looks(folder: Path, manifest: Manifest) -> str:
    """How the files look from outside; changes with anything that is written to one of them."""
    seen = hashlib.blake2b(digest_size=16)
    for name in (FILE_NAME, *sorted(manifest.files)):
        facts = (folder / name).stat()
        looks = (facts.st_size, facts.st_ino, facts.st_mtime_ns, facts.st_ctime_ns)
        seen.update(f"{name}\0{looks}\n".encode())
    return seen.hexdigest()
