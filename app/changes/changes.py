"""The write side of one worker: a bounded number of threads before the change log."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from app.changes.asked import Asked
from app.changes.change_log import ChangeLog, ChangeLogError
from app.changes.intake import Intake, Taken
from app.changes.visibility import Visibility
from app.errors import refused
from app.generations import Generations

VISIBLE_WITHIN_MS: Final = 1_000
_WAIT_S: Final = 10.0
_THREADS: Final = 8
_MOST_WAITING: Final = 64
Work = TypeVar("Work")
log = logging.getLogger("vitrina.changes")


@dataclass(frozen=True, slots=True)
class Shown:
    """visible: whether every worker of this machine shows it; None if nobody asked."""

    taken: Taken
    visible: bool | None


class Changes:
    def __init__(
        self, generations: Generations, log: ChangeLog, live: Visibility | None = None
    ) -> None:
        """live: the side that shows changes, where there is one."""
        self.log = log
        self.live = live
        self._generations = generations
        self._intake = Intake(log)
        self._pool = ThreadPoolExecutor(_THREADS, "changes")
        self._waiting = 0

    async def take(self, index: str, asked: Sequence[Asked], wait: bool = False) -> Shown:
        """Raises ChangeLogError, and what the index's generation cannot do."""
        if wait and self.live is None:
            raise refused("wait", "is switched off (VITRINA_LIVE)", "Leave it out.")
        generation = self._generations.get(index)
        taken = await self.run(lambda: self._intake.take(generation, asked))
        if not wait or self.live is None:
            return Shown(taken, None)
        return Shown(taken, await self.live.wait(index, taken.seq, _WAIT_S))

    async def run(self, work: Callable[[], Work]) -> Work:
        """From a thread of its own pool. Raises ChangeLogError beyond the bound."""
        if self._waiting >= _MOST_WAITING:
            raise ChangeLogError(
                f"{self._waiting} requests with changes are waiting in this worker. Send more "
                "changes a request, and fewer requests at once.", (), 1,
            )  # fmt: skip
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1

    def check(self) -> None:
        """At the start: say so where changes will be refused; searches go on."""
        for index in self._generations.names():
            try:
                self.log.check(index)
            except ChangeLogError as error:
                log.error("%s: changes of products are refused: %s", index, error.detail)

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.log.close()
