"""`/v1/suggest`."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.parameters import IndexName, plain_text
from app.api.schemas import PROBLEMS, SuggestAnswer
from app.service import service_of
from ranking.suggest import suggest

router = APIRouter(prefix="/v1", tags=["suggestions"], responses=PROBLEMS)


class SuggestParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    q: str = Field("", description="What has been typed.", examples=["lam"])
    limit: int = Field(10, ge=1, le=50)
    index: IndexName = None
    session_id: str | None = Field(None, max_length=200)


@router.get("/suggest", response_model=SuggestAnswer)
async def suggest_queries(
    request: Request, given: Annotated[SuggestParameters, Query()]
) -> Response:
    """Completions of a prefix, best first; each finds at least one product."""
    service = service_of(request)
    generation = service.generations.get(given.index or service.default_index)
    typed = plain_text("q", given.q, service.settings)
    found = suggest(typed, given.limit, generation.snapshot)
    items = [
        {"text": each.text, "source": each.source, "suggestion_id": each.suggestion_id}
        for each in found
    ]
    return Response(orjson.dumps({"items": items}), media_type="application/json")
