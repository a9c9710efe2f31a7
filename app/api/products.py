"""`/v1/products`."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.bodies import StrictRoute
from app.api.encoding import hit_facts
from app.api.forced import filters_of, is_seen
from app.api.parameters import IndexName, filter_limits
from app.api.schemas import PROBLEMS, SimilarAnswer, VariantsAnswer
from app.errors import Fault, NotFoundError
from app.service import service_of
from ranking.filters.filters import Filter
from ranking.filters.url_syntax import parse_filters
from ranking.generation import Generation
from ranking.search.listed import bought_together, related
from ranking.search.result import Hit
from ranking.search.segments import locate
from ranking.search.similar import similar

router = APIRouter(
    prefix="/v1/products", tags=["products"], responses=PROBLEMS, route_class=StrictRoute
)

MOST_VARIANTS = 200
Beside = Callable[[int, Generation, int, tuple[Filter, ...], int], tuple[Hit, ...]]
"""Document, generation, most hits, filters, number of the segment → products beside that one."""


class ProductParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None


class SimilarParameters(ProductParameters):
    limit: int = Field(10, ge=1, le=100)
    filter: list[str] = Field(default=[], description="As in a search.")


@router.get("/{product_id:path}/similar", response_model=SimilarAnswer)
async def similar_products(
    request: Request, product_id: str, given: Annotated[SimilarParameters, Query()]
) -> Response:
    """Products of other groups that are like this one."""
    return await _beside(request, product_id, given, similar)


@router.get("/{product_id:path}/together", response_model=SimilarAnswer)
async def products_bought_together(
    request: Request, product_id: str, given: Annotated[SimilarParameters, Query()]
) -> Response:
    """Products that are bought with this one more often than by chance; at most 30."""
    return await _beside(request, product_id, given, bought_together)


@router.get("/{product_id:path}/related", response_model=SimilarAnswer)
async def related_products(
    request: Request, product_id: str, given: Annotated[SimilarParameters, Query()]
) -> Response:
    """Products that the same people liked, then those that are like this one."""
    return await _beside(request, product_id, given, related)


@router.get("/{product_id:path}/variants", response_model=VariantsAnswer)
async def variants(
    request: Request, product_id: str, given: Annotated[ProductParameters, Query()]
) -> Response:
    """All products of its group, itself among them, in the catalogue's order; at most 200."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    forced = filters_of(service.grant, generation)
    number, doc_id = _place_of(product_id, generation, forced)
    segment = generation.segments[number]
    docs = range(*segment.columns.groups.members(doc_id))
    there = [doc for doc in docs if segment.gone is None or not segment.gone[doc]]
    there = [doc for doc in there if is_seen(doc, segment, forced)]
    items = [orjson.Fragment(segment.json_at(doc)) for doc in there[:MOST_VARIANTS]]
    return _json({"items": items})


@router.get("/{product_id:path}", response_model=dict[str, Any])
async def product(
    request: Request, product_id: str, given: Annotated[ProductParameters, Query()]
) -> Response:
    """One product as it is now: as the catalogue gave it, with all changes since."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    segment, doc_id = _place_of(product_id, generation, filters_of(service.grant, generation))
    body = generation.segments[segment].json_at(doc_id)
    return Response(body, media_type="application/json")


async def _beside(
    request: Request, product_id: str, given: SimilarParameters, found: Beside
) -> Response:
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    forced = filters_of(service.grant, generation)
    filters = (*forced, *parse_filters(given.filter, filter_limits(service.settings)))
    segment, doc_id = _place_of(product_id, generation, forced)
    work = partial(found, doc_id, generation, given.limit, filters, segment)
    return items_of(await service.searcher.run(work))


def _place_of(
    product_id: str, generation: Generation, forced: tuple[Filter, ...]
) -> tuple[int, int]:
    """Number of the segment, and document. forced: what does not pass is not there."""
    found = locate(product_id, generation.segments)
    if found is None or not is_seen(found[1], generation.segments[found[0]], forced):
        raise NotFoundError(
            f"index {generation.index!r} has no product {product_id[:100]!r}.",
            [Fault("product_id", "is not known", "Use the id of the catalogue.")],
        )
    return found


def items_of(hits: tuple[Hit, ...]) -> Response:
    return _json({"items": [hit_facts(hit) for hit in hits]})


def _json(facts: dict[str, Any]) -> Response:
    return Response(
        orjson.dumps(facts, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json"
    )
