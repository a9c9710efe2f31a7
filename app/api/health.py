"""Is the process alive, is it ready, what has it counted."""

import asyncio
from collections import Counter
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from app.api.bodies import StrictRoute
from app.api.schemas import Problem
from app.errors import NotReadyError
from app.jobs.files import JobState
from app.service import Service, service_of
from app.telemetry import exposition, tell_builds

router = APIRouter(tags=["operation"], route_class=StrictRoute)
_NOT_READY = "There is nothing to serve yet."


class Alive(BaseModel):
    status: Literal["ok"]


class Ready(BaseModel):
    status: Literal["ready"]
    indexes: list[str] = Field(description="Indexes that can be searched.", examples=[["main"]])
    failed: dict[str, str] = Field(description="Index → why its newest snapshot is not served.")


@router.get("/healthz", response_model=Alive)
async def alive() -> Response:
    """The process answers."""
    return Response(b'{"status":"ok"}', media_type="application/json")


@router.get(
    "/readyz", response_model=Ready, responses={503: {"model": Problem, "description": _NOT_READY}}
)
async def ready(request: Request) -> dict[str, object]:
    """An index can be searched. `failed` tells of indexes whose newest snapshot is not served, or
    not by all workers.
    """
    generations = service_of(request).generations
    names, failed = generations.names(), generations.machine_failures()
    if names:
        return {"status": "ready", "indexes": names, "failed": failed}
    if failed:
        told = "; ".join(f"{name}: {why}" for name, why in failed.items())
        raise NotReadyError(f"no index can be opened: {told}", (), 5)
    raise NotReadyError(
        "no index is published yet. Build one with `vitrina build`; it is picked up by itself.",
        (), 5,
    )  # fmt: skip


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Prometheus' text form; totals over all workers."""
    body, media_type = await asyncio.to_thread(_exposition, service_of(request))
    return Response(body, media_type=media_type)


def _exposition(service: Service) -> tuple[bytes, str]:
    """Builds are counted where they are: in the data folder, which all workers share."""
    counts = Counter(job.state.value for job in service.jobs.list())
    tell_builds({state.value: counts[state.value] for state in JobState})
    return exposition()
