from datetime import timedelta
from pathlib import Path

import pytest
from catalogs import NOW, build_index

from indexing.build import BuildOptions, BuildReport, build
from indexing.catalogue.index_config import IndexConfig
from indexing.current import read_current
from indexing.progress import Silent
from indexing.publication_gate import GateLimits, objections
from indexing.publish import list_snapshots
from indexing.snapshot_diff import compare_snapshots

SHOP = [
    {"id": f"p{n}", "title": f"Lamp {n}", "brand": "Lumo", "price": 10.0 + n, "stock": 3}
    for n in range(100)
]


def built(index: Path, products: list[dict], **given: object) -> BuildReport:
    """A second build, an hour after the first."""
    build_index(index.parent / "scratch", products)  # writes scratch.jsonl
    options = BuildOptions([index.parent / "scratch.jsonl"], index, "test", **given)  # type: ignore[arg-type]
    return build(options, NOW + timedelta(hours=1), Silent())


@pytest.fixture
def index(tmp_path: Path) -> Path:
    build_index(tmp_path / "main", SHOP)
    return tmp_path / "main"


def in_force(index: Path) -> str:
    current = read_current(index)
    assert current is not None
    return current.snapshot


def test_a_build_that_loses_a_third_is_kept_beside(index: Path) -> None:
    before = in_force(index)
    report = built(index, SHOP[:67])
    assert not report.published
    assert report.objections == ("33 of the 100 published products are gone (33%; 20% may be)",)
    assert in_force(index) == before
    assert [m.snapshot_id for m in list_snapshots(index)] == [report.snapshot_id, before]


def test_a_fifth_may_go_and_any_number_may_come(index: Path) -> None:
    more = [SHOP[0] | {"id": f"new{n}"} for n in range(500)]
    report = built(index, [*SHOP[:80], *more])
    assert report.published
    assert in_force(index) == report.snapshot_id


def test_cents_for_euros_are_kept_back(index: Path) -> None:
    report = built(index, [each | {"price": 100 * each["price"]} for each in SHOP])
    assert report.objections == (
        "the median price of the 100 products in both went from 59.50 to 5,950.00 "
        "(50% up or down may be)",
    )


def test_what_is_forced_or_allowed_is_published(index: Path) -> None:
    assert built(index, SHOP[:10], force=True).published
    half = [each | {"price": 0.5 * each["price"]} for each in SHOP[:10]]
    assert built(index, half).published  # ten products say nothing


def test_the_shop_sets_the_limits(index: Path) -> None:
    assert not built(index, SHOP[:90], config=IndexConfig(most_lost=0.05)).published
    dear = [each | {"price": 3 * each["price"]} for each in SHOP]
    assert built(index, dear, config=IndexConfig(most_price_change=2.0)).published


def test_staged_on_purpose(index: Path) -> None:
    before = in_force(index)
    report = built(index, SHOP, stage_only=True)
    assert (report.published, report.objections) == (False, ())
    assert in_force(index) == before


def test_a_damaged_published_snapshot_objects_to_nothing(index: Path) -> None:
    folder = index / "snapshots" / in_force(index)
    (folder / "documents" / "id_hashes.npy").write_bytes(b"junk")
    assert objections(folder, folder, GateLimits(0.2, 0.5)) == ()


def test_a_difference_names_products_and_fields(index: Path) -> None:
    before = index / "snapshots" / in_force(index)
    products = [dict(each) for each in SHOP[2:]]
    products[0]["price"] = 1.0
    products[1].pop("brand")
    products[1]["image"] = "https://lumo.example/3.jpg"
    products.append({"id": "new", "title": "Chair", "attributes": {"wood": "oak"}})
    after = index / "snapshots" / built(index, products).snapshot_id
    found = compare_snapshots(before, after)
    assert (found.gone, found.new, found.changed, found.kept) == (2, 1, 2, 96)
    assert found.examples == {"gone": ("p0", "p1"), "new": ("new",), "changed": ("p2", "p3")}
    assert (found.lost, found.gained, found.other) == ({"brand": 1}, {"image": 1}, {"price": 1})
