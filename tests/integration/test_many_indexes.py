"""64 indexes in one worker under the usual limit of 1,024 open files, each swapped twice."""

import gc
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from catalogs import NOW, build_index
from http_service import serving, wait_until

from indexing.publish import activate, list_snapshots

INDEXES = 64
FILES = 1_024
_LIMIT_S = 120.0
PRODUCTS = [
    {"id": "1", "title": "Red lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 10},
    {"id": "2", "title": "Blue lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 20},
    {"id": "3", "title": "Desk chair", "brand": "Acme", "category": "Home", "price": 30},
]


@pytest.fixture
def usual_limit() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def many(tmp_path: Path) -> list[Path]:
    """Folders of indexes with two snapshots each."""
    first = tmp_path / "var" / "shop-0"
    build_index(first, PRODUCTS)
    build_index(first, PRODUCTS[:2], now=NOW.replace(day=22))
    folders = [first.with_name(f"shop-{number}") for number in range(INDEXES)]
    for folder in folders[1:]:
        shutil.copytree(first, folder)
    return folders


def descriptors() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def snapshots_mapped(name: str) -> int:
    """Maps of files of the snapshots with this id."""
    return Path("/proc/self/maps").read_text().count(f"/snapshots/{name}/")


@pytest.mark.usefixtures("usual_limit")
def test_64_indexes_and_their_swaps_under_1024_open_files(many: list[Path]) -> None:
    newest, oldest = (manifest.snapshot_id for manifest in list_snapshots(many[0]))
    before = descriptors()
    with serving(many[0].parent, default_index="shop-0", warm=False) as http:

        def all_serve(snapshot: str) -> bool:
            answers = (http.get(f"/v1/search?index={each.name}").json() for each in many)
            return all(answer["generation"]["snapshot"] == snapshot for answer in answers)

        gc.disable()  # what is replaced must go by itself, not when the collector comes by
        try:
            for wanted, other in ((newest, oldest), (oldest, newest), (newest, oldest)):
                for folder in many:
                    activate(folder, wanted)
                wait_until(lambda wanted=wanted: all_serve(wanted), _LIMIT_S)
                wait_until(lambda other=other: snapshots_mapped(other) == 0, _LIMIT_S)
                assert snapshots_mapped(wanted) >= INDEXES  # small files are read, not mapped
                assert descriptors() < before + 100
        finally:
            gc.enable()
        counted = http.get("/metrics").text
        assert f"vitrina_open_files_limit {FILES:.1f}" in counted
