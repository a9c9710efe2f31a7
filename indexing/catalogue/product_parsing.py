"""Values under the names of Product's fields → a Product."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from indexing.catalogue.attributes import attributes_of
from indexing.catalogue.field_values import (
    FieldValueError,
    category_of,
    currency_in,
    identifiers_of,
    label_of,
    number_of,
    prose_of,
    vector_of,
)
from indexing.catalogue.product import MAX_TITLE, Product, ProductError
from indexing.catalogue.values.currency import DOLLAR, CurrencyRates, currency_code
from indexing.catalogue.values.dates import instant_of
from indexing.catalogue.values.html_text import text_of_html
from indexing.catalogue.values.ratings import popularity_of, rating_count_of, rating_of
from indexing.catalogue.values.stock_words import pieces_in
from indexing.catalogue.values.web_addresses import addresses_in

Dropped = Callable[[str, object, str], None]
"""Told of a value that is left out: field, value, reason."""

_MONEY = ("price", "price_max", "list_price")
_MAX_IMAGES = 20
_ONE_CURRENCY = CurrencyRates()
_SILENT_WORDS = frozenset({
    "n/a", "na", "n.a.", "none", "null", "nan", "-", "--", "—", "–", ".", "?", "tbd", "tba",
    "unknown", "not set", "not rated", "no rating", "not available", "unbekannt", "k.a.",
    "keine angabe", "inconnu", "sin datos", "none yet", "no rating available", "no reviews",
    "no reviews yet", "keine bewertungen", "aucun avis", "sin opiniones",
    "无", "暂无", "未知", "#n/a", "#ref!",
})  # fmt: skip


def _title(value: object) -> str | None:
    if type(value) is str and ("<" in value or "&" in value):
        value = text_of_html(value)
    return label_of(value)


def prose_of_field(value: object) -> str | None:
    if isinstance(value, list | tuple):
        texts = dict.fromkeys(filter(None, map(prose_of_field, value)))
        kept = [
            text for text in texts if not any(text != other and text in other for other in texts)
        ]
        return "\n".join(kept) or None
    if type(value) is str and ("<" in value or "&" in value):
        value = text_of_html(value)
    return prose_of(value)


def address_of(value: object) -> str | None:
    found = addresses_in(value.replace("&amp;", "&") if type(value) is str else value)
    return found[0] if found else None


def addresses_of(value: object) -> tuple[str, ...] | None:
    if type(value) is str:
        value = value.replace("&amp;", "&")
    return tuple(addresses_in(value)[:_MAX_IMAGES]) or None


def _category(value: object) -> tuple[str, ...] | None:
    if type(value) is tuple and all(type(level) is str for level in value):
        return path_of(value)
    return _without_html(category_of(value))


@lru_cache(maxsize=100_000)
def path_of(levels: tuple[str, ...]) -> tuple[str, ...] | None:
    return _without_html(category_of(levels))


def _without_html(path: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if path is not None and any("&" in level or "<" in level for level in path):
        path = tuple(filter(None, (label_of(text_of_html(level)) for level in path)))
    return path or None


def _categories(value: object) -> tuple[tuple[str, ...], ...] | None:
    paths = value if isinstance(value, list | tuple) else (value,)
    return tuple(filter(None, map(_category, paths))) or None


_READERS: dict[str, Callable[[object], object]] = {
    "id": label_of,
    "title": _title,
    "description": prose_of_field,
    "brand": _title,
    "category": _category,
    "categories": _categories,
    "price": number_of,
    "price_max": number_of,
    "list_price": number_of,
    "currency": currency_code,
    "rating": rating_of,
    "rating_count": rating_count_of,
    "stock": pieces_in,
    "image": address_of,
    "images": addresses_of,
    "url": address_of,
    "created_at": instant_of,
    "group_id": label_of,
    "popularity": popularity_of,
    "identifiers": identifiers_of,
    "vector": vector_of,
}
_NUMBERS = frozenset(["rating", "rating_count", "popularity", "created_at"])


def parse_product(
    raw: Mapping[str, Any], rates: CurrencyRates = _ONE_CURRENCY, dropped: Dropped | None = None
) -> Product:
    """Lenient where the meaning is clear, else a ProductError with the field and the reason; with
    dropped only a missing id is one, and other values that cannot be meant are left out and told.

    Values that say nothing (null, "", blank, empty list) count as absent. Fields that Product
    does not know become attributes, nested ones under dotted names. Prices in another currency
    than the rates' are converted, or left out where there is no rate.
    """
    fields: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, value in raw.items():
        if value is None:
            continue
        read = _READERS.get(name)
        if read is None:
            if name == "extra":
                fields[name] = _attributes({"attributes": value}, dropped)
            elif name != "price_original":
                unknown[name] = value
            continue
        try:
            made = read(value)
        except (ValueError, OverflowError) as error:
            _left_out(name, value, error, dropped)
            continue
        if made is not None:
            fields[name] = made
    if unknown:
        fields["attributes"] = _attributes(unknown, dropped)
    if "price" in fields or "list_price" in fields:
        _settle_currency(fields, raw, rates)
    if "images" in fields:
        first = fields.get("image")
        fields["images"] = tuple(each for each in fields["images"] if each != first)
    if "id" not in fields:
        raise ProductError("id", "is missing. Every product needs one; map it with --map id=NAME")
    if not ("title" in fields or "description" in fields or "identifiers" in fields):
        if dropped is None:
            raise ProductError(
                "title", "is missing, and there is no description or identifier to be found by"
            )
        fields["identifiers"] = (fields["id"],)
    return _validated(fields, dropped)


def _left_out(name: str, value: object, error: Exception, dropped: Dropped | None) -> None:
    """Tell of a value that cannot be meant, or refuse its line."""
    reason = str(error)
    if not isinstance(error, FieldValueError):
        reason = f"cannot be read: {reason}"
    if dropped is None or name == "id":
        raise ProductError(name, reason) from None
    if not (name in _NUMBERS and str(value).strip().casefold() in _SILENT_WORDS):
        dropped(name, value, reason)


def _attributes(unknown: dict[str, Any], dropped: Dropped | None) -> dict[str, Any]:
    try:
        return dict(attributes_of(dict(unknown)))
    except (ValueError, OverflowError) as error:
        if dropped is None:
            raise ProductError("attributes", str(error)) from None
    made: dict[str, Any] = {}
    outright = unknown.pop("attributes", None)
    if isinstance(outright, dict):
        unknown |= outright
    for name, value in unknown.items():
        try:
            made |= attributes_of({name: value})
        except (ValueError, OverflowError) as error:
            dropped(f"attributes.{name}", value, str(error))
    return made


def _settle_currency(fields: dict[str, Any], raw: Mapping[str, Any], rates: CurrencyRates) -> None:
    told = fields.get("currency")
    for name in _MONEY if told is None else ():
        text = raw.get(name)
        told = told or (currency_in(text) if isinstance(text, str) else None)
    if told is None and raw.get("currency") == DOLLAR:
        told = rates.of_dollars()
    told = told or rates.currency
    if told is None:
        return
    if rates.currency is None or told == rates.currency:
        fields["currency"] = told
        return
    amount = fields.get("price", fields.get("list_price"))
    fields["price_original"] = {"amount": amount, "currency": told}
    fields["currency"] = rates.currency
    for name in _MONEY:
        if name in fields:
            converted = rates.converted(fields[name], told)
            if converted is None:
                del fields[name]
            else:
                fields[name] = converted


def _validated(fields: dict[str, Any], dropped: Dropped | None) -> Product:
    repaired: set[str] = set()
    while True:
        try:
            return Product.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            name = str(first["loc"][0]) if first["loc"] else None
            if dropped is None or name is None or name == "id":
                raise ProductError(name, first["msg"]) from None
            dropped(name, fields[name], first["msg"])
            if first["type"] == "string_unicode" and name not in repaired:
                repaired.add(name)
                fields[name] = _without_surrogates(fields[name])
            elif name == "title" and name not in repaired:
                repaired.add(name)
                fields[name] = fields[name][:MAX_TITLE]
            else:
                del fields[name]


def _without_surrogates(value: Any) -> Any:
    """Bytes that were no text, and came as lone surrogates, as U+FFFD."""
    if isinstance(value, str):
        return "".join("\ufffd" if "\ud800" <= sign <= "\udfff" else sign for sign in value)
    if isinstance(value, tuple):
        return tuple(map(_without_surrogates, value))
    if isinstance(value, dict):
        return {name: _without_surrogates(held) for name, held in value.items()}
    return value
