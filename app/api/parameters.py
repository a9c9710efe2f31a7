"""What a request may say, and what it becomes. Unknown names are refused, so typos are seen."""

from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from app.errors import Fault, InvalidRequestError
from app.settings import INDEX_NAME_PATTERN, Settings
from ranking.filter_json import parse_filter_tree
from ranking.filter_syntax import FilterLimits, parse_filters
from ranking.request import SearchRequest
from ranking.sorting import parse_sort

IndexName = Annotated[
    str | None, Field(pattern=INDEX_NAME_PATTERN, description="Named index; default: the main one.")
]


class _Switches(BaseModel):
    """Parts of a search that a request may switch off (`on`/`off`, `true`/`false`)."""

    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    page: int = Field(1, ge=1, le=1000, description="Page number, from 1.")
    page_size: int = Field(20, ge=1, le=100, description="Products a page.")
    sort: str | None = Field(
        None, max_length=200, description="`field:asc`, `field:desc` or `newest`; else ranked.",
        examples=["price:asc"],
    )  # fmt: skip
    explain: bool = Field(False, description="Say why each product stands where it stands.")
    relax: bool = Field(True, description="`off`: only products that match all terms.")
    correct: bool = Field(True, description="`off`: take the query literally.")
    synonyms: bool = Field(True, description="`off`: no synonyms.")
    entities: bool = Field(True, description="`off`: no filters read from the query.")
    semantic: bool = Field(True, description="`off`: no search by meaning.")
    diversity: bool = Field(True, description="`off`: the ranker's order, untouched.")
    budget_ms: float | None = Field(None, ge=0, description="Time this search may take.")
    user_id: str | None = Field(None, max_length=200, description="Who searches; never cached.")
    session_id: str | None = Field(None, max_length=200, description="Their session.")


class SearchParameters(_Switches):
    """`GET /v1/search`."""

    q: str = Field("", description="What the shopper typed; empty to browse.", examples=["lamp"])
    filter: list[str] = Field(
        default=[],
        description="Repeatable, all must hold: `field:value|value`, `-field:value`, "
        "`field:lo..hi`, `field:*`; attributes as `attributes.name`.",
        examples=[["brand:Lumo|Acme", "price:10..50"]],
    )
    facets: str | None = Field(
        None, max_length=2_000, description="Fields to count, comma separated; `auto` chooses "
        "attributes worth showing.", examples=["brand,category,price"],
    )  # fmt: skip
    fields: str | None = Field(
        None, max_length=2_000, description="Product fields to answer with; default: all."
    )

    def request(self, settings: Settings) -> SearchRequest:
        return SearchRequest(
            text=plain_text(self.q),
            filters=parse_filters(self.filter, _limits(settings)),
            facets=_facets(_names(self.facets), settings),
            fields=_names(self.fields) if self.fields is not None else None,
            **_switches(self),
        )


class SearchBody(_Switches):
    """`POST /v1/search`."""

    query: str = Field("", description="What the shopper typed; empty to browse.")
    filters: Any = Field(
        None,
        description='A tree: {"and" | "or": […]}, {"not": …} over {"field", "any" | "range" | '
        '"exists"}.',
        examples=[{"and": [{"field": "brand", "any": ["Lumo"]},
                           {"field": "price", "range": {"gte": 10, "lte": 50}}]}],
    )  # fmt: skip
    facets: list[str] = Field(default=[], description="Fields to count, or `auto`.")
    fields: list[str] | None = Field(None, description="Product fields to answer with.")
    vector: list[float] | None = Field(
        None, max_length=8_192, description="The query's vector, in place of its text's."
    )

    def request(self, settings: Settings) -> SearchRequest:
        return SearchRequest(
            text=plain_text(self.query),
            filters=parse_filter_tree(self.filters, _limits(settings))
            if self.filters is not None
            else (),
            facets=_facets(tuple(self.facets), settings),
            fields=tuple(self.fields) if self.fields is not None else None,
            vector=_vector(self.vector),
            **_switches(self),
        )


def plain_text(text: str) -> str:
    """Without control characters and lone surrogates, which no product holds."""
    return "".join(
        sign if sign.isprintable() or sign == "\u3000" else " "
        for sign in text.encode("utf-8", "ignore").decode()
    )


def _switches(given: _Switches) -> dict[str, Any]:
    return {
        "page": given.page,
        "page_size": given.page_size,
        "sort": parse_sort(given.sort),
        "explain": given.explain,
        "relax": given.relax,
        "correct": given.correct,
        "synonyms": given.synonyms,
        "entities": given.entities,
        "semantic": given.semantic,
        "diversity": given.diversity,
        "budget_ms": given.budget_ms,
        "user_id": given.user_id,
        "session_id": given.session_id,
    }


def _limits(settings: Settings) -> FilterLimits:
    return FilterLimits(clauses=settings.max_filters)


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (listed or "").split(",") if name.strip())


def _facets(names: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    if len(names) > settings.max_facets:
        raise InvalidRequestError(
            f"facets: {len(names)} of them. Ask for at most {settings.max_facets}.",
            [Fault("facets", f"{len(names)} of them", f"Ask for at most {settings.max_facets}.")],
        )
    return tuple(dict.fromkeys(names))


def _vector(values: list[float] | None) -> "np.ndarray[tuple[int], np.dtype[np.float32]] | None":
    """Unit length; zeros and numbers without end are refused."""
    if values is None:
        return None
    vector = np.array(values, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    if not np.isfinite(length) or length == 0.0:
        raise InvalidRequestError(
            "vector: must be finite and not all zero.",
            [Fault("vector", "is zero or not finite", "Send the vector of a text.")],
        )
    return (vector / length).astype(np.float32)
