"""The service around the searches: readiness, headers, metrics, cache, pages, description."""

import gzip
import re
import shutil
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from answer_shapes import SEARCH_ANSWER
from catalogs import build_index
from http_service import serving, wait_until
from redis_server import RedisServer, free_port, require_redis_server

from app.request_limits import MAX_URL_BYTES
from indexing.current import CURRENT, withdraw
from indexing.publish import rollback

LAMPS = [{"id": str(n), "title": f"Lamp number {n}", "price": n} for n in range(30)]
SOON_S = 30
"""On a quiet machine well under a second; test machines are not quiet."""


def counted(http: httpx.Client, name: str) -> float:
    """Sum of a metric over its labels."""
    lines = http.get("/metrics").text.splitlines()
    pattern = re.compile(rf"{re.escape(name)}(\{{.*\}})? ")
    return sum(float(line.rpartition(" ")[2]) for line in lines if pattern.match(line))


def test_without_an_index_it_is_alive_and_not_ready(tmp_path: Path) -> None:
    with serving(tmp_path / "var") as http:
        assert http.get("/healthz").json() == {"status": "ok"}
        for path in ("/readyz", "/v1/search?q=lamp", "/v1/suggest?q=l", "/v1/products/1"):
            answer = http.get(path)
            assert answer.status_code == 503, path
            assert answer.headers["retry-after"] == "5"
            assert "vitrina build" in answer.json()["detail"]
        assert http.get("/v1/admin/snapshots").status_code == 404
        # The first one is taken up without a restart.
        build_index(tmp_path / "var" / "main", LAMPS)
        wait_until(lambda: http.get("/readyz").status_code == 200, SOON_S)
        assert http.get("/v1/search?q=lamp").json()["total"] == 30


def test_ready_says_what_is_served(http: httpx.Client) -> None:
    assert http.get("/readyz").json() == {
        "status": "ready",
        "indexes": ["main", "small"],
        "failed": {},
    }


def test_a_damaged_snapshot_is_told_and_the_old_one_stays(tmp_path: Path) -> None:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    with serving(data, retry_s=0.1) as http:
        before = http.get("/v1/search?q=lamp").json()["generation"]["snapshot"]
        (data / "main" / "CURRENT").write_text('{"snapshot": "no-such", "model": null}')
        # Waited for by name: a look in the middle of the write finds an empty file and says so.
        failed = "no-such"
        wait_until(lambda: failed in http.get("/readyz").json()["failed"].get("main", ""), SOON_S)
        assert http.get("/v1/search?q=lamp").json()["generation"]["snapshot"] == before
        (data / "main" / "CURRENT").write_text("{broken")
        wait_until(lambda: "CURRENT" in http.get("/readyz").json()["failed"]["main"], SOON_S)
        assert http.get("/v1/search?q=lamp").status_code == 200
        assert rollback(data / "main").snapshot == before
        wait_until(lambda: not http.get("/readyz").json()["failed"], SOON_S)
        after = build_index(data / "other", LAMPS)
        wait_until(lambda: "other" in http.get("/readyz").json()["indexes"], SOON_S)
        found = http.get("/v1/search?q=lamp&index=other").json()
        assert found["generation"]["snapshot"] == after


def test_only_withdrawing_ends_the_serving_of_an_index(tmp_path: Path) -> None:
    """Somebody's slip of the hand must not."""
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    current = data / "main" / CURRENT
    with serving(data, retry_s=0.1) as http:

        def served() -> int:
            return http.get("/v1/search?q=lamp").status_code

        def told(why: str) -> bool:
            return why in http.get("/readyz").json()["failed"].get("main", "")

        current.unlink()
        wait_until(lambda: told("is missing"), SOON_S)
        assert served() == 200
        current.mkdir()
        wait_until(lambda: told("directory"), SOON_S)
        assert served() == 200
        rollback(data / "main")
        wait_until(lambda: not http.get("/readyz").json()["failed"], SOON_S)
        shutil.rmtree(data / "main")
        (data / "else").touch()  # the volume is there
        wait_until(lambda: told("is missing"), SOON_S)
        assert served() == 200
        build_index(data / "main", LAMPS)
        wait_until(lambda: not http.get("/readyz").json()["failed"], SOON_S)
        withdraw(data / "main")
        wait_until(lambda: served() == 503, SOON_S)
        rollback(data / "main")
        wait_until(lambda: served() == 200, SOON_S)


def test_an_index_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "var" / "main").mkdir(parents=True)
    (tmp_path / "var" / "main" / "CURRENT").write_text('{"snapshot": "gone"}')
    with serving(tmp_path / "var") as http:
        for path in ("/readyz", "/v1/search?q=lamp"):
            answer = http.get(path)
            assert answer.status_code == 503
            assert "gone" in answer.json()["detail"]


