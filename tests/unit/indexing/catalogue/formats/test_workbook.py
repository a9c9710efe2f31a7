"""Workbooks: made here as the XML that they are, so that nothing else is needed to write them."""

import zipfile
from pathlib import Path

import pytest
from rows_of import formats_of, has_id, records_of, rows_of

from indexing.catalogue.formats import workbook
from indexing.catalogue.formats.recognition import FormatOptions
from indexing.catalogue.sources import find_sources
from indexing.errors import CatalogError

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def cell(place: str, value: object) -> str:
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    text = str(value)
    if text.startswith("="):
        formula, _, cached = text[1:].partition("→")
        return f'<c r="{place}" t="str"><f>{formula}</f><v>{cached}</v></c>'
    if text.startswith("date "):
        return f'<c r="{place}" s="1"><v>{text[5:]}</v></c>'
    if text.startswith("#"):
        return f'<c r="{place}" t="e"><v>{text}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def book(
    folder: Path, sheets: dict[str, dict[str, object]], hidden: str = "", name: str = "a.xlsx"
) -> Path:
    """sheets: name → cells by place, row by row."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        listed, links, types = "", "", ""
        for number, (title, cells) in enumerate(sheets.items(), 1):
            rows: dict[int, str] = {}
            for place, value in cells.items():
                row = int(place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
                rows[row] = rows.get(row, "") + cell(place, value)
            inside = "".join(f'<row r="{row}">{made}</row>' for row, made in rows.items())
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>',
            )
            state = ' state="hidden"' if title == hidden else ""
            listed += f'<sheet name="{title}" sheetId="{number}" r:id="r{number}"{state}/>'
            links += (
                f'<Relationship Id="r{number}" Type="{LINKS}/worksheet" '
                f'Target="worksheets/sheet{number}.xml"/>'
            )
            types += (
                f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
                f'ContentType="{TYPES}.worksheet+xml"/>'
            )
        links += f'<Relationship Id="s" Type="{LINKS}/styles" Target="styles.xml"/>'
        archive.writestr(
            "xl/styles.xml",
            f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
            '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="w" '
            f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{TYPES}.sheet.main+xml"/>{types}</Types>',
        )
    return path


PRODUCTS: dict[str, object] = {
    "A1": "id", "B1": "title", "C1": "price", "D1": "new", "E1": "created_at",
    "A2": 4012345000016, "B2": "Mug", "C2": 4.5, "D2": True, "E2": "date 45443",
    "A4": 2, "B4": "=UPPER(B2)→CUP", "C4": "#N/A",
}  # fmt: skip


def test_numbers_truth_values_dates_and_the_results_of_formulas(tmp_path: Path) -> None:
    rows = rows_of(book(tmp_path, {"Products": PRODUCTS}))
    assert [list(map(str, row.values())) for row in rows] == [
        ["4012345000016", "Mug", "4.5", "True", "2024-05-31"],
        ["2", "CUP", "", "", ""],
    ]
    assert type(rows[0]["id"]) is int
    assert [row.line for row in records_of(tmp_path / "a.xlsx")] == [2, 4]


def test_the_sheet_that_holds_products(tmp_path: Path) -> None:
    notes: dict[str, object] = {"A1": "Prices without VAT"}
    path = book(tmp_path, {"Read me": notes, "Old": PRODUCTS, "Products": PRODUCTS}, "Old", "a.csv")
    sources, passed_over = find_sources([path], has_id)
    assert [source.format.records_at for source in sources] == ["Products"]
    assert [Path(source).name for source, _ in passed_over] == ["Read me"]
    assert formats_of(path, FormatOptions(records_at="Read me"))[0].records_at == "Read me"
    with pytest.raises(CatalogError, match="has no sheet 'None such'"):
        formats_of(path, FormatOptions(records_at="None such"))


def test_a_header_below_a_title(tmp_path: Path) -> None:
    cells = {"A1": "Our products", "A3": "id", "B3": "title", "C3": "price",
             "A4": "1", "B4": "Mug", "C4": 5}  # fmt: skip
    path = book(tmp_path, {"S": cells})
    assert rows_of(path) == [{"id": "1", "title": "Mug", "price": 5}]
    assert records_of(path)[0].line == 4


def test_a_cell_far_away_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = book(tmp_path, {"S": {**PRODUCTS, "XFD1048576": "x"}})
    with pytest.raises(CatalogError, match="too large for a workbook: above 20,000,000 cells"):
        rows_of(path)


def test_workbooks_that_unpack_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1_000)
    with pytest.raises(CatalogError, match="too large for a workbook"):
        rows_of(book(tmp_path, {"S": PRODUCTS}))


def test_damaged_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(CatalogError, match=r"a\.xls: cannot be read as a workbook"):
        rows_of(path)
    path = book(tmp_path, {"S": PRODUCTS})
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(CatalogError, match=r"a\.xlsx: is cut off"):
        rows_of(path)
