"""The short way from values to products says what the long way says."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from indexing.catalogue.catalog_report import TOLD_FIELDS
from indexing.catalogue.documents import shown_json
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.plain_product import PlainProducts
from indexing.catalogue.product import Product
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.source_reading import ReadingOptions

EXPORTS = sorted(
    path
    for folder in ("exports", "exports_invented")
    for path in (Path(__file__).parents[1] / folder).iterdir()
    if path.suffix not in (".md", ".py", ".json") or path.name == "products.json"
)
NOW = datetime(2026, 11, 26, tzinfo=UTC)

TEXTS = (
    "", " ", "Blue  mug", " pad ", "a<b>b</b>", "<p>a</p><p>b</p>", "Tom &amp; Jerry", "R&D",
    "&nbsp;", "x\ty", "line\nbreak", "x\u00a0y", "\u200bzero", "\x07bell", "é ü", "a" * 300,
    "b" * 12_000, "0", "-1", "1", "12.5", "-0.0", "1_000", "٣", "nan", "inf", "1e400", "1e305",
    "1,299.00", "1.299,00 €", "1.299", "4,5", "$12", "GBP 4", "12.50 EUR", "5 - 7", "¥99", "call",
    "n/a", "in stock", "out of stock", "preorder", "10+", "true", "no", "EUR", "USD", "$", "007",
    "https://x.y/a.jpg", "https://x.y/a?b=1&amp;c=2", "https://x.y/a.jpg,https://x.y/b.jpg",
    "//x.y/c.png|//x.y/d.png", "javascript:alert(1)", "/a.png", "A > B", "A > B, A > D", "A|B",
    "8/10", "(12)", "2024-05-06", "05/06/2024", "1700000000", "a, b", "a;b", "k=v,q=r", "&#xD800;",
)  # fmt: skip
VALUES = (
    *TEXTS, None, 0, 1, -1, 12.5, 1e305, float("nan"), True, False, [], {}, ["a", "b"], [1, 2],
    [["A", "B"], ["A", "C"]], ["A > B", "C"], {"en": "Mug", "de": "Becher"}, "\ud800", ["\udfff"],
    {"amount": 5, "currency": "EUR"}, {"a": {"b": 1}}, [{"name": "Colour", "value": "Red"}],
    2**60, 10**30, {"\ud800": 1}, {"tab\tname": "x"}, {"src": "https://x.y/e.jpg"},
)  # fmt: skip
USUAL: dict[str, Sequence[Any]] = {
    "title": ("Mug", "Cup", "Oak chair"), "description": ("Of oak.", "Washed & dried."),
    "price": ("12.5", 3, 4.99), "list_price": (20.0, "15", 0), "sale_price": ("2.5",),
    "stock": (0, 7, "12"), "availability": ("in stock", "out of stock"), "brand": ("Acme",),
    "category": ("A > B", ["A", "C"], "A > B, A > D"), "currency": ("EUR",), "rating": (4.5, "3"),
    "rating_count": (3, "17"), "popularity": (9,), "created_at": ("2024-05-06",),
    "image": ("https://x.y/a.jpg",), "images": (["https://x.y/b.jpg"],), "url": ("/p/1",),
    "group_id": ("g1", "g2", "g3"), "identifiers": ("4006381333931", ["AB-1", "AB-2"]),
    "attributes": ({"size": "M", "weight": 2},), "colour": ("red", ["red", "blue"]), "EAN": ("1",),
    "manufacturer": ("Bolt",), "fixed": (1.5, True, "x"),
}  # fmt: skip


def read(path: Path, strict: bool) -> list[Any]:
    """Products in full, rejected lines, and all that is told."""
    reader = CatalogReader([path], FieldMapping(), options=ReadingOptions(now=NOW, strict=strict))
    made: list[Any] = [
        (shown_json(each), each) if isinstance(each, Product) else each for each in reader
    ]
    for report in reader.reports:
        made += [report.headline(), *report.table(), *report.lines()]
        made += [report.filled[name] for name in TOLD_FIELDS] + list(report.attributes.items())
    return made


def the_long_way(path: Path, strict: bool, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    with monkeypatch.context() as only:
        only.setattr(PlainProducts, "product", lambda *_: None)
        return read(path, strict)


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_of_exports(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(path, False) == the_long_way(path, False, monkeypatch)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("odd", [0.02, 0.2])
def test_of_odd_values(
    odd: float, strict: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random_ = random.Random(f"{odd}")
    lines = []
    for number in range(1_200):
        row: dict[str, Any] = {"id": f"P{number}"}
        for name, usual in USUAL.items():
            if random_.random() < 0.7:
                row[name] = random_.choice(VALUES if random_.random() < odd else usual)
        lines.append(json.dumps(row))
    path = tmp_path / "odd.jsonl"
    path.write_text("\n".join(lines))
    assert read(path, strict) == the_long_way(path, strict, monkeypatch)


def test_of_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random_ = random.Random(3)
    names = [name for name in USUAL if name != "attributes"]
    rows = ["id;" + ";".join(names)]
    for number in range(600):
        cells = [
            str(random_.choice(TEXTS if random_.random() < 0.1 else USUAL[name])) for name in names
        ]
        rows.append(f"P{number};" + ";".join(f'"{cell}"' for cell in cells))
    path = tmp_path / "odd.csv"
    path.write_text("\n".join(rows))
    assert read(path, False) == the_long_way(path, False, monkeypatch)
