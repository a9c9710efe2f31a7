"""index.toml: what one index is about. Everything in it has a default."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError, ValidationInfo, field_validator

from indexing.catalogue.attributes import PREFIX
from indexing.catalogue.mapping import FieldMapping, checked_pairs
from indexing.catalogue.policy_config import (
    MAX_POLICIES,
    OWN,
    CapSettings,
    DiversitySettings,
    NamedPolicySettings,
    PolicyName,
    PolicySettings,
)
from indexing.catalogue.product import PRODUCT_FIELDS
from indexing.catalogue.toml_lines import line_of
from indexing.catalogue.traffic_config import TrafficSettings
from indexing.catalogue.values.currency import CurrencyRates
from indexing.errors import CatalogError, IndexingError

FILE_NAME = "index.toml"

_Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
_Name = Annotated[str, Field(min_length=1)]
_Order = Annotated[str, Field(pattern=r"^(newest|relevance|[^:]+:(asc|desc))$")]


class IndexConfigError(IndexingError):
    """index.toml cannot be used: which key, and what it may hold."""


class IndexConfig(PolicySettings):
    """With the index's own policy, and named ones that a request may choose instead.

    facets: attributes (or other columns) that `auto` stands for, as filters name them; None
    chooses them by coverage and variety. sorts: the only attributes that may be sorted by; None
    allows all numbers.
    aliases: product field → the catalogue's own names of it, before `--map`.
    currency: of prices that do not say theirs. out_of_stock: what becomes of products whose
    stock is 0 or less; demote_when_sorted: whether they come last under a sort as well.
    most_lost, most_price_change: beyond which a build is kept back
    (`publication_gate`).
    rates: one unit of another currency in units of the index's.
    word_forms: what words find beside themselves: British and American spellings, other words for
    one thing (apartment, flat), and compounds by their parts.
    general_kinds: whether names that things have everywhere (laptop, notebook) say what a query
    means where the catalogue does not.
    traffic: places that new products are given until it is known whether anybody wants them.
    replicas: what Algolia's clients call an order of this index → `field:asc`, `field:desc`,
    `newest` or `relevance`.
    """

    languages: Annotated[tuple[_Name, ...], Field(min_length=1)] = ("en",)
    facets: tuple[_Name, ...] | None = None
    sorts: tuple[_Name, ...] | None = None
    aliases: dict[str, tuple[_Name, ...]] = Field(default_factory=dict)
    currency: _Currency | None = None
    rates: dict[_Currency, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(
        default_factory=dict
    )
    out_of_stock: Literal["keep", "demote", "hide"] = "keep"
    demote_when_sorted: bool = True
    most_lost: Annotated[float, Field(ge=0.0, le=1.0)] = 0.2
    most_price_change: Annotated[float, Field(ge=0.0, le=1_000.0)] = 0.5
    word_forms: tuple[Literal["spellings", "words", "compounds"], ...] = (
        "spellings", "words", "compounds",
    )  # fmt: skip
    general_kinds: bool = True
    traffic: TrafficSettings = TrafficSettings()
    replicas: dict[_Name, _Order] = Field(default_factory=dict, max_length=100)
    policies: dict[PolicyName, NamedPolicySettings] = Field(
        default_factory=dict, max_length=MAX_POLICIES
    )

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

    @field_validator("policies")
    @classmethod
    def _beside_the_own(
        cls, policies: dict[str, NamedPolicySettings], info: ValidationInfo
    ) -> dict[str, NamedPolicySettings]:
        if OWN in policies:
            raise ValueError(f"{OWN!r} is the index's own policy: write its keys at the top")
        left_out = {name for name, weight in info.data.get("weights", {}).items() if weight == 0}
        for name, policy in policies.items():
            for field, weight in policy.weights.items():
                if weight and field in left_out:
                    raise ValueError(
                        f"{name} weighs {field}, which `weights` at the top leaves out of the index"
                    )
        return policies

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "IndexConfig":
        """The inverse of `facts`; keys of newer code are passed over. Raises IndexConfigError."""
        try:
            return cls.model_validate({k: v for k, v in facts.items() if k in cls.model_fields})
        except ValidationError as error:
            raise IndexConfigError(
                f"the settings in the manifest: {_told(error)[1]}. Build the index again."
            ) from None

    def currency_rates(self) -> CurrencyRates:
        return CurrencyRates(self.currency, self.rates)

    def facts(self) -> dict[str, Any]:
        """As JSON, for the manifest."""
        return self.model_dump(mode="json")


def read_config(path: Path | None) -> IndexConfig:
    """The defaults without a path. Raises IndexConfigError; also if there is no such file."""
    if path is None:
        return IndexConfig()
    try:
        text = path.read_text("utf-8-sig")
        made = tomllib.loads(text)
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
        place, told = _told(error)
        line = line_of(text, place)
        where = "" if line is None else f"line {line}: "
        raise IndexConfigError(f"{path}: {where}{told}.") from None


def _told(error: ValidationError) -> tuple[list[str], str]:
    """Place and description of the first thing wrong, with its key and what is allowed."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if part != "[key]"]
    key = ".".join(place)
    if first["type"] == "extra_forbidden":
        return place, f"{key} is not a setting. Known are {', '.join(_known(place))}"
    if "weights" in place and first["type"] == "literal_error":
        return place, f"{key} is not a searchable field: {_lower(first['msg'])}"
    if first["type"] == "value_error":
        said = first["msg"].removeprefix("Value error, ")
        made_of = "" if isinstance(first["input"], dict) else f", not {first['input']!r:.80}"
        return place, f"{key}: {said}{made_of}"
    return place, f"{key}: {_lower(first['msg'])}, not {first['input']!r:.80}"


def _known(place: list[str]) -> list[str]:
    """Keys that may stand where this one does."""
    model: type[BaseModel] = IndexConfig
    for name, inner in (("policies", NamedPolicySettings), ("diversity", DiversitySettings),
                        ("caps", CapSettings), ("traffic", TrafficSettings)):  # fmt: skip
        if name in place[:-1]:
            model = inner
    return list(model.model_fields)


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).replace("input should", "it should")
