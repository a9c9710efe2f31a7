"""Metrics: every one that the service has, in this one place (docs/operations.md lists them)."""

import os
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

_FAST = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0, 2.0, 5.0)

REQUESTS = Counter("vitrina_requests_total", "Requests by route and status.", ["route", "status"])
REQUEST_SECONDS = Histogram(
    "vitrina_request_seconds", "Time of a request, by route.", ["route"], buckets=_FAST
)
STAGE_SECONDS = Histogram(
    "vitrina_stage_seconds", "Time of a stage of a search.", ["stage"], buckets=_FAST
)
INFLIGHT = Gauge(
    "vitrina_searches_in_flight", "Searches running or waiting.", multiprocess_mode="livesum"
)
CACHE = Counter("vitrina_cache_total", "Look-ups in the result cache.", ["result"])
CACHE_ERRORS = Gauge(
    "vitrina_cache_errors", "Failed operations of the result cache.", multiprocess_mode="livesum"
)
ZERO_RESULTS = Counter("vitrina_zero_results_total", "Searches without a product.", ["index"])
DEGRADED = Counter("vitrina_degraded_total", "Searches that lacked a stage.", ["stage"])
OVERLOADED = Counter("vitrina_overloaded_total", "Searches refused with 503.")
SWAPS = Counter("vitrina_generation_swaps_total", "Generations put in force.", ["index"])
SWAP_FAILURES = Counter(
    "vitrina_generation_failures_total", "Generations that could not be opened.", ["index"]
)
PRODUCTS = Gauge(
    "vitrina_products", "Products of the snapshot in force.", ["index"],
    multiprocess_mode="mostrecent",
)  # fmt: skip

MULTIPROCESS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(folder: Path) -> None:
    """Before workers start: a clean folder where they add up what they count."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob("*.db"):
        left.unlink(missing_ok=True)
    os.environ[MULTIPROCESS_VARIABLE] = str(folder)


def exposition() -> tuple[bytes, str]:
    """All metrics in Prometheus' text form, and its media type; totals over all workers."""
    if MULTIPROCESS_VARIABLE not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
