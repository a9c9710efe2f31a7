"""`/v1/admin/analytics` and `/v1/users/{user_id}`: what was logged, in sum and of one person."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Final, Literal, TypeVar

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.parameters import IndexName
from app.api.schemas import ADMIN_PROBLEMS, AnalyticsAnswer, UserAnswer, UserDeleted
from app.errors import StateUnavailableError, refused
from app.events.analytics import TABLES, analyse, table_as_csv, table_as_parquet
from app.events.event import seconds_of
from app.events.intake import RETRY_S
from app.service import service_of
from app.state.journal import StateError
from app.state.people import export, forget

Read = TypeVar("Read")
DEFAULT_S: Final = 7 * 86_400.0
CATCH_UP_S: Final = 5.0

router = APIRouter(
    prefix="/v1",
    tags=["admin"],
    route_class=GuardedRoute,
    responses=ADMIN_PROBLEMS,
)


class TimeWindow(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    from_: str | None = Field(
        None, alias="from", max_length=40, examples=["2026-11-20"],
        description="ISO 8601, or seconds since the epoch; default: 7 days before `to`.",
    )  # fmt: skip
    to: str | None = Field(None, max_length=40, description="The same; default: now.")

    def window(self, now: float) -> tuple[float, float]:
        end = now if self.to is None else _time("to", self.to)
        begin = end - DEFAULT_S if self.from_ is None else _time("from", self.from_)
        if begin >= end:
            raise refused("from", "is not before `to`", "Send an earlier time.")
        return begin, end


class AnalyticsParameters(TimeWindow):
    limit: int = Field(20, ge=1, le=10_000, description="Most rows of a table.")
    format: Literal["json", "csv", "parquet"] = Field(
        "json", description="`csv`, `parquet`: one table."
    )
    table: str = Field(
        "top_queries", max_length=40, description=f"Of `csv` and `parquet`: {', '.join(TABLES)}."
    )


@router.get("/admin/analytics", response_model=AnalyticsAnswer)
async def analytics(request: Request, given: Annotated[AnalyticsParameters, Query()]) -> Response:
    """Searches, events, rates, queries, positions, models and latency over a window of time."""
    service = service_of(request)
    if given.table not in TABLES:
        known = f"Known are: {', '.join(TABLES)}."
        raise refused("table", f"{given.table!r} is not known", known)
    begin, end = given.window(time.time())
    index = given.index or service.default_index
    folder, complete = await caught_up(request)
    asked = (folder, index, begin, end if given.to is not None else end + 1, given.limit)
    if given.format == "csv":
        body = await read_state(partial(table_as_csv, *asked, given.table))
        return Response(body, media_type="text/csv; charset=utf-8")
    if given.format == "parquet":
        body = await read_state(partial(table_as_parquet, *asked, given.table))
        return Response(body, media_type="application/vnd.apache.parquet")
    facts = await read_state(partial(analyse, *asked))
    window = {"index": index, "from": iso(begin), "to": iso(end), "complete": complete}
    return Response(orjson.dumps(window | facts), media_type="application/json")


UserId = Annotated[str, Path(max_length=200)]


@router.get("/users/{user_id:path}", response_model=UserAnswer)
async def export_user(request: Request, user_id: UserId) -> Response:
    """All that is kept of a user, and of the sessions that were seen with them."""
    folder, _ = await caught_up(request)
    user = await _user(request, user_id)
    found = await read_state(partial(export, folder, user))
    body = {"user_id": user_id, "events": found["events"], "searches": found["impressions"]}
    return Response(orjson.dumps(body), media_type="application/json")


@router.delete("/users/{user_id:path}", response_model=UserDeleted)
async def delete_user(request: Request, user_id: UserId) -> Response:
    """Delete it: gone from every answer at once, from all files within 7 days."""
    folder, complete = await caught_up(request)
    if not complete:
        raise StateUnavailableError(
            "what was sent last is not in the archive yet, so nothing was deleted. Try again.",
            (), RETRY_S,
        )  # fmt: skip
    user = await _user(request, user_id)
    gone = await read_state(partial(forget, folder, user, time.time()))
    body = {"user_id": user_id, "deleted": gone.rows, "sessions": gone.sessions}
    return Response(orjson.dumps(body), media_type="application/json")


async def _user(request: Request, user_id: str) -> str:
    opened = await service_of(request).memory.opened()
    return opened.pseudonyms.user(user_id) or ""


async def caught_up(request: Request) -> tuple[Any, bool]:
    """Folder of the archive, and whether all that was told before is in it."""
    memory = service_of(request).memory
    complete = await memory.catch_up(CATCH_UP_S)
    return (await memory.opened()).state.folder, complete


async def read_state(work: Callable[[], Read]) -> Read:
    """In a thread. Raises StateUnavailableError."""
    try:
        return await asyncio.to_thread(work)
    except StateError as error:
        raise StateUnavailableError(str(error), (), RETRY_S) from error


def _time(where: str, text: str) -> float:
    at = seconds_of(text)
    if at is None:
        raise refused(where, f"{text!r} is no time", "Send ISO 8601 such as 2026-11-26.")
    return at


def iso(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return str(at)
