"""`/v1/admin/analytics/query`: what one query showed, and what was done with it."""

import time
from functools import partial
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from app.api.analytics import TimeWindow, caught_up, iso, read_state
from app.api.guard import GuardedRoute
from app.api.parameters import plain_text
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import refused
from app.events.query_report import report_of_query
from app.service import service_of
from ranking.generation import Generation
from ranking.search.segments import locate

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    route_class=GuardedRoute,
    responses=ADMIN_PROBLEMS,
)


class QueryReportParameters(TimeWindow):
    query: str = Field(description="As the tables of analytics have it.", examples=["red shoes"])
    limit: int = Field(20, ge=1, le=200, description="Most products, and most searches.")


class ShownProduct(BaseModel):
    product_id: str
    title: str | None = Field(description="Null where it is gone.")
    shown: int
    position: float = Field(description="Mean, from 1.")
    clicks: int
    ctr: float
    add_to_cart: int
    purchases: int


class LoggedSearch(BaseModel):
    query_id: str
    at: str
    total: int
    model: str | None
    policy: str | None
    clicked: bool


class QueryReport(BaseModel):
    index: str
    query: str
    from_: str = Field(alias="from")
    to: str
    complete: bool = Field(description="False: what was sent last is not in it yet.")
    searches: int = Field(description="Final ones, without bots.")
    zero_results: int
    ctr: float | None
    add_to_cart_rate: float | None
    conversion_rate: float | None
    revenue: float
    products: list[ShownProduct] = Field(description="What was shown most, first.")
    latest: list[LoggedSearch]


@router.get("/analytics/query", response_model=QueryReport)
async def query_report(
    request: Request, given: Annotated[QueryReportParameters, Query()]
) -> dict[str, Any]:
    """Products that a query showed, where, and what was clicked and bought of them."""
    service = service_of(request)
    begin, end = given.window(time.time())
    index = given.index or service.default_index
    query = " ".join(plain_text("query", given.query, service.settings).split()).lower()
    if not query:
        raise refused("query", "is empty", "Name one of the queries of /v1/admin/analytics.")
    generation = service.generations.get(index)
    folder, complete = await caught_up(request)
    until = end if given.to is not None else end + 1
    told = await read_state(
        partial(report_of_query, folder, index, begin, until, query, given.limit)
    )
    for product in told["products"]:
        product["title"] = _title(product["product_id"], generation)
    for search in told["latest"]:
        search["at"] = iso(search["at"])
    window = {"from": iso(begin), "to": iso(end), "complete": complete}
    return {"index": index, "query": query} | window | told


def _title(product_id: str, generation: Generation) -> str | None:
    place = locate(product_id, generation.segments)
    if place is None:
        return None
    segment, doc_id = place
    title = orjson.loads(generation.segments[segment].json_at(doc_id)).get("title")
    return title if isinstance(title, str) else None
