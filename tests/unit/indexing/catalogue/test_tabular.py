import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product, RejectedLine
from indexing.catalogue.reader import CatalogReader, read_catalog
from indexing.errors import CatalogError


def read(path: Path, content: bytes) -> list[Product | RejectedLine]:
    path.write_bytes(content)
    return list(read_catalog([path]))


def parquet(path: Path, rows: list[dict[str, Any]], **options: Any) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path, **options)
    return path


FULL = Product(
    id="007", title='Mug, 12"', price=1299.0, currency="EUR", category=("A", "B"),
    identifiers=("12",), attributes={"color": "red", "width": 3.5, "new": True, "zip": "04109"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "separator"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "|"), ("a.tsv", "\t")]
)
def test_tables(tmp_path: Path, name: str, separator: str) -> None:
    rows = [
        ["id", "title", "price", "category", "identifiers", "color", "width", "new", "zip", ""],
        ["007", '"Mug, 12"""', '"1299,00 €"', "A > B", "12", "red", "3.50", "true", "04109", "9"],
    ]
    text = "\r\n".join(separator.join(row) for row in rows) + "\r\n\r\n"
    made = read(tmp_path / name, b"\xef\xbb\xbf" + text.encode())
    assert made == [FULL]


def test_line_breaks_within_quotes(tmp_path: Path) -> None:
    made = read(tmp_path / "a.csv", b'id,description\n1,"one\r\ntwo"\n2,three\n,four\n')
    assert [line.description for line in made if isinstance(line, Product)] == ["one\ntwo", "three"]
    assert isinstance(made[2], RejectedLine)
    assert (made[2].line, made[2].field) == (5, "id")
    assert made[2].text == '{"id":"","description":"four"}'


def test_rows_that_do_not_fit_the_header(tmp_path: Path) -> None:
    made = read(tmp_path / "a.csv", b"id,title\n1,Mug,blue\n2\n3,Cup\n")
    assert [(line.line, line.reason) for line in made if isinstance(line, RejectedLine)] == [
        (2, "has 3 cells where the header has 2"),
        (3, "has 1 cells where the header has 2"),
    ]
    assert made[2] == Product(id="3", title="Cup")


def test_rows_that_are_not_utf8(tmp_path: Path) -> None:
    made = read(tmp_path / "a.csv", b"id,title\n1,M\xfcg\n2,Cup\n")
    assert isinstance(made[0], RejectedLine)
    assert (made[0].line, made[0].reason) == (2, "is not valid UTF-8")
    assert made[0].text == "1,M\ufffdg"
    assert made[1] == Product(id="2", title="Cup")


def test_overlong_rows_and_open_quotes(tmp_path: Path) -> None:
    made = read(tmp_path / "a.csv", b"id,title\n1," + b"x" * 3_000_000 + b"\n2,Cup\n")
    assert isinstance(made[0], RejectedLine)
    assert made[1] == Product(id="2", title="Cup")
    lines = b"".join(b"%d,%s\n" % (number, b"x" * 1000) for number in range(3_000))
    made = read(tmp_path / "b.csv", b'id,title\n0,"Mug\n' + lines)
    rejected = [line for line in made if isinstance(line, RejectedLine)]
    assert [line.line for line in rejected] == [2]
    assert "not valid CSV" in rejected[0].reason
    assert len(made) == 3_001  # all lines that the open quote took are read again


@pytest.mark.parametrize(
    ("rows", "lost", "found"),
    [
        ('1,A,"foo\n2,B,"bar"\n3,C,x\n', [2], ["2", "3"]),
        ('1,A,x\n2,B,"open to the end\n3,C,y\n', [3], ["1", "3"]),
        ('1,A,"two\nlines"\n2,B,y\n', [], ["1", "2"]),
        ('1,A,5" nail\n2,B,"5"" nail"\n', [], ["1", "2"]),
        ('1,"A,x\n2,"B,y\n3,C,z\n', [2, 3], ["3"]),
    ],
)
def test_a_stray_quote_loses_its_line_only(
    tmp_path: Path, rows: str, lost: list[int], found: list[str]
) -> None:
    made = read(tmp_path / "a.csv", f"id,title,description\n{rows}".encode())
    assert [line.line for line in made if isinstance(line, RejectedLine)] == lost
    assert [product.id for product in made if isinstance(product, Product)] == found


@pytest.mark.parametrize("content", [b"", b"\n", b"id,title\n", b"id,title"])
def test_tables_without_rows(tmp_path: Path, content: bytes) -> None:
    assert read(tmp_path / "a.csv", content) == []


def test_columns_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="two columns named 'title'"):
        read(tmp_path / "a.csv", b"id,title,title\n")
    with pytest.raises(CatalogError, match="no header"):
        read(tmp_path / "a.csv", b"x" * 3_000_000)
    made = read(tmp_path / "a.csv", b"id,title,tag,tag,,\n1,Mug,a,b,c,d\n")
    assert made == [Product(id="1", title="Mug", attributes={"tag": "a", "tag.3": "b"})]


def test_attributes_in_cells(tmp_path: Path) -> None:
    content = b'id;title;attributes;attributes.size\n1;Mug;"{""color"": ""red""}";42\n'
    assert read(tmp_path / "a.csv", content) == [
        Product(id="1", title="Mug", attributes={"size": 42.0, "color": "red"})
    ]


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
    for content in (b"", b"id,title\n1,Mug\n", whole[:-10], whole[20:]):
        with pytest.raises(CatalogError, match=r"a\.parquet: cannot be read as Parquet"):
            read(tmp_path / "a.parquet", content)
