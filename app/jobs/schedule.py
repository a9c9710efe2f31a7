"""Learning by itself: so long after it last began, by whichever worker looks first."""

import asyncio
import logging
import time
from typing import Final

from app.jobs.errors import BuildRunningError, JobError
from app.service import Service

LOOK_EVERY_S: Final = 30.0
DAYS: Final = 90.0
log = logging.getLogger("vitrina.jobs")


async def learn_when_due(service: Service, look_every_s: float = LOOK_EVERY_S) -> None:
    """For ever. What it starts is a job like any other, with its log and its result."""
    while True:
        await asyncio.sleep(look_every_s)
        await asyncio.to_thread(_look, service)


def _look(service: Service) -> None:
    every_s = service.settings.learn_every_h * 3_600
    for index in service.generations.names():
        try:
            if time.time() - service.jobs.learnt_at(index) >= every_s:
                job = service.jobs.start_learning(index, service.settings.state, DAYS)
                log.info("%s: learning, job %s", index, job.record.id)
        except BuildRunningError:
            return  # at the next look, then
        except JobError as error:
            log.error("%s: learning could not be started: %s", index, error)
