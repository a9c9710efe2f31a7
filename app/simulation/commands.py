"""The commands that a shop runs beside its service: the same program, in processes of their own."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.errors import SimulationError
from app.simulation.client import Client

_LONGEST_S: Final = 3_600.0
_SWAPPED_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """told: the last line on stdout, what the command made."""

    code: int
    told: str
    stderr: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Commands:
    """environment: as the service has it."""

    data: Path
    index: str
    environment: Mapping[str, str]

    def run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> Ended:
        """Raises SimulationError, with what it said, for any other exit code."""
        begun = time.monotonic()
        where = ("--data", str(self.data), "--index", self.index)
        try:
            done = subprocess.run(  # noqa: S603 - this program itself
                [sys.executable, "-m", "app.cli", *arguments, *where],
                env=dict(self.environment), capture_output=True, text=True, check=False,
                timeout=_LONGEST_S,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise SimulationError(
                f"`vitrina {arguments[0]}` did not end within {_LONGEST_S:.0f} s."
            ) from None
        if done.returncode not in allowed:
            raise SimulationError(
                f"`vitrina {' '.join(arguments)}` ended with {done.returncode}: "
                f"{done.stderr.strip()[-500:]}"
            )
        lines = done.stdout.strip().splitlines()
        seconds = time.monotonic() - begun
        return Ended(done.returncode, lines[-1] if lines else "", done.stderr, seconds)


def generations(client: Client, index: str) -> dict[int, str]:
    """The id of what each service serves, by port."""
    found = {}
    for turn, port in enumerate(client.ports):
        answer = client.search(turn, q="", page_size=0, index=index, analytics="off")
        found[port] = answer["generation"]["id"]
    return found


def swapped(client: Client, index: str, before: Mapping[int, str], looks: int) -> float:
    """Seconds until every service serves something else, `looks` times in a row.

    Raises SimulationError.
    """
    begun, seen = time.monotonic(), 0
    while seen < looks:
        now = generations(client, index)
        changed = all(now[port] != before[port] for port in before)
        seen = seen + 1 if changed else 0
        if time.monotonic() > begun + _SWAPPED_S:
            raise SimulationError("the service did not take up what was published.")
        if not changed:
            time.sleep(0.02)
    return time.monotonic() - begun


Tell = Callable[[str, str], None]
"""What, and how it went."""
