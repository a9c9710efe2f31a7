"""A staged build, looked at before it is published."""

from pathlib import Path

import httpx
import pytest
from catalogs import NOW, build_index
from http_service import serving
from pydantic import SecretStr
from tiny_model import publish_tiny

from indexing.build import BuildOptions, build
from indexing.catalogue.index_config import IndexConfig
from indexing.current import change_current
from indexing.progress import Silent

SHOP = [{"id": f"p{n}", "title": f"Lamp {n}", "price": 10.0 + n} for n in range(30)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("preview") / "var"
    build_index(folder / "main", SHOP[:10], now=NOW)
    return folder


@pytest.fixture(scope="module")
def staged(data: Path) -> str:
    build_index(data / "scratch", SHOP)  # leaves scratch.jsonl
    config = IndexConfig.model_validate({"policies": {"varied": {"min_matches": 5}}})
    options = BuildOptions(
        [data / "scratch.jsonl"], data / "main", "test", config=config, stage_only=True
    )
    return build(options, NOW.replace(hour=5), Silent()).snapshot_id


def totals(http: httpx.Client, **given: str) -> int:
    answer = http.get("/v1/search", params={"q": "lamp", "semantic": "off", **given})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["total"])


def test_a_staged_snapshot_is_searched_beside_the_one_in_force(data: Path, staged: str) -> None:
    with serving(data) as http:
        assert totals(http) == 10
        assert totals(http, preview=staged) == 30
        assert totals(http) == 10
        posted = http.post("/v1/search", json={"query": "lamp", "preview": staged})
        assert posted.json()["total"] == 30
        assert posted.json()["generation"]["snapshot"] == staged
        named = {"q": "lamp", "preview": staged, "policy": "varied"}  # of the staged one only
        assert http.get("/v1/search", params=named).status_code == 200
        assert http.get("/v1/search", params={"q": "lamp", "policy": "varied"}).status_code == 422
        assert http.get("/v1/search", params=named | {"policy": "none"}).status_code == 422
        for strange in ("../main", "", f"{staged},", f"{staged},{staged}"):
            unknown = http.get("/v1/search", params={"q": "lamp", "preview": strange})
            assert unknown.status_code == 404, strange
            assert staged in unknown.json()["errors"][0]["remedy"]


def test_a_kept_model_ranks_what_is_served_or_staged(data: Path, staged: str) -> None:
    publish_tiny(data / "main")
    change_current(data / "main", model=None)

    def ranked(http: httpx.Client, **given: str) -> tuple[str, str, int]:
        answer = http.get("/v1/search", params={"q": "lamp", "semantic": "off", **given})
        body = answer.json()
        return body["generation"]["model"], body["generation"]["snapshot"], body["total"]

    with serving(data) as http:
        kept = http.get("/v1/admin/snapshots").json()
        assert [each["id"] for each in kept["models"]] == ["tiny"]
        shipped, served, _ = ranked(http)
        assert shipped != "tiny"
        assert ranked(http, preview="tiny") == ("tiny", served, 10)
        assert ranked(http, preview="shipped") == (shipped, served, 10)
        assert ranked(http, preview=f"tiny,{staged}") == ("tiny", staged, 30)
        assert ranked(http, preview=f"{staged},shipped", policy="varied") == (shipped, staged, 30)
        assert ranked(http) == (shipped, served, 10)


def test_shoppers_may_not_look(data: Path, staged: str) -> None:
    with serving(data, admin_key=SecretStr("k" * 20)) as http:
        refused = http.get("/v1/search", params={"q": "lamp", "preview": staged})
        assert refused.status_code == 403
        http.headers["X-Admin-Key"] = "k" * 20
        assert totals(http, preview=staged) == 30
