"""Small catalogues and their snapshots, for tests of what serves them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from indexing.build import BuildOptions, build
from indexing.catalogue.index_config import IndexConfig
from indexing.current import read_current
from indexing.progress import Silent
from ranking.generation import Generation, open_generation

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def build_index(
    index: Path,
    products: Iterable[Mapping[str, Any]],
    queries: Path | None = None,
    config: IndexConfig | None = None,
    now: datetime = NOW,
) -> str:
    """Publish a snapshot of these products, whatever it loses; its id."""
    index.parent.mkdir(parents=True, exist_ok=True)
    catalog = index.parent / f"{index.name}.jsonl"
    catalog.write_bytes(b"".join(orjson.dumps(product) + b"\n" for product in products))
    options = BuildOptions(
        [catalog], index, "test", queries=queries, config=config or IndexConfig(), force=True
    )
    return build(options, now, Silent()).snapshot_id


def open_index(index: Path) -> Generation:
    """The generation in force."""
    current = read_current(index)
    assert current is not None
    return open_generation(index, current, "test")
