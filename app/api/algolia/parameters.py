"""One query of an Algolia client: what it asks, checked, with defaults.

Parameters that change nothing here are passed over, as a storefront that sends them must go on
working; values that cannot be meant are refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import orjson

from app.api.algolia import values
from app.api.algolia.clauses import facet_filters, numeric_filters
from app.api.algolia.filter_text import parse_filter_text
from app.api.algolia.marks import Marking
from app.api.parameters import MAX_DEPTH, filter_limits, plain_text
from app.errors import refused
from app.settings import Settings
from ranking.filters.filters import And, Filter
from ranking.filters.url_syntax import FilterBudget

_MOST_VALUES: Final = 1_000
_DEFAULT_VALUES: Final = 100
_SNIPPET_WORDS: Final = 10
_PREFIXES: Final = ("prefixLast", "prefixAll", "prefixNone")
_MOST_TAG: Final = 200
_PASSED_OVER: Final = frozenset({
    "params", "indexName", "type", "facet", "facetQuery", "userToken", "clickAnalytics",
    "analytics", "enablePersonalization",
})  # fmt: skip
"""Said elsewhere, or of one shopper, whose answer others may share."""


@dataclass(frozen=True, slots=True)
class AlgoliaQuery:
    """filters, preferred: over Algolia's attributes. first: place of the first hit, from 0.

    page, size: as asked; size 0 for counts only. retrieved: None for all attributes.
    unfinished: whether the last word may still be typed. user: who asks, or None. written: the
    parameters as a URL says them.
    """

    index: str
    text: str
    first: int
    size: int
    page: int
    filters: tuple[Filter, ...]
    preferred: tuple[Filter, ...]
    facets: tuple[str, ...]
    most_values: int
    by_name: bool
    retrieved: tuple[str, ...] | None
    marking: Marking
    correct: bool
    synonyms: bool
    unfinished: bool
    wants_query_id: bool
    wants_ranking: bool
    counts: bool
    user: str | None
    personal: bool
    contexts: tuple[str, ...]
    rules: bool
    facet: str | None
    facet_text: str
    most_facet_hits: int
    written: str


def read_query(where: str, raw: Any, settings: Settings, index: str | None = None) -> AlgoliaQuery:
    """where: its place in the request. index: of the address, where the query names none.

    Raises InvalidRequestError.
    """
    given = _merged(where, raw)
    name = given.get("indexName", index)
    if not isinstance(name, str) or not name:
        raise refused(f"{where}indexName", "is missing or no text", "Name the index to search.")
    read = _Reading(where, given)
    budget = FilterBudget(filter_limits(settings))
    first, size, page = _page(read)
    return AlgoliaQuery(
        index=values.plain(name),
        text=plain_text(f"{where}query", read.of("query", values.text, ""), settings),
        first=first,
        size=size,
        page=page,
        filters=_filters(read, budget),
        preferred=facet_filters(f"{where}optionalFilters", given.get("optionalFilters"), budget)
        if given.get("optionalFilters") is not None
        else (),
        facets=read.of("facets", values.names, ()),
        most_values=read.number("maxValuesPerFacet", _DEFAULT_VALUES, 0, _MOST_VALUES),
        by_name=read.one_of("sortFacetValuesBy", ("count", "alpha")) == "alpha",
        retrieved=read.of("attributesToRetrieve", values.names, None),
        marking=_marking(read),
        correct=read.of("typoTolerance", _tolerance, True),
        synonyms=read.of("synonyms", values.truth, True),
        unfinished=read.one_of("queryType", _PREFIXES) != "prefixNone",
        wants_query_id=read.of("clickAnalytics", values.truth, False),
        wants_ranking=read.of("getRankingInfo", values.truth, False),
        counts=read.of("analytics", values.truth, True),
        user=read.of("userToken", values.text, None),
        personal=read.of("enablePersonalization", values.truth, True),
        contexts=read.of("ruleContexts", values.names, ()),
        rules=read.of("enableRules", values.truth, True),
        facet=_facet(read),
        facet_text=plain_text(
            f"{where}facetQuery", read.of("facetQuery", values.text, ""), settings
        ),
        most_facet_hits=read.number("maxFacetHits", 10, 1, 100),
        written=_written(given),
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """Parameters that are there; null is as absent."""

    where: str
    given: dict[str, Any]

    def of(self, name: str, reader: Callable[[str, Any], Any], default: Any) -> Any:
        raw = self.given.get(name)
        return default if raw is None else reader(f"{self.where}{name}", raw)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        raw = self.given.get(name)
        if raw is None:
            return default
        return values.whole_number(f"{self.where}{name}", raw, least, most)

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        raw = self.given.get(name, known[0])
        if raw not in known:
            raise values.wrong(f"{self.where}{name}", raw, f"one of {', '.join(known)}")
        return str(raw)


def _merged(where: str, raw: Any) -> dict[str, Any]:
    """The query's fields, over those of its `params`."""
    if not isinstance(raw, dict):
        raise values.wrong(where.rstrip(".") or "query", raw, "an object")
    params = raw.get("params")
    if params is None or params == "":
        return raw
    if not isinstance(params, str):
        raise values.wrong(f"{where}params", params, "a text as in a URL")
    try:
        pairs = parse_qsl(params, keep_blank_values=True, errors="ignore", max_num_fields=1_000)
    except ValueError:
        raise refused(f"{where}params", "has over 1,000 fields", "Send fewer.") from None
    return {**dict(pairs), **{name: value for name, value in raw.items() if name != "params"}}


