"""What new products were given so far, as searches of this worker see it."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.events.memory import Memory
from app.generations import Generations
from app.state.exposure import last_fold, read_exposure
from app.state.journal import StateError
from ranking.generation import Generation
from ranking.traffic.exposure import Exposure

EVERY_S: Final = 0.5
log = logging.getLogger("vitrina.traffic")


class Traffic:
    """Until something is known of a period, nothing is given."""

    def __init__(self, generations: Generations, memory: Memory) -> None:
        self._generations = generations
        self._memory = memory
        self._known: dict[str, Exposure] = {}
        self._told = ""

    def over(self, generation: Generation) -> Generation:
        """The same with the period's exposure, where the index gives places on a budget."""
        if not generation.snapshot.config.traffic.on:
            return generation
        exposure = self._known.get(generation.index)
        if exposure is None:
            return generation
        return replace(generation, id=f"{generation.id}-{exposure.id}", exposure=exposure)

    async def follow(self) -> None:
        """For ever: look twice a second whether another period was folded."""
        while True:
            wanted = [name for name in self._generations.names() if self._gives(name)]
            opened = self._memory.now
            if wanted and opened is not None:
                await asyncio.to_thread(self._look, opened.state.folder, wanted)
            await asyncio.sleep(EVERY_S)

    def _gives(self, index: str) -> bool:
        generation = self._generations.live.shown(index)
        return generation is not None and generation.snapshot.config.traffic.on

    def _look(self, folder: Path, indexes: list[str]) -> None:
        try:
            at = last_fold(folder)
            for index in indexes:
                known = self._known.get(index)
                if at is not None and (known is None or known.at != at):
                    self._known = {**self._known, index: read_exposure(folder, index, at)}
        except StateError as error:
            if str(error) != self._told:  # once, not at every look
                self._told = str(error)
                log.error("new products are given what was left before: %s", error)
            return
        self._told = ""
