"""An experiment on simulated traffic: what the shop trained against what ships, interleaved."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.errors import SimulationError
from app.simulation.client import Client

ID: Final = "own-or-shipped"
SHIPPED: Final = "shipped"
_SERVED_S: Final = 60.0
_DECIDED: Final = 0.35
"""Of the searches, that one side wins at least, as clicks are."""
_STEPS: Final = 7.85
"""(z of .975 + z of .8)², of a test of 5 % that finds what is there four times in five."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """looks: how often in a row each service must say that it serves it."""

    client: Client
    index: str
    looks: int

    def begin(self, searches: int) -> dict[str, Any]:
        """searches: that are to come; how small an effect can be found depends on them."""
        effect = math.sqrt(_STEPS / 4 / max(_DECIDED * searches, 1))
        design = {
            "id": ID, "kind": "interleaved", "unit": "session", "metric": "ctr",
            "smallest_effect": round(min(max(effect, 0.01), 0.4), 3),
            "variants": [
                {"name": SHIPPED, "share": 0.5, "model": SHIPPED},
                {"name": "own", "share": 0.5},
            ],
        }  # fmt: skip
        begun = self.client.ask("POST", self._path(""), design)
        self._wait_served()
        return begun

    def end(self) -> dict[str, Any]:
        """Its report; everybody is served the index's own ranking again."""
        report = self.client.ask("GET", self._path(f"/{ID}"))
        self.client.ask("POST", self._path(f"/{ID}/stop"))
        return report

    def _wait_served(self) -> None:
        give_up, seen = time.monotonic() + _SERVED_S, 0
        while seen < self.looks:
            there = all(
                ID in self.client.ask("GET", self._path(""), turn=turn)["served"]
                for turn in range(len(self.client.ports))
            )
            seen = seen + 1 if there else 0
            if time.monotonic() > give_up:
                raise SimulationError(f"experiment {ID} is not served after {_SERVED_S:.0f} s.")
            if not there:
                time.sleep(0.05)

    def _path(self, which: str) -> str:
        return f"/v1/admin/experiments{which}?index={self.index}"


def obey(report: dict[str, Any], model: str | None, publish: Callable[..., None]) -> None:
    """Everybody is served the winner from now on; without one, what was in force stays.

    model: in force, None for the shipped one. publish: runs a command and waits until it is served.
    """
    if report["verdict"]["winner"] == SHIPPED and model is not None:
        publish("winner", "models", "activate", SHIPPED)


def told(report: dict[str, Any]) -> str:
    verdict, units = report["verdict"], report["units"]
    decided = "no winner" if verdict["winner"] is None else f"{verdict['winner']} wins"
    wins = ", ".join(f"{name} {count:,}" for name, count in report["wins"].items())
    return (
        f"{decided}: {verdict['why']} Searches won: {wins}; "
        f"{units['counted']:,} of {units['horizon']:,} sessions"
    )
