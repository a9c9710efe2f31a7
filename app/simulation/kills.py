"""Kill -9 of a service while shoppers shop; it is started again at once."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread

import numpy as np

from app.simulation.services import ServedProcess

_LATEST_S = 0.5


class Kills:
    """At `count` of the `moments` that are asked about, drawn by chance."""

    def __init__(
        self, processes: Sequence[ServedProcess], count: int, moments: int, seed: int
    ) -> None:
        self._processes = processes
        self._chance = np.random.default_rng([seed, 4])
        drawn = self._chance.choice(max(moments, 1), min(count, moments), replace=False)
        self._at = frozenset(drawn.tolist())
        self._moment = 0
        self.done = 0

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Maybe, some time within half a second; it is over when the block is."""
        chosen = self._moment in self._at
        self._moment += 1
        if not chosen:
            yield
            return
        process = self._processes[int(self._chance.integers(len(self._processes)))]
        wait_s, ended = float(self._chance.uniform(0, _LATEST_S)), Event()

        def kill() -> None:
            ended.wait(wait_s)
            process.kill()
            process.start()

        thread = Thread(target=kill, name="kill")
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.done += 1
        process.wait_ready()
