"""index.toml: what one index is about. Everything in it has a default."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from indexing.catalogue.attributes import PREFIX
from indexing.catalogue.mapping import FieldMapping, checked_pairs
from indexing.catalogue.product import PRODUCT_FIELDS
from indexing.errors import CatalogError, IndexingError

FILE_NAME = "index.toml"

SearchableField = Literal["title", "brand", "category", "attributes", "description", "identifiers"]
_Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Name = Annotated[str, Field(min_length=1)]


class IndexConfigError(IndexingError):
    """index.toml cannot be used: which key, and what it may hold."""


class IndexConfig(BaseModel):
    """weights: of searchable fields, in place of the ranking's own; 0 leaves a field out.

    facets: attributes (or other columns) that `auto` stands for, as filters name them; None
    chooses them by coverage and variety. sorts: the only attributes that may be sorted by; None
    allows all numbers.
    aliases: product field → the catalogue's own names of it, before `--map`.
    currency: of prices that do not say theirs. out_of_stock: what becomes of products whose
    stock is 0 or less. min_matches: a query is relaxed until so many products match it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: Annotated[tuple[_Name, ...], Field(min_length=1)] = ("en",)
    weights: dict[SearchableField, _Weight] = {}
    facets: tuple[_Name, ...] | None = None
    sorts: tuple[_Name, ...] | None = None
    aliases: dict[str, tuple[_Name, ...]] = {}
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    out_of_stock: Literal["keep", "demote", "hide"] = "keep"
    min_matches: Annotated[int, Field(ge=1, le=10_000)] = 100

    @field_validator("facets", "sorts", mode="before")
    @classmethod
    def _auto(cls, value: object) -> object:
        return None if value == "auto" else value

    @field_validator("facets", "sorts")
    @classmethod
    def _qualified(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """`color` as filters name it, `attributes.color`."""
        if names is None:
            return None
        return tuple(
            name if name in PRODUCT_FIELDS or name.startswith(PREFIX) else PREFIX + name
            for name in names
        )

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "IndexConfig":
        """The inverse of `facts`. Raises IndexConfigError."""
        try:
            return cls.model_validate(facts)
        except ValidationError as error:
            raise IndexConfigError(
                f"the settings in the manifest: {_told(error)}. Build the index again."
            ) from None

    def facts(self) -> dict[str, Any]:
        """As JSON, for the manifest."""
        return self.model_dump(mode="json")


def read_config(path: Path | None) -> IndexConfig:
    """The defaults without a path. Raises IndexConfigError; also if there is no such file."""
    if path is None:
        return IndexConfig()
    try:
        made = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise IndexConfigError(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise IndexConfigError(f"{path}: is not valid TOML: {error}.") from error
    try:
        if "aliases" in made:
            pairs = checked_pairs(made["aliases"], "aliases")
            made["aliases"] = dict(FieldMapping.of(pairs).explicit)
        return IndexConfig.model_validate(made)
    except CatalogError as error:
        raise IndexConfigError(f"{path}: {error}") from error
    except ValidationError as error:
        raise IndexConfigError(f"{path}: {_told(error)}.") from None


def _told(error: ValidationError) -> str:
    """The first thing wrong, with its key and what is allowed."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if part != "[key]"]
    key = ".".join(place)
    if first["type"] == "extra_forbidden":
        return f"{key} is not a setting. Known are {', '.join(IndexConfig.model_fields)}"
    if place[0] == "weights" and first["type"] == "literal_error":
        return f"{key} is not a searchable field: {_lower(first['msg'])}"
    return f"{key}: {_lower(first['msg'])}, not {first['input']!r:.80}"


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).replace("input should", "it should")
