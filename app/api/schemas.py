"""Shapes of the answers: what is encoded, checked by mypy, and described by OpenAPI."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, with_config
from typing_extensions import TypedDict

_EXACT = ConfigDict(extra="forbid")
_exact = with_config(_EXACT)


class Exact(BaseModel):
    model_config = _EXACT


@_exact
class Channel(TypedDict):
    name: Annotated[str, Field(examples=["lexical"])]
    rank: Annotated[int, Field(description="Place in the channel, from 1.")]
    score: float


@_exact
class PlacedShape(TypedDict):
    """A rule put the product there."""

    kind: Annotated[str, Field(examples=["pinned", "sponsored"])]
    rule: str
    label: NotRequired[Annotated[str, Field(description="To be shown with a sponsored product.")]]


@_exact
class HitShape(TypedDict):
    id: str
    score: Annotated[float, Field(description="Never rises down the list.")]
    rank_score: Annotated[float | None, Field(description="The ranker's own; null under a sort.")]
    level: Annotated[
        int, Field(description="0: all terms match … 4: found by meaning, 5: popular.")
    ]
    channels: list[Channel]
    product: Annotated[dict[str, Any], Field(description="The catalogue's line.")]
    variants: Annotated[int, Field(description="Matching products of its group.")]
    highlights: dict[str, Any]
    explanation: NotRequired[dict[str, Any]]
    placed: NotRequired[PlacedShape]


@_exact
class FacetValueShape(TypedDict):
    value: str | float
    count: int
    selected: bool


@_exact
class FacetShape(TypedDict):
    type: Annotated[str, Field(examples=["keyword", "category", "number"])]
    values: list[FacetValueShape]
    min: NotRequired[float | None]
    max: NotRequired[float | None]
    distinct: NotRequired[
        Annotated[int | None, Field(description="Values that products here have, shown or not.")]
    ]
    other: NotRequired[
        Annotated[int | None, Field(description="Products of values not shown, added up.")]
    ]


@_exact
class PageShape(TypedDict):
    number: int
    size: int


StageShape = TypedDict(  # `in` cannot be a name in a class
    "StageShape", {"name": str, "in": int, "out": int, "ms": float, "skipped": NotRequired[str]}
)
_exact(StageShape)


@_exact
class RelaxedShape(TypedDict):
    level: int
    dropped: Sequence[str]
    scope: str


@_exact
class GenerationShape(TypedDict):
    id: str
    snapshot: str
    model: str
    policy: Annotated[str, Field(description="The index's own is `default`.")]


@_exact
class RulesShape(TypedDict):
    """Merchandising rules that fired, if any did, and what they say to the shop's page."""

    fired: Annotated[Sequence[str], Field(description="Ids, the highest priority first.")]
    query: NotRequired[Annotated[str, Field(description="Searched in place of the query.")]]
    replaced_by: NotRequired[str | None]
    redirect: NotRequired[str]
    banners: NotRequired[Sequence[dict[str, str]]]
    data: NotRequired[Sequence[dict[str, Any]]]
    facets: NotRequired[dict[str, Any]]


@_exact
class MadeAnswer(TypedDict):
    """What is the same for everybody who asks the same: `query_id` and `took_ms` come later."""

    index: str
    query: dict[str, Any]
    hits: list[HitShape]
    fallback_hits: list[HitShape]
    total: int
    total_strict: int
    facets: dict[str, FacetShape]
    page: PageShape
    stages: list[StageShape]
    degraded: Sequence[str]
    relaxed: RelaxedShape | None
    did_you_mean: Sequence[Any]
    generation: GenerationShape
    refinements: NotRequired[list["SuggestionShape"]]
    related: NotRequired[list["SuggestionShape"]]
    rules: NotRequired[RulesShape]


@_exact
class SearchAnswer(MadeAnswer):
    """Counts and hits come from the same match set, in products (groups of variants)."""

    query_id: str
    took_ms: float


