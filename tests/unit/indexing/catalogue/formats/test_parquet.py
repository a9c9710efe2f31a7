import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from catalog_lines import read_catalog

from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, RejectedLine
from indexing.catalogue.reader import CatalogReader
from indexing.errors import CatalogError


def parquet(path: Path, rows: list[dict[str, Any]], **options: Any) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


def read(path: Path, content: bytes) -> list[Product | RejectedLine]:
    path.write_bytes(content)
    return list(read_catalog([path]))


ROWS: list[dict[str, Any]] = [
    {"id": 7, "name": "Mug", "price": 2.5, "category": ["A", "B"], "vector": [0.5, 1.0],
     "created_at": datetime(2024, 5, 31, tzinfo=UTC), "specs": {"width": 3}, "size": "42"},
    {"id": 8, "name": "Cup", "price": None, "category": None, "vector": None,
     "created_at": None, "specs": None, "size": None},
]  # fmt: skip
PRODUCTS = [
    Product(
        id="7", title="Mug", price=2.5, category=("A", "B"), vector=(0.5, 1.0), currency=None,
        created_at=datetime(2024, 5, 31, tzinfo=UTC), attributes={"specs.width": 3.0, "size": "42"},
    ),
    Product(id="8", title="Cup"),
]  # fmt: skip


def test_parquet(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet", ROWS, row_group_size=1)
    reader = CatalogReader([path], FieldMapping())
    assert list(reader) == PRODUCTS
    assert reader.bytes_read == reader.bytes_total == path.stat().st_size


@pytest.mark.parametrize("name", ["a.parquet.gz", "a.parquet.zst"])
def test_parquet_compressed_as_a_whole(tmp_path: Path, name: str) -> None:
    plain = parquet(tmp_path / "plain", ROWS).read_bytes()
    packed = gzip.compress(plain) if name.endswith("gz") else zstandard.compress(plain)
    assert read(tmp_path / name, packed) == PRODUCTS


def test_parquet_maps(tmp_path: Path) -> None:
    kind = pa.map_(pa.string(), pa.string())
    table = pa.table({
        "id": ["1"], "title": ["Mug"],
        "attributes": pa.array([[("color", "red")]], kind), "specs": pa.array([[("w", "3")]], kind),
    })  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    assert list(read_catalog([tmp_path / "a.parquet"])) == [
        Product(id="1", title="Mug", attributes={"specs.w": "3", "color": "red"})
    ]


def test_parquet_rows_that_cannot_be_read(tmp_path: Path) -> None:
    bad = pa.array([b"Mug", b"\xff", b"Cup"], pa.binary()).view(pa.string())
    pq.write_table(pa.table({"id": ["1", "2", "3"], "title": bad}), tmp_path / "a.parquet")
    made = list(read_catalog([tmp_path / "a.parquet"]))
    assert [made[0], made[2]] == [Product(id="1", title="Mug"), Product(id="3", title="Cup")]
    assert isinstance(made[1], RejectedLine)
    assert made[1].line == 2
    assert "cannot be read" in made[1].reason


def test_files_that_are_no_parquet(tmp_path: Path) -> None:
    whole = parquet(tmp_path / "whole", ROWS).read_bytes()
    for content in (whole[:-10], whole[20:]):
        with pytest.raises(CatalogError, match=r"a\.parquet: cannot be read as Parquet"):
            read(tmp_path / "a.parquet", content)


def test_the_content_tells_what_a_file_is(tmp_path: Path) -> None:
    parquet(tmp_path / "a.csv", ROWS)
    assert list(read_catalog([tmp_path / "a.csv"])) == PRODUCTS
    reader = CatalogReader([tmp_path / "a.csv"], FieldMapping())
    assert reader.sources[0].format.kind == "parquet"
    assert read(tmp_path / "a.parquet", b"id,title\n1,Mug\n") == [Product(id="1", title="Mug")]
