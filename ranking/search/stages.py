"""What each stage of one request took in, let out, and how long it took."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ranking.search.result import Stage


@dataclass(slots=True)
class Counted:
    """Filled in by the stage that runs."""

    taken: int = 0
    passed: int = 0


@dataclass(slots=True)
class StageLog:
    """clock: seconds, monotonic."""

    clock: Callable[[], float]
    stages: list[Stage] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, name: str, taken: int = 0) -> Iterator[Counted]:
        counted = Counted(taken)
        begun = self.clock()
        yield counted
        ms = (self.clock() - begun) * 1000.0
        self.stages.append(Stage(name, counted.taken, counted.passed, round(ms, 3)))

    def skip(self, name: str, why: str, count: int = 0, *, degrades: bool = False) -> None:
        """The stage did not run; `degrades` if the answer is worse for it."""
        self.stages.append(Stage(name, count, count, 0.0, why))
        if degrades:
            self.degraded.append(f"{name}: {why}")
