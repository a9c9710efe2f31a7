"""`/v1/admin/judgments`: grades that people give hits, for `vitrina evaluate` and `train`."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.guard import GuardedRoute
from app.api.parameters import IndexName, plain_text
from app.api.schemas import ADMIN_PROBLEMS
from app.errors import Fault, NotFoundError, refused
from app.service import Service, service_of
from indexing.current import index_folder
from ranking.learning.judged_hits import (
    FILE,
    JudgedHit,
    folded,
    put_judged_hit,
    read_judged_hits,
    remove_judged_hit,
)
from ranking.search.segments import locate

router = APIRouter(
    prefix="/v1/admin",
    tags=["admin"],
    route_class=GuardedRoute,
    responses=ADMIN_PROBLEMS,
)
MOST_QUERIES = 1_000
Judge = Annotated[
    str, Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")
]


class JudgmentsParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    index: IndexName = None


class JudgmentsOfQuery(JudgmentsParameters):
    query: str = Field("", description="Whose judgments are told one by one.", examples=["lamp"])
    format: Literal["json", "jsonl"] = Field(
        "json", description="`jsonl`: the whole file, as `vitrina evaluate` and `train` read it."
    )


class Judgment(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: str = Field(examples=["red lamp"])
    product_id: str = Field(min_length=1, max_length=1_000)
    judge: Judge
    grade: int | None = Field(
        ge=0, le=3, strict=True, description="3 exact, 2 substitute, 1 complement, 0 irrelevant; "
        "null takes the judgment back.",
    )  # fmt: skip


class GradedProduct(BaseModel):
    product_id: str
    grade: int
    judge: str
    at: str


class JudgedQuery(BaseModel):
    query: str
    judged: int


class Judgments(BaseModel):
    count: int = Field(description="Of all queries and judges.")
    queries: list[JudgedQuery] = Field(description="The last 1,000, newest first.")
    items: list[GradedProduct] = Field(description="Of the query that was asked for.")


class JudgmentKept(BaseModel):
    before: int | None = Field(description="The judge's grade until now: sending it again undoes.")


@router.get("/judgments", response_model=Judgments)
def judgments(request: Request, given: Annotated[JudgmentsOfQuery, Query()]) -> Any:
    """How much was judged, and the grades under one query."""
    service = service_of(request)
    folder = _folder(service, given.index)
    if given.format == "jsonl":
        return _download(folder)
    hits = read_judged_hits(folder)
    query = folded(plain_text("query", given.query, service.settings))
    counts = Counter(hit.query for hit in hits)
    newest = dict.fromkeys(hit.query for hit in reversed(hits))
    return {
        "count": len(hits),
        "queries": [{"query": each, "judged": counts[each]} for each in [*newest][:MOST_QUERIES]],
        "items": [
            {"product_id": hit.product_id, "grade": hit.grade, "judge": hit.judge, "at": hit.at}
            for hit in hits
            if query and hit.query == query
        ],
    }


@router.put("/judgments", response_model=JudgmentKept)
def judge(
    request: Request, given: Annotated[JudgmentsParameters, Query()], body: Judgment
) -> dict[str, Any]:
    """Keep one grade in place of what the same judge said before, or take it back."""
    service = service_of(request)
    folder = _folder(service, given.index)
    query = folded(plain_text("query", body.query, service.settings))
    if not query:
        raise refused("query", "is empty", "Judge hits of a text: browsing has no right answer.")
    judge, product_id = body.judge.strip(), body.product_id
    if body.grade is None:
        return {"before": remove_judged_hit(folder, judge, query, product_id)}
    generation = service.generations.get(folder.name)
    if locate(product_id, generation.segments) is None:
        raise NotFoundError(
            f"index {folder.name!r} has no product {product_id[:100]!r}.",
            [Fault("product_id", "is not known", "Send the id of a hit.")],
        )
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"before": put_judged_hit(folder, JudgedHit(query, product_id, body.grade, judge, at))}


def _download(folder: Path) -> Response:
    path = folder / FILE
    body = path.read_bytes() if path.is_file() else b""
    headers = {"Content-Disposition": f'attachment; filename="{folder.name}-judgments.jsonl"'}
    return Response(body, media_type="application/x-ndjson", headers=headers)


def _folder(service: Service, index: str | None) -> Path:
    """Of an index that is served."""
    generation = service.generations.get(index or service.default_index)
    return index_folder(service.settings.data_dir, generation.index)