def test_head_is_get_without_the_body(http: httpx.Client) -> None:
    for path in ("/healthz", "/", "/docs", "/v1/search?q=lamp", "/v1/products/nothing"):
        answer, whole = http.head(path), http.get(path)
        assert answer.status_code == whole.status_code, path
        assert answer.content == b""
        assert answer.headers["content-type"] == whole.headers["content-type"]
    assert http.head("/v1/admin/builds/x").status_code == 404


def test_request_ids(http: httpx.Client) -> None:
    answer = http.get("/healthz", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    for odd in ("x" * 101, "tab\tinside", "\u00e9"):
        given = http.get("/healthz", headers={"X-Request-ID": odd.encode()}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{16}", given)
    first, second = (http.get("/v1/search?q=lamp").json()["query_id"] for _ in range(2))
    assert first != second


def test_answers_are_compressed_on_request(http: httpx.Client) -> None:
    request = http.build_request("GET", "/v1/search?q=shoes", headers={"accept-encoding": "gzip"})
    answer = http.send(request, stream=True)
    assert answer.headers["content-encoding"] == "gzip"
    body = gzip.decompress(b"".join(answer.iter_raw()))
    SEARCH_ANSWER.validate_json(body)
    plain = http.get("/v1/search?q=shoes", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_an_equal_request_comes_from_the_cache(demo_data: Path) -> None:
    with serving(demo_data) as http:

        def hit(**more: Any) -> bool:
            before = _hits(http)
            assert http.get("/v1/search", params={"q": "lamp", **more}).status_code == 200
            return _hits(http) > before

        assert not hit()
        assert hit()
        assert hit(q="  lamp ")
        assert hit(session_id="s-1", user_id="u-1", region="north", analytics=False)
        assert hit(budget_ms=400)
        assert not hit(page=2)
        assert not hit(sort="price:asc")
        assert not hit(filter=["brand:x", "price:1.."])
        assert hit(filter=["price:1..", "brand:x"])
        # Never kept: explained, degraded.
        assert not hit(explain=True)
        assert not hit(explain=True)
        for _ in range(2):
            assert not hit(q="sandals", budget_ms=0)
        vector = {"query": "lamp", "vector": [1.0] * 256}
        before = _hits(http)
        for _ in range(2):
            assert http.post("/v1/search", json=vector).status_code == 200
        assert _hits(http) == before
        assert hit(), "POST and GET, one request, one entry"
        body = http.post("/v1/search", json={"query": "lamp"}).json()
        SEARCH_ANSWER.validate_python(body, strict=True)
        assert _hits(http) == before + 2


def _hits(http: httpx.Client) -> float:
    found = re.search(r'vitrina_cache_total\{result="hit"\} ([\d.]+)', http.get("/metrics").text)
    return float(found.group(1)) if found else 0.0


def test_workers_share_answers_through_redis(demo_data: Path, tmp_path: Path) -> None:
    require_redis_server()
    server = RedisServer(tmp_path)
    server.start()
    try:
        with (
            serving(demo_data, redis_url=server.url) as one,
            serving(demo_data, redis_url=server.url) as other,
        ):
            first = one.get("/v1/search?q=cotton+shirt").json()
            before = _hits(other)
            second = other.get("/v1/search?q=cotton+shirt").json()
            assert _hits(other) == before + 1
            assert second["hits"] == first["hits"]
            # Redis dies: answers go on, and it is told.
            server.stop()
            for n in range(8):
                assert one.get(f"/v1/search?q=shirt+{n}").json()["degraded"] == []
            assert counted(one, "vitrina_cache_circuit_open") >= 1
            assert counted(one, "vitrina_cache_errors_total") >= 5
    finally:
        server.stop()


def test_rules_changed_over_http_are_announced(tmp_path: Path) -> None:
    require_redis_server()
    build_index(tmp_path / "var" / "main", LAMPS)
    server = RedisServer(tmp_path)
    server.start()
    seldom: dict[str, Any] = {"redis_url": server.url, "poll_s": 3_600.0}
    try:
        with (
            serving(tmp_path / "var", **seldom) as one,
            serving(tmp_path / "var", **seldom) as other,
        ):
            put = one.put("/v1/admin/synonyms", json={"text": "glowthing => lamp"})
            assert put.status_code == 200, put.text
            address = "/v1/search?q=glowthing&relax=off"
            wait_until(lambda: other.get(address).json()["total"] > 0, SOON_S)
    finally:
        server.stop()


def test_an_empty_data_folder_is_a_volume_that_is_away(tmp_path: Path) -> None:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    with serving(data) as http:
        data.rename(tmp_path / "away")
        data.mkdir()
        time.sleep(0.5)
        assert http.get("/v1/search?q=lamp").status_code == 200
        assert http.get("/readyz").json()["indexes"] == ["main"]


def test_an_index_that_nobody_may_look_into_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "var"
    build_index(data / "main", LAMPS)
    build_index(data / "second", LAMPS)
    with serving(data) as http:
        assert http.get("/readyz").json()["indexes"] == ["main", "second"]

        def denied(path: Path, *given: Any, **named: Any) -> str:
            if path.parent.name == "second":
                raise PermissionError(13, "Permission denied", str(path))
            return allowed(path, *given, **named)

        allowed = Path.read_text
        monkeypatch.setattr(Path, "read_text", denied)
        wait_until(lambda: "second" in http.get("/readyz").json()["failed"], SOON_S)
        assert "Permission" in http.get("/readyz").json()["failed"]["second"]
        assert http.get("/v1/search?q=lamp&index=second").status_code == 200  # the one before
        monkeypatch.undo()
        wait_until(lambda: not http.get("/readyz").json()["failed"], SOON_S)


def test_a_dead_redis_costs_no_start(demo_data: Path) -> None:
    with serving(demo_data, redis_url=f"redis://127.0.0.1:{free_port()}/0") as http:
        assert http.get("/v1/search?q=lamp").status_code == 200


def test_too_many_searches_at_once_are_refused(demo_data: Path) -> None:
    """With one search thread and room for one search, of ten at once most have to come again."""
    import asyncio

    with serving(demo_data, search_threads=1, max_inflight=1, cache_memory_bytes=0) as http:

        async def storm() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=http.base_url) as client:
                paths = [f"/v1/search?q=shoes+{n}&facets=auto&page_size=100" for n in range(30)]
                return await asyncio.gather(*(client.get(path) for path in paths))

        answers = asyncio.run(storm())
        seen = {answer.status_code for answer in answers}
        assert seen == {200, 503}
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["type"] == "urn:vitrina:problem:overloaded"
        assert counted(http, "vitrina_overloaded_total") >= 1
        assert http.get("/v1/search?q=shoes").status_code == 200


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_searches_run_on_the_loop_or_in_threads(demo_data: Path, threads: int) -> None:
    with serving(demo_data, search_threads=threads) as http:
        assert http.get("/v1/search?q=lamp").json()["total"] > 0


def test_origins_that_may_ask(demo_data: Path) -> None:
    with serving(demo_data, cors_origins=("https://shop.example",)) as http:
        origin = {"Origin": "https://shop.example"}
        answer = http.get("/v1/search?q=lamp", headers=origin)
        assert answer.headers["access-control-allow-origin"] == origin["Origin"]
        asked = {"Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "content-type"}  # fmt: skip
        assert http.options("/v1/search", headers=origin | asked).status_code == 200
        answer = http.get("/v1/search?q=lamp", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers


def test_whoever_is_refused_may_read_why(demo_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser shows a page nothing of an answer without these headers, whatever its status."""

    def broken(*_: Any) -> None:
        raise RuntimeError("planted")

    with serving(demo_data, cors_origins=("https://shop.example",)) as http:
        origin = {"Origin": "https://shop.example"}
        long, large = "x" * MAX_URL_BYTES, b"x" * 1_200_000
        answers = [
            http.get(f"/v1/search?q={long}", headers=origin),
            http.post("/v1/search", content=large, headers=origin),
            http.get("/v1/search?nope=1", headers=origin),
            http.get("/nowhere", headers=origin),
        ]
        monkeypatch.setattr("app.search.Searcher.answer", broken)
        answers.append(http.get("/v1/search?q=lamp", headers=origin))
    assert [answer.status_code for answer in answers] == [414, 413, 422, 404, 500]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == origin["Origin"]
        assert answer.headers["x-request-id"] in answer.json()["instance"]


def test_pages_come_from_here_alone(http: httpx.Client) -> None:
    for path in ("/", "/docs"):
        answer = http.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "//" not in re.sub("<!doctype.*?>", "", answer.text)
        for name in re.findall('(?:src|href)="([^"#]+)"', answer.text):
            if not name.startswith("data:"):
                assert http.get(f"/{name}").status_code == 200, name
    for missing in ("/docs/swagger/files/none.js", "/docs/swagger/nothing"):
        answer = http.get(missing)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_metrics_tell_routes_not_addresses(http: httpx.Client) -> None:
    http.get("/v1/products/some-secret-id")
    http.get("/v1/products/some-secret-id/similar")
    http.get("/nowhere/some-secret-id")
    text = http.get("/metrics").text
    assert "some-secret-id" not in text
    assert 'route="/v1/products/{product_id:path}/similar",status="404"' in text
    assert 'route="unknown",status="404"' in text
    assert 'vitrina_products{index="small"} 3.0' in text
    assert counted(http, "vitrina_stage_seconds_count") > 0
