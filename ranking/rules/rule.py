"""A merchandising rule: when it fires, and what it does then. docs/merchandising.md."""

import math
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from ranking.filters.filters import FilterError
from ranking.filters.url_syntax import parse_filters
from ranking.rules.addresses import checked_address

MOST_PINS: Final = 100
MOST_POSITION: Final = 1_000
MOST_DATA_BYTES: Final = 10_000
MOST_WORDS: Final = 20
MOST_PLACEHOLDERS: Final = 3
PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_MARKUP = re.compile(r"<\s*[!/?a-z]", re.IGNORECASE)


def _as_list(raw: Any) -> Any:
    """One stands for a list of one."""
    return raw if isinstance(raw, list | tuple) or raw is None else [raw]


def _plain_text(text: str) -> str:
    if _MARKUP.search(text):
        raise ValueError("holds markup; it is shown as plain text. Write it without tags")
    return text


def _filter_text(text: str) -> str:
    """A placeholder may stand for a value."""
    try:
        parse_filters((text,))
    except FilterError as error:
        raise ValueError(f"{error.problem}. {error.remedy}") from None
    return text


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
ProductName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512)]
Shown = Annotated[Text, AfterValidator(_plain_text)]
FilterText = Annotated[
    str, StringConstraints(min_length=3, max_length=2_000), AfterValidator(_filter_text)
]
Address = Annotated[
    str, StringConstraints(min_length=1, max_length=2_000), AfterValidator(checked_address)
]
Some = BeforeValidator(_as_list)
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class QueryText(_Part):
    """One of: the whole query `is` this, it `contains` these words side by side, or the whole of it
    `matches` words and placeholders: `{brand} lamp`.
    """

    is_: Annotated[str, Field(max_length=200)] | None = Field(default=None, alias="is")
    contains: Text | None = None
    matches: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [each for each in (self.is_, self.contains, self.matches) if each is not None]
        if len(given) != 1:
            raise ValueError('write one of {"is": …}, {"contains": …}, {"matches": …}')
        if len(given[0].split()) > MOST_WORDS:
            raise ValueError(f"has more than {MOST_WORDS} words. Name fewer")
        names = PLACEHOLDER.findall(given[0])
        if len(names) > MOST_PLACEHOLDERS or len(set(names)) < len(names):
            raise ValueError(
                f"has more than {MOST_PLACEHOLDERS} placeholders, or one twice. Use fewer"
            )
        if self.matches is None and names:
            raise ValueError("has a placeholder; only `matches` may have them")
        if set("{}") & set(PLACEHOLDER.sub("", given[0])):
            raise ValueError("has a brace without its other. Write placeholders like {brand}")
        return self