def _page(read: _Reading) -> tuple[int, int, int]:
    """Place of the first hit, hits, and page from 0; `offset` and `length` stand above pages."""
    size = read.number("hitsPerPage", 20, 0, MAX_DEPTH)
    page = read.number("page", 0, 0, 10**9)
    if read.given.get("offset") is None and read.given.get("length") is None:
        return page * size, size, page
    first = read.number("offset", 0, 0, 10**9)
    return first, read.number("length", 20, 0, MAX_DEPTH), 0


def _filters(read: _Reading, budget: FilterBudget) -> tuple[Filter, ...]:
    where, given = read.where, read.given
    found: tuple[Filter, ...] = ()
    if given.get("facetFilters") is not None:
        found += facet_filters(f"{where}facetFilters", given["facetFilters"], budget)
    if given.get("numericFilters") is not None:
        found += numeric_filters(f"{where}numericFilters", given["numericFilters"], budget)
    written = read.of("filters", lambda at, raw: values.text(at, raw, 32_768), "")
    clause = parse_filter_text(written, budget)
    if clause is None:
        return found
    return (*found, *(clause.clauses if isinstance(clause, And) else (clause,)))


def _marking(read: _Reading) -> Marking:
    def tag(where: str, raw: Any) -> str:
        return values.text(where, raw, _MOST_TAG)

    return Marking(
        before=read.of("highlightPreTag", tag, "<em>"),
        after=read.of("highlightPostTag", tag, "</em>"),
        highlighted=read.of("attributesToHighlight", values.names, None),
        snippets=read.of("attributesToSnippet", _snippets, ()),
        ellipsis=read.of("snippetEllipsisText", tag, "…"),
    )


def _snippets(where: str, raw: Any) -> tuple[tuple[str, int], ...]:
    """`description:20`: attribute and words."""
    found = []
    for asked in values.names(where, raw):
        name, colon, words = asked.rpartition(":")
        if not colon:
            name, words = asked, str(_SNIPPET_WORDS)
        found.append((name, values.whole_number(where, words, 1, 1_000)))
    return tuple(found)


def _tolerance(where: str, raw: Any) -> bool:
    """Whether words may be corrected: true, min, strict, or false."""
    return True if raw in ("min", "strict") else values.truth(where, raw)


def _facet(read: _Reading) -> str | None:
    """The facet whose values are searched in place of products."""
    kind = read.one_of("type", ("default", "facet"))
    if kind != "facet":
        return None
    name = read.of("facet", values.text, None) or read.of("facetName", values.text, None)
    if not name:
        raise refused(f"{read.where}facet", "is missing", "Name the facet to search in.")
    return str(name)


def _written(given: dict[str, Any]) -> str:
    pairs = []
    for name, value in given.items():
        if name in _PASSED_OVER or value is None:
            continue
        shown = value if isinstance(value, str) else orjson.dumps(value).decode()
        pairs.append((values.plain(str(name)), values.plain(shown)))
    return urlencode(pairs)
