"""Known relevance, worked by hand."""

from dataclasses import replace
from typing import Any

import pytest

from indexing.demo.grades import Intent, grade

SOFA: dict[str, Any] = {
    "category": ["Furniture", "Living Room", "Sofas"],
    "brand": "Oaklund",
    "price": 499.0,
    "identifiers": ["QK-4821-GY-3", "2012345678903", "QK-4821"],
    "attributes": {
        "colour": "Grey",
        "seats": "3-Seater",
        "material": "Velvet",
        "features": ["Storage", "Removable Covers"],
        "load_kg": 240,
    },
}
ANY = Intent("sofa", "head", ("Furniture", "Living Room", "Sofas"), None, {}, None, None, None, 1)


def test_category_alone() -> None:
    assert grade(ANY, SOFA) == 3
    assert grade(replace(ANY, category=("Furniture",)), SOFA) == 3
    assert grade(replace(ANY, category=("Furniture", "Bedroom")), SOFA) == 0
    assert grade(replace(ANY, category=("Living Room",)), SOFA) == 0


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"colour": "Grey"}, 3),
        ({"colour": "Red"}, 1),
        ({"colour": "Red", "material": "Velvet"}, 2),
        ({"colour": "Red", "material": "Velvet", "seats": "2-Seater"}, 1),
        ({"colour": "Grey", "material": "Velvet", "seats": "2-Seater"}, 2),
        ({"features": "Storage"}, 3),
        ({"features": ["Storage", "Removable Covers"]}, 3),
        ({"features": ["Storage", "Pull-Out Bed"]}, 1),
        ({"load_kg": 240.0}, 3),
        ({"load_kg": 200}, 1),
        ({"unheard_of": "Grey"}, 1),
    ],
)
def test_attributes(attributes: dict[str, Any], expected: int) -> None:
    assert grade(replace(ANY, attributes=attributes), SOFA) == expected


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        ((None, 500.0), 3),
        ((None, 499.0), 3),
        ((None, 400.0), 1),
        ((499.0, None), 3),
        ((500.0, None), 1),
        ((300.0, 600.0), 3),
    ],
)
def test_price_limits_are_included(price: tuple[float | None, float | None], expected: int) -> None:
    assert grade(replace(ANY, price=price), SOFA) == expected


def test_brand_and_price_are_a_constraint_each() -> None:
    wanted = replace(ANY, brand="Oaklund", price=(None, 100.0))
    assert grade(wanted, SOFA) == 2
    assert grade(replace(wanted, brand="Hemberg"), SOFA) == 1


def test_brand_without_category() -> None:
    wanted = replace(ANY, category=None, brand="Oaklund")
    assert grade(wanted, SOFA) == 3
    assert grade(replace(wanted, brand="Hemberg"), SOFA) == 0
    assert grade(replace(ANY, category=None), SOFA) == 0


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [("QK-4821", 3), ("QK-4821-GY-3", 3), ("2012345678903", 3), ("QK-4822", 0)],
)
def test_identifiers(identifier: str, expected: int) -> None:
    assert grade(replace(ANY, category=None, identifier=identifier), SOFA) == expected


def test_intent_from_a_line() -> None:
    line = {
        "query": "sofa under $500", "kind": "price", "category": ["Furniture"], "brand": None,
        "attributes": {"colour": "Grey"}, "price": [None, 500.0], "identifier": None,
        "corrected": None, "weight": 2.5,
    }  # fmt: skip
    intent = Intent.of(line)
    assert intent.category == ("Furniture",)
    assert intent.price == (None, 500.0)
    assert grade(intent, SOFA) == 3
