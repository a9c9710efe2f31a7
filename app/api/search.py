"""`/v1/search`."""

import time
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from app.api.access import check
from app.api.bodies import StrictRoute
from app.api.parameters import SearchBody, SearchParameters
from app.api.schemas import PROBLEMS, SearchAnswer
from app.errors import Fault, NotAllowedError, refused
from app.events.event import believed
from app.events.impressions import Asker
from app.service import service_of

router = APIRouter(prefix="/v1", tags=["search"], responses=PROBLEMS, route_class=StrictRoute)


@router.get("/search", response_model=SearchAnswer)
async def search_by_url(request: Request, given: Annotated[SearchParameters, Query()]) -> Response:
    """Search, or browse with an empty query."""
    return await _answer(request, given)


@router.post("/search", response_model=SearchAnswer)
async def search_by_json(request: Request, given: Annotated[SearchBody, Body()]) -> Response:
    """The same with a JSON body: nested filters, and a vector."""
    return await _answer(request, given)


async def _answer(request: Request, given: SearchParameters | SearchBody) -> Response:
    if given.preview is not None:
        check(request)  # what is not published is not for shoppers
    service = service_of(request)
    asked = given.request(service.settings)
    if service.grant.filters:
        if asked.extras:
            raise NotAllowedError("a key with filters cannot ask for refinements or related.")
        asked = replace(asked, forced=service.grant.filters)
    index = given.index or service.default_index
    asker = None
    if given.analytics and given.preview is None:
        agent = request.headers.get("user-agent", "")
        at = _happened_at(request)
        asker = Asker(
            asked.user_id, asked.session_id, given.region, agent, at, personal=given.personal
        )
    body = await service.searcher.answer(index, asked, given.policy, given.preview, asker)
    return Response(body, media_type="application/json")


def _happened_at(request: Request) -> float | None:
    """Of a search that the shop's own server repeats or tells late; None: it happens now."""
    told = request.headers.get("x-happened-at")
    if told is None:
        return None
    check(request)
    at = believed(told, time.time(), trusted=True)
    if isinstance(at, Fault):
        raise refused("X-Happened-At", at.what, at.remedy)
    return at
