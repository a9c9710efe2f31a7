"""Random requests: 200 with the documented shape, or a problem below 500."""

import json
from typing import Any
from urllib.parse import quote

import httpx
import orjson
from answer_shapes import SEARCH_ANSWER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.api.schemas import Problem

fuzz = settings(
    max_examples=200,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
WORDS = st.sampled_from(["lamp", "red", "running", "shoes", "手机", "500 ml", "AB-12", "the", "-"])
TEXT = st.one_of(
    st.text(max_size=20), st.lists(WORDS, max_size=6).map(" ".join), st.just("x" * 600)
)
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(), st.sampled_from([0, 1, 100, 1e308, -0.0])
)
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXT)


def mostly(right: st.SearchStrategy[Any], wild: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Seven of eight are right, so that most requests get through to the search."""
    return st.integers(0, 7).flatmap(lambda dice: right if dice else wild)


KNOWN = ["brand", "price", "category", "rating", "created_at", "attributes.colour"]
FIELDS = mostly(st.sampled_from(KNOWN), st.one_of(st.sampled_from(["nope", "", "id"]), TEXT))
FACETS = mostly(st.sampled_from([*KNOWN, "auto"]), FIELDS)
SORTS = mostly(st.sampled_from(["price:asc", "rating:desc", "newest"]), TEXT)
BOOLS = mostly(st.sampled_from(["on", "off", "true", "0"]), SCALARS)
FILTERS = mostly(
    st.builds(
        "{}{}:{}".format,
        st.sampled_from(["", "-"]),
        st.sampled_from(KNOWN),
        mostly(st.sampled_from(["*", "10..", "Black|Red", "..20"]), st.builds("a{}".format, TEXT)),
    ),
    st.builds("{}:{}..{}".format, FIELDS, SCALARS, SCALARS),
)
PARAMETERS = {
    "page": mostly(st.integers(1, 20), SCALARS),
    "page_size": mostly(st.integers(1, 50), SCALARS),
    "sort": SORTS,
    "facets": st.lists(FACETS, max_size=4).map(",".join),
    "fields": TEXT,
    "explain": BOOLS,
    "relax": BOOLS,
    "semantic": BOOLS,
    "diversity": BOOLS,
    "budget_ms": mostly(st.floats(0, 1000), SCALARS),
    "index": mostly(st.just("main"), st.sampled_from(["small", "none", ""])),
    "user_id": TEXT,
    "session_id": TEXT,
}
PAIRS = mostly(
    st.sampled_from(sorted(PARAMETERS)).flatmap(
        lambda name: st.tuples(st.just(name), PARAMETERS[name])
    ),
    st.tuples(TEXT, SCALARS),
)
NAMES = mostly(st.sampled_from(["Lumo", "Black", 3, 4.5, True]), SCALARS)
ENDS = st.sampled_from(["gte", "lte"])
LEAVES = st.one_of(
    st.fixed_dictionaries({"field": FIELDS, "any": st.lists(NAMES, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"field": FIELDS, "exists": mostly(st.booleans(), SCALARS)}),
    st.fixed_dictionaries(
        {
            "field": st.sampled_from(["price", "rating"]),
            "range": st.dictionaries(ENDS, mostly(st.integers(0, 9), SCALARS), min_size=1),
        }
    ),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.sampled_from(["and", "or", "not"]).flatmap(
        lambda join: st.fixed_dictionaries({join: st.lists(inner, min_size=1, max_size=3)})
    ),
    max_leaves=5,
)
BODIES = st.fixed_dictionaries(
    {"query": mostly(TEXT, SCALARS)},
    optional={
        "filters": mostly(TREES, SCALARS),
        "facets": mostly(st.lists(FACETS, max_size=5), SCALARS),
        "fields": mostly(st.lists(TEXT, max_size=3), SCALARS),
        "sort": SORTS,
        "page": mostly(st.integers(1, 20), SCALARS),
        "page_size": mostly(st.integers(1, 50), SCALARS),
        "vector": mostly(st.none(), st.lists(st.floats(), min_size=256, max_size=256)),
        "explain": mostly(st.booleans(), SCALARS),
    },
)


def judge(answer: httpx.Response, asked: Any) -> None:
    assert answer.status_code < 500, (asked, answer.text)
    if answer.status_code == 200:
        SEARCH_ANSWER.validate_python(answer.json(), strict=True)
    else:
        told = Problem.model_validate_json(answer.content)
        assert told.detail, asked


def encoded(name: str, value: object) -> str:
    return f"{quote(name)}={quote(str(value).encode('utf-8', 'surrogatepass'))}"


@fuzz
@given(
    st.lists(PAIRS, max_size=3),
    st.lists(FILTERS, max_size=2),
    TEXT,
)
def test_any_address_is_answered(
    http: httpx.Client, pairs: list[tuple[str, Any]], filters: list[str], text: str
) -> None:
    asked = [encoded("q", text), *(encoded("filter", each) for each in filters)]
    asked += [encoded(name, value) for name, value in pairs]
    judge(http.get("/v1/search?" + "&".join(asked)), asked)


@fuzz
@given(BODIES)
def test_any_body_is_answered(http: httpx.Client, body: dict[str, Any]) -> None:
    try:
        content = orjson.dumps(body)
    except TypeError:  # integers beyond 64 bits, surrogates: as Python writes them
        content = json.dumps(body).encode()
    answer = http.post("/v1/search", content=content, headers={"content-type": "application/json"})
    judge(answer, body)


@fuzz
@given(st.binary(max_size=40), st.sampled_from(["", "/similar"]), TEXT)
def test_any_product_id_is_answered(http: httpx.Client, name: bytes, part: str, text: str) -> None:
    answer = http.get(f"/v1/products/{quote(name, safe='')}{part}?{encoded('filter', text)}")
    assert answer.status_code in {404, 422}, answer.text
    answer = http.get(f"/v1/suggest?{encoded('q', text)}&limit=3")
    assert answer.status_code in {200, 422}, answer.text
