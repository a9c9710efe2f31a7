"""Fields whose values need no second look → a Product: the short way beside `product_parsing`.

Most rows hold clean text and numbers. What is said here of such values is what the long way says of
them; wherever a value needs more thought there is no answer, and the row goes the long way. Tests
hold the two against each other.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from indexing.catalogue.attributes import Attribute, add_attributes, clean_name
from indexing.catalogue.field_values import identifiers_of
from indexing.catalogue.offer import AROUND_PRICE, AROUND_STOCK, settle_price, settle_stock
from indexing.catalogue.product import MAX_COUNT, MAX_ID, MAX_TITLE, Product
from indexing.catalogue.product_parsing import address_of, addresses_of, path_of, prose_of_field
from indexing.catalogue.values.currency import currency_code
from indexing.catalogue.values.dates import instant_of
from indexing.catalogue.values.html_text import may_be_html
from indexing.catalogue.values.web_addresses import ONE_ADDRESS

Fields = dict[str, Any]
Reader = Callable[[Any], Any]

_LARGEST = 1e300
_AROUND = AROUND_PRICE | AROUND_STOCK | {"price", "stock", "currency"}
_PICTURES = frozenset({"image", "images"})
_PASSED_OVER = frozenset({"google_category", "attributes"})
_ALONE = "x"
_one_address = ONE_ADDRESS.fullmatch
_NAMES_KEPT = 20_000


class _SecondLookError(Exception):
    """A value that is not plain."""


class PlainProducts:
    """currency: the index's. decimal, day_first: the file's habits. set_apart: whether an attribute
    of this name is more than one.
    """

    def __init__(
        self,
        currency: str | None,
        decimal: str | None,
        day_first: bool | None,
        now: datetime | None,
        set_apart: Callable[[str], bool],
    ) -> None:
        self._currency = currency
        self._decimal, self._now = decimal, now
        self._set_apart = set_apart
        self._names: dict[str, str] = {}
        self._readers = _READERS | {
            "currency": lambda code: code if code == currency else None,
            "price": _number if decimal != "," else _whole,
            "created_at": lambda value: instant_of(value, day_first),
        }

    def product(self, fields: Mapping[str, Any]) -> tuple[Product, tuple[str, ...]] | None:
        """And which of its fields say something; None where a value needs the long way."""
        made: Fields = {}
        readers = self._readers
        around = pictures = False
        try:
            for name, value in fields.items():
                plain = readers[name](value)
                if plain is not None:
                    made[name] = plain
                elif name in _AROUND:
                    around = True
                elif name in _PICTURES:
                    pictures = True
                elif name == "more_attributes":
                    made["attributes"] = self._attributes(value)
                elif name not in _PASSED_OVER:
                    return None
            if around:
                self._settle(fields, made)
            elif "currency" not in made and self._currency is not None and "price" in made:
                made["currency"] = self._currency
            if pictures:
                _add_pictures(fields, made)
            if "attributes" in fields:
                made["attributes"] = _with_outright(
                    made.get("attributes", {}), fields["attributes"]
                )
        except (_SecondLookError, KeyError, ValueError, OverflowError):
            return None
        if "id" not in made or made.keys().isdisjoint(_FOUND_BY):
            return None
        return Product.checked({**_NOTHING, "attributes": {}, "extra": {}, **made}), tuple(made)

    def _attributes(self, more: Mapping[str, Any]) -> Fields:
        names = self._names
        flat: Fields = {}
        for name, value in more.items():
            key = names.get(name) or self._named(name)
            made: Attribute | None = value
            if type(value) is str and value.isprintable():
                made = value.strip()
            elif type(value) is int and -MAX_COUNT <= value <= MAX_COUNT:
                made = float(value)
            elif type(value) is not float or not isfinite(value):
                made = _attribute(value)
            if made is None or made == "":
                continue
            if key in flat:
                raise _SecondLookError
            flat[key] = made
        return flat

    def _named(self, name: str) -> str:
        """What an attribute of this name is called."""
        if not name.isprintable() or self._set_apart(name):
            raise _SecondLookError
        key = clean_name(name)
        if len(self._names) < _NAMES_KEPT:
            self._names[name] = key
        return key

    def _settle(self, fields: Mapping[str, Any], made: Fields) -> None:
        """price, list_price, stock and currency, of several columns or words."""
        held = {name: fields[name] for name in fields if name in _AROUND}
        listed = self._readers["price"](held.get("list_price"))
        if listed is not None and "price" in made and held.keys() <= {"list_price", *made}:
            if listed > 0:
                made["list_price"] = listed
            if self._currency is not None:
                made["currency"] = self._currency
            return
        settle_price(held, self._decimal, self._now, _fault)
        settle_stock(held, _fault)
        for name in ("price", "price_max", "list_price"):
            value = held.get(name)
            if value is not None:
                number = _number(value)
                if number is None:
                    raise _SecondLookError
                made[name] = number
        if "stock" in held:
            pieces = _pieces(held["stock"])
            if pieces is None:
                raise _SecondLookError
            made["stock"] = pieces
        told = held.get("currency")
        if told is not None:
            if currency_code(told) is None or currency_code(told) != self._currency:
                raise _SecondLookError
            made["currency"] = self._currency
        elif self._currency is not None and ("price" in made or "list_price" in made):
            made["currency"] = self._currency


_NOTHING: Fields = {
    name: field.get_default(call_default_factory=False)
    for name, field in Product.model_fields.items()
}
_FOUND_BY = frozenset({"title", "description", "identifiers"})


def _fault(name: str, value: object, reason: str) -> None:
    raise _SecondLookError


def _label(value: object) -> str | None:
    if type(value) is str:
        return value.strip() or None if value.isprintable() and "  " not in value else None
    return str(value) if type(value) is int else None


def _id(value: object) -> str | None:
    text = _label(value)
    return None if text is None or len(text) > MAX_ID else text


def _title(value: object) -> str | None:
    if type(value) is not str or len(value) > MAX_TITLE:
        return None
    if ("<" in value or "&" in value) and may_be_html(value):
        return None
    return value.strip() or None if value.isprintable() and "  " not in value else None


def _prose(value: object) -> str | None:
    if type(value) is str and value.isprintable() and not may_be_html(value):
        return value.strip() or None
    made = prose_of_field(value)
    return made if made is not None and _is_text(made) else None


def _is_text(text: str) -> bool:
    """Whether it is without lone surrogates: nothing that can be printed is one."""
    if not text.isprintable():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return True


def _number(value: object) -> float | None:
    if type(value) is str:
        try:
            number = float(value)
        except ValueError:
            return None
        if "_" in value:
            return None
    elif type(value) is float or type(value) is int:
        number = float(value)
    else:
        return None
    return number if 0.0 <= number < _LARGEST else None


def _whole(value: object) -> float | None:
    """A price where the comma is the decimal sign: `1.299` needs thought."""
    return None if type(value) is str and "." in value else _number(value)


def _count(value: object) -> int | None:
    number = _number(value)
    return None if number is None or number > MAX_COUNT or number % 1 else int(number)


def _pieces(value: object) -> int | None:
    if type(value) is str:
        try:
            value = int(value)
        except ValueError:
            return None
    return value if type(value) is int and -MAX_COUNT <= value <= MAX_COUNT else None


@lru_cache(maxsize=100_000)
def _path(levels: tuple[str, ...]) -> tuple[str, ...] | None:
    made = path_of(levels)
    return made if made is not None and all(map(_is_text, made)) else None


def _category(value: object) -> tuple[str, ...] | None:
    return _path(value) if type(value) is tuple else None


def _categories(value: object) -> tuple[tuple[str, ...], ...] | None:
    paths = tuple(map(_category, value)) if type(value) is tuple else ()
    kept = tuple(path for path in paths if path is not None)
    return kept if kept and len(kept) == len(paths) else None


def _identifiers(value: object) -> tuple[str, ...] | None:
    if type(value) is str and "|" not in value and ";" not in value:
        text = _label(value)
        return None if text is None else (text,)
    made = identifiers_of(value)
    return made if made is not None and all(map(_is_text, made)) else None


def _address(value: object) -> str | None:
    if type(value) is str and _one_address(value) and "&amp;" not in value:
        return value
    return None


def _url(value: object) -> str | None:
    if type(value) is str and _one_address(value) and "&amp;" not in value:
        return value
    made = address_of(value)
    return made if made is not None and _is_text(made) else None


def _add_pictures(fields: Mapping[str, Any], made: Fields) -> None:
    image, images = fields.get("image"), fields.get("images")
    if images is None:
        images = image
        if type(image) is not str and type(image) is not list:
            raise _SecondLookError
    elif image is None:
        image = images
    first = address_of(image)
    if first is None or not _is_text(first):
        raise _SecondLookError
    made["image"] = first
    if images is image and image == first:
        return
    others = tuple(each for each in addresses_of(images) or () if each != first)
    if others:
        if not all(map(_is_text, others)):
            raise _SecondLookError
        made["images"] = others


def _attribute(value: object) -> Attribute | None:
    """A list of texts, a number or a truth value."""
    if type(value) is dict:
        raise _SecondLookError
    flat: dict[str, Attribute] = {}
    add_attributes(flat, "", {_ALONE: value}, 0)
    if not flat.keys() <= {_ALONE}:
        raise _SecondLookError
    return _whole_texts(flat).get(_ALONE)


def _with_outright(flat: Fields, outright: object) -> Fields:
    """Attributes that were such in the source, beside those that became some."""
    if type(outright) is not dict:
        raise _SecondLookError
    add_attributes(flat, "", outright, 0)
    return _whole_texts(flat)


def _whole_texts(flat: dict[str, Attribute]) -> dict[str, Attribute]:
    for name, value in flat.items():
        if not name.isprintable():
            raise _SecondLookError
        if type(value) is str:
            if not value.isprintable() and not _is_text(value):
                raise _SecondLookError
        elif type(value) is tuple and not all(map(_is_text, value)):
            raise _SecondLookError
    return flat


def _later(value: object) -> None:
    """Of fields that are settled beside others."""


_READERS: dict[str, Reader] = {
    **dict.fromkeys((*_AROUND, *_PICTURES, *_PASSED_OVER, "more_attributes"), _later),
    "id": _id,
    "title": _title,
    "description": _prose,
    "brand": _title,
    "category": _category,
    "categories": _categories,
    "price": _number,
    "stock": _pieces,
    "rating": _number,
    "rating_count": _count,
    "popularity": _number,
    "image": _address,
    "url": _url,
    "group_id": _label,
    "identifiers": _identifiers,
}
