"""Where state may lie: a folder of this machine that the service may write in."""

import os
from pathlib import Path
from typing import Final

from app.state.journal import StateError

_NETWORK: Final = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs")
"""Beginnings of the names of file systems on which locks or maps do not hold."""
_MOUNTS: Final = Path("/proc/self/mounts")
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def prepare(folder: Path) -> None:
    """Make the folder. Raises StateError where nothing can be kept safely."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StateError(f"cannot make {folder}: {error.strerror}. Events are not taken.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StateError(f"cannot write in {folder}. Events are not taken.")
    system = file_system(folder)
    if system.startswith(_NETWORK):
        raise StateError(
            f"{folder} is on a network file system ({system}), where locks do not hold. Set "
            "VITRINA_STATE_DIR to a folder of this machine; several machines share events "
            "through VITRINA_REDIS_URL."
        )


def file_system(folder: Path, mounts: Path = _MOUNTS) -> str:
    """Type of the file system that a folder is on; empty where that is not told."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    where, found = folder.resolve(), ("", "")
    for line in lines:
        cells = line.split(" ")
        if len(cells) < 3:
            continue
        point = cells[1].replace("\\040", " ")
        if where.is_relative_to(point) and len(point) >= len(found[0]):
            found = (point, cells[2])
    return found[1]


def boot_id() -> str:
    """Changes with each start of the machine; constant where that is not told."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
