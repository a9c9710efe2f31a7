"""State in files of this machine: journals of the workers, swept into one archive."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from app.state.archive import swept_up_to
from app.state.folder import boot_id, prepare
from app.state.journal import FullError, Journal, StateError, journals
from app.state.profiles import open_profiles
from app.state.recent_ids import open_recent_ids
from app.state.rows import Row
from app.state.sweeper import EXPOSURE_PERIOD_S, Sweeper
from app.state.upkeep import Kept
from ranking.behaviour.profile import NOTHING_RECENT, Recent

_MEASURED_EVERY: Final = 100
_PAUSE_S: Final = 0.02


class EmbeddedState:
    """sync: every event is on the disk before it is acknowledged (`fsync=always`).

    kept: how much, and how long. most_waiting_bytes: of journals that are not swept yet; beyond it
    nothing more is taken. redis_url: through which machines share events (`exchange.py`).
    profiles: of how many people the latest products are at hand.
    Raises StateError where nothing can be kept.
    """

    def __init__(
        self,
        folder: Path,
        kept: Kept,
        *,
        sync: bool,
        most_waiting_bytes: int,
        redis_url: str | None = None,
        profiles: int = 0,
        exposure_period_s: float = EXPOSURE_PERIOD_S,
    ) -> None:
        prepare(folder)
        self.folder = folder
        self._sync = sync
        self._most_waiting = most_waiting_bytes
        self._events = Journal(folder, "events", sync=sync)
        self._impressions = Journal(folder, "impressions", sync=False)
        self._recent = open_recent_ids(folder, boot_id())
        self._writing = asyncio.Lock()
        self._profiles = open_profiles(folder, profiles)
        self._sweeper = Sweeper(
            folder,
            kept,
            sync=sync,
            redis_url=redis_url,
            profiles=self._profiles,
            exposure_period_s=exposure_period_s,
        )
        self._until_measured = 0

    def start(self) -> None:
        self._sweeper.start()

    def were_here(self, keys: Sequence[bytes], now: float) -> list[bool]:
        return [self._recent.has(key, now) for key in keys]

    async def add(self, rows: Sequence[Row], keys: Sequence[bytes], now: float) -> None:
        payload = orjson.dumps({"events": rows})
        async with self._writing:
            self._refuse_beyond_bound()
            if self._sync:
                await asyncio.to_thread(self._events.append, payload)
            else:
                self._events.append(payload)
        if self._profiles is not None:
            self._profiles.note(rows)
        for key in keys:  # only now: what is known here must be there
            self._recent.add(key, now)

    def recent(self, keys: Sequence[str], now: float) -> Recent:
        return NOTHING_RECENT if self._profiles is None else self._profiles.recent(keys, now)

    def log(self, rows: Sequence[Row]) -> None:
        self._impressions.append(orjson.dumps({"impressions": rows}))

    async def catch_up(self, within_s: float) -> bool:
        sizes = {path.name: size for path in journals(self.folder) if (size := _size(path))}
        self._sweeper.look_now()
        try:
            async with asyncio.timeout(within_s):
                while not await asyncio.to_thread(self._swept, sizes):
                    await asyncio.sleep(_PAUSE_S)
        except TimeoutError:
            return False
        return True

    def _swept(self, sizes: dict[str, int]) -> bool:
        try:
            return swept_up_to(self.folder, sizes)
        except StateError:  # no archive yet, or a busy one
            return False

    async def close(self) -> None:
        self._events.close()
        self._impressions.close()
        await asyncio.to_thread(self._sweeper.close)
        self._recent.close()
        if self._profiles is not None:
            self._profiles.close()

    def _refuse_beyond_bound(self) -> None:
        """Looked at once in a while: it costs a look at every journal."""
        self._until_measured -= 1
        if self._until_measured >= 0:
            return
        waiting = sum(map(_size, journals(self.folder)))
        if waiting > self._most_waiting:
            raise FullError(
                f"{waiting:,} bytes of events wait in {self.folder} to be swept, over "
                f"{self._most_waiting:,}. The log says why they are not swept."
            )
        self._until_measured = _MEASURED_EVERY


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
