"""Some fields of a product, as programs send them → the canonical merge patch (product_line.py)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from indexing.catalogue.attributes import MAX_DEPTH, PREFIX, attributes_of
from indexing.catalogue.field_values import CATEGORY_SEPARATOR, label_of
from indexing.catalogue.platform import ROLES
from indexing.catalogue.product import PRODUCT_FIELDS, Product, ProductError, RejectedLine
from indexing.catalogue.records import Record
from indexing.catalogue.rows.layout import says
from indexing.catalogue.source_reading import SourceReading
from indexing.catalogue.variants.drafts import Draft

FIXED: Final = {
    "id": "cannot be changed: delete the product, and put it under its new id",
    "group_id": "cannot be changed by a patch: put the whole product, with its new group",
}
_DUMMY: Final = "-"
_NOT_ALONE: Final = ("id", "group_id", "currency", "title", "attributes")
_NESTS: Final = ("attributes", "extra", "price_original")
_MONEY: Final = ("price", "sale_price")
_WITH_PRICE: Final = ("price_max", "price_original")
_PATHS: Final = ("category", "categories")
_FIELDS: Final = frozenset(PRODUCT_FIELDS)
Row = Mapping[str, Any]


def canonical_patch(row: Row, reading: SourceReading) -> dict[str, Any]:
    """reading: of plain catalogues. Values may be tuples and moments. Raises ProductError."""
    beside = {"extra": row["extra"]} if "extra" in row else {}
    row = {name: value for name, value in row.items() if name not in beside}
    if "price_original" in row:
        raise ProductError("price_original", "follows from price and currency: send those")
    targets = dict(zip(row, row, strict=True)) if is_ours(row) else _targets(row, reading)
    made = _changed(row, targets, reading)
    for name, value in _removed(row, targets).items():
        made[name] = {**value, **made.get(name, {})} if isinstance(value, dict) else value
    if beside:
        given = beside["extra"]
        nulls = dict.fromkeys(_nulls(given, "", 0)) if isinstance(given, dict) else {}
        made["extra"] = None if given is None else nulls | extra_of(given)
    if "price" in made:
        made = dict.fromkeys(_WITH_PRICE) | made
    if not made.keys().isdisjoint(_PATHS):
        made = dict.fromkeys(_PATHS) | made
        if made["category"] is None and made["categories"]:
            made["category"] = made["categories"][0]
    if not made:
        raise ProductError(None, "changes nothing: it names no field that is kept")
    return made


def is_ours(row: Row) -> bool:
    """Whether its names are all Product's own, and its values are not those of another form:
    an object of languages, a list of several paths.
    """
    if not row.keys() <= _FIELDS:
        return False
    path = row.get("category")
    paths = isinstance(path, list) and any(CATEGORY_SEPARATOR in str(level) for level in path)
    return not paths and not any(
        isinstance(value, dict) and name not in _NESTS for name, value in row.items()
    )


def read_ours(row: Row, reading: SourceReading) -> Product | RejectedLine:
    fields = {name: value for name, value in row.items() if says(value)}
    return reading.product(Draft(Record(1, dict(row)), fields))


def extra_of(value: object) -> dict[str, Any]:
    """The field `extra`, flat as attributes are. Raises ProductError."""
    try:
        return dict(attributes_of({"attributes": value}))
    except (ValueError, OverflowError) as error:
        raise ProductError("extra", str(error)) from None


def _targets(row: Row, reading: SourceReading) -> dict[str, str]:
    """Column → field, role, or attribute under its prefix; those that are passed over lack."""
    layout = reading.rows.layout(dict.fromkeys(row))
    found = {
        source.column: each.target for each in reversed(layout.fields) for source in each.sources
    }
    return {column: PREFIX + name for name, column in layout.attributes} | found


def _changed(row: Row, targets: Mapping[str, str], reading: SourceReading) -> dict[str, Any]:
    """What the values that say something become, as part of a product that has nothing else."""
    filled = {name: value for name, value in row.items() if says(value)}
    named = {targets[name] for name in filled if name in targets}
    if "currency" in named and named.isdisjoint((*_MONEY, "list_price")):
        raise ProductError("currency", "says nothing without a price: send both")
    probe = {"id": _DUMMY, **filled}
    if "title" not in named:
        probe["title"] = _DUMMY
    only_list_price = "list_price" in named and named.isdisjoint(_MONEY)
    if only_list_price:
        probe["price"] = 0.0  # a list price alone would be taken for what is paid
    product = _read(probe, reading)
    if product.group_id is not None:
        raise ProductError("group_id", FIXED["group_id"])
    made = {name: value for name, value in product.__dict__.items() if value or value == 0}
    if only_list_price:
        unpriced = made.pop("price", None) is None
        made.pop("price_original", None)
    else:
        unpriced = "price_original" in made and "price" not in made
    if unpriced:
        raise ProductError(
            "price", f"has a currency that the index, in {reading.rates.currency}, has no rate for"
        )
    del made["id"]
    if "title" not in named:
        made.pop("title", None)
    if reading.rates.currency is not None or "currency" not in named:
        made.pop("currency", None)
    for target in named:
        if target in _FIELDS and target not in made and target not in _NOT_ALONE:
            made[target] = None
    return made


def _read(probe: Row, reading: SourceReading) -> Product:
    ours = [(1, read_ours(probe, reading))] if is_ours(probe) else None
    for _, made in ours or reading.products([Record(1, dict(probe))]):
        if isinstance(made, RejectedLine):
            raise ProductError(made.field, made.reason)
        return made
    why = reading.rows.unpublished(probe)
    raise ProductError(None, f"would take the product from shoppers ({why}): delete it instead")


def _removed(row: Row, targets: Mapping[str, str]) -> dict[str, Any]:
    """Fields that go: None; attributes that go: under `attributes`."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        target = targets.get(name)
        if target is None:
            continue
        is_attribute = target.startswith(PREFIX)
        if isinstance(value, dict):
            if is_attribute or target == "attributes":
                start = f"{target.removeprefix(PREFIX)}." if is_attribute else ""
                for gone in _nulls(value, start, 0):
                    made.setdefault("attributes", {})[gone] = None
        elif says(value):
            continue
        elif target in ("title", "id", "currency"):
            raise ProductError(name, "cannot be taken away; send another value, or leave it out")
        elif target in ROLES:
            raise ProductError(name, "takes nothing away; set price, list_price or stock to null")
        elif is_attribute:
            made.setdefault("attributes", {})[target.removeprefix(PREFIX)] = None
        else:
            made[target] = None
    return made


def _nulls(value: Mapping[str, Any], start: str, depth: int) -> Iterator[str]:
    """Flat names of what is null within an object."""
    if depth > MAX_DEPTH:
        return
    for name, inner in value.items():
        full = f"{start}{name}"
        if isinstance(inner, dict):
            yield from _nulls(inner, f"{full}.", depth + 1)
        elif not says(inner):
            clean = label_of(full.removeprefix(PREFIX))
            if clean is not None:
                yield clean
