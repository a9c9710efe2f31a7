"""`/v1/popular`, `/v1/trending`: what is wanted in a region, as far as `vitrina learn` knows."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.bodies import StrictRoute
from app.api.parameters import IndexName, filter_limits
from app.api.products import items_of
from app.api.schemas import PROBLEMS, SimilarAnswer
from app.service import service_of
from ranking.filters.url_syntax import parse_filters
from ranking.search.listed import wanted

router = APIRouter(prefix="/v1", tags=["products"], responses=PROBLEMS, route_class=StrictRoute)


class WantedParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    region: str | None = Field(
        None, max_length=200, description="As events tell it; default: everywhere."
    )
    limit: int = Field(10, ge=1, le=100)
    filter: list[str] = Field(default=[], description="As in a search.")


@router.get("/popular", response_model=SimilarAnswer)
async def popular_products(
    request: Request, given: Annotated[WantedParameters, Query()]
) -> Response:
    """What is clicked and bought most; what is a fortnight old counts half."""
    return await _wanted(request, given, "popular")


@router.get("/trending", response_model=SimilarAnswer)
async def trending_products(
    request: Request, given: Annotated[WantedParameters, Query()]
) -> Response:
    """What is clicked and bought most these days; what is two days old counts half."""
    return await _wanted(request, given, "trending")


async def _wanted(
    request: Request, given: WantedParameters, kind: Literal["popular", "trending"]
) -> Response:
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    filters = parse_filters(given.filter, filter_limits(service.settings))
    work = partial(wanted, kind, given.region, generation, given.limit, filters)
    return items_of(await service.searcher.run(work))