class Conditions(_Part):
    """All that are given must hold; of a list, one.

    category: the request filters by this category, or by one below it. filter: by values that are
    all among these. context, segment, region, device: as the request says. from, to: from this
    moment until before that. share: of the sessions (or users), always the same ones.
    """

    query: Annotated[tuple[QueryText, ...], Some, Field(max_length=50)] = ()
    category: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    filter: Annotated[tuple[FilterText, ...], Some, Field(max_length=10)] = ()
    context: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    segment: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    region: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    device: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    from_: datetime | None = Field(default=None, alias="from")
    to: datetime | None = None
    share: Annotated[float, Field(gt=0, le=1)] | None = None

    @field_validator("filter")
    @classmethod
    def _values(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            if text.startswith("-") or ":" not in text or text.endswith(":*"):
                raise ValueError(f"{text[:60]!r} is no condition. Write field:value|value")
        return texts

    @field_validator("from_", "to")
    @classmethod
    def _with_zone(cls, moment: datetime | None) -> datetime | None:
        return moment.replace(tzinfo=UTC) if moment is not None and not moment.tzinfo else moment

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError("the time window never opens: `from` is not before `to`")
        return self

    @property
    def begins(self) -> float:
        return -math.inf if self.from_ is None else self.from_.timestamp()

    @property
    def ends(self) -> float:
        return math.inf if self.to is None else self.to.timestamp()


class Pin(_Part):
    """position: from 1, over all pages."""

    product: ProductName
    position: int = Field(ge=1, le=MOST_POSITION)


class Push(_Part):
    """Products that pass the filters count as if they stood `strength` + 1 times higher (boost) or
    lower (bury): strength 1 makes place 20 count as 10, or as 40.
    """

    filter: Annotated[tuple[FilterText, ...], Some, Field(min_length=1, max_length=10)]
    strength: float = Field(1.0, ge=0.01, le=1_000)


class Banner(_Part):
    """Plain text, shown as such."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
                    AfterValidator(_plain_text)]  # fmt: skip
    url: Address | None = None
    image: Address | None = None


class FacetOrder(_Part):
    """order: facets that come first. hide: facets that are not shown. values: of a facet, those
    that come first.
    """

    order: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    hide: Annotated[tuple[Text, ...], Some, Field(max_length=50)] = ()
    values: dict[Text, Annotated[tuple[Text, ...], Some, Field(max_length=100)]] = Field(
        {}, max_length=50
    )


class Sponsored(_Part):
    """Places for paid products: `first`, then every `every`-th, at most `most`; taken in the order
    of `products` by those that the query finds and the filters leave.
    """

    products: Annotated[tuple[ProductName, ...], Some, Field(min_length=1, max_length=MOST_PINS)]
    label: Annotated[Shown, Field(max_length=60)] = "Sponsored"
    first: int = Field(1, ge=1, le=MOST_POSITION)
    every: int = Field(5, ge=2, le=MOST_POSITION)
    most: int = Field(3, ge=1, le=50)


class Actions(_Part):
    """At least one of them.

    pin: products at positions; plain ids stand at 1, 2, … hide: products, with their variants.
    filter: only these products are found. query: is searched in place of the query. data: for the
    shop's page.
    """

    pin: Annotated[tuple[Pin, ...], Some, Field(max_length=MOST_PINS)] = ()
    hide: Annotated[tuple[ProductName, ...], Some, Field(max_length=1_000)] = ()
    boost: Annotated[tuple[Push, ...], Some, Field(max_length=20)] = ()
    bury: Annotated[tuple[Push, ...], Some, Field(max_length=20)] = ()
    filter: Annotated[tuple[FilterText, ...], Some, Field(max_length=20)] = ()
    query: Text | None = None
    redirect: Address | None = None
    banner: Banner | None = None
    data: dict[str, Any] | None = None
    facets: FacetOrder | None = None
    sponsored: Sponsored | None = None

    @field_validator("pin", mode="before")
    @classmethod
    def _placed(cls, raw: Any) -> Any:
        pins = _as_list(raw)
        if not isinstance(pins, list | tuple):
            return pins
        return [
            {"product": pin, "position": place} if isinstance(pin, str) else pin
            for place, pin in enumerate(pins, 1)
        ]

    @field_validator("data")
    @classmethod
    def _small(cls, data: dict[str, Any] | None) -> dict[str, Any] | None:
        try:
            size = 0 if data is None else len(orjson.dumps(data))
        except (orjson.JSONEncodeError, RecursionError):
            raise ValueError("cannot be said in JSON. Use texts, numbers, lists, objects") from None
        if size > MOST_DATA_BYTES:
            raise ValueError(f"has {size:,} bytes. Send at most {MOST_DATA_BYTES:,}")
        return data

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if not any(getattr(self, name) for name in _ACTIONS):
            raise ValueError("does nothing. Name at least one of: " + ", ".join(_ACTIONS))
        products = [pin.product for pin in self.pin]
        positions = [pin.position for pin in self.pin]
        if len(set(products)) < len(products):
            raise ValueError("pins a product twice. Give each product one position")
        if len(set(positions)) < len(positions):
            raise ValueError("pins two products to one position. Give each its own")
        both = set(products) & set(self.hide)
        if both:
            raise ValueError(f"pins and hides {min(both)!r}. Take it out of one of the two")
        if {push.filter for push in self.boost} & {push.filter for push in self.bury}:
            raise ValueError("boosts and buries the same products. Take one of the two out")
        return self


_ACTIONS: Final = tuple(Actions.model_fields)


class Rule(_Part):
    """priority: the higher one is asked first, and wins where two want the same; equals by id."""

    id: RuleId
    name: Annotated[str, Field(max_length=200)] = ""
    enabled: bool = True
    priority: int = Field(0, ge=-1_000, le=1_000)
    when: Conditions = Conditions()
    then: Actions

    @model_validator(mode="after")
    def _said(self) -> Self:
        """Placeholders of the actions must be said by every pattern."""
        used = set(PLACEHOLDER.findall(" ".join((*self.then.filter, self.then.query or ""))))
        for text in self.when.query if used else ():
            if missing := used - set(PLACEHOLDER.findall(text.matches or "")):
                raise ValueError(
                    f"uses {{{min(missing)}}}, which {text.matches or 'a condition'!r} does not say"
                )
        if used and not self.when.query:
            raise ValueError(f"uses {{{min(used)}}}, and has no `matches` that says it")
        return self

    def facts(self) -> dict[str, Any]:
        """As JSON, without what is as by default."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
