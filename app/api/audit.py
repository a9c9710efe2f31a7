"""`/v1/admin/audit`: who changed what, and when. docs/keys.md."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import refused
from app.events.event import seconds_of
from app.keys.key import iso
from app.service import service_of

router = APIRouter(
    prefix="/v1/admin", tags=["admin"], responses=ADMIN_PROBLEMS, route_class=GuardedRoute
)


class AuditParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=10_000, description="Most changes of the answer.")
    before: str | None = Field(
        None, max_length=40, description="ISO 8601, or seconds since the epoch; default: now."
    )


class AuditedChange(BaseModel):
    at: str
    who: str = Field(description="Id of a key, or who else.")
    what: str = Field(description="Method and route, or a command.")
    index: str | list[str] | None = Field(description="As far as the request names any.")
    ids: list[str] = Field(description="Of what was changed, as far as the address tells.")


class AuditAnswer(BaseModel):
    items: list[AuditedChange]


@router.get("/audit", response_model=AuditAnswer)
def read_audit(request: Request, given: Annotated[AuditParameters, Query()]) -> dict[str, Any]:
    """Changes, the newest first: over HTTP and at the command line of this folder."""
    before = None if given.before is None else seconds_of(given.before)
    if given.before is not None and before is None:
        raise refused("before", f"{given.before!r} is no time", "Send ISO 8601.")
    found = service_of(request).audit.read(given.limit, before)
    return {
        "items": [
            {
                "at": iso(each["at"]),
                "who": each["who"],
                "what": each["what"],
                "index": each.get("index"),
                "ids": each.get("ids", []),
            }
            for each in found
        ]
    }
