"""What merchandising rules say to an Algolia storefront: `renderingContent`, `userData`."""

from collections.abc import Container, Sequence
from typing import Any

from app.api.algolia.attributes import place_of
from app.api.algolia.facets import declared_order
from indexing.columns import Columns

Told = dict[str, Any]


def ruled_order(
    facets: Told, order: Sequence[str], counts: Container[str], columns: Columns
) -> list[str]:
    """The attributes that a rule wants first, then the others."""
    wanted = declared_order(_fields(facets.get("order", ()), columns), counts)
    return list(dict.fromkeys([*(name for name in wanted if name in order), *order]))


def rendering_content(order: Sequence[str], rules: Told | None, columns: Columns) -> Told:
    """Facets and their values in order, where to go instead, and banners that have an image."""
    rules = rules or {}
    said = rules.get("facets", {}).get("values", {})
    first = {
        name: list(said[field])
        for field in said
        for name in declared_order(_fields([field], columns), order)
    }
    values = {
        name: ({"order": first[name]} if name in first else {}) | {"sortRemainingBy": "count"}
        for name in order
    }
    content: Told = {"facetOrdering": {"facets": {"order": list(order)}, "values": values}}
    if "redirect" in rules:
        content["redirect"] = {"url": rules["redirect"]}
    banners = [_banner(banner) for banner in rules.get("banners", ()) if "image" in banner]
    if banners:
        content["widgets"] = {"banners": banners}
    return content


def rule_facts(rules: Told | None) -> Told:
    """`userData` of every rule, banners among them, and which rules fired."""
    if rules is None:
        return {}
    told = [*rules.get("data", ()), *({"banner": each} for each in rules.get("banners", ()))]
    facts: Told = {"appliedRules": [{"objectID": rule} for rule in rules["fired"]]}
    return facts | {"userData": told} if told else facts


def _fields(names: Sequence[str], columns: Columns) -> list[str]:
    places = (place_of(name, columns) for name in names)
    return [place.field for place in places if place is not None]


def _banner(banner: Told) -> Told:
    shown: Told = {"image": {"urls": [{"url": banner["image"]}], "title": banner["text"]}}
    return shown | {"link": {"url": banner["url"]}} if "url" in banner else shown
