"""The catalogue's words: a product, a line that is none, and how one becomes the other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictStr,
    StringConstraints,
    ValidationError,
)

from indexing.catalogue.attributes import attributes_of
from indexing.catalogue.field_values import (
    FieldValueError,
    category_of,
    currency_in,
    identifiers_of,
    instant_of,
    label_of,
    number_of,
    prose_of,
    stock_of,
    vector_of,
    whole_number_of,
)
from indexing.errors import IndexingError

MAX_ID = 256
MAX_TITLE = 10_000
MAX_REJECTED_TEXT = 2_000
MAX_COUNT = 2**53  # beyond it a float64 column is not exact

_NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_Attribute = Annotated[  # strict and in this order: no text becomes a number, no truth value 1.0
    StrictStr | StrictBool | StrictFloat | tuple[str, ...], Field(union_mode="left_to_right")
]


_Component = Annotated[float, Field(ge=-1e18, le=1e18, allow_inf_nan=False)]
"""Its square is still a float32."""


class Product(BaseModel):
    """One line of the catalogue, as everything after the reader sees it.

    category: path, root first. created_at: UTC. attributes: name → text, number, truth value
    or texts, in the order of the line. price, list_price: in units of `currency`. Optional
    texts are None or not empty; title may be empty where description or identifiers are not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ID)]
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE)] = ""
    description: str | None = None
    brand: str | None = None
    category: tuple[str, ...] = ()
    price: _NotNegative | None = None
    list_price: _NotNegative | None = None
    currency: str | None = None
    rating: _NotNegative | None = None
    rating_count: Annotated[int, Field(ge=0, le=MAX_COUNT)] | None = None
    stock: Annotated[int, Field(ge=-MAX_COUNT, le=MAX_COUNT)] | None = None
    image: str | None = None
    url: str | None = None
    created_at: AwareDatetime | None = None
    group_id: str | None = None
    popularity: _NotNegative | None = None
    identifiers: tuple[str, ...] = ()
    attributes: dict[str, _Attribute] = {}
    vector: tuple[_Component, ...] | None = None


PRODUCT_FIELDS = tuple(Product.model_fields)


class ProductError(IndexingError):
    """A line that is no product. field: which of its fields, None if the line as a whole."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason if field is None else f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """line: 1-based; of a JSON array or Parquet file, the element or row. text: its beginning."""

    source: str
    line: int
    field: str | None
    reason: str
    text: str

    @classmethod
    def of(
        cls, source: str, line: int, field: str | None, reason: str, text: bytes
    ) -> "RejectedLine":
        start = text[: 4 * MAX_REJECTED_TEXT].decode("utf-8", "replace")[:MAX_REJECTED_TEXT]
        told = reason.encode("utf-8", "replace").decode()  # a lone surrogate cannot be written
        return cls(source, line, field, told, start)


_READERS: dict[str, Callable[[object], object]] = {
    "id": label_of,
    "title": label_of,
    "description": prose_of,
    "brand": label_of,
    "category": category_of,
    "price": number_of,
    "list_price": number_of,
    "currency": label_of,
    "rating": number_of,
    "rating_count": whole_number_of,
    "stock": stock_of,
    "image": label_of,
    "url": label_of,
    "created_at": instant_of,
    "group_id": label_of,
    "popularity": number_of,
    "identifiers": identifiers_of,
    "vector": vector_of,
}
_MONEY = ("price", "list_price")


def parse_product(raw: Mapping[str, Any], currency: str | None = None) -> Product:
    """Lenient where the meaning is clear, else a ProductError with the field and the reason.

    Values that say nothing (null, "", blank, empty list) count as absent. Fields that Product
    does not know become attributes, nested ones under dotted names. currency: the index's one
    and only, if it is settled: prices without a currency are in it, others are refused.
    """
    fields: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    name = "attributes"
    try:
        for name, value in raw.items():
            if value is None:
                continue
            read = _READERS.get(name)
            if read is None:
                unknown[name] = value
            elif (made := read(value)) is not None:
                fields[name] = made
        if unknown:
            name = "attributes"
            fields["attributes"] = attributes_of(unknown)
    except FieldValueError as error:
        raise ProductError(name, str(error)) from None
    except (ValueError, OverflowError) as error:
        raise ProductError(name, f"cannot be read: {error}") from None
    if "price" in fields or "list_price" in fields:
        _settle_currency(fields, raw, currency)
    if "id" not in fields:
        raise ProductError("id", "is missing. Every product needs one; map it with --map id=NAME")
    if not ("title" in fields or "description" in fields or "identifiers" in fields):
        raise ProductError(
            "title", "is missing, and there is no description or identifier to be found by either"
        )
    try:
        return Product.model_validate(fields)
    except ValidationError as error:
        raise _product_error(error) from None


def _settle_currency(fields: dict[str, Any], raw: Mapping[str, Any], only: str | None) -> None:
    told = fields.get("currency")
    for name in _MONEY if told is None else ():
        text = raw.get(name)
        told = told or (currency_in(text) if isinstance(text, str) else None)
    told = told or only
    if only is not None and told != only:
        raise ProductError("currency", f"is {told}, but this index is in {only}")
    if told is not None:
        fields["currency"] = told


def _product_error(error: ValidationError) -> ProductError:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return ProductError(str(first["loc"][0]) if first["loc"] else None, first["msg"])
