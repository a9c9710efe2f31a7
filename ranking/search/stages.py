"""What each stage of one request took in, let out, and how long it took."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

from ranking.search.result import Stage


@dataclass(slots=True)
class Timed:
    """A stage that runs, `taken` and `passed` to be filled in by it; logged where it ends well."""

    log: "StageLog"
    name: str
    taken: int = 0
    passed: int = 0
    begun: float = 0.0

    def __enter__(self) -> "Timed":
        self.begun = self.log.clock()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            ms = (self.log.clock() - self.begun) * 1000.0
            self.log.stages.append(Stage(self.name, self.taken, self.passed, round(ms, 3)))


@dataclass(slots=True)
class StageLog:
    """clock: seconds, monotonic."""

    clock: Callable[[], float]
    stages: list[Stage] = field(default_factory=list)
    degraded: list[str] = field(default_factory=list)

    def timed(self, name: str, taken: int = 0) -> Timed:
        return Timed(self, name, taken)

    def skip(self, name: str, why: str, count: int = 0, *, degrades: bool = False) -> None:
        """The stage did not run; `degrades` if the answer is worse for it."""
        self.stages.append(Stage(name, count, count, 0.0, why))
        if degrades:
            self.degraded.append(f"{name}: {why}")
