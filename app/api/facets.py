"""`/v1/facets/{field}`: a search within the values of one facet."""

import time
from functools import partial
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from app.api.bodies import StrictRoute
from app.api.encoding import facet_facts
from app.api.parameters import MAX_FACET_LIMIT, FilteredParameters, plain_text
from app.api.schemas import PROBLEMS, FacetShape
from app.service import service_of
from ranking.search.facet_values import facet_values
from ranking.search.request import SearchRequest

router = APIRouter(prefix="/v1", tags=["search"], responses=PROBLEMS, route_class=StrictRoute)


class FacetParameters(FilteredParameters):
    q: str = Field("", description="What the value holds; empty for all.", examples=["kor"])
    query: str = Field("", description="What the shopper searches; empty to browse.")
    facet_limit: int = Field(20, ge=1, le=MAX_FACET_LIMIT, description="Most values of the answer.")


@router.get("/facets/{field:path}", response_model=FacetShape)
async def search_facet(
    request: Request,
    field: Annotated[str, Path(max_length=600, examples=["brand"])],
    given: Annotated[FacetParameters, Query()],
) -> Response:
    """Values of a facet that hold `q`, counted as the same search counts them."""
    service = service_of(request)
    text = plain_text("q", given.q, service.settings)
    found = given.found(given.query, "query", service.settings)
    generation = service.generations.get(given.index or service.default_index, given.policy)
    asked = SearchRequest(**found, facet_limit=given.facet_limit, forced=service.grant.filters)
    asked = service.searcher.checked(asked, generation)
    work = partial(facet_values, asked, field, text, generation, time.perf_counter)
    facet = await service.searcher.run(work)
    return Response(orjson.dumps(facet_facts(facet)), media_type="application/json")
