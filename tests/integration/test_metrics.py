"""/metrics and the list of metrics in docs/operations.md say the same."""

import re
from pathlib import Path

import httpx
import pytest
from http_service import serving
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from source_tree import ROOT

CHAPTER = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split("\n## Metrics\n")[1]
_ROW = r"^\| `(vitrina_\w+)` \| (\w+) \| (.*?) ?\| "
NEVER_HERE = {
    "vitrina_generation_failures_total", "vitrina_changes_total", "vitrina_changes_shown_seq",
    "vitrina_change_lag_seconds", "vitrina_live_segments", "vitrina_live_gone_products",
}  # fmt: skip
"""Has no line before something has failed, or a change was sent."""


def documented() -> dict[str, tuple[str, set[str]]]:
    """Name → type, names of labels."""
    rows = re.findall(_ROW, CHAPTER.partition("\n## ")[0], flags=re.M)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def families(http: httpx.Client) -> dict[str, Metric]:
    """By the name that people query: counters end in _total."""
    found = text_string_to_metric_families(http.get("/metrics").text)
    return {
        family.name + ("_total" if family.type == "counter" else ""): family
        for family in found
        if family.name.startswith("vitrina_") and not family.name.endswith("_created")
    }


@pytest.fixture(scope="module")
def seen(demo_data: Path) -> dict[str, Metric]:
    """After a request of each kind."""
    with serving(demo_data) as http:
        for path in (
            "/v1/search?q=lamp",
            "/v1/search?q=lamp",
            "/v1/search?q=lamp&budget_ms=0&page=2",
            "/v1/search?q=lamp&filter=price:..0",
            "/v1/suggest?q=la",
            "/v1/suggest?q=zzzzzz",
            "/v1/queries?surface=suggest,hint,discover,refine,related,after_click&q=lamp",
        ):
            assert http.get(path).status_code == 200, path
        assert http.post("/v1/events", json={"type": "view", "product_id": "1"}).is_success
        return families(http)


def test_every_metric_is_listed_and_every_listed_one_exists(seen: dict[str, Metric]) -> None:
    assert {name: family.type for name, family in seen.items()} == {
        name: kind for name, (kind, _) in documented().items()
    }


def test_labels(seen: dict[str, Metric]) -> None:
    for name, (_, labels) in documented().items():
        samples = [s for s in seen[name].samples if not s.name.endswith("_created")]
        assert samples or name in NEVER_HERE, name
        for sample in samples:
            assert set(sample.labels) - {"le"} == labels, name


def test_what_was_done_is_counted(seen: dict[str, Metric]) -> None:
    def value(name: str, **labels: str) -> float:
        return sum(
            sample.value
            for sample in seen[name].samples
            if sample.name in {name, f"{name}_count"} and labels.items() <= sample.labels.items()
        )

    assert value("vitrina_cache_total", result="hit") >= 1
    assert value("vitrina_cache_total", result="miss") >= 3
    assert value("vitrina_degraded_total", stage="fine") >= 1
    assert value("vitrina_zero_results_total", index="main") >= 1
    assert value("vitrina_searches_in_flight") == 0
    for stage in ("understand", "recall_lexical", "recall_semantic", "coarse", "fine", "rerank"):
        assert value("vitrina_stage_seconds", stage=stage) >= 1, stage
    for surface in ("suggest", "hint", "discover", "refine", "related", "after_click"):
        assert value("vitrina_suggestions_total", surface=surface) >= 1, surface
    assert value("vitrina_suggestions_total", surface="suggest", result="none") >= 1
    assert value("vitrina_generation_swaps_total", index="main") >= 1
    assert value("vitrina_generation_swap_seconds", index="main") >= 1
    assert value("vitrina_products", index="main") == 2_000
    assert value("vitrina_snapshot_timestamp_seconds", index="main") > 1.7e9
    for state in ("running", "succeeded", "failed"):
        assert value("vitrina_builds", state=state) >= 0


def test_metrics_named_in_the_alerts_exist(seen: dict[str, Metric]) -> None:
    for name in re.findall(r"\bvitrina_\w+", CHAPTER.partition("\n## ")[0]):
        assert name.removesuffix("_bucket") in seen, name
