"""Columns whose names say more than the field's name, or hold a part of it."""

import pytest

from indexing.catalogue.recognition import plain_platform
from indexing.catalogue.rows.category_columns import level_columns
from indexing.catalogue.rows.cell_habits import object_columns, table_columns
from indexing.catalogue.rows.layout import layout_of
from indexing.catalogue.rows.named_columns import Wishes
from indexing.catalogue.values.attribute_cells import list_in, pairs_in
from indexing.catalogue.values.cell_objects import object_in


def found(*names: str) -> dict[str, str]:
    """Target → its first column."""
    plain = plain_platform()
    layout = layout_of(names, plain, plain, Wishes(), {})
    return {each.target: each.sources[0].column for each in layout.fields}


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("Preis CHF inkl. MwSt.", "price"),
        ("prijs incl btw", "price"),
        ("цена, руб.", "price"),
        ("Our Price (USD)", "price"),
        ("Lagerbestand (Stk.)", "stock"),
        ("Photo URL", "image"),
        ("afbeelding 1", "image"),
        ("Vendor Name", "brand"),
        ("EAN / GTIN", "identifiers"),
        ("No. of Ratings", "rating_count"),
        ("Item Name (English)", "title"),
        ("Beschreibung lang", "description"),
        ("Item #", "id"),
    ],
)
def test_words_around_a_name(name: str, target: str) -> None:
    assert found(name) == {target: name}


@pytest.mark.parametrize(
    "name",
    ["Shipping price", "Cost price", "Supplier name", "Image alt text", "Price rule", "Size"],
)
def test_words_that_count(name: str) -> None:
    assert found(name) == {}


def test_a_name_as_it_is_goes_first() -> None:
    assert found("Preis CHF", "Preis")["price"] == "Preis"


@pytest.mark.parametrize(
    ("names", "levels"),
    [
        (["id", "Category 2", "Category 1"], ["Category 1", "Category 2"]),
        (["category", "category2"], ["category", "category2"]),
        (["三级类目", "一级类目", "二级类目"], ["一级类目", "二级类目", "三级类目"]),
        (["hoofdcategorie", "subcategorie"], ["hoofdcategorie", "subcategorie"]),
        (["category", "category_id"], []),
        (["image1", "image2"], []),
        (["1", "2"], []),
    ],
)
def test_levels_in_columns_of_their_own(names: list[str], levels: list[str]) -> None:
    assert level_columns(names) == levels


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("['it\\'s', \"x\"]", ["it's", "x"]),
        ("{'a': None, 'b': True}", {"a": None, "b": True}),
        ('{"specs"=>[{"key"=>"Fit", "value"=>"Slim"}]}', {"Fit": "Slim"}),
        ("[Sale] Mug", "[Sale] Mug"),
        ("[Sale]", "[Sale]"),
        ("[" * 200_000 + "]", "[" * 200_000 + "]"),
    ],
)
def test_cells_that_were_objects(cell: str, held: object) -> None:
    assert object_in(cell) == held


def test_columns_of_objects_are_told_from_texts() -> None:
    rows = [{"tags": "['a']", "title": "[Sale] Mug"}, {"tags": "[]", "title": "[New]"}]
    assert object_columns(rows) == {"tags"}


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ("Material: Steel; Capacity: 500 ml", {"Material": "Steel", "Capacity": "500 ml"}),
        ("材质:316不锈钢；容量:500ml", {"材质": "316不锈钢", "容量": "500ml"}),
        ("color=red,size=M|L", {"color": "red", "size": ["M", "L"]}),
        ("https://x.example/a", {}),
        ("Soft; washable", {}),
        ("Note: soft; washable", {"Note": "soft; washable"}),
    ],
)
def test_tables_in_a_cell(cell: str, pairs: dict[str, object]) -> None:
    assert pairs_in(cell) == pairs


def test_prose_with_a_colon_is_no_table() -> None:
    rows = [{"note": f"Care: wash at {n}; Please: iron"} for n in range(2)]
    assert table_columns(rows, ["note"]) == set()
    named = [{"specs": "Material: Oak"}]
    assert table_columns(named, ["specs"]) == {"specs"}


def test_a_comma_within_a_number_divides_nothing() -> None:
    assert list_in("1,2 l, 0,5 l", ",") == ["1,2 l", "0,5 l"]
    assert list_in("38,39,40", ",") == ["38", "39", "40"]
