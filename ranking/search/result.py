"""What a search answers; the border turns it into JSON."""

from dataclasses import dataclass, replace
from typing import Any

from indexing.arrays import Float32Array
from ranking.search.candidates import Placed
from ranking.suggestions.item import QueryItem


@dataclass(frozen=True, slots=True)
class ChannelHit:
    """How one recall channel found a product: its rank there (1-based) and its score."""

    name: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One product (group) of the page.

    score: never rises down the list: the lowest rank_score so far. rank_score: the ranker's own,
    which the reranker may have gone against; None under a sort.
    product: its catalogue line as JSON bytes, to be spliced into the answer.
    level: relaxation level that matched it (0 all terms; 4 found by meaning only).
    variants: number of matching products in its group.
    highlights: field → escaped text with <em> marks, and offsets in code points.
    placed: the rule that put it there, if one did.
    """

    id: str
    score: float
    rank_score: float | None
    level: int
    channels: tuple[ChannelHit, ...]
    product: bytes
    variants: int
    highlights: dict[str, Any]
    explanation: dict[str, Any] | None = None
    placed: Placed | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str | float
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """Counts of one field, in products (groups).

    type: `keyword`, `category` (a tree; values are paths "A > B") or `number` (values are
    histogram bins by lower edge, with min and max). distinct: values that products here have,
    shown or not; other: products of those not shown, added up (in a tree, of the nearest ones
    that are not shown, as a path counts what lies below it). Both None for numbers.
    """

    type: str
    values: tuple[FacetValue, ...]
    min: float | None = None
    max: float | None = None
    distinct: int | None = None
    other: int | None = None

    def seen(self) -> "Facet":
        """Less values that are shown for being selected alone: that they exist tells of others."""
        if self.type == "number":
            return self
        return replace(self, values=tuple(each for each in self.values if each.count))


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage took in, let out, and how long it took; `skipped` says why it did not run."""

    name: str
    taken: int
    passed: int
    ms: float
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What was given up because too few products matched all terms."""

    level: int
    dropped: tuple[str, ...]
    scope: str


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer to one search, in page order. `query` tells what was understood.

    refinements, related: None unless the request asked for them. features: float32[≤ hits,
    features], those that the ranker saw of the first of them (NaN where it saw none), or None.
    wanted: each word of the query and the terms that may have matched it, if the border is to mark
    them. teams: where two rankers share the page, whose each hit is. rules: which fired, and what
    they say to the shop's page. marks: why each hit was given its place, `explored` or
    `little_known`, empty where it stands by itself; () if all do.
    """

    query: dict[str, Any]
    hits: tuple[Hit, ...]
    total: int
    total_strict: int
    facets: dict[str, Facet]
    page: int
    page_size: int
    stages: tuple[Stage, ...]
    degraded: tuple[str, ...]
    relaxed: Relaxed | None
    did_you_mean: tuple[str, ...]
    fallback_hits: tuple[Hit, ...] = ()
    refinements: tuple[QueryItem, ...] | None = None
    related: tuple[QueryItem, ...] | None = None
    features: Float32Array | None = None
    wanted: tuple[tuple[str, frozenset[str]], ...] = ()
    teams: tuple[str, ...] = ()
    rules: dict[str, Any] | None = None
    marks: tuple[str, ...] = ()
