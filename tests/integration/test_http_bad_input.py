"""Whatever is sent, the answer is a page of products or a problem that says what to do."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
from answer_shapes import SEARCH_ANSWER

from app.api.schemas import Problem
from app.request_limits import MAX_URL_BYTES, RequestLimits

FUNNY = {
    "empty": "",
    "spaces": "  \t ",
    "stop words only": "the of and",
    "punctuation only": "?!., -- *** ((",
    "emoji": "👟👟 running 👨‍👩‍👧",
    "right to left": "חולצה كرة שמלה",
    "right-to-left marks": "\u200flamp\u202e red",
    "control characters": "la\x00mp\x07 \x1b[31m",
    "combining": "l\u0301a\u0300m\u0302p" + "\u0301" * 300,
    "SQL": "'; DROP TABLE products; -- ",
    "path": "../../../../etc/passwd",
    "template": "{{7*7}} ${jndi:ldap://x} %s%n",
    "markup": "<script>alert(1)</script>",
    "query syntax": 'title:lamp AND (brand:"x" OR *) ~2 ^3',
    "long word": "x" * 500,
    "many words": "lamp " * 100,
    "full width": "ＬＥＤ　ｌａｍｐ",
    "mixed": "红色 lamp 手机 5mm",
    "replacement": "\ufffd\ufffe\uffff",
    "astral": "𝕝𝕒𝕞𝕡 𠀀𠀁",
    "numbers": "1e308 -0 NaN inf 0x10 ½",
}


def problem(answer: httpx.Response, status: int) -> Problem:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = Problem.model_validate_json(answer.content)
    assert told.status == status
    assert told.detail
    assert told.instance == f"urn:vitrina:request:{answer.headers['x-request-id']}"
    return told


@pytest.mark.parametrize("text", FUNNY.values(), ids=FUNNY)
def test_any_text_is_a_query(http: httpx.Client, text: str) -> None:
    for answer in (
        http.get("/v1/search", params={"q": text, "facets": "brand,auto", "explain": True}),
        http.post("/v1/search", json={"query": text}),
    ):
        assert answer.status_code == 200, answer.text
        SEARCH_ANSWER.validate_python(answer.json(), strict=True)
    answer = http.get("/v1/suggest", params={"q": text})
    assert answer.status_code == 200, answer.text


def test_an_empty_query_browses(http: httpx.Client) -> None:
    body = http.get("/v1/search", params={"filter": "rating:4..", "facets": "category"}).json()
    assert body["total"] > 20
    assert body["facets"]["category"]["values"]
    assert body["relaxed"] is None


def test_stop_words_alone_are_searched_for(http: httpx.Client) -> None:
    assert http.get("/v1/search", params={"q": "for"}).json()["query"]["terms"] == ["for"]


def test_10_000_characters_are_too_many(http: httpx.Client) -> None:
    for answer in (
        http.get("/v1/search", params={"q": "x" * 10_000}),
        http.post("/v1/search", json={"query": "x" * 10_000}),
        http.get("/v1/suggest", params={"q": "x" * 10_000}),
    ):
        assert "10,000" in problem(answer, 422).detail


def test_512_characters_are_not(http: httpx.Client) -> None:
    for text in ("x" * 512, "手" * 512, "a " * 256, "👟" * 512):
        assert http.get("/v1/search", params={"q": text}).status_code == 200
        assert http.get("/v1/suggest", params={"q": text}).status_code == 200


def test_lone_surrogates_and_broken_utf_8(http: httpx.Client) -> None:
    for q in ("%ED%A0%80", "%FF%FE", "%C3", "lamp%00"):
        assert http.get(f"/v1/search?q={q}").status_code == 200, q
    for body in (
        b'{"query": "\\ud800 lamp"}',
        b'{"query": "lamp", "filters": {"field": "brand", "any": ["\\ud800"]}}',
        b'{"query": "lamp", "filters": {"field": "\\ud800", "any": ["x"]}}',
        b'{"query": "lamp", "\\ud800": 1}',
        b'{"query": "lamp", "facets": ["\\ud800"]}',
        b'{"query": "lamp", "fields": ["\\ud800"]}',
        b'{"query": "lamp", "sort": "\\ud800"}',
        b'{"query": "\xff"}',
    ):
        answer = http.post("/v1/search", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in {200, 400, 422}, (body, answer.text)
        if answer.status_code != 200:
            problem(answer, answer.status_code)


def test_unknown_fields_say_which_exist(http: httpx.Client) -> None:
    for parameters in (
        {"filter": "colour:red"},
        {"facets": "colour"},
        {"sort": "colour:asc"},
    ):
        answer = http.get("/v1/search", params={"q": "shoes", **parameters})
        told = problem(answer, 422)
        assert "exist, nearest first: attributes." in told.errors[0].remedy


@pytest.mark.parametrize(
    "parameters",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "1.5"},
        {"page": "99999999999999999999"},
        {"page_size": "-1"},
        {"page_size": "101"},
        {"page_size": ""},
        {"explain": "maybe"},
        {"budget_ms": "nan"},
        {"budget_ms": "-1"},
        {"budget_ms": "inf"},
        {"sort": "price:sideways"},
        {"sort": ":"},
        {"sort": "x" * 300},
        {"filter": "price"},
        {"filter": ":"},
        {"filter": "price:cheap..dear"},
        {"filter": "price:9..1"},
        {"filter": "price:.."},
        {"filter": "-"},
        {"filter": "x" * 5000},
        {"filter": ["brand:x"] * 101},
        {"filter": "brand:" + "|".join(map(str, range(1001)))},
        {"facets": ",".join(f"f{i}" for i in range(33))},
        {"facets": "x" * 3000},
        {"index": "../etc"},
        {"index": "MAIN"},
        {"index": ""},
        {"user_id": "x" * 201},
    ],
    ids=str,
)
def test_wrong_values_are_told(http: httpx.Client, parameters: dict[str, Any]) -> None:
    told = problem(http.get("/v1/search", params={"q": "lamp", **parameters}), 422)
    assert told.errors
    assert all(fault.where and fault.what and fault.remedy for fault in told.errors)
    assert len(told.detail) < 1_500


@pytest.mark.parametrize(
    "body",
    [
        {"query": 5},
        {"query": None},
        {"query": ["lamp"]},
        {"query": "lamp", "page": "two"},
        {"query": "lamp", "page": None},
        {"query": "lamp", "facets": "brand"},
        {"query": "lamp", "facets": [1]},
        {"query": "lamp", "vector": "x"},
        {"query": "lamp", "vector": [[1.0]]},
        {"query": "lamp", "vector": []},
        {"query": "lamp", "vector": [1] * 9000},
        {"query": "lamp", "filters": []},
        {"query": "lamp", "filters": "brand:x"},
        {"query": "lamp", "filters": {"and": {}}},
        {"query": "lamp", "filters": {"field": "brand"}},
        {"query": "lamp", "filters": {"field": "brand", "any": []}},
        {"query": "lamp", "filters": {"field": "price", "range": {"gte": "x"}}},
        {"query": "lamp", "filters": {"field": "price", "range": {"gte": 1e400}}},
        {"query": "lamp", "q": "lamp"},
        [],
        "lamp",
        None,
    ],
    ids=str,
)
def test_wrong_bodies_are_told(http: httpx.Client, body: Any) -> None:
    content = orjson.dumps(body) if "1e400" not in str(body) else b'{"vector": [1e400]}'
    answer = http.post("/v1/search", content=content, headers={"content-type": "application/json"})
    assert problem(answer, 422).errors


def test_deep_nesting_is_refused(http: httpx.Client) -> None:
    tree: Any = {"field": "brand", "any": ["x"]}
    for _ in range(20):
        tree = {"and": [tree]}
    assert "nested" in problem(http.post("/v1/search", json={"filters": tree}), 422).detail
    deep = b'{"filters": ' + b'{"and": [' * 20_000 + b"]}" * 20_000 + b"}"
    answer = http.post("/v1/search", content=deep, headers={"content-type": "application/json"})
    problem(answer, 422)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{]", b'{"query": lamp}', b"\x00", b"\xff\xfe{}", b"[1,", b"NaN"]
)
def test_what_is_no_json_is_told(http: httpx.Client, content: bytes) -> None:
    answer = http.post("/v1/search", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert problem(answer, answer.status_code).errors


def test_a_form_is_told_to_be_json(http: httpx.Client) -> None:
    told = problem(http.post("/v1/search", data={"query": "lamp"}), 422)
    assert told.errors[0].remedy == "Set Content-Type: application/json."


def test_unknown_parameters_are_told(http: httpx.Client) -> None:
    told = problem(http.get("/v1/search", params={"q": "lamp", "pagesize": 5}), 422)
    assert told.errors[0].where == "query.pagesize"
    assert "page_size" in told.errors[0].remedy
    told = problem(http.post("/v1/search", json={"query": "lamp", "pagesize": 5}), 422)
    assert "page_size" in told.errors[0].remedy
    for path in ("/v1/suggest", "/v1/products/1", "/v1/products/1/similar"):
        problem(http.get(path, params={"index": "small", "nope": 1}), 422)


def test_a_huge_body_is_refused(http: httpx.Client) -> None:
    big = b'{"query": "' + b"x" * 1_200_000 + b'"}'
    problem(http.post("/v1/search", content=big), 413)

    def parts() -> Iterator[bytes]:
        for _ in range(120):
            yield b"x" * 10_000

    problem(http.post("/v1/search", content=parts()), 413)


@pytest.mark.parametrize("empty", [{"and": []}, {"not": []}])
def test_joins_of_nothing_count_as_filters(http: httpx.Client, empty: Any) -> None:
    told = problem(http.post("/v1/search", json={"filters": {"and": [empty] * 500}}), 422)
    assert "filter" in told.detail
    assert http.post("/v1/search", json={"filters": {"and": [empty] * 3}}).status_code == 200


@pytest.mark.parametrize("name", ["facets", "fields", "vector"])
def test_a_long_list_of_wrong_things_is_told_briefly(http: httpx.Client, name: str) -> None:
    answer = http.post("/v1/search", json={name: [[]] * 60_000})
    assert len(problem(answer, 422).errors) <= 20
    assert len(answer.content) < 10_000


def test_many_unknown_parameters_are_told_briefly(http: httpx.Client) -> None:
    answer = http.get("/v1/search?" + "&".join(f"x{n}=1" for n in range(3_000)))
    told = problem(answer, 422)
    assert len(told.errors) == 20
    assert "And 2999 more" in told.detail


def test_a_field_named_twice_is_shown_once(http: httpx.Client) -> None:
    answer = http.post("/v1/search", json={"fields": ["id", "title"] * 500, "page_size": 1})
    (hit,) = answer.json()["hits"]
    assert set(hit["product"]) == {"id", "title"}


def test_a_body_that_drips_is_given_up() -> None:
    """The service waits for a body so long, and no longer."""
    sent: list[Any] = []

    async def app(*_: Any) -> None:
        raise AssertionError("a request without its body went on")

    async def receive() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)

    frame = RequestLimits(app, max_body_bytes=1_000, body_s=0.01)
    scope = {
        "type": "http", "method": "POST", "path": "/v1/search", "raw_path": b"/v1/search",
        "query_string": b"", "headers": [(b"content-length", b"10")],
    }  # fmt: skip
    asyncio.run(frame(scope, receive, send))
    assert sent[0]["status"] == 408
    assert b"body-too-slow" in sent[1]["body"]


def test_a_lying_length_is_no_way_around(http: httpx.Client) -> None:
    """The server cuts the body at the declared length, or refuses the request."""
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=10) as link:
        link.sendall(
            b"POST /v1/search HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n"
            b"content-type: application/json\r\n\r\n{}" + b"x" * 1_000
        )
        assert link.recv(100).startswith(b"HTTP/1.1 ")


def test_a_huge_address_is_refused(http: httpx.Client) -> None:
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=10) as link:
        long = b"x" * MAX_URL_BYTES
        link.sendall(b"GET /v1/search?q=" + long + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        assert link.recv(100).startswith(b"HTTP/1.1 414 ")


@pytest.mark.parametrize(
    "path",
    ["/v1/products/..%2f..%2fetc%2fpasswd", "/v1/products/", "/v1/products/%00", "/nowhere",
     "/v1/products/" + "x" * 3000, "/v1/products/%ED%A0%80", "/v1", "/v1/search/",
     "/static/../app/main.py", "/docs/..%2fshop.css"],
)  # fmt: skip
def test_strange_addresses_are_not_found(http: httpx.Client, path: str) -> None:
    told = problem(http.get(path), 404)
    assert len(told.detail) < 500


def test_other_methods_are_told(http: httpx.Client) -> None:
    """All of the address's, not only those of its first route."""
    for method, path, allowed in (
        ("DELETE", "/v1/search", {"GET", "POST"}),
        ("PUT", "/v1/products/1", {"GET", "PATCH", "DELETE"}),
        ("POST", "/healthz", {"GET"}),
    ):
        answer = http.request(method, path)
        problem(answer, 405)
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == allowed


def test_a_body_that_never_ends_well(http: httpx.Client) -> None:
    """Somebody hangs up in the middle of a request; the service goes on."""
    with socket.create_connection((http.base_url.host, http.base_url.port), timeout=10) as link:
        link.sendall(b"POST /v1/search HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
    assert http.get("/healthz").status_code == 200
