"""Queries that are offered before, beside and after a search; docs/query-products.md."""

import time
from collections.abc import Sequence
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.api.bodies import StrictRoute
from app.api.parameters import filter_limits, plain_text
from app.api.query_parameters import RecentParameters, SurfaceParameters, names_of
from app.api.schemas import PROBLEMS, ItemsAnswer
from app.service import Service, service_of
from app.telemetry import count_offer
from ranking.filters.url_syntax import parse_filters
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.suggestions.after_click import after_click
from ranking.suggestions.beside import MOST, REFINEMENTS, RELATED
from ranking.suggestions.discover import discover
from ranking.suggestions.hint import hint
from ranking.suggestions.item import QueryItem
from ranking.suggestions.suggest import suggest

SURFACES: Final = ("suggest", "hint", "discover", "refine", "related", "after_click")

router = APIRouter(prefix="/v1", tags=["suggestions"], responses=PROBLEMS, route_class=StrictRoute)

_Filter = Annotated[
    list[str], Field(default_factory=list, description="As in a search; repeatable.")
]
_Asked = Annotated[str, Field(description="The query that was searched.", examples=["lamp"])]


class RefineParameters(SurfaceParameters):
    q: _Asked = ""
    filter: _Filter


class AfterClickParameters(SurfaceParameters):
    q: _Asked = ""
    product_id: str = Field("", max_length=512, description="The product that was opened.")


class QueriesParameters(RecentParameters):
    """All of the surfaces' own parameters."""

    surface: str = Field(
        "hint,discover", max_length=200,
        description=f"Comma separated: {', '.join(SURFACES)}.",
    )  # fmt: skip
    q: _Asked = ""
    product_id: str = Field("", max_length=512, description="The product that was opened.")
    filter: _Filter


@router.get("/hint", response_model=ItemsAnswer)
async def hint_queries(request: Request, given: Annotated[RecentParameters, Query()]) -> Response:
    """Queries for the empty box, the best first; never one of `recent_queries`."""
    generation = _generation(request, given)
    return _items("hint", hint(given.recent(generation), given.limit, time.time(), generation))


@router.get("/discover", response_model=ItemsAnswer)
async def discover_queries(
    request: Request, given: Annotated[RecentParameters, Query()]
) -> Response:
    """Hot searches (`section: hot`) and what this shopper may want (`section: for_you`)."""
    generation = _generation(request, given)
    return _items("discover", discover(given.recent(generation), given.limit, generation))


@router.get("/refine", response_model=ItemsAnswer)
async def refine_query(request: Request, given: Annotated[RefineParameters, Query()]) -> Response:
    """Filters and words that split the result best; filters in force come first (`selected`)."""
    beside = await _beside(request, given.index, given.q, given.filter, (REFINEMENTS,))
    items = beside[REFINEMENTS][: _room(beside[REFINEMENTS], given.limit)]
    _count({"refine": {"items": items}})
    return _json({"items": items})


@router.get("/after-click", response_model=ItemsAnswer)
async def queries_after_click(
    request: Request, given: Annotated[AfterClickParameters, Query()]
) -> Response:
    """What to search next, back from a product."""
    service, generation = service_of(request), _generation(request, given)
    typed = plain_text("q", given.q, service.settings)
    return _items("after_click", after_click(typed, given.product_id, given.limit, generation))


@router.get("/queries", response_model=dict[str, ItemsAnswer])
async def all_queries(request: Request, given: Annotated[QueriesParameters, Query()]) -> Response:
    """Several surfaces in one call, each under its name; `q` is what `suggest` completes, too."""
    service, generation = service_of(request), _generation(request, given)
    wanted = names_of("surface", given.surface.replace("-", "_"), SURFACES)
    typed = plain_text("q", given.q, service.settings)
    recent = given.recent(generation)
    answer: dict[str, Any] = {}
    extras = tuple(
        name for name, surface in ((REFINEMENTS, "refine"), (RELATED, "related"))
        if surface in wanted
    )  # fmt: skip
    beside = await _beside(request, given.index, given.q, given.filter, extras) if extras else {}
    for surface in wanted:
        if surface == "suggest":
            given_recent = recent if given.has_recent else None
            answer[surface] = _facts(suggest(typed, given.limit, generation, given_recent).items)
        elif surface == "hint":
            answer[surface] = _facts(hint(recent, given.limit, time.time(), generation))
        elif surface == "discover":
            answer[surface] = _facts(discover(recent, given.limit, generation))
        elif surface == "after_click":
            found = after_click(typed, given.product_id, given.limit, generation)
            answer[surface] = _facts(found)
        else:
            found_beside = beside[REFINEMENTS if surface == "refine" else RELATED]
            answer[surface] = {"items": found_beside[: _room(found_beside, given.limit)]}
    _count(answer)
    return _json(answer)


def _generation(request: Request, given: SurfaceParameters) -> Generation:
    service: Service = service_of(request)
    return service.generations.get(given.index or service.default_index)


async def _beside(
    request: Request, index: str | None, typed: str, filters: Sequence[str], extras: tuple[str, ...]
) -> dict[str, list[dict[str, Any]]]:
    """What a search of this query answers with beside its hits: the same, and cached as one."""
    service = service_of(request)
    asked = SearchRequest(
        text=plain_text("q", typed, service.settings),
        filters=parse_filters(filters, filter_limits(service.settings)),
        fields=("id",),
        page_size=1,
        extras=extras,
    )
    body = await service.searcher.answer(index or service.default_index, asked)
    answer: dict[str, list[dict[str, Any]]] = orjson.loads(body)
    return answer


def _room(items: Sequence[dict[str, Any]], limit: int) -> int:
    """Filters in force do not count: they are always told."""
    return sum(1 for item in items if item.get("selected")) + min(limit, MOST)


def _facts(items: Sequence[QueryItem]) -> dict[str, Any]:
    return {"items": [item.facts() for item in items]}


def _items(surface: str, items: Sequence[QueryItem]) -> Response:
    facts = _facts(items)
    _count({surface: facts})
    return _json(facts)


def _count(answer: dict[str, Any]) -> None:
    """Filters in force are no offer."""
    for surface, facts in answer.items():
        count_offer(surface, [item for item in facts["items"] if not item.get("selected")])


def _json(facts: dict[str, Any]) -> Response:
    return Response(orjson.dumps(facts), media_type="application/json")
