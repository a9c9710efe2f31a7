"""Where state may lie: a folder of this machine that the service may write in."""

import os
from pathlib import Path
from typing import Final

from app.file_systems import network_file_system
from app.state.journal import StateError

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def prepare(folder: Path) -> None:
    """Make the folder. Raises StateError where nothing can be kept safely."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StateError(f"cannot make {folder}: {error.strerror}. Events are not taken.") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StateError(f"cannot write in {folder}. Events are not taken.")
    system = network_file_system(folder)
    if system is not None:
        raise StateError(
            f"{folder} is on a network file system ({system}), where locks do not hold. Set "
            "VITRINA_STATE_DIR to a folder of this machine; several machines share events "
            "through VITRINA_REDIS_URL."
        )


def boot_id() -> str:
    """Changes with each start of the machine; constant where that is not told."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"
