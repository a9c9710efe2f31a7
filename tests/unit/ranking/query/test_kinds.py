"""Which kinds of things a query means, in a shop that says notebook, washer and digital player."""

from datetime import UTC, datetime

import orjson
import pytest

from indexing.build import BuildOptions, build
from indexing.progress import Silent
from indexing.snapshot import Snapshot, open_snapshot
from ranking.query.query import Query
from ranking.query.understand import understand
from ranking.search.request import SearchRequest

NOW = datetime(2026, 11, 26, tzinfo=UTC)
BRANDS = ("Acer", "Asus", "Dell", "Medion", "Sony", "Lenovo")
TITLES = (
    "{} Notebook 15.6 4 GB",
    "{} Gaming Notebook 17.3 8 GB",
    "{} Notebook Case - Black",
    "{} Case for Tablets - Red",
    "{} 8 kg Washer - White",
    "{} Memory Card 64 GB",
    "{} Graphics Card 4 GB",
    "{} Pod Digital Player 32 GB",
    "{} Clock Radio with Pod Dock",
    "{} Case for iPod - Blue",
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("kinds")
    products = [
        {"id": f"{brand}-{number}", "title": title.format(brand), "brand": brand}
        for brand in BRANDS
        for number, title in enumerate(TITLES)
    ] + [
        {"id": f"ipod{gb}", "title": f"Apple iPod Digital Media Player {gb} GB", "brand": "Apple"}
        for gb in (8, 16, 32, 64)
    ]  # fmt: skip
    catalog = folder / "products.jsonl"
    catalog.write_bytes(b"\n".join(map(orjson.dumps, products)))
    summary = build(BuildOptions([catalog], folder / "index", "test"), NOW, Silent())
    return open_snapshot(folder / "index" / "snapshots" / summary.snapshot_id)


def asked(shop: Snapshot, text: str) -> Query:
    return understand(SearchRequest(text=text), shop)


def kinds(shop: Snapshot, text: str) -> list[str]:
    wish = asked(shop, text).kind
    likely = wish.types[wish.chances >= 0.9 * wish.chances.max()] if len(wish.types) else ()
    return sorted(shop.types.names[int(kind)] for kind in likely)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("memory card", ["memory card"]),
        ("card", ["card", "graphics card", "memory card"]),
        ("washing machine", ["washer"]),
        ("laptop", ["gaming notebook", "notebook"]),
        ("sony laptop", ["gaming notebook", "notebook"]),
        ("laptop case", ["case", "notebook case"]),
    ],
)
def test_a_query_names_a_kind(shop: Snapshot, text: str, meant: list[str]) -> None:
    assert set(kinds(shop, text)) <= set(meant)
    assert kinds(shop, text)


def test_a_brand_beside_a_kind_is_no_other_word(shop: Snapshot) -> None:
    alone, branded = asked(shop, "notebook").kind, asked(shop, "sony notebook").kind
    assert branded.others == 0
    assert branded.words == 2
    assert branded.focus == pytest.approx(alone.focus)
    assert asked(shop, "cheapish notebook").kind.focus < alone.focus


def test_a_thing_is_what_its_kind_is_generally_and_its_case_a_case(shop: Snapshot) -> None:
    assert all("player" in name for name in kinds(shop, "ipod"))
    assert all("case" in name for name in kinds(shop, "ipod case"))
