"""Known relevance: how well a demo product answers a demo query, from its fields alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AttributeValue = str | float | bool | list[str]


@dataclass(frozen=True, slots=True)
class Intent:
    """What a query means. Field names are those of intents.jsonl.

    category: a path, or the beginning of one; None: any. attributes: all are wanted; a list is
    wanted whole. price: lowest and highest, both included, None: no limit. identifier: of one
    product, or a model number. corrected: what a query with a typo should have been.
    weight: how often the query is asked, in any unit.
    """

    query: str
    kind: str
    category: tuple[str, ...] | None
    brand: str | None
    attributes: dict[str, AttributeValue]
    price: tuple[float | None, float | None] | None
    identifier: str | None
    corrected: str | None
    weight: float

    @classmethod
    def of(cls, line: Mapping[str, Any]) -> "Intent":
        """From one object of intents.jsonl."""
        category, price = line["category"], line["price"]
        return cls(
            query=line["query"],
            kind=line["kind"],
            category=None if category is None else tuple(category),
            brand=line["brand"],
            attributes=dict(line["attributes"]),
            price=None if price is None else (price[0], price[1]),
            identifier=line["identifier"],
            corrected=line["corrected"],
            weight=line["weight"],
        )


def grade(intent: Intent, product: Mapping[str, Any]) -> int:
    """3: satisfies everything. 2: right category and at least half of the constraints.

    1: right category only. 0: otherwise. The constraints are brand, price and each attribute.
    An identifier is satisfied or not: 3 or 0. Without a category, a product that satisfies
    fewer than half of the constraints is 0. product: a line of products.jsonl.gz.
    """
    if intent.identifier is not None:
        return 3 if intent.identifier in product["identifiers"] else 0
    path = intent.category
    if path is not None and tuple(product["category"][: len(path)]) != path:
        return 0
    met = [
        _holds(product["attributes"].get(name), wanted)
        for name, wanted in intent.attributes.items()
    ]
    if intent.brand is not None:
        met.append(product["brand"] == intent.brand)
    if intent.price is not None:
        low, high = intent.price
        price = product["price"]
        met.append((low is None or price >= low) and (high is None or price <= high))
    if all(met):
        return 3 if met or path is not None else 0
    if any(met) and 2 * sum(met) >= len(met):
        return 2
    return 1 if path is not None else 0


def _holds(value: object, wanted: AttributeValue) -> bool:
    """A list of the product holds a single wanted value, or all of the wanted ones."""
    if not isinstance(value, list | tuple):
        return value == wanted
    return set(wanted if isinstance(wanted, list) else [wanted]) <= set(value)
