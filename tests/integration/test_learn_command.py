"""Clicks over HTTP → `vitrina learn` → another order, told in the explanation."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from http_service import serving, wait_until
from typer.testing import CliRunner

from app.cli import app
from indexing.current import read_current
from ranking.features.behaviour import BEHAVIOUR
from ranking.features.features import NAMES
from ranking.generation import open_generation
from ranking.learning.clicks.click_proof import with_facts
from ranking.learning.dataset import rows_of

QUERY = "running shoes"


@pytest.fixture
def shop(demo_data: Path, tmp_path: Path) -> Iterator[tuple[httpx.Client, Path]]:
    data = tmp_path / "var"
    shutil.copytree(demo_data / "main", data / "main")
    with serving(data, warm=False) as client:
        yield client, data


def search(http: httpx.Client, query: str = QUERY, **asked: Any) -> dict[str, Any]:
    answer = http.get("/v1/search", params={"q": query, "page_size": 20} | asked)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(answer: dict[str, Any]) -> list[str]:
    return [hit["id"] for hit in answer["hits"]]


def shoppers(http: httpx.Client, product: str, count: int, query: str = QUERY, **told: Any) -> None:
    """Each searches, and clicks the product if it was shown."""
    events = []
    for number in range(count):
        who = {"session_id": f"{product}-{number}"} | told
        found = search(http, query, **who)
        events.append({"type": "click", "product_id": product, "query_id": found["query_id"]} | who)
    answer = http.post("/v1/events", json={"events": events})
    assert answer.json()["accepted"] == count


def learn(http: httpx.Client, data: Path) -> str:
    assert http.get("/v1/admin/analytics").json()["complete"]
    done = CliRunner().invoke(app, ["learn", "--data", str(data)])
    assert done.exit_code == 0, done.output
    facts = read_current(data / "main").facts
    assert facts is not None
    return facts


def served(http: httpx.Client, before: str) -> None:
    wait_until(lambda: search(http)["generation"]["id"] != before)


def test_clicks_lift_a_product_and_the_explanation_says_so(
    shop: tuple[httpx.Client, Path],
) -> None:
    http, data = shop
    before = search(http, explain=True)
    chosen = ids(before)[8]
    shoppers(http, chosen, 40)
    learn(http, data)
    served(http, before["generation"]["id"])
    after = search(http, explain=True)
    place = ids(after).index(chosen)
    assert place <= 3, place
    told = after["hits"][place]["explanation"]
    (part,) = [each for each in told["contributions"] if each["feature"] == "clicks_for_query"]
    assert part["adds"] > 1
    assert part["value"] == told["features"]["clicks_for_query"] > 1
    assert "behaviour" in {channel["name"] for channel in after["hits"][place]["channels"]}
    assert after["degraded"] == []
    assert after["total"] == before["total"]
    # the same words otherwise written are the same query, another query is not
    assert ids(search(http, "  Running   SHOES ")).index(chosen) == place
    other = [hit["explanation"] for hit in search(http, "shoes", explain=True)["hits"]]
    assert all(each["features"]["clicks_for_query"] == 0 for each in other)
    proof_sees_what_serving_sees(data)


def proof_sees_what_serving_sees(data: Path) -> None:
    """`train --from events` proves a model with the facts beside it, as it will serve."""
    current = read_current(data / "main")
    assert current is not None
    full = open_generation(data / "main", current, "test")
    assert full.facts is not None
    serving_rows = rows_of("q", QUERY, {}, full)
    bare = rows_of("q", QUERY, {}, replace(full, facts=None))
    columns = [NAMES.index(name) for name in BEHAVIOUR.names]
    (filled,) = with_facts([bare], full.facts, full.snapshot)
    shared = np.isin(serving_rows.doc_ids, filled.doc_ids)
    places = np.searchsorted(filled.doc_ids, serving_rows.doc_ids[shared])
    right = serving_rows.features[shared][:, columns]
    assert (right[:, 0] != 0).any()
    np.testing.assert_array_equal(filled.features[places][:, columns], right)
    np.testing.assert_array_equal(bare.features[:, columns[:3]], 0)


def test_who_clicks_alone_or_without_our_answer_moves_nothing(
    shop: tuple[httpx.Client, Path],
) -> None:
    http, data = shop
    before = search(http)
    one_person, forged = ids(before)[12], ids(before)[13]
    shoppers(http, one_person, 60, session_id="the same one")
    events = [
        {"type": "click", "product_id": forged, "query_id": f"invented-{number}"}
        for number in range(200)
    ]
    http.post("/v1/events", json={"events": events})
    crawler = {"User-Agent": "Somebot/1.0"}
    robot = ids(before)[14]
    answer = http.get("/v1/search", params={"q": QUERY}, headers=crawler).json()
    for number in range(60):
        event = {"type": "click", "product_id": robot, "query_id": answer["query_id"]}
        http.post("/v1/events", json=event | {"session_id": f"r{number}"}, headers=crawler)
    learn(http, data)
    served(http, before["generation"]["id"])
    after = search(http)
    for product in (one_person, forged, robot):
        assert ids(before).index(product) - ids(after).index(product) <= 2


def test_what_is_shown_and_passed_over_sinks(shop: tuple[httpx.Client, Path]) -> None:
    http, data = shop
    before = search(http)
    first, third = ids(before)[0], ids(before)[2]
    shoppers(http, third, 80)
    learn(http, data)
    served(http, before["generation"]["id"])
    after = ids(search(http))
    assert after.index(third) < after.index(first)


def test_nothing_to_learn_is_told(shop: tuple[httpx.Client, Path]) -> None:
    http, data = shop
    search(http)
    assert http.get("/v1/admin/analytics").json()["complete"]
    done = CliRunner().invoke(app, ["learn", "--data", str(data)])
    assert done.exit_code == 1
    assert "nothing to learn" in str(done.exception)
    assert read_current(data / "main").facts is None
    elsewhere = CliRunner().invoke(
        app, ["learn", "--data", str(data), "--state", str(data / "none")]
    )
    assert "no events" in str(elsewhere.exception)


def test_facts_of_another_index_are_refused_and_told(shop: tuple[httpx.Client, Path]) -> None:
    http, data = shop
    before = search(http)
    shoppers(http, ids(before)[5], 10)
    facts = learn(http, data)
    served(http, before["generation"]["id"])
    manifest = data / "main" / "facts" / facts / "manifest.json"
    told = json.loads(manifest.read_text())
    copied = data / "main" / "facts" / "copied"
    shutil.copytree(manifest.parent, copied)
    (copied / "manifest.json").write_text(json.dumps(told | {"index": "elsewhere"}))
    current = json.loads((data / "main" / "CURRENT").read_text())
    (data / "main" / "CURRENT").write_text(json.dumps(current | {"facts": "copied"}))
    wait_until(lambda: search(http)["degraded"] != [])
    answer = search(http)
    assert answer["degraded"][0].startswith("facts_refused: ")
    assert "elsewhere" in answer["degraded"][0]
    assert ids(answer) == ids(before)
