"""What searches of one worker see: each generation with the changes since its snapshot."""

import logging
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from app.live.seen import Seen
from app.telemetry import CHANGE_LAG, CHANGES_SHOWN, GONE, SEGMENTS
from indexing.errors import IndexingError
from indexing.live.state import live_folder, state_stamp
from indexing.live.view import View, ViewKeeper
from ranking.generation import Generation

POPULAR_EVERY_S = 30.0
"""How often the best liked of a large snapshot are looked for anew."""
_RETRY_S = 1.0
log = logging.getLogger("vitrina.live")


@dataclass(slots=True)
class _Followed:
    """Of one snapshot. epoch: seq that cached answers are as old as, at the oldest."""

    base: Generation
    keeper: ViewKeeper
    folder: Path
    seen: Seen
    stamp: tuple[int, int] | None = None
    epoch: int = 0
    behind_since: float | None = None
    again_at: float = 0.0
    popular_at: float = 0.0
    popular_is_old: bool = False
    told: str = ""


class LiveViews:
    """One worker's, of all indexes. Threads may share it."""

    def __init__(self, data: Path, staleness_ms: int) -> None:
        """staleness_ms: how long a cached answer may outlive a newer change."""
        self._data = data
        self._staleness_s = staleness_ms / 1000
        self._followed: dict[str, _Followed] = {}
        self._shown: dict[str, Generation] = {}
        self._lock = threading.Lock()

    def shown(self, index: str) -> Generation | None:
        """The generation in force as searches see it now. For any thread."""
        return self._shown.get(index)

    def take_up(self, generation: Generation) -> None:
        """Before it is served: with all changes that are there already."""
        with self._lock:
            before = self._followed.get(generation.index)
            folder = live_folder(self._data / generation.index, generation.snapshot.id)
            if before is not None and before.base.snapshot is generation.snapshot:
                made = replace(before, base=generation)
            else:
                keeper = ViewKeeper(generation.snapshot, folder)
                seen = Seen.of(self._data, generation.index)
                made = _Followed(generation, keeper, folder, seen)
            self._look(made, time.monotonic(), anew=True)
            self._followed = {**self._followed, generation.index: made}

    def forget(self, index: str) -> None:
        with self._lock:
            self._followed = {k: v for k, v in self._followed.items() if k != index}
            self._shown = {k: v for k, v in self._shown.items() if k != index}

    def look(self) -> None:
        """At every state once; costs microseconds where nothing changed."""
        now = time.monotonic()
        with self._lock:
            for followed in self._followed.values():
                self._look(followed, now)

    def _look(self, followed: _Followed, now: float, *, anew: bool = False) -> None:
        before = followed.keeper.view.seq
        changed = self._follow(followed, now)
        view = followed.keeper.view
        epoch = view.seq if anew else self._epoch(followed, view, now)
        if changed or anew or epoch != followed.epoch:
            followed.epoch = epoch
            dressed = _dressed(followed.base, view, epoch)
            self._shown = {**self._shown, followed.base.index: dressed}
            followed.seen.tell(epoch)
        if changed:
            _count(followed.base.index, view)
            if view.seq > before and not anew:
                lag_s = time.time() - view.at_ms / 1000
                CHANGE_LAG.labels(followed.base.index).observe(max(lag_s, 0.0))

    def _follow(self, followed: _Followed, now: float) -> bool:
        """Whether there is another view."""
        stamp = state_stamp(followed.folder)
        changed = stamp is not None and stamp != followed.stamp and now >= followed.again_at
        popular = now >= followed.popular_at
        if not changed and not (popular and followed.popular_is_old):
            return False
        try:
            if changed:
                followed.keeper.refresh(popular=popular)
                followed.stamp, followed.told = stamp, ""
            else:
                followed.keeper.with_popular()
        except (IndexingError, OSError) as error:
            followed.again_at = now + _RETRY_S
            if followed.told != str(error):
                followed.told = str(error)
                log.error("%s: changes are not shown: %s", followed.base.index, error)
            return False
        followed.popular_is_old = not popular
        if popular:
            followed.popular_at = now + POPULAR_EVERY_S
        return True

    def _epoch(self, followed: _Followed, view: View, now: float) -> int:
        """Changes at once for what is gone or waited for, else when entries are old enough."""
        if view.seq == followed.epoch:
            followed.behind_since = None
            return view.seq
        if followed.behind_since is None:
            followed.behind_since = now
        urgent = max(view.removed, min(followed.seen.wanted(), view.seq))
        if urgent > followed.epoch or now - followed.behind_since >= self._staleness_s:
            followed.behind_since = None
            return view.seq
        return followed.epoch


def _count(index: str, view: View) -> None:
    counts = view.counts()
    CHANGES_SHOWN.labels(index).set(view.seq)
    SEGMENTS.labels(index).set(counts["segments"])
    GONE.labels(index).set(counts["gone"])


def _dressed(generation: Generation, view: View, epoch: int) -> Generation:
    """The same generation, with all its policies, over what is there now."""
    parts = view.segments if len(view.segments) > 1 else ()

    def over(variant: Generation) -> Generation:
        return replace(variant, snapshot=view.snapshot, parts=parts, epoch=epoch)

    others = {name: over(variant) for name, variant in generation.others.items()}
    return replace(over(generation), others=others)
