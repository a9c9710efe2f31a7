"""A key: what it may do, for how long, and what the service keeps of it, which is not the key."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from app.settings import INDEX_NAME_PATTERN
from ranking.filters.filters import FilterError
from ranking.filters.url_syntax import parse_filters

Scope = Literal["search", "events", "products", "rules", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
BROWSER_SCOPES: Final[tuple[Scope, ...]] = ("search", "events")
"""What a shop's page needs: open without a key unless VITRINA_REQUIRE_KEY says otherwise, and the
most that a signed key may do.
"""
MOST_KEYS: Final = 1_000
"""In force at once."""
_Index = Annotated[str, Field(pattern=INDEX_NAME_PATTERN.removesuffix("$") + r"\*?$")]
_Origin = Annotated[
    str, Field(pattern=r"^https?://(\*\.)?[a-z0-9.-]{1,253}(:[0-9]{1,5})?$", max_length=300)
]
_Text = Annotated[str, Field(min_length=1, max_length=1_000)]


class NewKey(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100, description="What it is for; not its text.")
    scopes: tuple[Scope, ...] = Field(
        min_length=1, max_length=len(SCOPES), description="`admin` may do what all others may."
    )
    indexes: tuple[_Index, ...] = Field(
        (), max_length=100, description="Indexes it reaches, `shop_*` for all that begin so; "
        "empty: all.",
    )  # fmt: skip
    filters: tuple[_Text, ...] = Field(
        (), max_length=20, description="What it cannot see past, as `filter` of a search, all must "
        "hold; only with the scope `search`.",
    )  # fmt: skip
    origins: tuple[_Origin, ...] = Field(
        (), max_length=100, description="Web origins that may send it: `https://shop.example`, "
        "`https://*.shop.example`; empty: any, and programs.",
    )  # fmt: skip
    per_minute: int | None = Field(
        None, ge=1, le=60_000, description="Requests a minute from one address; null: no limit."
    )
    signing: bool = Field(
        False, description="Whether a server may derive signed keys of it; told with a signing key."
    )
    expires_at: float | None = Field(
        None, gt=0, lt=1e11, description="Seconds since the epoch; null: never."
    )

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        if not name.isprintable():
            raise ValueError("holds signs that cannot be printed")
        return name.strip()

    @field_validator("scopes", "indexes", "origins")
    @classmethod
    def _each_once(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(values))

    @field_validator("filters")
    @classmethod
    def _readable(cls, filters: tuple[str, ...]) -> tuple[str, ...]:
        try:
            parse_filters(filters)
        except FilterError as error:
            raise ValueError(str(error)) from None
        return filters

    @model_validator(mode="after")
    def _can_be_kept(self) -> "NewKey":
        """What no request of the key could be held to is not promised."""
        if self.indexes and "admin" in self.scopes:
            raise ValueError("an admin key reaches all indexes: leave out indexes, or take scopes")
        if self.signing and not set(self.scopes) & set(BROWSER_SCOPES):
            raise ValueError("signed keys may search and send events: take one of these scopes")
        if self.filters and self.scopes != ("search",):
            raise ValueError("a key with filters can have the scope search only")
        return self


class Key(NewKey):
    """As it is kept. verifier: HMAC-SHA-256 of the key's text, hexadecimal; see secrets.py.

    Times are seconds since the epoch. created_by: who, as in the audit log.
    """

    id: str
    verifier: str
    created_at: float
    created_by: str
    revoked_at: float | None = None

    def in_force(self, now: float) -> bool:
        return self.revoked_at is None and not self.expired(now)

    def expired(self, now: float) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def state(self, now: float) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expired(now) else "in force"

    def facts(self, now: float, last_used_at: float | None) -> dict[str, Any]:
        """What may be shown of it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state(now),
            "scopes": list(self.scopes),
            "indexes": list(self.indexes),
            "filters": list(self.filters),
            "origins": list(self.origins),
            "per_minute": self.per_minute,
            "signing": self.signing,
            "created_at": iso(self.created_at),
            "created_by": self.created_by,
            "expires_at": iso(self.expires_at),
            "revoked_at": iso(self.revoked_at),
            "last_used_at": iso(last_used_at),
        }


def iso(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
