"""What a request may say, and what it becomes. Unknown names are refused, so typos are seen."""

import re
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from app.errors import refused
from app.settings import INDEX_NAME_PATTERN, Settings
from indexing.arrays import Float32Array
from indexing.catalogue.product import PRODUCT_FIELDS
from ranking.filters.json_syntax import parse_filter_tree
from ranking.filters.url_syntax import FilterLimits, parse_filters
from ranking.rules.situation import Situation
from ranking.search.request import SearchRequest
from ranking.search.sorting import parse_sort
from ranking.suggestions.beside import EXTRAS

MAX_DEPTH = 1_000
"""Products that can be paged through: page times page size."""
_SHOWN = tuple(name for name in PRODUCT_FIELDS if name != "vector")
_MAX_NAMES = 1_000
"""Of a list in a body; settings and the product's fields bound it further."""
DEFAULT_FACET_LIMIT, MAX_FACET_LIMIT = 20, 1_000
_LISTED = re.compile(r"(?:\\.|[^,\\]|\\$)+")
_ESCAPED = re.compile(r"\\(.)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

IndexName = Annotated[
    str | None, Field(pattern=INDEX_NAME_PATTERN, description="Named index; default: the main one.")
]

PolicyName = Annotated[
    str | None,
    Field(
        pattern=INDEX_NAME_PATTERN,
        description="One of the index's named policies (index.toml); default: its own.",
    ),
]

Preview = Annotated[
    str | None,
    Field(
        max_length=256,
        description="A kept snapshot, a kept model or `shipped`, or one of each with a comma "
        "between, to look at; needs what admin needs.",
    ),
]
FacetLimit = Annotated[int, Field(ge=1, le=MAX_FACET_LIMIT)]


class _Understanding(BaseModel):
    """Which products are found (`on`/`off`, `true`/`false`)."""

    model_config = ConfigDict(extra="forbid")

    index: IndexName = None
    policy: PolicyName = None
    relax: bool = Field(True, description="`off`: only products that match all terms.")
    correct: bool = Field(True, description="`off`: take the query literally.")
    synonyms: bool = Field(True, description="`off`: no synonyms.")
    entities: bool = Field(True, description="`off`: no names and prices read from the query.")
    categories: bool = Field(True, description="`off`: no guess which category is meant.")
    implied: bool = Field(
        True, description="`off`: a price or size in the query raises what fits, but hides nothing."
    )
    semantic: bool = Field(True, description="`off`: no search by meaning.")
    budget_ms: float | None = Field(None, ge=0, description="Time this search may take.")
    user_id: str | None = Field(None, max_length=200, description="Who searches.")
    session_id: str | None = Field(None, max_length=200, description="Their session.")
    region: str | None = Field(None, max_length=200, description="Where they are, in any words.")
    device: str | None = Field(None, max_length=200, description="What they hold, for rules.")
    segment: list[str] = Field(
        default=[], max_length=20, description="What the shopper belongs to, for rules."
    )
    context: list[str] = Field(
        default=[], max_length=20, description="Where in the shop this is, for rules."
    )
    rules: bool = Field(True, description="`off`: no merchandising rules.")
    personal: bool = Field(
        True, description="`off`: what this shopper looked at lately changes nothing."
    )
    analytics: bool = Field(True, description="`off`: nothing is logged about this request.")


class FilteredParameters(_Understanding):
    """The same in a URL, with filters."""

    filter: list[str] = Field(
        default=[],
        description="Repeatable, all must hold: `field:value|value`, `-field:value`, "
        "`field:lo..hi`, `field:*`; attributes as `attributes.name`.",
        examples=[["brand:Lumo|Acme", "price:10..50"]],
    )

    def found(self, text: str, where: str, settings: Settings) -> dict[str, Any]:
        """The fields of a `SearchRequest` that decide which products are found."""
        return {
            "text": plain_text(where, text, settings),
            "filters": parse_filters(self.filter, filter_limits(settings)),
            **_understanding(self),
        }


class _Page(BaseModel):
    """How they are shown."""

    page: int = Field(1, ge=1, le=1000, description="Page number, from 1.")
    page_size: int = Field(
        20, ge=0, le=100, description="Products a page; 0 for totals and facets without ranking."
    )
    sort: str | None = Field(
        None, max_length=200, description="`field:asc`, `field:desc` or `newest`; else ranked.",
        examples=["price:asc"],
    )  # fmt: skip
    explain: bool = Field(False, description="Say why each product stands where it stands.")
    diversity: bool = Field(True, description="`off`: the ranker's order, untouched.")


class SearchParameters(FilteredParameters, _Page):
    """`GET /v1/search`."""

    preview: Preview = None

    q: str = Field("", description="What the shopper typed; empty to browse.", examples=["lamp"])
    facets: str | None = Field(
        None, max_length=2_000, description="Fields to count, comma separated; `auto` chooses "
        "attributes worth showing. A comma in a name is written `\\,`.",
        examples=["brand,category,price"],
    )  # fmt: skip
    facet_limit: list[str] = Field(
        default=[], max_length=100, description="Most values of a facet, 1 to 1,000; "
        "`field:number` for one field, repeatable. Default: 20.", examples=[["50", "brand:200"]],
    )  # fmt: skip
    fields: str | None = Field(
        None, max_length=2_000, description="Product fields to answer with; default: all."
    )
    with_: str | None = Field(
        None, alias="with", max_length=200, examples=["refinements,related"],
        description="Comma separated: `refinements`, `related` beside the hits.",
    )  # fmt: skip

    def request(self, settings: Settings) -> SearchRequest:
        most, by_field = facet_limits(self.facet_limit)
        return SearchRequest(
            **self.found(self.q, "q", settings),
            facets=_facets(_names(self.facets), settings),
            facet_limit=most,
            facet_limits=by_field,
            fields=_fields(_names(self.fields)) if self.fields is not None else None,
            extras=_extras(_names(self.with_)),
            **_page(self),
        )


class SearchBody(_Understanding, _Page):
    """`POST /v1/search`."""

    preview: Preview = None

    query: str = Field("", description="What the shopper typed; empty to browse.")
    filters: Any = Field(
        None,
        description='A tree: {"and" | "or": […]}, {"not": …} over {"field", "any" | "range" | '
        '"exists"}.',
        examples=[{"and": [{"field": "brand", "any": ["Lumo"]},
                           {"field": "price", "range": {"gte": 10, "lte": 50}}]}],
    )  # fmt: skip
    facets: list[str] = Field(
        default=[], max_length=_MAX_NAMES, fail_fast=True, description="Fields to count, or `auto`."
    )
    facet_limit: FacetLimit | dict[str, FacetLimit] = Field(
        DEFAULT_FACET_LIMIT, description="Most values of a facet, 1 to 1,000; or a field each."
    )
    fields: list[str] | None = Field(
        None, max_length=_MAX_NAMES, fail_fast=True, description="Product fields to answer with."
    )
    vector: list[float] | None = Field(
        None,
        max_length=8_192,
        fail_fast=True,
        description="The query's vector, in place of its text's.",
    )
    with_: list[str] = Field(
        default=[], alias="with", max_length=10,
        description="`refinements`, `related` beside the hits.",
    )  # fmt: skip

    def request(self, settings: Settings) -> SearchRequest:
        asked = self.facet_limit
        by_field = tuple(sorted(asked.items())) if isinstance(asked, dict) else ()
        return SearchRequest(
            text=plain_text("query", self.query, settings),
            filters=parse_filter_tree(self.filters, filter_limits(settings))
            if self.filters is not None
            else (),
            facets=_facets(tuple(self.facets), settings),
            facet_limit=asked if isinstance(asked, int) else DEFAULT_FACET_LIMIT,
            facet_limits=by_field,
            fields=_fields(tuple(self.fields)) if self.fields is not None else None,
            vector=_vector(self.vector),
            extras=_extras(tuple(self.with_)),
            **_understanding(self),
            **_page(self),
        )


def plain_text(where: str, text: str, settings: Settings) -> str:
    """Without control characters and lone surrogates, which no product holds. Not too long."""
    if len(text) > settings.max_query_chars:
        raise refused(
            where,
            f"has {len(text):,} characters",
            f"Send at most {settings.max_query_chars:,}.",
        )
    return _CONTROL.sub(" ", text.encode("utf-8", "ignore").decode())


def _understanding(given: _Understanding) -> dict[str, Any]:
    return {
        "relax": given.relax,
        "correct": given.correct,
        "synonyms": given.synonyms,
        "entities": given.entities,
        "categories": given.categories,
        "implied": given.implied,
        "semantic": given.semantic,
        "budget_ms": given.budget_ms,
        "user_id": given.user_id,
        "session_id": given.session_id,
        "situation": Situation(
            context=tuple(given.context),
            segment=tuple(given.segment),
            region=given.region,
            device=given.device,
            who=given.session_id or given.user_id,
            off=not given.rules,
        ),
    }


def _page(given: _Page) -> dict[str, Any]:
    if given.page * given.page_size > MAX_DEPTH:
        raise refused(
            "page",
            f"page × page_size is {given.page * given.page_size:,}, over {MAX_DEPTH:,}",
            "Narrow the search with filters instead of paging deeper.",
        )
    return {
        "page": given.page,
        "page_size": given.page_size,
        "sort": parse_sort(given.sort),
        "explain": given.explain,
        "diversity": given.diversity,
    }


def facet_limits(asked: list[str]) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Values of any facet, and (field, values) where it differs: `50`, `brand:200`."""
    most, by_field = DEFAULT_FACET_LIMIT, {}
    for text in asked:
        field, _, number = text.rpartition(":")
        values = int(number) if re.fullmatch("[0-9]{1,9}", number) else 0
        if not 1 <= values <= MAX_FACET_LIMIT:
            raise refused(
                "facet_limit",
                f"{text[:60]!r} is no limit",
                f"Write a number from 1 to {MAX_FACET_LIMIT:,}, or `field:number`.",
            )
        if field:
            by_field[field] = values
        else:
            most = values
    return most, tuple(sorted(by_field.items()))


def filter_limits(settings: Settings) -> FilterLimits:
    return FilterLimits(clauses=settings.max_filters)


def _names(listed: str | None) -> tuple[str, ...]:
    """Comma separated; a comma or a backslash that belongs to a name has a backslash before it."""
    names = (_ESCAPED.sub(r"\1", name).strip() for name in _LISTED.findall(listed or ""))
    return tuple(name for name in names if name)


def _facets(names: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(names))
    if len(distinct) > settings.max_facets:
        most = settings.max_facets
        raise refused("facets", f"names {len(distinct)} fields", f"Ask for at most {most}.")
    return distinct


def _fields(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in _SHOWN:
            raise refused(
                "fields",
                f"products have no field {name[:60]!r}",
                f"They have: {', '.join(_SHOWN)}.",
            )
    return tuple(dict.fromkeys(names))


def _extras(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in EXTRAS:
            raise refused("with", f"{name[:60]!r} is not known", f"Known are: {', '.join(EXTRAS)}.")
    return tuple(name for name in EXTRAS if name in names)


def _vector(values: list[float] | None) -> Float32Array | None:
    """Unit length; zeros and numbers without end are refused."""
    if values is None:
        return None
    vector = np.array(values, dtype=np.float64)
    largest = float(np.abs(vector).max(initial=0.0))
    if not np.isfinite(largest) or largest == 0.0:
        raise refused("vector", "is zero or not finite", "Send the vector of a text.")
    vector /= largest  # no square of it is too large for a float then
    return (vector / np.linalg.norm(vector)).astype(np.float32)
