"""Waiting until every worker of this machine shows a change."""

import asyncio
import time
from pathlib import Path
from typing import Final

from app.live.seen import Seen

_LOOK_S: Final = 0.01


class Visible:
    """See app/changes/visibility.py."""

    def __init__(self, data: Path) -> None:
        self._data = data

    async def wait(self, index: str, seq: int, timeout_s: float) -> bool:
        seen = Seen.of(self._data, index)
        await asyncio.to_thread(seen.want, seq)
        until = time.monotonic() + timeout_s
        while True:
            shown = await asyncio.to_thread(seen.shown)
            if shown is not None and shown >= seq:
                return True
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(_LOOK_S)
