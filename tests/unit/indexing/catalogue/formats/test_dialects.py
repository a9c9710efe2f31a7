from pathlib import Path

import pytest
from rows_of import formats_of, records_of, rows_of

from indexing.catalogue.formats.dialects import sniff
from indexing.catalogue.product import RejectedLine

MUG = {"id": "1", "title": 'Mug, "blue"; 5 l', "price": "4,50"}


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ('id,title,price\n1,"Mug, ""blue""; 5 l","4,50"\n', ","),
        ('id;title;price\n1;"Mug, ""blue""; 5 l";4,50\n', ";"),
        ('id|title|price\n1|Mug, "blue"; 5 l|4,50\n', "|"),
        ('id\ttitle\tprice\n1\t"Mug, ""blue""; 5 l"\t4,50\n', "\t"),
        ('sep=;\nid;title;price\n1;"Mug, ""blue""; 5 l";4,50\n', ";"),
        ('id;title;price\n1;"Mug, \\"blue\\"; 5 l";4,50\n', ";"),
        ('"id";"title";"price"\n"1";"Mug, ""blue""; 5 l";"4,50"\n', ";"),
        ('Our export\n\nfrom 2026-01-01\nid;title;price\n1;"Mug, ""blue""; 5 l";4,50\n', ";"),
        ('# made by x\nid;title;price;\n1;"Mug, ""blue""; 5 l";4,50;\n', ";"),
        ('id, title, price\n1, "Mug, ""blue""; 5 l", "4,50"\n', ","),
        ('id,title,price\r1,"Mug, ""blue""; 5 l","4,50"\r', ","),
    ],
)
def test_ways_to_write_a_table(tmp_path: Path, text: str, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    assert rows_of(path) == [MUG]
    assert formats_of(path)[0].separator == separator


def test_a_stray_nul_is_no_binary_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1,Mu\x00g\n2,Cup\n")
    assert [row["id"] for row in rows_of(path)] == ["1", "2"]


def test_quotes_that_are_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text('id\ttitle\tbrand\n1\t"Best" mug\tx\n2\t"19 inch\tx\n3\t5" nail\ty\n4\ta\tb"\n')
    assert [row["title"] for row in rows_of(path)] == ['"Best" mug', '"19 inch', '5" nail', "a"]


def test_commas_in_names_and_cells_do_not_mislead() -> None:
    text = "Id;Tags (x,y,z...);Name *;Text\n" + "1;a,b,c;Mug;one, two, three, four\n" * 5
    assert sniff(text).separator == ";"


def test_what_stands_before_the_header_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Export\n\nid,title,price\n1,Mug,5\n")
    [found] = formats_of(path)
    assert found.notes == ("2 rows before the header were passed over.",)
    assert records_of(path)[0].line == 4


def test_ten_thousand_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    names = ",".join(f"column {number}" for number in range(9_999))
    path.write_text(f"id,{names}\n" + f"1{',x' * 9_999}\n" * 3)
    rows = rows_of(path)
    assert len(rows) == 3
    assert len(rows[0]) == 10_000


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1,Mug\n" + b"\n" * 1_000_000 + b"2,Cup\n")
    assert [row.line for row in records_of(path)] == [2, 1_000_003]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": 1}\n' + b"\n" * 1_000_000 + b'{"id": 2}\n')
    assert [row.line for row in records_of(path)] == [1, 1_000_002]


def test_a_line_of_fifty_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1,Mug\n2," + b"x" * 50_000_000 + b"\n3,Cup\n")
    made = records_of(path)
    assert [isinstance(row, RejectedLine) for row in made] == [False, True, False]
