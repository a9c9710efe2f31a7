"""A product as one line of JSON that loses nothing, and what a merge patch makes of it.

The canonical merge patch (RFC 7396, values as `Product` has them; item_reading.py makes it) names
attributes flat: `{"price": 79.99, "attributes": {"color": null}}`. Null takes a value away.
"""

from datetime import datetime
from typing import Any, Final

import orjson
from pydantic import ValidationError

from indexing.catalogue.product import Product, ProductError

NUMBERS: Final = (
    "price", "list_price", "rating", "rating_count", "stock", "popularity", "created_at",
)  # fmt: skip
"""Fields that are one column of numbers, or of moments, and nothing else in an index."""
_WITH_PRICE = ("price_max", "price_original")
_MERGED = ("attributes", "extra")


def line_of(product: Product) -> bytes:
    """All of its filled fields, `vector` too; dates in ISO 8601, UTC."""
    fields = {
        name: value
        for name, value in product.__dict__.items()
        if value or value == 0  # 0 says something, "" and () do not
    }
    return orjson.dumps(fields, option=orjson.OPT_UTC_Z)


def product_of(line: bytes, currency: str | None = None) -> Product:
    """The inverse, also of a line that a snapshot shows, which is without `vector`.

    currency: the index's. Raises ProductError for what neither function made.
    """
    fields: dict[str, Any] = orjson.loads(line)
    original = fields.get("price_original")
    if original is not None:
        if original.get("currency") == fields.get("currency"):
            # Shown in its own currency, because there is no rate: in no column.
            fields.pop("price", None)
            fields.pop("currency", None)
        if currency is not None and "price" not in fields:
            fields["currency"] = currency
    return _checked(fields)


def patched(product: Product, patch: bytes, currency: str | None) -> Product:
    """What a canonical merge patch makes of a product. currency: the index's.

    Raises ProductError.
    """
    fields = dict(product.__dict__)
    changes: dict[str, Any] = orjson.loads(patch)
    for name, value in changes.items():
        if value is None:
            fields.pop(name, None)
        elif name in _MERGED:
            fields[name] = _merged(fields.get(name) or {}, value)
        else:
            fields[name] = value
    if changes.get("price") is not None and fields.get("currency") is None:
        fields["currency"] = currency
    return _checked(fields)


def numbers_in(patch: bytes, line: bytes, currency: str | None) -> dict[str, float | None] | None:
    """What a canonical patch changes, if that is numbers and moments only; None otherwise.

    line: of the product, as it is shown. Values: NUMBERS' names → the number, moments in seconds
    since the epoch, None where there is none any more.
    """
    changes: dict[str, Any] = orjson.loads(patch)
    for name in _WITH_PRICE:
        if name in changes and (changes.pop(name) is not None or b'"%s":' % name.encode() in line):
            return None
    if changes.get("price") is not None and currency is not None and b'"currency":' not in line:
        return None
    if not changes.keys() <= set(NUMBERS):
        return None
    moment = changes.get("created_at")
    if moment is not None:
        changes["created_at"] = datetime.fromisoformat(moment).timestamp()
    return {name: None if value is None else float(value) for name, value in changes.items()}


def _merged(held: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Flat names stand for nested ones: `size` replaces `size.eu`, and the other way round."""
    made = dict(held)
    for name, value in changes.items():
        for known in [each for each in made if _overlap(each, name)]:
            del made[known]
        if value is not None:
            made[name] = value
    return made


def _overlap(known: str, name: str) -> bool:
    """Whether one of two names is the other, or an object that holds it."""
    return known == name or known.startswith(f"{name}.") or name.startswith(f"{known}.")


def _checked(fields: dict[str, Any]) -> Product:
    try:
        return Product.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(first["loc"][0]) if first["loc"] else None
        raise ProductError(name, first["msg"]) from None
