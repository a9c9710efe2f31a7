"""What a variant within its product's object is called."""

import json
from pathlib import Path

import pytest

from indexing.catalogue.mapping import FieldMapping
from indexing.catalogue.product import Product
from indexing.catalogue.reader import CatalogReader


@pytest.mark.parametrize(
    ("product", "variant", "title", "kept"),
    [
        ("Monospace Tee", "S", "Monospace Tee", "S"),
        ("Trail Shoe", "42 / red", "Trail Shoe", "42 / red"),
        ("Trail Shoe", "Default Title", "Trail Shoe", None),
        ("Trail Shoe", "Red Trail Shoe, 42", "Red Trail Shoe, 42", None),
        ("运动鞋", "男士运动鞋红色", "男士运动鞋红色", None),  # without spaces
        ("", "Red Shoe", "Red Shoe", None),
    ],
)
def test_a_label_is_no_title(
    tmp_path: Path, product: str, variant: str, title: str, kept: str | None
) -> None:
    path = tmp_path / "shop.jsonl"
    rows = [{"id": "1", "name": product, "variants": [{"id": "v1", "name": variant, "price": 5}]}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (made,) = [each for each in CatalogReader([path], FieldMapping()) if isinstance(each, Product)]
    assert made.title == title
    assert made.attributes.get("variant") == kept