class SuggestionShape(BaseModel):
    """Each surface says more of its items; docs/query-products.md."""

    model_config = ConfigDict(extra="allow")

    text: str
    source: str = Field(
        examples=["query_log", "brand", "category", "phrase", "composed", "kind", "facet"]
    )
    suggestion_id: str = Field(description="Stable; later events refer to it.")


class ItemsAnswer(Exact):
    """Empty when nothing is known."""

    items: list[SuggestionShape]


class SuggestAnswer(ItemsAnswer):
    """products, categories: when asked for."""

    products: list[dict[str, Any]] | None = None
    categories: list[SuggestionShape] | None = None


class SimilarAnswer(Exact):
    items: list[HitShape]


class VariantsAnswer(Exact):
    """Lines of the catalogue."""

    items: list[dict[str, Any]]


class FaultShape(Exact):
    where: str
    what: str
    remedy: str


class RejectedEvent(Exact):
    """errors: of the first hundred."""

    at: int = Field(description="Place in the batch, from 0.")
    problem: str
    errors: list[FaultShape] | None = None


class AnalyticsAnswer(BaseModel):
    """searches, events: of all; bots: of them by bots, which rates and tables leave out."""

    index: str
    from_: str = Field(alias="from")
    to: str
    complete: bool = Field(description="False: what was sent last is not in it yet.")
    searches: int = Field(description="Final ones.")
    not_final: int = Field(description="Of shoppers who were still typing.")
    zero_results: int
    sessions: int
    users: int
    events: dict[str, int]
    bots: dict[str, Any]
    ctr: float | None = Field(description="Share of searches with a click.")
    add_to_cart_rate: float | None
    conversion_rate: float | None
    revenue: dict[str, float]
    latency_ms: dict[str, float | None]
    top_queries: list[dict[str, Any]]
    zero_result_queries: list[dict[str, Any]]
    low_ctr_queries: list[dict[str, Any]]
    by_position: list[dict[str, Any]]
    by_channel: list[dict[str, Any]]
    by_mark: list[dict[str, Any]]
    by_model: list[dict[str, Any]]
    by_variant: list[dict[str, Any]]
    by_latency: list[dict[str, Any]]
    by_day: list[dict[str, Any]]


class UserAnswer(Exact):
    """Newest first, at most 100,000 each."""

    user_id: str
    events: list[dict[str, Any]]
    searches: list[dict[str, Any]]


class UserDeleted(Exact):
    """deleted: rows that are gone; those in packed files are hidden, and go within 7 days."""

    user_id: str
    deleted: int
    sessions: int


class EventsAnswer(Exact):
    """accepted: durable now. duplicates: of an `event_id` within 7 days; kept once."""

    accepted: int
    duplicates: int
    rejected: list[RejectedEvent]
    warnings: list[str] | None = None


class ChangedItem(Exact):
    id: str | None = Field(description="Null where the item tells none.")
    status: Literal["accepted", "rejected", "stale"]
    problem: str | None = Field(None, description="Why it was not taken, and what to do.")
    errors: list[FaultShape] | None = None
    warning: str | None = Field(None, description="What was left out of what was taken.")


class ChangesAnswer(Exact):
    """items: in the order they were sent; a product with variants has one for each."""

    items: list[ChangedItem]
    seq: int = Field(description="Of the last change that was taken.")
    visible: bool | None = Field(None, description="With `wait=visible`: false after 10 s.")


class DeletedAnswer(Exact):
    id: str
    seq: int = Field(description="Grows with every change of the index.")
    visible: bool | None = Field(None, description="With `wait=visible`: false after 10 s.")


class ChangedAnswer(DeletedAnswer):
    visible_within_ms: int


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
CHANGE_PROBLEMS = _problems(
    _ALWAYS
    | {
        403: "The key is missing or wrong, or admin is off.",
        409: "A later version of the product was taken before.",
        503: "Nothing to serve yet, or changes cannot be kept now: see `Retry-After`.",
    }
)
ADMIN_PROBLEMS = _problems(
    _ALWAYS
    | {
        403: "The key is missing or wrong, or admin is off.",
        409: "Another build or activation is running, or the snapshot is damaged.",
        503: "The build could not be started.",
    }
)
