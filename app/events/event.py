"""What an event may say, and what is wrong with one that says something else."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.api.problems import fault_of
from app.errors import Fault
from app.settings import INDEX_NAME_PATTERN

Type = Literal[
    "view", "click", "add_to_cart", "purchase", "suggestion_click", "dismiss", "return", "cancel",
]  # fmt: skip
MONEY_TYPES: Final = frozenset({"purchase", "return", "cancel"})
"""Counted only when the shop's own server sends them."""
_SUGGESTIVE: Final = frozenset({"suggestion_click", "dismiss"})
MAX_SKEW_S: Final = 300.0
"""Clocks that differ more are not believed: the time of arrival counts."""
MAX_AGE_S: Final = 400 * 86_400.0
MAX_AHEAD_S: Final = 86_400.0
_MILLISECONDS: Final = 1e11
"""Numbers from here on cannot be seconds: they would be of the year 5138."""

Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=200)]
Price = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]


class Event(BaseModel):
    """Something that a shopper did."""

    model_config = ConfigDict(
        extra="ignore", coerce_numbers_to_str=True, frozen=True, populate_by_name=True
    )

    type: Type
    event_id: Text | None = Field(
        None, description="Chosen by the client; the same id within 7 days is the same event."
    )
    query_id: Text | None = Field(None, description="Of the answer that it followed.")
    product_id: Text | None = Field(None, description="All but `suggestion_click` need one.")
    position: int | None = Field(
        None, ge=1, le=100_000, description="Place in the list, from 1 over all pages."
    )
    user_id: Text | None = Field(None, description="Kept as a keyed hash.")
    session_id: Text | None = Field(None, description="Kept as a keyed hash.")
    region: Text | None = None
    time: float | str | None = Field(
        None, validation_alias=AliasChoices("time", "timestamp"),
        description="Seconds or milliseconds since the epoch, or ISO 8601; default: now. Also "
        "`timestamp`.",
    )  # fmt: skip
    value: Price | None = Field(None, description="Money, for all of its quantity.")
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")] | None = None
    quantity: int | None = Field(None, ge=1, le=1_000_000)
    query: Text | None = Field(None, description="Of `suggestion_click`: what was chosen.")
    suggestion_id: Text | None = None
    index: Annotated[str, StringConstraints(pattern=INDEX_NAME_PATTERN)] | None = None
    analytics: bool = Field(True, description="`false`: without consent; nothing is kept.")

    @model_validator(mode="after")
    def _has_its_object(self) -> "Event":
        if self.type in _SUGGESTIVE and (self.query or self.suggestion_id):
            return self
        if self.product_id is None:
            lacking = "query or suggestion_id" if self.type == "suggestion_click" else "product_id"
            raise PydanticCustomError("lacking", "{lacking}", {"lacking": lacking})
        return self


KNOWN: Final = frozenset(Event.model_fields) | {"timestamp"}
_EVENT: Final = TypeAdapter(Event)


def read_event(raw: object) -> Event | list[Fault]:
    """The event, or what is wrong with it."""
    try:
        return _EVENT.validate_python(raw)
    except ValidationError as error:
        return [_fault(each, raw) for each in error.errors(include_url=False)]


def unknown_names(raw: object) -> list[str]:
    """Of fields that no event has: nothing is done with them."""
    return (
        [] if not isinstance(raw, dict) else [str(each)[:60] for each in raw if each not in KNOWN]
    )


def happened_at(event: Event, arrived: float, *, trusted: bool) -> float | Fault:
    """Seconds since the epoch.

    trusted: the shop's own server, which may tell of what was long ago; anybody else's clock is
    believed within five minutes.
    """
    return arrived if event.time is None else believed(event.time, arrived, trusted=trusted)


def believed(told: float | str, arrived: float, *, trusted: bool) -> float | Fault:
    """The moment that is told, as far as the teller is believed; seconds since the epoch."""
    at = seconds_of(told)
    if at is None:
        return Fault(
            "time", f"{str(told)[:40]!r} is no time",
            "Send seconds or milliseconds since the epoch, or ISO 8601 such as "
            "2026-11-26T12:00:00Z.",
        )  # fmt: skip
    if at > arrived + MAX_AHEAD_S:
        return Fault("time", "is over a day in the future", "Set the clock, or send no time.")
    if at < arrived - MAX_AGE_S:
        return Fault("time", "is over 400 days ago", "Send what is newer, or no time.")
    if at > arrived or (not trusted and abs(at - arrived) > MAX_SKEW_S):
        return arrived
    return at


def seconds_of(told: float | str) -> float | None:
    """Of seconds, milliseconds or ISO 8601; None for anything else."""
    try:
        number = float(told)
    except ValueError:
        return _of_iso(str(told))
    if not abs(number) < 1e15:
        return None
    return number / 1_000 if abs(number) >= _MILLISECONDS else number


def _of_iso(text: str) -> float | None:
    try:
        at = datetime.fromisoformat(text.strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _fault(raw: Any, given: object) -> Fault:
    if raw["type"] == "lacking":
        where = raw["ctx"]["lacking"]
        return Fault(where, "is missing", f"Events of this type need {where}.")
    if not isinstance(given, dict):
        return Fault("event", "is no object", 'Send {"type": "click", "product_id": …}.')
    if raw["type"] == "literal_error":
        shown = repr(raw["input"])[:40]
        return Fault("type", f"{shown} is not known", f"Known are: {', '.join(get_args(Type))}.")
    return fault_of(raw, sorted(KNOWN))
