"""WooCommerce's export in any language: its columns are translated, their order is not.

Nor are its values: `simple`, `variation`, `visible`, `taxable`. So columns of a language that
platforms/woocommerce.toml does not know are known by their place.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from indexing.catalogue.platform import FieldRule, Pair, Platform
from indexing.catalogue.rows.names import name_key

_ORDER = (
    "ID", "Type", "SKU", "GTIN, UPC, EAN, or ISBN", "Name", "Published", "Is featured?",
    "Visibility in catalog", "Short description", "Description", "Date sale price starts",
    "Date sale price ends", "Tax status", "Tax class", "In stock?", "Stock", "Low stock amount",
    "Backorders allowed?", "Sold individually?", "Weight", "Length", "Width", "Height",
    "Allow customer reviews?", "Purchase note", "Sale price", "Regular price", "Categories", "Tags",
    "Shipping class", "Images", "Download limit", "Download expiry days", "Parent",
    "Grouped products", "Upsells", "Cross-sells", "External URL", "Button text", "Position",
)  # fmt: skip
_SINCE_9_1 = "GTIN, UPC, EAN, or ISBN"
_VALUES = {
    "Published": {"0", "1", "-1"},
    "Visibility in catalog": {"visible", "catalog", "search", "hidden"},
    "Tax status": {"taxable", "shipping", "none", ""},
    "Backorders allowed?": {"0", "1", "notify", ""},
    "Sold individually?": {"0", "1", ""},
}
_TYPES = {
    "simple", "variable", "variation", "grouped", "external", "virtual", "downloadable",
    "subscription", "variable-subscription", "subscription_variation", "bundle", "composite",
}  # fmt: skip
_FLAGS = {"", "0", "1"}
_NUMBER = re.compile(r"\d+")

Rows = Sequence[Mapping[str, Any]]


def in_any_language(woocommerce: Platform, rows: Rows) -> Platform | None:
    """The platform with this file's names beside its own; None if it is not such an export."""
    columns = list(rows[0]) if rows else []
    for order in (_ORDER, tuple(name for name in _ORDER if name != _SINCE_9_1)):
        if len(columns) >= len(order) and _fits(dict(zip(order, columns, strict=False)), rows):
            meant = {name_key(name): column for name, column in zip(order, columns, strict=False)}
            return _with_names(woocommerce, meant, columns[len(order) :], rows)
    return None


def _fits(columns: Mapping[str, str], rows: Rows) -> bool:
    types = [kind for row in rows for kind in str(row.get(columns["Type"], "")).split(",")]
    return {kind.strip() for kind in types} <= _TYPES and all(
        {str(row.get(columns[name], "")).strip() for row in rows} <= values
        for name, values in _VALUES.items()
    )


def _with_names(
    platform: Platform, meant: Mapping[str, str], behind: Sequence[str], rows: Rows
) -> Platform:
    def both(names: Sequence[str]) -> tuple[str, ...]:
        there = (meant[name_key(name)] for name in names if name_key(name) in meant)
        return tuple(dict.fromkeys((*there, *names)))

    def rule(held: FieldRule) -> FieldRule:
        return held.model_copy(update={"sources": both(held.sources)})

    how = platform.variants
    pairs, passed_over = _attributes(behind, rows)
    return platform.model_copy(
        update={
            "fields": {target: rule(held) for target, held in platform.fields.items()},
            "variants": how.model_copy(
                update={"parent": both(how.parent), "named_by": both(how.named_by)}
            ),
            "pairs": (*pairs, *platform.pairs),
            "ignore": (*both(platform.ignore), *passed_over),
            "unpublished": platform.unpublished
            | {
                meant[name_key(name)]: held
                for name, held in platform.unpublished.items()
                if name_key(name) in meant
            },
        }
    )


def _attributes(behind: Sequence[str], rows: Rows) -> tuple[list[Pair], list[str]]:
    """Name, values, visible, global and sometimes default: columns of one number, in this order."""
    pairs: list[Pair] = []
    passed_over: list[str] = []
    for place, name in enumerate(behind[:-1]):
        number = _NUMBER.search(name)
        group = [c for c in behind[place : place + 5] if number and number[0] in c]
        if number is None or len(group) < 4 or number[0] != "1" or pairs:
            continue
        flags = {str(row.get(column) or "").strip() for row in rows for column in group[2:4]}
        if flags <= _FLAGS:
            named, value, *others = [_NUMBER.sub("{n}", column, count=1) for column in group]
            pairs.append(Pair(name=(named,), value=(value,), split=","))
            passed_over += others
    return pairs, passed_over
