"""Metrics: every one that the service has, in this one place (docs/operations.md lists them)."""

import os
from collections.abc import Mapping, Sized
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

from app.descriptors import open_files, open_files_limit
from app.settings import METRICS_VARIABLE, metrics_folder

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
CACHE_ERRORS = Counter(
    "vitrina_cache_errors_total", "Operations of the result cache that failed or were late."
)
CACHE_CIRCUIT_OPEN = Gauge(
    "vitrina_cache_circuit_open", "Workers that leave Redis alone after repeated errors.",
    multiprocess_mode="livesum",
)  # fmt: skip
ZERO_RESULTS = Counter("vitrina_zero_results_total", "Searches without a product.", ["index"])
DEGRADED = Counter("vitrina_degraded_total", "Searches that lacked a stage.", ["stage"])
OVERLOADED = Counter("vitrina_overloaded_total", "Searches refused with 503.")
CHANGES = Counter(
    "vitrina_changes_total", "Changes of products that were sent.", ["index", "status"]
)
CHANGES_SHOWN = Gauge(
    "vitrina_changes_shown_seq", "Last change that a worker's searches show; the least of them.",
    ["index"], multiprocess_mode="livemin",
)  # fmt: skip
CHANGE_LAG = Histogram(
    "vitrina_change_lag_seconds", "From a change's acceptance until a worker shows it.", ["index"],
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 30.0),
)  # fmt: skip
SEGMENTS = Gauge(
    "vitrina_live_segments", "Segments beside the snapshot.", ["index"],
    multiprocess_mode="mostrecent",
)  # fmt: skip
GONE = Gauge(
    "vitrina_live_gone_products", "Products of the snapshot that are deleted or replaced.",
    ["index"], multiprocess_mode="mostrecent",
)  # fmt: skip
SWAPS = Counter("vitrina_generation_swaps_total", "Generations put in force.", ["index"])
SWAP_FAILURES = Counter(
    "vitrina_generation_failures_total", "Generations that could not be opened.", ["index"]
)
NOT_SERVED = Gauge(
    "vitrina_index_not_served", "1 where what is in force cannot be served; /readyz says why.",
    ["index"], multiprocess_mode="livemax",
)  # fmt: skip
PRODUCTS = Gauge(
    "vitrina_products", "Products of the snapshot in force.", ["index"],
    multiprocess_mode="mostrecent",
)  # fmt: skip
SWAP_SECONDS = Histogram(
    "vitrina_generation_swap_seconds", "Time to open and warm a generation.", ["index"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
)  # fmt: skip
SNAPSHOT_TIME = Gauge(
    "vitrina_snapshot_timestamp_seconds", "When the snapshot in force was built.", ["index"],
    multiprocess_mode="mostrecent",
)  # fmt: skip
SUGGESTIONS = Counter(
    "vitrina_suggestions_total", "Answers of a surface, by whether they offered anything.",
    ["surface", "result"],
)  # fmt: skip
BUILDS = Gauge(
    "vitrina_builds", "Remembered builds that were started over HTTP, by state.", ["state"],
    multiprocess_mode="mostrecent",
)  # fmt: skip
EVENTS = Counter("vitrina_events_total", "Events by what became of them.", ["result"])
IMPRESSIONS = Counter(
    "vitrina_impressions_total", "Impressions by what became of them.", ["result"]
)
SWEEP_FAILURES = Counter(
    "vitrina_sweep_failures_total", "Times that events could not be moved into the archive."
)
OPEN_FILES = Gauge(
    "vitrina_open_files", "Open files and connections of the worker that has most.",
    multiprocess_mode="livemax",
)  # fmt: skip
OPEN_FILES_LIMIT = Gauge(
    "vitrina_open_files_limit", "Open files and connections that a worker may have.",
    multiprocess_mode="livemin",
)  # fmt: skip


def count_open_files() -> None:
    """Of this worker, now."""
    OPEN_FILES.set(open_files())
    OPEN_FILES_LIMIT.set(open_files_limit())


def count_offer(surface: str, items: Sized) -> None:
    """One answer of a surface that offers queries."""
    SUGGESTIONS.labels(surface, "some" if len(items) else "none").inc()


def tell_builds(counts: Mapping[str, int]) -> None:
    """counts: of every state, also those that no build is in."""
    for state, count in counts.items():
        BUILDS.labels(state).set(count)


def share_metrics(folder: Path | None) -> None:
    """Before workers start: an empty folder where they add up what they count; None ends it."""
    if folder is None:
        os.environ.pop(METRICS_VARIABLE, None)
    else:
        os.environ[METRICS_VARIABLE] = str(folder)


def exposition() -> tuple[bytes, str]:
    """All metrics in Prometheus' text form, and its media type; totals over all workers."""
    folder = metrics_folder()
    if folder is None:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    _forget_dead_workers(folder)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _forget_dead_workers(folder: Path) -> None:
    """Gauges of a worker that is gone must not be added any more; its counters must."""
    for file in folder.glob("gauge_live*.db"):
        process_id = int(file.stem.rpartition("_")[2])
        try:
            os.kill(process_id, 0)
        except ProcessLookupError:
            multiprocess.mark_process_dead(process_id)  # type: ignore[no-untyped-call]
