"""Where the workers of one service add up what they count."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.telemetry import share_metrics

_PREFIX = "vitrina-metrics-"
_ALIVE = "alive"


@contextmanager
def shared_metrics() -> Iterator[None]:
    """An empty folder of this process alone: a replica on the same machine counts for itself.

    What services that were killed left behind is removed: nobody holds their lock any more.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        _remove_if_left(left)
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as name:
        folder = Path(name)
        with (folder / "held").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            (folder / "held").rename(folder / _ALIVE)  # locked before others can see it
            share_metrics(folder)
            try:
                yield
            finally:
                share_metrics(None)


def _remove_if_left(folder: Path) -> None:
    with suppress(OSError), (folder / _ALIVE).open("r+") as alive:  # another user's, or held
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
