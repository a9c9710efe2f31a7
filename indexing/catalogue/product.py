"""The catalogue's words: a product, and a line that is none."""

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


_set_values, _set_names, _set_extra, _set_private = (
    vars(BaseModel)[name].__set__
    for name in (
        "__dict__",
        "__pydantic_fields_set__",
        "__pydantic_extra__",
        "__pydantic_private__",
    )
)


class Product(BaseModel):
    """One line of the catalogue, as everything after the reader sees it.

    category: path, root first. categories: all paths, the main one first, where there are several.
    created_at: UTC. attributes: name → text, number, truth value or texts, in the order of the
    line. extra: facts that are kept and shown, neither searched nor counted. price, list_price,
    price_max (of a range): in units of `currency`, the index's. price_original: amount and
    currency that the line told, where they are in another one; without a rate there is no price.
    images: further ones. Optional texts are None or not empty; title may be empty where
    description or identifiers are not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_ID)]
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE)] = ""
    description: str | None = None
    brand: str | None = None
    category: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    price: _NotNegative | None = None
    price_max: _NotNegative | None = None
    list_price: _NotNegative | None = None
    currency: str | None = None
    price_original: dict[str, float | str] | None = None
    rating: _NotNegative | None = None
    rating_count: Annotated[int, Field(ge=0, le=MAX_COUNT)] | None = None
    stock: Annotated[int, Field(ge=-MAX_COUNT, le=MAX_COUNT)] | None = None
    image: str | None = None
    images: tuple[str, ...] = ()
    url: str | None = None
    created_at: AwareDatetime | None = None
    group_id: str | None = None
    popularity: _NotNegative | None = None
    identifiers: tuple[str, ...] = ()
    attributes: dict[str, _Attribute] = Field(default_factory=dict)
    extra: dict[str, _Attribute] = Field(default_factory=dict)
    vector: tuple[_Component, ...] | None = None

    @classmethod
    def checked(cls, fields: dict[str, Any]) -> "Product":
        """Of all fields, in order, that hold to what is said above: nothing is validated again."""
        made = cls.__new__(cls)
        _set_values(made, fields)
        _set_names(made, _ALL)
        _set_extra(made, None)
        _set_private(made, None)
        return made

    def paths(self) -> tuple[tuple[str, ...], ...]:
        """All its categories, the main one first."""
        return self.categories or ((self.category,) if self.category else ())


PRODUCT_FIELDS = tuple(Product.model_fields)
_ALL = set(PRODUCT_FIELDS)


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
