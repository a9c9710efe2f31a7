"""What is known of one platform's exports, read from a small file: platforms/*.toml."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from indexing.catalogue.product import PRODUCT_FIELDS

ROLES = (
    "sale_price", "sale_from", "sale_to", "sale_dates", "discount_amount", "discount_percent",
    "availability", "backorders", "stock_tracked", "images", "google_category",
)  # fmt: skip
"""What a column may be besides a field of Product; `offer.py` and `images.py` settle them."""

TARGETS = frozenset((*PRODUCT_FIELDS, *ROLES))


def _tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_tuple)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class FieldRule(_Part):
    """Where a field comes from, and how its cells are written.

    sources: names of columns, the first that is filled wins; of a description and of identifiers
    all are joined. A source may be a path within objects and lists: `images[0].src`, `a.b`.
    path: between the levels of a category; of several signs the first that a cell has.
    split: between several values in one cell.
    decimal: the decimal sign. currency: of prices. locale: of names such as `title-de_DE`.
    default: where there is none. constant: whatever there is. drop_if: values that say nothing.
    """

    sources: Names = Field((), alias="from")
    path: Names = ()
    split: str | None = None
    decimal: Literal[".", ","] | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    locale: str | None = None
    default: str | None = None
    constant: str | None = None
    drop_if: Names = ()


def _rule(value: object) -> object:
    return value if isinstance(value, dict | FieldRule) else {"from": value}


Rules = dict[str, Annotated[FieldRule, BeforeValidator(_rule)]]


class Pair(_Part):
    """Two columns of one attribute; `{n}` stands for its number."""

    name: Names
    value: Names
    split: str | None = None


class Variants(_Part):
    """How variants hang together; one of four ways, or none where `group_id` says it.

    rows_of: rows with the same value here are one product, its first row holds what they share;
    a row that fills none of variant_if is no variant.
    parent: a variant names its parent by a value of the columns named_by. children: a parent
    lists its variants, as `sku=A,size=S|sku=B`. kind: the column that tells product_rows from
    variant_rows and image_rows, which follow theirs. nested: the list of variants within a product.
    translations: columns that are filled in rows of other languages, which add nothing.
    orphans: whether variants whose parent is not there are a group all the same.
    fields, key_values: of variants, where they have names of their own.
    """

    rows_of: Names = ()
    variant_if: Names = ()
    parent: Names = ()
    named_by: Names = ()
    children: Names = ()
    kind: Names = ()
    product_rows: Names = ()
    variant_rows: Names = ()
    image_rows: Names = ()
    nested: Names = ()
    translations: Names = ()
    orphans: Literal["grouped", "alone"] = "grouped"
    fields: Rules = {}
    key_values: dict[str, str] = {}


class Platform(_Part):
    """recognise: for each of these lists one name must be there. unpublished: column → values of
    rows that are not for shoppers. pairs: attributes of two columns. key_values: cells such as
    `color=Teal,size=S`. merged: objects whose entries are attributes. ignore: columns that say
    nothing of the product. only: no other names are understood.
    """

    title: str
    page: str = ""
    notes: str = ""
    recognise: tuple[Names, ...] = ()
    fields: Rules = {}
    variants: Variants = Variants()
    unpublished: dict[str, Names] = {}
    pairs: tuple[Pair, ...] = ()
    key_values: dict[str, str] = {}
    merged: Names = ()
    ignore: Names = ()
    attribute_names: dict[str, str] = {}
    escapes: tuple[Literal["newlines", "shortcodes", "quote"], ...] = ()


def parsed(text: str) -> Platform:
    """Raises ValueError: of TOML, or pydantic's."""
    made: dict[str, Any] = tomllib.loads(text)
    return Platform.model_validate(made)


@lru_cache(maxsize=1)
def known_platforms() -> dict[str, Platform]:
    """By the name of their file, in its order."""
    folder = files("indexing.catalogue") / "platforms"
    found = sorted(
        (each.name.removesuffix(".toml"), each.read_text("utf-8"))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    )
    return {name: parsed(text) for name, text in found}
