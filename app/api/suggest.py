"""`/v1/suggest`."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.api.bodies import StrictRoute
from app.api.parameters import plain_text
from app.api.query_parameters import RecentParameters, names_of
from app.api.schemas import PROBLEMS, SuggestAnswer
from app.service import service_of
from app.telemetry import count_offer
from ranking.suggestions.suggest import Typed, suggest

SCOPES, PRODUCTS, CATEGORIES = PARTS = ("scopes", "products", "categories")
_BESIDE: Final = 4

router = APIRouter(prefix="/v1", tags=["suggestions"], responses=PROBLEMS, route_class=StrictRoute)


class SuggestParameters(RecentParameters):
    q: str = Field("", description="What has been typed.", examples=["lam"])
    with_: str | None = Field(
        None, alias="with", max_length=200, examples=["scopes,products"],
        description="Comma separated: `scopes` (the first completion in its categories), "
        "`products`, `categories` beside the completions.",
    )  # fmt: skip


@router.get("/suggest", response_model=SuggestAnswer, response_model_exclude_unset=True)
async def suggest_queries(
    request: Request, given: Annotated[SuggestParameters, Query()]
) -> Response:
    """Completions of a prefix, best first; each finds at least one product."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    typed = plain_text("q", given.q, service.settings)
    parts = names_of("with", given.with_, PARTS)
    found = suggest(
        typed,
        given.limit,
        generation,
        given.recent(generation) if given.has_recent else None,
        scopes=SCOPES in parts,
        products=_BESIDE if PRODUCTS in parts else 0,
        categories=_BESIDE if CATEGORIES in parts else 0,
    )
    count_offer("suggest", found.items)
    return Response(orjson.dumps(_facts(found, parts)), media_type="application/json")


def _facts(found: Typed, parts: tuple[str, ...]) -> dict[str, Any]:
    facts: dict[str, Any] = {"items": [item.facts() for item in found.items]}
    if PRODUCTS in parts:
        facts["products"] = [orjson.Fragment(product) for product in found.products]
    if CATEGORIES in parts:
        facts["categories"] = [item.facts() for item in found.categories]
    return facts
