"""`/v1/admin`: builds and snapshots. With a key, or on loopback only."""

import hmac
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.parameters import IndexName
from app.errors import AdminRefusedError, BuildRunningError, InvalidRequestError, NotFoundError
from app.job_errors import BadBuildRequestError, UnknownJobError
from app.job_errors import BuildRunningError as JobRunningError
from app.jobs import BuildOptions, Job
from app.service import Service, service_of
from indexing.publish import activate, index_folder, list_snapshots, read_current

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_LOOPBACK = {"127.0.0.1", "::1", "localhost", "testclient"}


async def allowed(request: Request) -> None:
    """Raises AdminRefusedError unless the key fits, or nobody but this machine can ask."""
    settings = service_of(request).settings
    if settings.admin_key is not None:
        given = request.headers.get("x-admin-key", "")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            given = token
        if hmac.compare_digest(given.encode(), settings.admin_key.get_secret_value().encode()):
            return
        raise AdminRefusedError("the admin key is missing or wrong. Send it as X-Admin-Key.")
    peer = request.client.host if request.client else ""
    forwarded = any(name in request.headers for name in _FORWARDED)
    if not settings.listens_on_loopback or peer not in _LOOPBACK or forwarded:
        raise AdminRefusedError(
            "admin is off: no VITRINA_ADMIN_KEY is set, and the request may come from elsewhere. "
            "Set a key, or listen on 127.0.0.1 and ask from this machine."
        )


router = APIRouter(prefix="/v1/admin", tags=["admin"], dependencies=[Depends(allowed)])


class BuildRequest(BaseModel):
    """Names of files below VITRINA_CATALOG_DIR."""

    model_config = ConfigDict(extra="forbid")

    catalog: list[str] = Field(min_length=1, examples=[["products.jsonl.gz"]])
    queries: str | None = None
    index: IndexName = None
    map: dict[str, str] = Field(default={}, examples=[{"title": "name"}])
    max_reject_ratio: float | None = Field(None, ge=0, le=1)


@router.post("/builds", status_code=202)
def start_build(request: Request, given: BuildRequest) -> dict[str, Any]:
    """Build an index in the background, in a process of its own; one at a time."""
    service = service_of(request)
    options = BuildOptions(tuple(given.map.items()), given.max_reject_ratio)
    try:
        job = service.jobs.start(
            given.index or service.default_index, given.catalog, given.queries, options
        )
    except JobRunningError as error:
        raise BuildRunningError(str(error)) from error
    except BadBuildRequestError as error:
        raise InvalidRequestError(str(error)) from error
    return job_facts(job)


@router.get("/builds")
def list_builds(request: Request) -> dict[str, Any]:
    """Builds, newest first."""
    return {"items": [job_facts(job) for job in service_of(request).jobs.list()]}


@router.get("/builds/{build_id}")
def one_build(request: Request, build_id: str) -> dict[str, Any]:
    """Progress, log and result of one build."""
    try:
        return job_facts(service_of(request).jobs.get(build_id))
    except UnknownJobError as error:
        raise NotFoundError(str(error)) from error


def job_facts(job: Job) -> dict[str, Any]:
    return {
        **job.record.model_dump(exclude={"command"}),
        "state": job.state.value,
        "progress": job.progress.model_dump() if job.progress else None,
        "result": job.result.model_dump() if job.result else None,
        "log": list(job.log),
    }


class IndexParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None


@router.get("/snapshots")
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
                "report": manifest.report,
            }
            for manifest in list_snapshots(folder)
        ],
    }


@router.post("/snapshots/{snapshot_id}/activate")
def put_in_force(
    request: Request, snapshot_id: str, given: Annotated[IndexParameters, Query()]
) -> dict[str, Any]:
    """Verify a kept snapshot and put it in force; every worker picks it up."""
    service = service_of(request)
    folder = _folder(service, given)
    if snapshot_id not in {manifest.snapshot_id for manifest in list_snapshots(folder)}:
        raise NotFoundError(f"index {folder.name!r} keeps no snapshot {snapshot_id[:100]!r}.")
    current = activate(folder, snapshot_id)
    service.generations.look_now()
    return asdict(current)


def _folder(service: Service, given: IndexParameters) -> Any:
    return index_folder(service.settings.data_dir, given.index or service.default_index)
