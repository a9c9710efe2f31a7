"""Paths of mappings into nested values."""

from typing import Any

import pytest

from indexing.catalogue.rows.paths import steps_of, value_at

ROW: dict[str, Any] = {
    "images": ["a", "b"],
    "attributes": [{"name": "Colour"}],
    "nested": {"image": ["x"]},
    "pics": [{"pic": "z"}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("images[1]", "b"),
        ("images.image", ["a", "b"]),  # as XML was read once, and is where it has attributes
        ("images.image[1]", "b"),
        ("images.url", None),
        ("attributes[].name", ["Colour"]),
        ("attributes.attribute[].name", ["Colour"]),
        ("attributes.attribute.name", "Colour"),
        ("nested.image[0]", "x"),
        ("pics.pic", "z"),
    ],
)
def test_a_path_leads_to_a_value(path: str, value: object) -> None:
    first, steps = steps_of(path)
    assert value_at(ROW.get(first), steps) == value
