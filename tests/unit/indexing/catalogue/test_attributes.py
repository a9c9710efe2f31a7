from datetime import date
from typing import Any

import pytest

from indexing.catalogue.attributes import attributes_of, text_of
from indexing.catalogue.field_values import FieldValueError


def test_scalars_keep_their_kind() -> None:
    assert attributes_of(
        {"color": " red ", "width": 3, "depth": 2.5, "new": True, "since": date(2024, 5, 31)}
    ) == {"color": "red", "width": 3.0, "depth": 2.5, "new": True, "since": "2024-05-31"}


def test_nothing_adds_nothing() -> None:
    empty: dict[str, Any] = {
        "a": None,
        "b": "",
        "c": " ",
        "d": [],
        "e": {},
        "f": float("nan"),
        "g": [None, ""],
    }
    assert attributes_of({**empty, "attributes": dict(empty)}) == {}
    assert attributes_of({"attributes": ""}) == {}


def test_objects_are_flattened() -> None:
    nested = {"screen": {"size": {"inch": 15.6}, "kind": "OLED"}}
    assert attributes_of(nested) == {"screen.size.inch": 15.6, "screen.kind": "OLED"}


def test_lists_become_texts() -> None:
    assert attributes_of({"sizes": ["S", 42, 1.5, True, None]}) == {
        "sizes": ("S", "42", "1.5", "true")
    }


def test_lists_of_names_and_values() -> None:
    specs = [{"name": "Color", "value": "red"}, {"name": "Width", "value": 3}]
    assert attributes_of({"specs": specs}) == {"Color": "red", "Width": 3.0}
    assert attributes_of({"attributes": specs}) == {"Color": "red", "Width": 3.0}


def test_lists_of_objects_gather_their_values() -> None:
    variants = [{"size": "S"}, {"size": "M"}]
    assert attributes_of({"variants": variants}) == {"variants.size": ("S", "M")}


def test_parquet_maps() -> None:
    assert attributes_of({"attributes": [("color", "red")]}) == {"color": "red"}
    assert attributes_of({"specs": [("width", 3.0)]}) == {"specs.width": 3.0}


def test_one_name_met_twice_becomes_a_list() -> None:
    twice = {"attributes.color": "red", "attributes": {"color": "blue", "size": "M"}, "size": "M"}
    assert attributes_of(twice) == {"color": ("red", "blue"), "size": ("M",)}


def test_attributes_as_json_text() -> None:
    assert attributes_of({"attributes": '{"color": "red"}'}) == {"color": "red"}


@pytest.mark.parametrize("value", ["red", "[1]", 5, '{"a"'])
def test_attributes_must_be_an_object(value: object) -> None:
    with pytest.raises(FieldValueError, match="object"):
        attributes_of({"attributes": value})


def test_depth_is_bounded() -> None:
    nested: Any = "x"
    for _ in range(500):
        nested = {"a": nested}
    with pytest.raises(FieldValueError, match="nested deeper than 8"):
        attributes_of({"a": nested})
    lists: Any = "x"
    for _ in range(500):
        lists = [lists]
    with pytest.raises(FieldValueError, match="nested deeper than 8"):
        attributes_of({"a": lists})


def test_names_are_bounded() -> None:
    with pytest.raises(FieldValueError, match="256"):
        attributes_of({"x" * 300: 1})
    with pytest.raises(FieldValueError, match="without a name"):
        attributes_of({" ": 1})


def test_reading_attributes_aloud() -> None:
    assert [text_of(value) for value in ("a", 42.0, 1.5, True, ("x", "y"))] == [
        "a", "42", "1.5", "true", "x, y",
    ]  # fmt: skip
