"""The time a request may take."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """clock: seconds, monotonic. Each stage asks before it begins."""

    clock: Callable[[], float]
    ends_at: float

    @classmethod
    def after(cls, budget_ms: float, clock: Callable[[], float]) -> "Deadline":
        return cls(clock, clock() + budget_ms / 1000.0)

    def left_ms(self) -> float:
        return (self.ends_at - self.clock()) * 1000.0

    def passed(self) -> bool:
        return self.clock() >= self.ends_at
