"""Algolia requests with every parameter wrong: a result, or a message below 500."""

from typing import Any
from urllib.parse import quote, urlencode

import httpx
import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

fuzz = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["", "lamp", "*", "-", ":", "a:b", "brand:-", "brand:\\-x", "price>=1", "price:1 TO 9",
         "brand:A AND NOT (price<5 OR x:y)", "((((", "'", '"', "[", '["brand:A"]', "true", "NaN",
         "1e999", "hierarchicalCategories.lvl0:Home", "\x00", "手机", "a" * 3_000, "description:5",
         "main", "main_price_asc", "main_query_suggestions", "objectID", "categories"]
    ),
)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(), st.sampled_from([0, 1, 1_000, 1e308, -0.0])
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXT)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["query", "page", "hitsPerPage", "offset", "length", "facets", "maxValuesPerFacet",
     "facetFilters", "numericFilters", "filters", "optionalFilters", "tagFilters",
     "attributesToRetrieve", "attributesToHighlight", "attributesToSnippet", "snippetEllipsisText",
     "highlightPreTag", "highlightPostTag", "clickAnalytics", "analytics", "userToken",
     "getRankingInfo", "typoTolerance", "synonyms", "sortFacetValuesBy", "ruleContexts", "distinct",
     "type", "facet", "facetQuery", "maxFacetHits", "params", "indexName", "aroundLatLng"]
)  # fmt: skip
QUERIES = st.dictionaries(NAMES, ANYTHING, max_size=6)


def sent(http: httpx.Client, path: str, body: Any) -> httpx.Response:
    """As JSON, or as something like it where JSON cannot say the value."""
    try:
        content = orjson.dumps(body)
    except TypeError:  # lone surrogates, numbers beyond 64 bits
        content = repr(body).encode("utf-8", "replace")
    return http.post(path, content=content)


def judge(answer: httpx.Response, asked: Any) -> None:
    assert answer.status_code < 500, (asked, answer.text)
    told = answer.json()
    if answer.status_code != 200:
        assert told["status"] == answer.status_code, asked
        assert told["message"], asked


@fuzz
@given(st.lists(st.one_of(QUERIES, QUERIES.map(lambda q: {"indexName": "main"} | q)), max_size=3))
def test_queries(http: httpx.Client, requests: list[Any]) -> None:
    body = {"requests": requests}
    answer = sent(http, "/1/indexes/*/queries", body)
    judge(answer, body)
    if answer.status_code == 200:
        assert len(answer.json()["results"]) == len(requests)


@fuzz
@given(st.sampled_from(["filters", "facetFilters", "numericFilters", "optionalFilters"]), ANYTHING)
def test_filters(http: httpx.Client, name: str, value: Any) -> None:
    judge(sent(http, "/1/indexes/main/query", {name: value}), (name, value))


@fuzz
@given(st.dictionaries(NAMES, SCALARS, max_size=6))
def test_parameters_as_a_url(http: httpx.Client, given: dict[str, Any]) -> None:
    params = urlencode({
        name: str(value).encode("utf-8", "surrogatepass") for name, value in given.items()
    })  # fmt: skip
    judge(sent(http, "/1/indexes/main/query", {"params": params}), params)
    judge(http.get(f"/1/indexes/main?{params}"), params)


@fuzz
@given(
    st.sampled_from(["objects", "recommendations"]),
    st.lists(
        st.one_of(
            ANYTHING,
            st.fixed_dictionaries(
                {"indexName": TEXT, "objectID": SCALARS},
                optional={
                    "model": st.sampled_from(["looking-similar", "trending-items", "", None]),
                    "maxRecommendations": SCALARS, "threshold": SCALARS,
                    "queryParameters": ANYTHING, "attributesToRetrieve": ANYTHING,
                },
            ),
        ),
        max_size=2,
    ),
)  # fmt: skip
def test_objects_and_recommendations(http: httpx.Client, what: str, requests: list[Any]) -> None:
    judge(sent(http, f"/1/indexes/*/{what}", {"requests": requests}), requests)


@fuzz
@given(
    ANYTHING,
    st.dictionaries(
        st.sampled_from(
            ["eventType", "eventName", "index", "userToken", "objectIDs", "positions", "queryID",
             "objectData", "eventSubtype", "timestamp", "currency", "authenticatedUserToken"]
        ),
        ANYTHING,
    ),
)  # fmt: skip
def test_events(http: httpx.Client, body: Any, event: dict[str, Any]) -> None:
    right = {"eventType": "click", "eventName": "c", "index": "main", "userToken": "u"}
    judge(sent(http, "/1/events", body), body)
    judge(sent(http, "/1/events", {"events": [event]}), event)
    judge(sent(http, "/1/events", {"events": [right | event]}), event)


@fuzz
@given(TEXT, TEXT)
def test_addresses(http: httpx.Client, index: str, facet: str) -> None:
    if {index, facet} & {"", ".", ".."}:
        return  # the client itself takes such addresses apart
    index, facet = (quote(name.encode("utf-8", "replace"), safe="") for name in (index, facet))
    judge(sent(http, f"/1/indexes/{index}/facets/{facet}/query", {}), index)
    judge(http.get(f"/1/indexes/{index}/{facet}"), index)
