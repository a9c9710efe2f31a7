"""The process that applies changes: `python -m app.live.writing PARENT`, one of a machine and data
folder.

It reads the change log and writes the states that workers follow. Whoever kills it costs nothing
but the time until a worker starts another: what it had begun is thrown away, and read again.
"""

import logging
import logging.config
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.changes.change_log import ChangeLog, ChangeLogError
from app.changes.change_logs import make_change_log
from app.changes.folded import folded_in
from app.kernels import use_kernel_cache
from app.live.lock import holds_lock
from app.logs import log_config
from app.settings import Settings, load_settings
from indexing.current import list_indexes, read_current
from indexing.errors import IndexingError
from indexing.live.batch import LiveChange
from indexing.live.grouping import GroupIndex
from indexing.live.merging import Merge
from indexing.live.segment import Segment
from indexing.live.state import LIVE, live_folder, state_stamp
from indexing.live.warm import prepare, warm_live
from indexing.live.writer import LiveWriter
from indexing.snapshot import Snapshot, open_snapshot

TICK_S: Final = 0.1
AT_ONCE: Final = 2_000
MOST_AT_ONCE: Final = 8_000
"""Where the log is far ahead: fewer and larger segments, which need not be merged after."""
_LOOK_S: Final = 0.5
_RETRY_S: Final = 2.0
_MERGE_RETRY_S: Final = 60.0
REST: Final = 10
"""How many times longer than the last merge took before another is begun that need not be: so they
take a tenth of a core at most, and soon after changes end there is one segment.
"""
log = logging.getLogger("vitrina.live.writing")


@dataclass(slots=True)
class _Merging:
    """A merge that is being built in a thread of its own. made: None if no product is left."""

    merge: Merge
    thread: threading.Thread
    begun_at: float
    made: Segment | None = None
    succeeded: bool = False


class IndexWriter:
    """Of one index: follows what is in force, and writes once there are changes."""

    def __init__(self, folder: Path, changes: ChangeLog) -> None:
        self._folder = folder
        self._index = folder.name
        self._log = changes
        self._writer: LiveWriter | None = None
        self._base: Snapshot | None = None
        self._groups = GroupIndex()
        self._merging: _Merging | None = None
        self._again_at = self._merge_at = self._rested_at = 0.0
        self._told = ""
        self._at_once = AT_ONCE
        self.behind = False
        """Whether the log may hold more: then nobody waits."""

    def look(self) -> None:
        """Whether another snapshot is in force, or the log was begun anew."""
        current = read_current(self._folder)
        if current is None:
            self._writer = self._base = None
            return
        if self._base is None or self._base.id != current.snapshot:
            self._base = open_snapshot(self._folder / "snapshots" / current.snapshot, "never")
            self._writer, self._merging = None, None
            self._sweep()
            self._groups = prepare(self._base, live_folder(self._folder, self._base.id))
        identity = self._log.identity(self._index)
        if self._writer is not None and self._writer.state.log != identity:
            self._writer, self._merging = None, None
        if self._writer is None and identity:
            folded = folded_in(self._base.manifest, identity)
            folder = live_folder(self._folder, self._base.id)
            if self._log.last(self._index) > folded or state_stamp(folder) is not None:
                self._writer = LiveWriter(self._base, folder, identity, folded, self._groups)

    def _sweep(self) -> None:
        """States of snapshots that are kept no more. Others are gone on with after a rollback."""
        for folder in (self._folder / LIVE).glob("*"):
            if not (self._folder / "snapshots" / folder.name).exists():
                shutil.rmtree(folder, ignore_errors=True)

    def tick(self) -> None:
        """Apply what the log holds, or a part of it."""
        self.behind = False
        if self._writer is None:
            return
        found = self._log.read(self._index, self._writer.state.seq, self._at_once)
        if found:
            changes = [LiveChange(c.seq, c.product_id, c.op, c.body, c.at_ms) for c in found]
            self._writer.apply(changes, popular=False)
            self.behind = len(found) == self._at_once
            self._at_once = min(2 * self._at_once, MOST_AT_ONCE) if self.behind else AT_ONCE
        else:
            self._writer.shorten_journal()
        self._merge()
        self._told = ""

    def warmed(self) -> bool:
        """Load and compile what the first change needs, where there is a product to try it on."""
        if self._base is None:
            return False
        return warm_live(self._base, live_folder(self._folder, self._base.id)) is not None

    def guarded(self, work: Callable[[], None]) -> None:
        """`look` or `tick`; what goes wrong is told once, and tried again a little later."""
        if time.monotonic() < self._again_at:
            return
        try:
            work()
        except Exception as error:  # one index must not end the changes of the others
            self._again_at = time.monotonic() + _RETRY_S
            self._writer, self._merging = None, None  # its state is read again
            if str(error) != self._told:
                self._told = str(error)
                foreseen = isinstance(error, IndexingError | ChangeLogError | OSError)
                log.error(
                    "%s: changes are not applied: %s", self._index, error,
                    exc_info=None if foreseen else error,
                )  # fmt: skip

    def _merge(self) -> None:
        writer, base, now = self._writer, self._base, time.monotonic()
        if writer is None or base is None or now < self._merge_at:
            return
        if self._merging is None:
            merge = writer.merge_due(spare=now >= self._rested_at)
            if merge is not None:
                self._merging = _begun(merge, writer.folder_of(merge), base)
        elif not self._merging.thread.is_alive():
            done, self._merging = self._merging, None
            self._rested_at = now + REST * (now - done.begun_at)
            if done.succeeded:
                writer.merged(done.merge, done.made)
            else:  # as of a full disk; all goes on with more segments
                self._merge_at = now + _MERGE_RETRY_S


def _begun(merge: Merge, folder: Path, base: Snapshot) -> _Merging:
    def build() -> None:
        try:
            merging.made = merge.build(folder, base)
            merging.succeeded = True
        except Exception:  # whatever it is: the segments are still there
            log.exception("segments cannot be merged")

    thread = threading.Thread(target=build, name="merge", daemon=True)
    merging = _Merging(merge, thread, time.monotonic())
    merging.thread.start()
    return merging


def run(settings: Settings, parent: int) -> None:
    """Until the parent ends, which may be before this begins. At once if another process writes."""
    data = settings.data_dir
    handle = holds_lock(data)
    if handle is None:
        return
    changes = make_change_log(settings)
    writers: dict[str, IndexWriter] = {}
    look_at, warmed = 0.0, False
    log.info("applying changes of %s", data)
    while os.getppid() == parent:
        begun = time.monotonic()
        if begun >= look_at:
            look_at = begun + _LOOK_S
            names = list_indexes(data)
            writers = {
                name: writers.get(name) or IndexWriter(data / name, changes) for name in names
            }
            for writer in writers.values():
                writer.guarded(writer.look)
            warmed = warmed or any(writer.warmed() for writer in writers.values())
        for writer in writers.values():
            writer.guarded(writer.tick)
        behind = any(writer.behind for writer in writers.values())
        time.sleep(0.0 if behind else max(0.005, TICK_S - (time.monotonic() - begun)))
    with suppress(OSError):
        os.close(handle)


def main(arguments: Sequence[str]) -> int:
    settings = load_settings()
    logging.config.dictConfig(log_config(settings.log_level, settings.log_format))
    use_kernel_cache(settings.kernels)
    run(settings, int(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
