"""Experiments over HTTP, from the first search to the verdict."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from catalogs import build_index
from http_service import serving, wait_until
from tiny_model import write_tiny

from indexing.catalogue.index_config import IndexConfig

SHOP = [
    {"id": str(number), "title": f"{colour} lamp", "brand": brand, "price": 10 + number}
    for number, (colour, brand) in enumerate(
        zip(["Red", "Blue", "Green", "Grey", "Black", "White"], "AABBCC", strict=True)
    )
]
CONFIG = IndexConfig.model_validate({
    "policies": {
        "spread": {"diversity": {"caps": [{"key": "brand", "most": 1, "window": 2}]}},
        "other": {"fine_pool": 10},
        "modelled": {"model": "shipped"},
    }
})  # fmt: skip
HALVES = [{"name": "control", "share": 0.5}, {"name": "spread", "share": 0.5, "policy": "spread"}]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("experiments") / "var"
    build_index(folder / "main", SHOP, config=CONFIG)
    write_tiny(folder / "main", "tiny", "static-catalog-1")
    fresh = {"created_at": datetime.now(UTC).isoformat()}
    lamps = [each | {"id": f"n{n}", "created_at": "2020-01-01"} for n in range(5) for each in SHOP]
    lamps = [each | {"id": f"{n}"} | (fresh if n >= 27 else {}) for n, each in enumerate(lamps)]
    traffic = {"impressions_a_day": 3, "share": 0.5}
    build_index(folder / "new", lamps, config=IndexConfig.model_validate({"traffic": traffic}))
    return folder


@pytest.fixture(scope="module")
def shop(data: Path) -> Iterator[httpx.Client]:
    with serving(data, warm=False, exposure_period_s=1.0) as client:
        yield client


@pytest.fixture(autouse=True)
def none_running(shop: httpx.Client) -> Iterator[None]:
    yield
    for each in listed(shop)["items"]:
        shop.post(f"/v1/admin/experiments/{each['id']}/stop").raise_for_status()
    wait_until(lambda: not listed(shop)["served"])


def listed(shop: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = shop.get("/v1/admin/experiments").raise_for_status().json()
    return found


def begin(shop: httpx.Client, name: str, **told: Any) -> dict[str, Any]:
    given = {"id": name, "variants": HALVES, "smallest_effect": 0.5, "horizon": 40}
    answer = shop.post("/v1/admin/experiments", json=given | told)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    wait_until(lambda: name in listed(shop)["served"])
    return made


def search(shop: httpx.Client, session: str | None = None, **told: Any) -> dict[str, Any]:
    asked = {"q": "lamp", **({} if session is None else {"session_id": session}), **told}
    answer = shop.get("/v1/search", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def policy(shop: httpx.Client, session: str | None, **told: Any) -> str:
    name: str = search(shop, session, **told)["generation"]["policy"]
    return name


def report(shop: httpx.Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = shop.get(f"/v1/admin/experiments/{name}").raise_for_status().json()
    return found


def click(shop: httpx.Client, answer: dict[str, Any], session: str, place: int = 0) -> None:
    hit = answer["hits"][place]["id"]
    event = {
        "type": "click", "product_id": hit, "query_id": answer["query_id"], "session_id": session,
    }  # fmt: skip
    assert shop.post("/v1/events", json=event).json()["accepted"] == 1


def test_who_is_served_what_and_when_it_is_decided(shop: httpx.Client) -> None:
    begin(shop, "caps")
    sessions = [f"s{number}" for number in range(60)]
    of = {}
    for session in sessions:
        answer = search(shop, session)
        of[session] = answer["generation"]["policy"]
        if of[session] == "spread":
            click(shop, answer, session)
    assert set(of.values()) == {"default", "spread"}
    assert {s: policy(shop, s) for s in sessions[:5]} == {s: of[s] for s in sessions[:5]}
    for told in ({"analytics": "off"}, {"policy": "other"}):
        assert {policy(shop, s, **told) for s in sessions} & {"spread"} == set(), told
    assert policy(shop, None) == "default"
    agent = {"User-Agent": "Googlebot"}
    bots = {
        shop.get("/v1/search", params={"q": "lamp", "session_id": s}, headers=agent).json()[
            "generation"
        ]["policy"]
        for s in sessions
    }
    assert bots == {"default"}
    told = report(shop, "caps")
    spread = sum(each == "spread" for each in of.values())
    assert told["complete"]
    assert told["units"]["counted"] == 60
    assert told["sample_ratio"]["observed"] == {"control": 60 - spread, "spread": spread}
    assert not told["sample_ratio"]["mismatch"]
    control, other = told["variants"]
    again = sum(of[session] == "spread" for session in sessions[:5])
    assert (control["ctr"]["mean"], other["searches"]) == (0.0, spread + again)
    assert other["ctr"]["mean"] == pytest.approx(spread / (spread + again), abs=1e-5)
    assert told["verdict"]["winner"] == "spread"
    rows = shop.get("/v1/admin/analytics").json()["by_variant"]
    assert [row["searches"] for row in rows if row["experiment"] == "caps"] == [
        control["searches"], other["searches"],
    ]  # fmt: skip
    stopped = shop.post("/v1/admin/experiments/caps/stop").json()
    assert stopped["state"] == "stopped"
    wait_until(lambda: {policy(shop, s) for s in sessions[:12]} == {"default"})
    assert report(shop, "caps")["units"]["counted"] == 60


def test_nothing_is_decided_before_the_horizon(shop: httpx.Client) -> None:
    begin(shop, "early", horizon=41)
    for number in range(40):
        answer = search(shop, f"e{number}")
        if answer["generation"]["policy"] == "spread":
            click(shop, answer, f"e{number}")
    told = report(shop, "early")
    (gap,) = told["differences"]
    assert gap["ctr"]["p_value"] < 0.001
    assert told["verdict"] | {"why": ""} == {"decided": False, "winner": None, "why": ""}
    assert "40 of 41" in told["verdict"]["why"]


def test_layers_are_independent_and_models_are_served(shop: httpx.Client) -> None:
    begin(shop, "policies")
    models = [{"name": "a", "share": 0.5}, {"name": "b", "share": 0.5, "model": "tiny"}]
    begin(shop, "models", layer="models", variants=models)
    seen = set()
    for number in range(60):
        generation = search(shop, f"l{number}")["generation"]
        seen.add((generation["policy"], generation["model"] == "tiny"))
    assert seen == {(p, m) for p in ("default", "spread") for m in (False, True)}


def test_two_rankers_share_a_page(shop: httpx.Client) -> None:
    begin(shop, "shared", kind="interleaved", smallest_effect=0.3, horizon=30)
    ids = {hit["id"] for hit in search(shop)["hits"]}
    for number in range(30):
        session = f"i{number}"
        answer = search(shop, session, explain=True)
        assert {hit["id"] for hit in answer["hits"]} == ids
        sides = [hit["explanation"]["chosen_by"] for hit in answer["hits"]]
        assert sorted(sides) == ["control"] * 3 + ["spread"] * 3
        pages = [search(shop, session, page=page, page_size=3) for page in (1, 2)]
        assert [h["id"] for page in pages for h in page["hits"]] == [
            hit["id"] for hit in answer["hits"]
        ]
        click(shop, answer, session, sides.index("spread"))
    told = report(shop, "shared")
    assert told["wins"] == {"control": 0, "spread": 30}
    assert told["clicks"] == {"control": 0, "spread": 30}
    assert (told["preference"]["mean"], told["verdict"]["winner"]) == (0.5, "spread")


def test_a_list_of_those_who_are_always_served_it_and_never_counted(shop: httpx.Client) -> None:
    forced = [f"boss{number}" for number in range(5)]
    variants = [HALVES[0], HALVES[1] | {"allow": forced}]
    begin(shop, "listed", variants=variants)
    assert {policy(shop, session) for session in forced} == {"spread"}
    assert report(shop, "listed")["units"]["counted"] == 0


def test_a_test_of_nothing_without_traffic(shop: httpx.Client) -> None:
    begin(shop, "empty")
    told = report(shop, "empty")
    assert told["sample_ratio"] | {"expected": 0} == {
        "observed": {"control": 0, "spread": 0}, "expected": 0, "chi_square": 0.0, "p_value": 1.0,
        "mismatch": False,
    }  # fmt: skip
    assert told["variants"][0]["ctr"] == {"mean": None, "low": None, "high": None}
    assert not told["verdict"]["decided"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"variants": [HALVES[0], {"name": "x", "share": 0.5, "policy": "nope"}]}, "no policy"),
    ({"variants": [HALVES[0], {"name": "x", "share": 0.5, "model": "nope"}]}, "no model"),
    ({"variants": [HALVES[0], {"name": "x", "share": 0.6}]}, "over 1"),
    ({"variants": [HALVES[0], {"name": "x", "share": 0}]}, "share"),
    ({"variants": HALVES[:1]}, "variants"),
    ({"variants": [HALVES[0], HALVES[0]]}, "one name"),
    ({"layer": "elsewhere"}, "overlap"),
    ({"variants": [HALVES[0], {"name": "x", "share": 0.2}]}, "room"),
    ({"id": "runs"}, "already"),
    ({"unit": "user", "horizon": None}, "only 0 users"),
    ({"horizon": None, "baseline": {"mean": 0}}, "baseline"),
    ({"horizon": 0}, "horizon"),
    ({"smallest_effect": 0}, "smallest_effect"),
    ({"kind": "interleaved", "smallest_effect": 0.9}, "at most 0.5"),
    ({"id": "No Good"}, "id"),
    ({"colour": "red"}, "colour"),
    ({"metric": "revenue", "horizon": None, "baseline": {"mean": 3}}, "baseline.sd"),
]


def test_what_cannot_be_begun(shop: httpx.Client) -> None:
    begin(shop, "runs")
    for told, says in WRONG:
        given = {"id": "bad", "variants": HALVES, "smallest_effect": 0.5, "horizon": 40} | told
        answer = shop.post("/v1/admin/experiments", json=given)
        assert answer.status_code == 422, (told, answer.text)
        assert says in answer.text, told
    assert "bad" not in {each["id"] for each in listed(shop)["items"]}


def test_unknown_ones_are_not_found(shop: httpx.Client) -> None:
    assert shop.get("/v1/admin/experiments/nope").status_code == 404
    assert shop.post("/v1/admin/experiments/nope/stop").status_code == 404
    assert shop.get("/v1/admin/experiments?index=nope").status_code == 404


def test_two_workers_agree(shop: httpx.Client, data: Path) -> None:
    begin(shop, "both")
    models = [{"name": "a", "share": 0.3}, {"name": "b", "share": 0.3, "model": "tiny"}]
    begin(shop, "both-models", layer="models", variants=models)
    with serving(data, warm=False, exposure_period_s=1.0) as other:
        for number in range(20):
            told = [search(each, f"w{number}")["generation"] for each in (shop, other)]
            assert told[0] == told[1]


def given(shop: httpx.Client) -> list[str]:
    """Products that stand where they do on a budget."""
    asked = {"q": "lamp", "index": "new", "explain": "on", "page_size": 30}
    hits = shop.get("/v1/search", params=asked).raise_for_status().json()["hits"]
    return [hit["id"] for hit in hits if "budget" in hit["explanation"]]


def test_new_products_are_given_places_until_their_budget_is_spent(shop: httpx.Client) -> None:
    wait_until(lambda: given(shop))
    seen = {each for _ in range(3) for each in given(shop)}
    assert seen <= {"27", "28", "29"}
    answer = search(shop, "t", index="new", page_size=30)
    assert answer["generation"]["id"].count("-") == 1
    wait_until(lambda: not given(shop))
