"""What the write side asks of the side that shows changes."""

from typing import Protocol


class Visibility(Protocol):
    async def wait(self, index: str, seq: int, timeout_s: float) -> bool:
        """Whether every worker of this machine shows the change within the time."""
        ...
