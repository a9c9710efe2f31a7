"""What each worker of this machine shows, for whoever waits until a change is visible everywhere.

A file a worker below DIR/.live/INDEX/, named by its host and process, as containers may share the
folder and each numbers its own; and one for what is waited for.
"""

import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SEQ = struct.Struct("<q")
_WANTED = "wanted"
_HOST = f"{socket.gethostname()}."


@dataclass(frozen=True, slots=True)
class Seen:
    folder: Path

    @classmethod
    def of(cls, data: Path, index: str) -> "Seen":
        return cls(data / ".live" / index)

    def tell(self, seq: int) -> None:
        """Searches of this worker show the change, and its cache holds nothing older."""
        self._write(f"{_HOST}{os.getpid()}", seq)

    def shown(self) -> int | None:
        """The last change that every worker shows; None if there is no worker."""
        least: int | None = None
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            process = path.name.removeprefix(_HOST)
            if path.name.startswith(_HOST) and process.isdecimal():
                seq = self._read(path)
                if not _is_alive(int(process)):
                    path.unlink(missing_ok=True)
                elif seq is not None:
                    least = seq if least is None else min(least, seq)
        return least

    def want(self, seq: int) -> None:
        """No worker may answer from what is older than this change."""
        self._write(_WANTED, max(seq, self.wanted()))

    def wanted(self) -> int:
        return self._read(self.folder / _WANTED) or 0

    def _write(self, name: str, seq: int) -> None:
        with suppress(OSError):  # a full disk: whoever waits is told that it is not visible
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = self.folder / f".{name}.{os.getpid()}"
            fresh.write_bytes(_SEQ.pack(seq))
            fresh.replace(self.folder / name)

    def _read(self, path: Path) -> int | None:
        try:
            seq: int = _SEQ.unpack(path.read_bytes())[0]
        except (OSError, struct.error):
            return None
        return seq


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
