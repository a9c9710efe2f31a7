"""A served demo shop for the tests over HTTP, built once."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from catalogs import NOW, build_index
from http_service import serving

from app.version import code_version
from indexing.build import BuildOptions, build
from indexing.demo.shop import DemoShop, write_demo_shop
from indexing.progress import Silent

SMALL = [
    {"id": "1", "title": "Red lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 10},
    {"id": "2", "title": "Blue lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 20},
    {"id": "a/b c", "title": "Desk <b>& chair", "brand": "Acme", "category": "Home", "price": 30},
]


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> DemoShop:
    return write_demo_shop(tmp_path_factory.mktemp("shop"), 2_000, seed=3)


@pytest.fixture(scope="session")
def demo_data(demo_shop: DemoShop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the indexes `main` (demo shop) and `small`."""
    folder = tmp_path_factory.mktemp("served") / "var"
    options = BuildOptions(
        [demo_shop.products], folder / "main", code_version(), queries=demo_shop.queries
    )
    build(options, NOW, Silent())
    build_index(folder / "small", SMALL)
    return folder


@pytest.fixture(scope="session")
def http(demo_data: Path) -> Iterator[httpx.Client]:
    """The service with its default settings, over these two indexes."""
    with serving(demo_data) as client:
        yield client
