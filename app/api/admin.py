"""`/v1/admin`: builds and snapshots. Who may: app/api/scopes.py."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.parameters import IndexName
from app.api.schemas import ADMIN_PROBLEMS
from app.changes.folded import report_without_ids
from app.errors import (
    BuildNotStartedError,
    BuildRunningError,
    InvalidRequestError,
    NotFoundError,
)
from app.jobs.errors import BadBuildRequestError, JobStartError, UnknownJobError
from app.jobs.errors import BuildRunningError as JobRunningError
from app.jobs.files import JobProgress, JobResult, JobState
from app.jobs.jobs import Job, JobOptions
from app.service import Service, service_of
from indexing.current import index_folder, read_current
from indexing.publish import activate, list_snapshots
from ranking.rankers.model_store import list_models

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    route_class=GuardedRoute,
    responses=ADMIN_PROBLEMS,
)


class BuildRequest(BaseModel):
    """Names of files below VITRINA_CATALOG_DIR, or addresses below VITRINA_CATALOG_URLS."""

    model_config = ConfigDict(extra="forbid")

    catalog: list[str] = Field(
        min_length=1,
        description="Files or folders of products, or addresses.",
        examples=[["products.jsonl.gz"]],
    )
    queries: str | None = Field(
        None, description="Query log for suggestions.", examples=["queries.tsv"]
    )
    index: IndexName = None
    map: dict[str, str] = Field(
        default={}, description="Our field → the catalogue's.", examples=[{"title": "name"}]
    )
    max_reject_ratio: float | None = Field(
        None, ge=0, le=1, description="Share of bad lines that stops the build; default 0.01."
    )
    as_of: AwareDatetime | None = Field(
        None,
        description="Moment the catalogue was true at; later changes are kept. Default: the time "
        "of its oldest file.",
        examples=["2026-11-26T20:00:00Z"],
    )
    keep_live: bool = Field(
        False, description="Keep products that came over the API, and are not in the catalogue."
    )


class LearnRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    days: float = Field(90.0, ge=0.01, le=3_650, description="Days of events that are read.")


class Build(BaseModel):
    """A build as it stands now. Times are seconds since the epoch."""

    kind: Literal["build", "learn"]
    id: str = Field(examples=["20261121T101500123456-a1b2c3"])
    index: str
    catalogs: list[str]
    queries: str | None
    created_at: float
    state: JobState
    progress: JobProgress | None = Field(description="Of the running stage; eta_s in seconds.")
    result: JobResult | None = Field(description="When it has ended.")
    log: list[str] = Field(description="The last lines, oldest first; empty in the list.")


class Builds(BaseModel):
    items: list[Build]


class InForce(BaseModel):
    """Ids in force; null is the shipped model, or none."""

    snapshot: str
    model: str | None
    rules: str | None
    facts: str | None


class KeptSnapshot(BaseModel):
    id: str
    created_at: str
    code_version: str
    counts: dict[str, int]
    report: dict[str, Any] = Field(description="What the build measured.")


class KeptModel(BaseModel):
    id: str
    created_at: str


class Snapshots(BaseModel):
    current: InForce | None
    items: list[KeptSnapshot]
    models: list[KeptModel] = Field(description="Kept models, newest first, without the shipped.")


@router.post("/builds", status_code=202, response_model=Build)
def start_build(request: Request, given: BuildRequest) -> dict[str, Any]:
    """Build an index in the background, in a process of its own; one at a time."""
    service = service_of(request)
    options = JobOptions(
        tuple(given.map.items()), given.max_reject_ratio, given.as_of, given.keep_live
    )
    index = given.index or service.default_index
    return _started(partial(service.jobs.start, index, given.catalog, given.queries, options))


@router.post("/learn", status_code=202, response_model=Build)
def start_learning(request: Request, given: LearnRequest) -> dict[str, Any]:
    """Learn from events in the background, as `vitrina learn`; a job beside the builds."""
    service = service_of(request)
    index = given.index or service.default_index
    state = service.settings.state
    return _started(partial(service.jobs.start_learning, index, state, given.days))


def _started(start: Callable[[], Job]) -> dict[str, Any]:
    try:
        return build_facts(start())
    except JobRunningError as error:
        raise BuildRunningError(str(error)) from error
    except BadBuildRequestError as error:
        raise InvalidRequestError(str(error)) from error
    except JobStartError as error:
        raise BuildNotStartedError(str(error), (), 10) from error


@router.get("/builds", response_model=Builds)
def list_builds(request: Request) -> dict[str, Any]:
    """Builds, newest first."""
    return {"items": [build_facts(job) for job in service_of(request).jobs.list()]}


@router.get("/builds/{build_id}", response_model=Build)
def one_build(request: Request, build_id: str) -> dict[str, Any]:
    """Progress, log and result of one build."""
    try:
        return build_facts(service_of(request).jobs.get(build_id))
    except UnknownJobError as error:
        raise NotFoundError(str(error)) from error


def build_facts(job: Job) -> dict[str, Any]:
    return {
        **job.record.model_dump(exclude={"command"}),
        "state": job.state,
        "progress": job.progress,
        "result": job.result,
        "log": list(job.log),
    }


class IndexParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None


@router.get("/snapshots", response_model=Snapshots)
def snapshots(request: Request, given: Annotated[IndexParameters, Query()]) -> dict[str, Any]:
    """Kept snapshots of an index, newest first, and which one is in force."""
    folder = _folder(service_of(request), given)
    current = read_current(folder)
    return {
        "current": asdict(current) if current else None,
        "items": [
            {
                "id": manifest.snapshot_id,
                "created_at": manifest.created_at,
                "code_version": manifest.code_version,
                "counts": manifest.counts,
                "report": report_without_ids(manifest),
            }
            for manifest in list_snapshots(folder)
        ],
        "models": [
            {"id": each.model_id, "created_at": each.created_at} for each in list_models(folder)
        ],
    }


@router.post("/snapshots/{snapshot_id}/activate", response_model=InForce)
def put_in_force(
    request: Request, snapshot_id: str, given: Annotated[IndexParameters, Query()]
) -> dict[str, Any]:
    """Verify a kept snapshot and put it in force; every worker picks it up."""
    service = service_of(request)
    folder = _folder(service, given)
    if snapshot_id not in {manifest.snapshot_id for manifest in list_snapshots(folder)}:
        raise NotFoundError(f"index {folder.name!r} keeps no snapshot {snapshot_id[:100]!r}.")
    current = activate(folder, snapshot_id)
    service.changed(folder.name, snapshot_id)
    return asdict(current)


def _folder(service: Service, given: IndexParameters) -> Path:
    folder = index_folder(service.settings.data_dir, given.index or service.default_index)
    if not folder.is_dir():
        raise NotFoundError(f"there is no index {folder.name!r}.")
    return folder
