"""The memory of one worker: its state, and what writes there. Searches go on without it."""

import asyncio
import logging
import time
from dataclasses import dataclass

from app.errors import NotFoundError, NotReadyError, StateUnavailableError
from app.events.bots import Rates
from app.events.impressions import EVERY_S, Impressions
from app.events.intake import RETRY_S, Intake
from app.events.pseudonyms import Pseudonyms, read_or_make_key
from app.generations import Generations
from app.settings import Settings
from app.state.embedded import EmbeddedState
from app.state.journal import StateError
from app.state.state import State
from app.state.upkeep import Kept
from ranking.behaviour.profile import Recent

log = logging.getLogger("vitrina.events")


@dataclass(frozen=True, slots=True)
class Opened:
    state: State
    intake: Intake
    pseudonyms: Pseudonyms


class Memory:
    """Opened at the worker's start; where that fails, tried again when it is next asked for."""

    def __init__(self, settings: Settings, generations: Generations) -> None:
        self._settings = settings
        self._generations = generations
        self.impressions = Impressions(settings.events_a_minute)
        self._opened: Opened | None = None
        self._why_not = "the service is starting."
        self._again_at = 0.0
        self._opening = asyncio.Lock()

    async def opened(self) -> Opened:
        """Raises StateUnavailableError."""
        if self.now is None:
            async with self._opening:
                if self.now is None and time.monotonic() >= self._again_at:
                    await self._open()
        opened = self.now
        if opened is None:
            raise StateUnavailableError(f"events are not kept: {self._why_not}", (), RETRY_S)
        return opened

    @property
    def now(self) -> Opened | None:
        """None while it cannot be opened."""
        return self._opened

    def recent(
        self, user_id: str | None, session_id: str | None, at: float | None = None
    ) -> Recent | None:
        """What a person looked at lately; None while nothing is remembered. Waits for nothing.

        at: seconds since the epoch; None: now.
        """
        opened = self._opened
        if opened is None:
            return None
        names = (opened.pseudonyms.session(session_id), opened.pseudonyms.user(user_id))
        return opened.state.recent([name for name in names if name], at or time.time())

    async def start(self) -> None:
        """Never raises: what cannot be kept is no reason not to search."""
        async with self._opening:
            await self._open()

    async def write_impressions(self) -> None:
        """For ever: what searches noted is written down ten times a second."""
        while True:
            await asyncio.sleep(EVERY_S)
            opened = self._opened
            if opened is not None:
                await self.impressions.write(opened.state, opened.pseudonyms)

    async def catch_up(self, within_s: float) -> bool:
        """Wait until all that this machine was told before is in the archive, as `State` does.

        Raises StateUnavailableError.
        """
        opened = await self.opened()
        await self.impressions.write(opened.state, opened.pseudonyms)
        return await opened.state.catch_up(within_s)

    async def close(self) -> None:
        if self._opened is not None:
            opened, self._opened = self._opened, None
            await self.impressions.write(opened.state, opened.pseudonyms)
            await opened.state.close()

    async def _open(self) -> None:
        try:
            opened = await asyncio.to_thread(self._made)
        except (StateError, OSError) as error:
            why = str(error)
            if why != self._why_not:
                log.error("events are not kept: %s", why)
            self._why_not, self._again_at = why, time.monotonic() + RETRY_S
            return
        opened.state.start()
        self._opened = opened

    def _made(self) -> Opened:
        settings = self._settings
        if settings.state_dir is None and not _holds_anything(settings):
            raise StateError(
                f"the data folder {settings.data_dir} is empty or not there. Build an index, or "
                "mount its volume."
            )
        state = EmbeddedState(
            settings.state,
            Kept(settings.events_kept_days, settings.events_kept_bytes),
            sync=settings.fsync == "always",
            most_waiting_bytes=settings.events_waiting_bytes,
            redis_url=settings.redis_url,
            profiles=settings.profiles,
            exposure_period_s=settings.exposure_period_s,
        )
        secret = settings.pseudonym_key
        key = (
            read_or_make_key(state.folder) if secret is None else secret.get_secret_value().encode()
        )
        pseudonyms = Pseudonyms(key)
        rates = Rates(settings.events_a_minute)
        intake = Intake(
            state, pseudonyms, rates, self._in_index_currency, settings.default_index, time.time
        )
        return Opened(state, intake, pseudonyms)

    def _in_index_currency(self, index: str, amount: float, currency: str | None) -> float | None:
        """As the index converts prices of its catalogue; as it is for an index not served."""
        try:
            config = self._generations.get(index).snapshot.config
        except (NotFoundError, NotReadyError):
            return amount
        return config.currency_rates().converted(amount, currency)


def _holds_anything(settings: Settings) -> bool:
    """Of a volume that is away an empty folder is left, and nothing must be written into that."""
    folder = settings.data_dir
    return folder.is_dir() and any(folder.iterdir())
