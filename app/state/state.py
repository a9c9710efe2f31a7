"""What the service remembers of its shoppers, behind one protocol.

`EmbeddedState` keeps it in files of this machine, and with a Redis also shares it with other
machines (`exchange.py`). One suite runs on both: tests/contracts/test_state.py.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from app.state.rows import Row
from ranking.behaviour.profile import Recent


class State(Protocol):
    """Events are durable once `add` has returned: they outlive the kill of any process.

    folder: where the archive of this machine is.
    """

    folder: Path

    def start(self) -> None:
        """Begin to sweep and to deliver."""
        ...

    def were_here(self, keys: Sequence[bytes], now: float) -> list[bool]:
        """Which of these ids were taken within seven days, as far as is known at once; the
        archive takes no id twice, whatever this says.
        """
        ...

    async def add(self, rows: Sequence[Row], keys: Sequence[bytes], now: float) -> None:
        """Keep events, all or none. Raises FullError, StateError.

        keys: of those that their clients gave ids.
        """
        ...

    def recent(self, keys: Sequence[str], now: float) -> Recent:
        """What a person looked at lately, whichever worker was told. At once.

        keys: keyed hashes of their session and their user.
        """
        ...

    def log(self, rows: Sequence[Row]) -> None:
        """Keep impressions, as far as there is room. From any one thread. Raises StateError."""
        ...

    async def catch_up(self, within_s: float) -> bool:
        """Wait until the archive holds all that was added on this machine before; False if it
        does not in time.
        """
        ...

    async def close(self) -> None: ...
