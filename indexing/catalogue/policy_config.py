"""What index.toml may say of a ranking policy: of the index's own, and of named ones beside it.

Only names and bounds: what the numbers do, and their defaults, are ranking's (ranking/policy.py).
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

SearchableField = Literal["title", "brand", "category", "attributes", "description", "identifiers"]
OFF = "off"
MAX_POLICIES = 32
OWN = "default"
"""Name of the index's own policy, which stands at the top of the file."""

_Weight = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Column = Annotated[str, Field(min_length=1, max_length=256)]
_Columns = Annotated[tuple[_Column, ...], Field(max_length=32)]
_Depth = Annotated[int, Field(ge=0, le=300)]
PolicyName = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]


def _share_or_off(value: object) -> float | str:
    if value == OFF:
        return OFF
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1:
        return float(value)
    raise ValueError("should be a number between 0 and 1, or 'off'")


_ShareOrOff = Annotated[float | Literal["off"], PlainValidator(_share_or_off)]


class _Exact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CapSettings(_Exact):
    """At most `most` products of the same `key` in any `window` consecutive positions.

    hard: whatever it costs in relevance; what a shop asks for is obeyed.
    """

    key: _Column
    most: Annotated[int, Field(ge=1, le=300)]
    window: Annotated[int, Field(ge=1, le=300)]
    hard: bool = True

    @model_validator(mode="after")
    def _fits(self) -> "CapSettings":
        if self.most > self.window:
            raise ValueError(f"most ({self.most}) should be at most window ({self.window})")
        return self


class DiversitySettings(_Exact):
    """ranking/rerank/policy.py says what each does; None: as it is without it."""

    head: _Depth | None = None
    relevance_gap: _Share | None = None
    twin_keys: _Columns | None = None
    twin_title: _ShareOrOff | None = None
    twin_cosine: _ShareOrOff | None = None
    twin_gap: _Share | None = None
    spread: Literal["off", "mmr", "dpp"] | None = None
    spread_depth: _Depth | None = None
    relevance_weight: _Share | None = None
    similar_keys: _Columns | None = None
    key_share: _Share | None = None
    caps: Annotated[tuple[CapSettings, ...], Field(max_length=32)] | None = None


class PolicySettings(_Exact):
    """weights: of searchable fields; 0 in the index's own leaves the field out of the index.

    coarse_pool, fine_pool: groups that are scored cheaply and by the ranker.
    """

    weights: dict[SearchableField, _Weight] = Field(default_factory=dict)
    min_matches: Annotated[int, Field(ge=1, le=10_000)] | None = None
    coarse_pool: Annotated[int, Field(ge=1_000, le=10_000)] | None = None
    fine_pool: Annotated[int, Field(ge=0, le=1_000)] | None = None
    diversity: DiversitySettings = DiversitySettings()


class NamedPolicySettings(PolicySettings):
    """What differs from the index's own policy.

    model: id of a kept model, or `shipped`; None: the one in force.
    """

    model: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")] | None = None
