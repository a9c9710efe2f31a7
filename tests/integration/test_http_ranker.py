"""The ranker of a served index: picked up, refused, failing; explained over HTTP."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from catalogs import build_index
from http_service import serving, wait_until
from tiny_model import publish_tiny, write_tiny

from indexing.arrays import Float32Array
from indexing.current import change_current
from ranking.rankers.model import ModelRanker

LAMPS = [
    {"id": f"L{n}", "title": f"{colour} lamp {n}", "brand": brand, "price": n + 1, "popularity": n}
    for n, (colour, brand) in enumerate(
        (colour, brand) for colour in ("red", "blue", "green") for brand in ("Lumo", "Acme", "Zeta")
    )
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    build_index(tmp_path / "var" / "main", LAMPS)
    return tmp_path / "var"


@pytest.fixture
def http(data: Path) -> Iterator[httpx.Client]:
    with serving(data) as client:
        yield client


def search(http: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = http.get("/v1/search", params=parameters)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def model_of(http: httpx.Client) -> str:
    return str(search(http, q="lamp")["generation"]["model"])


def activate(data: Path, model_id: str) -> None:
    change_current(data / "main", model=model_id)


def test_a_model_is_picked_up_and_explains_itself(data: Path, http: httpx.Client) -> None:
    assert model_of(http) != "tiny"
    publish_tiny(data / "main")
    wait_until(lambda: model_of(http) == "tiny")
    body = search(http, q="red lamp", explain=True)
    assert body["degraded"] == []
    for hit in body["hits"]:
        parts = hit["explanation"]["contributions"]
        assert sum(part["adds"] for part in parts) == pytest.approx(hit["rank_score"], abs=1e-3)
        assert hit["explanation"]["ranker"] == "tiny"


def test_a_model_that_does_not_fit_is_refused_and_the_service_goes_on(
    data: Path, http: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    write_tiny(data / "main", "foreign", family="given")
    with caplog.at_level(logging.ERROR, "vitrina.search"):
        activate(data, "foreign")
        wait_until(lambda: search(http, q="lamp")["degraded"])
        for _ in range(3):
            body = search(http, q="red lamp")
            assert len(body["hits"]) == len(LAMPS)
            (reason,) = body["degraded"]
            assert reason.startswith("model_incompatible: model foreign needs vectors of given")
            assert "vitrina train" in reason
    logged = [record.getMessage() for record in caplog.records if record.name == "vitrina.search"]
    assert len([line for line in logged if "model_incompatible" in line]) == 1
    publish_tiny(data / "main")
    wait_until(lambda: model_of(http) == "tiny")
    assert search(http, q="lamp")["degraded"] == []


def test_a_truncated_model_is_refused_and_the_service_goes_on(
    data: Path, http: httpx.Client
) -> None:
    write_tiny(data / "main", "cut", family="static-catalog-1")
    file = data / "main" / "models" / "cut" / "model.txt"
    file.write_text(file.read_text(encoding="utf-8")[:-500], encoding="utf-8")
    activate(data, "cut")
    wait_until(lambda: search(http, q="lamp")["degraded"])
    (reason,) = search(http, q="lamp")["degraded"]
    assert "truncated" in reason
    assert search(http, q="lamp")["hits"]


def test_a_model_that_fails_costs_quality_only(
    data: Path,
    http: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    publish_tiny(data / "main")
    wait_until(lambda: model_of(http) == "tiny")

    def no_numbers(self: ModelRanker, features: Float32Array) -> Float32Array:
        return np.full(len(features), np.nan, dtype=np.float32)

    monkeypatch.setattr(ModelRanker, "scores", no_numbers)
    with caplog.at_level(logging.ERROR, "vitrina.search"):
        for query in ("red lamp", "blue lamp", "lamp 3"):
            body = search(http, q=query, explain=True)
            assert len(body["hits"]) == len(LAMPS)
            assert body["degraded"] == [
                "ranker_failed: ranker tiny gave scores that are no numbers."
            ]
            assert body["hits"][0]["explanation"]["ranker"] == "coarse"
    assert len([each for each in caplog.records if "ranker_failed" in each.getMessage()]) == 1
    assert 'vitrina_degraded_total{stage="ranker_failed"}' in http.get("/metrics").text
    monkeypatch.undo()  # what failed was not kept
    assert search(http, q="red lamp")["degraded"] == []


@pytest.mark.parametrize("budget_ms", [0, 1])
def test_hardly_any_time(http: httpx.Client, budget_ms: int) -> None:
    for query in ("red lamp", "", "zzzz"):
        body = search(http, q=query, budget_ms=budget_ms)
        assert body["hits"]
        skipped = [each["name"] for each in body["stages"] if each.get("skipped") == "budget"]
        assert sorted(skipped) == sorted(reason.partition(":")[0] for reason in body["degraded"])
