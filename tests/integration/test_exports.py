"""Exports of shops' platforms, each built by one plain command: see tests/exports."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from export_expectations import Shop, check_file
from http_service import serving

from indexing.build import BuildOptions, BuildReport, build
from indexing.progress import Silent

FOLDER = Path(__file__).parents[1] / "exports"
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8"))
NOW = datetime(2026, 11, 26, tzinfo=UTC)

Built = dict[str, BuildReport]


def index_name(file: str) -> str:
    return re.sub(r"[^a-z0-9_-]+", "-", file.lower()).strip("-_")[:64]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, Built]]:
    """A service of all of them, and what each build told."""
    data = tmp_path_factory.mktemp("exports")
    built = {
        file: build(BuildOptions([FOLDER / file], data / index_name(file), "test"), NOW, Silent())
        for file in EXPECTED
    }
    with serving(data, default_index=index_name(next(iter(EXPECTED)))) as client:
        yield client, built


@pytest.mark.parametrize("file", EXPECTED)
def test_an_export_is_understood(file: str, shops: tuple[httpx.Client, Built]) -> None:
    client, built = shops
    rejected = built[file].counts["rejected"]
    shop = Shop(client, index_name(file))
    found = list(check_file(shop, EXPECTED[file], (True, "", rejected)))
    assert found
    assert [(name, seen) for name, holds, seen in found if not holds] == []
