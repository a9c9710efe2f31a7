"""`/v1/products`."""

from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.encoding import hit_facts
from app.api.parameters import IndexName, filter_limits
from app.api.schemas import PROBLEMS, SimilarAnswer
from app.errors import Fault, NotFoundError
from app.service import service_of
from ranking.filters.url_syntax import parse_filters
from ranking.generation import Generation
from ranking.search.similar import similar

router = APIRouter(prefix="/v1/products", tags=["products"], responses=PROBLEMS)


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
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    filters = parse_filters(given.filter, filter_limits(service.settings))
    doc_id = _doc_of(product_id, generation)
    hits = await service.searcher.run(partial(similar, doc_id, generation, given.limit, filters))
    return _json({"items": [hit_facts(hit) for hit in hits]})


@router.get("/{product_id:path}", response_model=dict[str, Any])
async def product(
    request: Request, product_id: str, given: Annotated[ProductParameters, Query()]
) -> Response:
    """One product, as the catalogue gave it."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    body = generation.snapshot.documents.json_at(_doc_of(product_id, generation))
    return Response(body, media_type="application/json")


def _doc_of(product_id: str, generation: Generation) -> int:
    doc_id = generation.snapshot.documents.find(product_id)
    if doc_id is None:
        raise NotFoundError(
            f"index {generation.index!r} has no product {product_id[:100]!r}.",
            [Fault("product_id", "is not known", "Use the id of the catalogue.")],
        )
    return doc_id


def _json(facts: dict[str, Any]) -> Response:
    return Response(
        orjson.dumps(facts, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json"
    )
