from pathlib import Path
from typing import Any

import pytest

from indexing.catalogue.mapping import (
    FieldMapping,
    checked_pairs,
    looks_like_identifier,
    parse_pairs,
    read_mapping,
)
from indexing.errors import CatalogError


def applied(raw: dict[str, Any], **pairs: str | list[str]) -> dict[str, Any]:
    before = dict(raw)
    made = FieldMapping.of(pairs).apply(raw)
    assert raw == before
    return made


def test_used_names_are_counted() -> None:
    mapping = FieldMapping.of({"brand": "maker"})
    for _ in range(2):
        mapping.apply({"name": "Mug", "maker": "Acme"})
    assert mapping.used == {"maker → brand": 2}


def test_what_no_line_had_is_told_with_the_names_there_are() -> None:
    mapping = FieldMapping.of({"brand": ["Herstelller", "Marke"], "title": "Name", "ignore": "x"})
    mapping.apply({"Name": "Becher", "Hersteller": "Acme"})
    ((target, told),) = mapping.unused()
    assert target == "brand"
    assert "Herstelller,Marke" in told
    assert "Name, Hersteller" in told


def test_explicit_names() -> None:
    assert applied({"titel": "Becher"}, title="titel") == {"title": "Becher"}
    assert applied({"titel": "", "title": "Mug"}, title="titel") == {"title": "Mug"}
    assert applied({"a": "1", "b": "2"}, category=["a", "b"]) == {"category": ["1", "2"]}
    assert applied({"a": "1", "b": "2"}, brand=["a", "b"]) == {"brand": "1"}
    assert applied({"farbe": "rot"}, **{"attributes.color": "farbe"}) == {"attributes.color": "rot"}


def test_what_the_target_held_is_not_lost() -> None:
    made = applied({"title": "old", "name": "new"}, title="name")
    assert made == {"title": "new", "attributes.title": "old"}


def test_fields_can_change_places() -> None:
    made = applied({"title": "a", "description": "b"}, title="description", description="title")
    assert made == {"title": "b", "description": "a"}


def test_a_field_within_an_object() -> None:
    raw = {"price": {"amount": 5, "currency": "EUR"}}
    made = applied(raw, price="price.amount", currency="price.currency")
    assert (made["price"], made["currency"]) == (5, "EUR")


def test_a_sku_that_is_the_id_is_still_an_identifier() -> None:
    assert applied({"sku": "A1"}, id="sku") == {"id": "A1", "sku": "A1"}


def test_ignored_fields() -> None:
    assert applied({"title": "a", "junk": 1, "more": 2}, ignore=["junk", "more"]) == {"title": "a"}


def test_unknown_targets() -> None:
    with pytest.raises(CatalogError, match=r"'titel' is not a product field.*title"):
        FieldMapping.of({"titel": "name"})


def test_later_layers_win() -> None:
    mapping = FieldMapping.of({"title": "a", "brand": "b"}, {"title": "c"})
    assert dict(mapping.explicit) == {"title": ("c",), "brand": ("b",)}


def test_mapping_files(tmp_path: Path) -> None:
    toml = tmp_path / "map.toml"
    toml.write_text('title = "name"\ncategory = ["a", "b"]\n[attributes]\ncolor = "farbe"\n')
    expected = {"title": "name", "category": ["a", "b"], "attributes.color": "farbe"}
    assert read_mapping(toml) == expected
    json = tmp_path / "map.json"
    json.write_text('\ufeff{"title": "name"}', encoding="utf-8")
    assert read_mapping(json) == {"title": "name"}


def test_broken_mapping_files(tmp_path: Path) -> None:
    broken = tmp_path / "map.toml"
    broken.write_text("title = ")
    with pytest.raises(CatalogError, match=r"map\.toml"):
        read_mapping(broken)
    with pytest.raises(CatalogError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")
    with pytest.raises(CatalogError, match="title must be a field's name"):
        checked_pairs({"title": 5}, "map.toml")
    with pytest.raises(CatalogError, match="must hold lines"):
        checked_pairs([], "map.json")


def test_pairs_of_the_command_line() -> None:
    pairs = parse_pairs(["title=name", "category = main", "category=sub"])
    assert pairs == {"title": "name", "category": ["main", "sub"]}
    for wrong in ("title", "=name", "title="):
        with pytest.raises(CatalogError, match="title=name"):
            parse_pairs([wrong])


@pytest.mark.parametrize("name", ["006R90321", "dv7-1211ea", "WH-1000XM4", "M8x20"])
def test_identifiers_by_their_looks(name: str) -> None:
    assert looks_like_identifier(name)


@pytest.mark.parametrize("name", ["Mug", "DB9 Adapter", "4k", "茶1234", 12345, ""])
def test_other_names(name: object) -> None:
    assert not looks_like_identifier(name)
