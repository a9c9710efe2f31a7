"""What the services say that they keep of all that was acknowledged."""

import time
from collections import Counter
from typing import Final
from urllib.parse import urlencode

from app.errors import SimulationError
from app.simulation.client import Client

_WITHIN_S: Final = 120.0


def wait_kept(client: Client, index: str, begin: float, events: Counter[str]) -> tuple[int, float]:
    """The searches that every service knows of at least, and the seconds until every archive had
    each of the acknowledged events once. begin: seconds since the epoch, before the first.

    Raises SimulationError if one is lacking for two minutes, or there are more.
    """
    begun = time.monotonic()
    asked = urlencode({"index": index, "from": f"{begin:.0f}"})
    while True:
        told = [
            client.ask("GET", f"/v1/admin/analytics?{asked}", turn=turn)
            for turn in range(len(client.ports))
        ]
        kept = [Counter(each["events"]) for each in told]
        if any(more := each - events for each in kept):
            raise SimulationError(f"events are there more than once, or invented: {dict(more)}.")
        waited = time.monotonic() - begun
        if all(each == events for each in kept):
            return min(each["searches"] + each["not_final"] for each in told), waited
        if waited > _WITHIN_S:
            lacking = [dict(events - each) for each in kept]
            raise SimulationError(f"acknowledged events are lacking, by service: {lacking}.")
        time.sleep(0.1)
