from pathlib import Path

import pytest
from catalogs import open_index
from kinds_shop import KETTLES, shop_of
from query_shop import build_query_shop

from ranking.generation import Generation


@pytest.fixture(scope="session")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """The query shop with its log."""
    folder: Path = tmp_path_factory.mktemp("logged") / "main"
    build_query_shop(folder)
    return open_index(folder)


@pytest.fixture(scope="session")
def unlogged(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """The same shop from its catalogue alone."""
    folder: Path = tmp_path_factory.mktemp("unlogged") / "main"
    build_query_shop(folder, with_log=False)
    return open_index(folder)


@pytest.fixture(scope="session")
def kettles(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """Kettles, fountains, and what goes with them."""
    return shop_of(tmp_path_factory.mktemp("kinds") / "en", KETTLES, "en")
