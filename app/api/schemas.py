"""Shapes of the answers, for OpenAPI; a test holds real answers against them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Channel(_Exact):
    name: str = Field(examples=["lexical"])
    rank: int = Field(description="Place in the channel, from 1.")
    score: float


class HitShape(_Exact):
    id: str
    score: float = Field(description="Never rises down the list.")
    rank_score: float | None = Field(description="The ranker's own; null under a sort.")
    level: int = Field(description="0: all terms match … 4: found by meaning, 5: popular.")
    channels: list[Channel]
    product: dict[str, Any] = Field(description="The catalogue's line.")
    variants: int = Field(description="Matching products of its group.")
    highlights: dict[str, Any]
    explanation: dict[str, Any] | None = None


class FacetValueShape(_Exact):
    value: str | float
    count: int
    selected: bool


class FacetShape(_Exact):
    type: str = Field(examples=["keyword", "category", "number"])
    values: list[FacetValueShape]
    min: float | None = None
    max: float | None = None
    distinct: int | None = Field(None, description="Values that products here have, shown or not.")
    other: int | None = Field(None, description="Products of values not shown, added up.")


class PageShape(_Exact):
    number: int
    size: int


class StageShape(_Exact):
    name: str
    in_: int = Field(alias="in")
    out: int
    ms: float
    skipped: str | None = None


class RelaxedShape(_Exact):
    level: int
    dropped: list[str]
    scope: str


class GenerationShape(_Exact):
    id: str
    snapshot: str
    model: str
    policy: str = Field(description="The index's own is `default`.")


class SearchAnswer(_Exact):
    """Counts and hits come from the same match set, in products (groups of variants)."""

    query_id: str
    took_ms: float
    index: str
    query: dict[str, Any]
    hits: list[HitShape]
    fallback_hits: list[HitShape]
    total: int
    total_strict: int
    facets: dict[str, FacetShape]
    page: PageShape
    stages: list[StageShape]
    degraded: list[str]
    relaxed: RelaxedShape | None
    did_you_mean: list[Any]
    generation: GenerationShape
    refinements: list["SuggestionShape"] | None = None
    related: list["SuggestionShape"] | None = None


class SuggestionShape(BaseModel):
    """Each surface says more of its items; docs/query-products.md."""

    model_config = ConfigDict(extra="allow")

    text: str
    source: str = Field(examples=["query_log", "brand", "category", "phrase", "facet", "scheduled"])
    suggestion_id: str = Field(description="Stable; later events refer to it.")


class ItemsAnswer(_Exact):
    """Empty when nothing is known."""

    items: list[SuggestionShape]


class SuggestAnswer(ItemsAnswer):
    """products, categories: when asked for."""

    products: list[dict[str, Any]] | None = None
    categories: list[SuggestionShape] | None = None


class SimilarAnswer(_Exact):
    items: list[HitShape]


class FaultShape(_Exact):
    where: str
    what: str
    remedy: str


class Problem(BaseModel):
    """RFC 9457: what is wrong, where, and what to do."""

    type: str = Field(examples=["urn:vitrina:problem:invalid-request"])
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FaultShape]


def _problems(told: dict[int, str]) -> dict[int | str, dict[str, Any]]:
    return {
        status: {
            "model": Problem,
            "description": description,
            "content": {"application/problem+json": {}},
        }
        for status, description in told.items()
    }


_ALWAYS = {
    404: "No such index, or nothing at this address.",
    413: "The body is too large.",
    414: "The address is too long.",
    422: "The request cannot be understood: what, where, and what to do.",
    500: "A fault of the service; it is in its log.",
    503: "Nothing to serve yet, or too many searches at once: see `Retry-After`.",
}
PROBLEMS = _problems(_ALWAYS)
ADMIN_PROBLEMS = _problems(
    _ALWAYS
    | {
        403: "The key is missing or wrong, or admin is off.",
        409: "Another build or activation is running, or the snapshot is damaged.",
        503: "The build could not be started.",
    }
)
