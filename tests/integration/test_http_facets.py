"""Facets with many values, and the search within them, over HTTP."""

import httpx
import pytest


def facet(http: httpx.Client, field: str, **given: object) -> dict:
    answer = http.get(f"/v1/facets/{field}", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def searched(http: httpx.Client, **given: object) -> dict:
    answer = http.get("/v1/search", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_more_values_are_shown_when_asked_for(http: httpx.Client) -> None:
    few = searched(http, facets="brand", page_size=1)["facets"]["brand"]
    assert len(few["values"]) == 20 < few["distinct"]
    assert few["other"] > 0
    limits = ["1000", "category:3"]
    every = searched(http, facets="brand,category", facet_limit=limits, page_size=1)["facets"]
    assert len(every["brand"]["values"]) == every["brand"]["distinct"] == few["distinct"]
    assert every["brand"]["other"] == 0
    assert sum(" > " not in each["value"] for each in every["category"]["values"]) == 3
    shown = sum(each["count"] for each in few["values"])
    assert shown + few["other"] == sum(each["count"] for each in every["brand"]["values"])


def test_the_same_in_a_body(http: httpx.Client) -> None:
    body = {"facets": ["brand"], "facet_limit": {"brand": 2}, "page_size": 1}
    answer = http.post("/v1/search", json=body).json()
    assert len(answer["facets"]["brand"]["values"]) == 2


def test_a_value_s_count_is_that_of_the_search(http: httpx.Client) -> None:
    shop = searched(http, q="lamp", facets="brand", facet_limit=1000, filter="price:5..")
    counts = {each["value"]: each["count"] for each in shop["facets"]["brand"]["values"]}
    wanted = next(iter(counts))[:3].upper()
    found = facet(http, "brand", q=wanted, query="lamp", filter="price:5..", facet_limit=1000)
    assert found["values"]
    for each in found["values"]:
        assert each["count"] == counts[each["value"]]
        assert wanted.lower() in each["value"].lower()
    assert found["distinct"] == sum(wanted.lower() in name.lower() for name in counts)


def test_a_comma_in_a_name_has_a_backslash_before_it(http: httpx.Client) -> None:
    answer = http.get("/v1/search", params={"facets": r"brand,attributes.a\,b"})
    assert answer.status_code == 422
    assert "attributes.a,b" in answer.json()["detail"]


@pytest.mark.parametrize("limit", ["0", "1001", "010000", "many", "brand:", "brand:-1", "9" * 99])
def test_a_limit_that_is_none_is_refused(http: httpx.Client, limit: str) -> None:
    answer = http.get("/v1/search", params={"facets": "brand", "facet_limit": limit})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "facet_limit"


@pytest.mark.parametrize("path", ["price", "nothing", "attributes.none"])
def test_a_field_without_values_to_search_is_refused(http: httpx.Client, path: str) -> None:
    answer = http.get(f"/v1/facets/{path}", params={"q": "a"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
