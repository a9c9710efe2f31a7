"""What a simulation is asked to do."""

from dataclasses import dataclass
from pathlib import Path

from ranking.simulation.browsing import Browsing


@dataclass(frozen=True, slots=True)
class Plan:
    """hours: simulated. fast: as fast as it goes; else an hour takes an hour. searches: of all
    hours together. intents: the most asked so many; 0: all. redis: URL; None: embedded. workers: of
    each service. port: the first; 0: free ones. kills: of a service, while shoppers shop.
    """

    data: Path
    index: str
    hours: float
    fast: bool
    products: int
    arriving: int
    searches: int
    intents: int
    users: int
    browsing: Browsing
    redis: str | None
    workers: int
    port: int
    train: bool
    kills: int
    seed: int
