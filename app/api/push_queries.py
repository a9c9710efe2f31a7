"""`/v1/admin/push-queries`: what to write to shoppers who agreed. docs/query-products.md."""

import asyncio
import time
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.analytics import CATCH_UP_S
from app.api.guard import GuardedRoute
from app.api.parameters import IndexName
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import StateUnavailableError
from app.events.intake import RETRY_S
from app.events.push_queries import PushLimits, push_queries
from app.keys.key import iso
from app.service import service_of
from app.state.journal import StateError

MOST_USERS = 1_000
router = APIRouter(
    prefix="/v1/admin", tags=["admin"], responses=ADMIN_PROBLEMS, route_class=GuardedRoute
)


class PushUser(BaseModel):
    model_config = ConfigDict(extra="forbid")

    user_id: str = Field(min_length=1, max_length=200, description="As searches and events say it.")
    consent: bool = Field(description="Whether this user agreed to be written to.")


class PushBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    users: list[PushUser] = Field(
        max_length=MOST_USERS, fail_fast=True, description="Only those are looked up."
    )
    limit: int = Field(3, ge=1, le=10, description="Most queries of a user.")
    days: float = Field(30.0, gt=0, le=365, description="How far back searches count.")
    every_days: float = Field(
        7.0, ge=0, le=365, description="A user who got any gets none for so long."
    )
    repeat_days: float = Field(
        30.0, ge=0, le=90, description="A user gets no product twice within."
    )
    least_drop: float = Field(0.05, gt=0, lt=1, description="Share by which a price has fallen.")
    dry_run: bool = Field(False, description="Tell, but count nothing as given.")


class PushedShape(BaseModel):
    query: str
    product_id: str
    title: str
    reason: str = Field(examples=["cheaper", "back_in_stock"])
    price: float | None
    price_before: float | None = Field(description="When it was searched.")
    searched_at: str


class PushedTo(BaseModel):
    user_id: str
    queries: list[PushedShape]


class PushAnswer(BaseModel):
    items: list[PushedTo] = Field(description="Users with any, as they were asked for.")
    without_consent: int = Field(description="Users that were not looked up.")
    capped: int = Field(description="Users that got some lately.")


@router.post("/push-queries", response_model=PushAnswer)
async def make_push_queries(request: Request, given: Annotated[PushBody, Body()]) -> Response:
    """What these users searched and did not buy, and is cheaper or there again."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    await service.memory.catch_up(CATCH_UP_S)
    opened = await service.memory.opened()
    asked = {user.user_id: user for user in given.users}
    users = {
        user.user_id: opened.pseudonyms.user(user.user_id) or ""
        for user in asked.values()
        if user.consent
    }
    limits = PushLimits(
        given.days, given.limit, given.every_days, given.repeat_days, given.least_drop
    )
    work = partial(
        push_queries, opened.state.folder, users, generation, service.changes.log, limits,
        time.time(), dry_run=given.dry_run,
    )  # fmt: skip
    try:
        found = await asyncio.to_thread(work)
    except StateError as error:
        raise StateUnavailableError(str(error), (), RETRY_S) from error
    items = [
        {"user_id": user_id, "queries": [_shape(asdict(each)) for each in pushed]}
        for user_id, pushed in found.pushed.items()
    ]
    told = {"without_consent": len(asked) - len(users), "capped": found.capped}
    return Response(orjson.dumps({"items": items, **told}), media_type="application/json")


def _shape(facts: dict[str, Any]) -> dict[str, Any]:
    facts["price_before"] = facts.pop("before")
    facts["searched_at"] = iso(facts["searched_at"])
    return facts
