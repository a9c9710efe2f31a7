from typing import Any

import pytest

from indexing.catalogue.recognition import plain_platform
from indexing.catalogue.rows.named_columns import Wishes
from indexing.catalogue.rows.row_fields import Habits, RowFields


def fields(row: dict[str, Any], **wishes: Any) -> dict[str, Any]:
    """Of a row of no platform's; attributes under their own names."""
    plain = plain_platform()
    made = RowFields(plain, plain, {}, Wishes(**wishes), Habits(), False).of(row)
    return {**made.pop("more_attributes", {}), **made}


@pytest.mark.parametrize(
    ("row", "made"),
    [
        ({"name": "Mug"}, {"title": "Mug"}),
        ({"name": "Mug", "title": ""}, {"title": "Mug"}),
        ({"name": "Tea mug", "title": "Mug"}, {"name": "Tea mug", "title": "Mug"}),
        ({"name": "WH-1000XM4", "title": "Sony"}, {"title": "Sony", "identifiers": ["WH-1000XM4"]}),
        ({"bullets": "a"}, {"description": "a"}),
        (
            {"bullets": ["a", "b"], "short_description": "c"},
            {"description": ["c", ["a", "b"]]},
        ),
        ({"description": "d", "bullets": "a"}, {"description": ["d", "a"]}),
        ({"ean": ["1", "2"], "mpn": "3"}, {"identifiers": [["1", "2"], "3"]}),
        ({"identifiers": "0", "mpn": "1"}, {"identifiers": ["0", "1"]}),
        ({"market_price": 5}, {"list_price": 5}),
        ({"msrp": 5, "list_price": 6}, {"msrp": 5, "list_price": 6}),
        ({"colour": "red"}, {"color": "red"}),
        ({"date_released": "2024-05-31"}, {"created_at": "2024-05-31"}),
        ({"sale_count": 5, "popularity": 0}, {"sale_count": 5, "popularity": 0}),
        ({"sale_count": 5, "popularity": None}, {"popularity": 5}),
        ({"sku": None}, {}),
        ({"sku": "A1"}, {"id": "A1", "identifiers": "A1"}),
        ({"g:ID": "1", "Preis": "2", "MARKE": "x"}, {"id": "1", "price": "2", "brand": "x"}),
    ],
)
def test_names_that_are_understood(row: dict[str, Any], made: dict[str, Any]) -> None:
    assert fields(row) == made


def test_names_with_a_language_or_a_currency() -> None:
    row = {"id": 1, "title_de": "Becher", "title_en": "Mug", "price_eur": "3", "Price (USD)": "4"}
    assert fields(row)["title"] == "Mug"
    assert fields(row, locale="de")["title"] == "Becher"
    assert (fields(row)["price"], fields(row)["currency"]) == ("3", "EUR")
    assert fields(row, currency="USD")["price"] == "4"


def test_an_empty_cell_never_hides_a_filled_one() -> None:
    assert fields({"title": " ", "name": "Mug", "brand": "", "vendor": "x"}) == {
        "title": "Mug",
        "brand": "x",
    }


@pytest.mark.parametrize(
    ("levels", "paths"),
    [
        (["Home", "Textiles", "Rugs"], [("Home", "Textiles", "Rugs")]),
        (["Home", "Home > Textiles", "Home > Textiles > Rugs"], [("Home", "Textiles", "Rugs")]),
        (
            [["Home", "Sale"], ["Home > Rugs", "Sale > Summer"]],
            [("Home", "Rugs"), ("Sale", "Summer")],
        ),
        ([["Home", "Sale"], ["Home > Rugs"]], [("Home", "Rugs"), ("Sale",)]),
        (["Home > Rugs", "Wool"], [("Home", "Rugs")]),
        (["Home", "", "Home > Textiles > Rugs"], [("Home", "Textiles", "Rugs")]),
    ],
)
def test_levels_of_a_category_in_columns_of_their_own(
    levels: list[Any], paths: list[tuple[str, ...]]
) -> None:
    made = fields({f"categories.lvl{at}": level for at, level in enumerate(levels)})
    assert made == ({"category": paths[0]} | ({"categories": tuple(paths)} if paths[1:] else {}))
