from pathlib import Path

import pytest
from catalog_lines import read_catalog

from indexing.catalogue.formats.byte_streams import ByteCount
from indexing.catalogue.product import Product, RejectedLine
from indexing.catalogue.records import Record
from indexing.catalogue.sources import find_sources
from indexing.errors import CatalogError


def read(path: Path, content: bytes) -> list[Product | RejectedLine]:
    path.write_bytes(content)
    return list(read_catalog([path]))


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


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ("1,Mug", None),
        ("1,Mug,blue,2,,x", None),
        ("1,Mug,blue", ["1", "Mug", "blue", ""]),
        ("1,Mug,blue,2,,,", ["1", "Mug", "blue", "2"]),
    ],
)
def test_empty_cells_at_the_end_may_lack_or_be_too_many(
    tmp_path: Path, row: str, cells: list[str] | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,title,color,size\n9,A,b,c\n8,A,b,c\n{row}\n,,,\n\n  ,\n")
    [source], _ = find_sources([path], bool)
    rows = list(source.rows(ByteCount()))
    assert len(rows) == 3
    made = rows[2]
    assert (list(made.fields.values()) if isinstance(made, Record) else None) == cells


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
    with pytest.raises(CatalogError, match="no header"):
        read(tmp_path / "a.csv", b"x" * 3_000_000)
    (tmp_path / "a.csv").write_bytes(b"id,title,tag,tag,tag.2,,\n1,Mug,a,b,c,d,e\n")
    [source], _ = find_sources([tmp_path / "a.csv"], bool)
    assert source.format.columns == ("id", "title", "tag", "tag.3", "tag.2")
    assert source.format.notes == (
        "two columns are named 'tag'; the later one is read as 'tag.3'.",
    )
    assert [row.fields for row in source.rows(ByteCount()) if isinstance(row, Record)] == [
        {"id": "1", "title": "Mug", "tag": "a", "tag.3": "b", "tag.2": "c"}
    ]


def test_attributes_in_cells(tmp_path: Path) -> None:
    content = b'id;title;attributes;attributes.size\n1;Mug;"{""color"": ""red""}";42\n'
    assert read(tmp_path / "a.csv", content) == [
        Product(id="1", title="Mug", attributes={"size": 42.0, "color": "red"})
    ]
