"""Catalogues in several languages."""

from pathlib import Path

import orjson
import pytest

from indexing.catalogue.documents import shown_json
from indexing.catalogue.locales import catalog_locales
from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product
from indexing.catalogue.reader import CatalogReader
from indexing.catalogue.source_reading import ReadingOptions
from indexing.catalogue.values.localized import locales_in

TABLE = "item_id,name_de,name_en,price_usd,price_eur\n1,Lampe,Lamp,5,4\n2,,Chair,9,8\n"


@pytest.mark.parametrize(
    ("row", "locales"),
    [
        ({"item_id": 1, "name_de": "a", "name_en": "b"}, ("de", "en")),
        ({"name-de_AT": "a", "name-fr_FR": "b", "weight_kg": 1}, ("de_AT", "fr_FR")),
        ({"title": {"en": "Mug", "de": "Becher"}, "size": {"s": 1, "m": 2}}, ("en", "de")),
        ({"item_id": 1, "name_de": "a"}, ()),
        ({"item_id": 1, "product_id": 2, "title": "a"}, ()),
    ],
)
def test_which_languages_there_are(row: dict[str, object], locales: tuple[str, ...]) -> None:
    assert locales_in([row]) == locales


def test_one_language_of_several_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TABLE)
    assert catalog_locales([path]) == ("de", "en")
    reader = CatalogReader([path], FieldMapping(), options=ReadingOptions(locale="de"))
    made = [orjson.loads(shown_json(each)) for each in reader if isinstance(each, Product)]
    assert [each["title"] for each in made] == ["Lampe", "Chair"]  # English where there is none
    assert all("attributes" not in each for each in made)


def test_a_column_without_a_language_stands_beside_those_that_have_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "sku,name,name_de,name_fr,description,description_de,color,color_de,brand,brand_id\n"
        "1,Mug,Becher,Gobelet,For tea,Für Tee,blue,blau,,77\n"
        "2,,Brett,Planche,,,,braun,Oak,78\n"
        "3,Kettle,,,Boils,,silver,,,79\n"
    )

    def read(locale: str | None) -> list[tuple[object, ...]]:
        reader = CatalogReader([path], FieldMapping(), options=ReadingOptions(locale=locale))
        made = [each for each in reader if isinstance(each, Product)]
        assert [each.brand for each in made] == [None, "Oak", None]  # 77 is not Indonesian
        assert {name for each in made for name in each.attributes} == {"color", "brand_id"}
        return [(each.title, each.description, each.attributes.get("color")) for each in made]

    assert read(None) == [
        ("Mug", "For tea", "blue"), ("Brett", None, None), ("Kettle", "Boils", "silver"),
    ]  # fmt: skip
    assert read("de") == [
        ("Becher", "Für Tee", "blau"), ("Brett", None, "braun"), ("Kettle", "Boils", None),
    ]  # fmt: skip
    assert [title for title, _, _ in read("fr")] == ["Gobelet", "Planche", "Kettle"]
