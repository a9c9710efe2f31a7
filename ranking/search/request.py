"""What a search asks for, already validated; the border (HTTP, CLI) makes it."""

from dataclasses import dataclass, field

from indexing.arrays import Float32Array
from ranking.behaviour.profile import Profile
from ranking.filters.filters import Filter
from ranking.rules.decision import NO_DECISION, Decision
from ranking.rules.situation import ANYWHERE, Situation


@dataclass(frozen=True, slots=True)
class Sort:
    """An explicit order; it replaces ranking. `field` is a numeric column, or `newest`."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search.

    vector: float32[dimension] given by the caller in place of the encoded text, or None.
    forced: filters that the asker cannot see past: for this request nothing else is there, not in
    facets, nor as a way out.
    filters: clauses joined by *and*; each is a facet's own selection if it names one field.
    preferred: filters that hide nothing; of equally good matches those that pass come first.
    facets: field names to count; `auto` among them adds the `auto_facets` attributes most worth
    showing. facet_limit: values of a facet; facet_limits: (field, values) where that differs.
    facets_keep_own: count a facet under its own clauses of `filters`, too. number_values: a number
    field with at most so many values shows them in place of bins.
    extras: `refinements`, `related`, or both: what else to answer with.
    highlights: False leaves marking to the border, which `SearchResult.wanted` tells of what.
    correct, synonyms, entities, categories: steps of understanding; entities is also prices.
    implied: whether a price or size in the text filters.
    page: 1-based. page_size: 0 for totals and facets only, without ranking.
    budget_ms: None for the setting's default. situation: what rules may look at; decision: what
    they decided, which the border asks them before it searches.
    profile: of who asks, if it may be used. region: where they are, if facts tell it apart.
    lacking: what could not be had for this request; answers tell it as degraded.
    """

    text: str = ""
    filters: tuple[Filter, ...] = ()
    preferred: tuple[Filter, ...] = ()
    facets: tuple[str, ...] = ()
    facet_limit: int = 20
    facet_limits: tuple[tuple[str, int], ...] = ()
    facets_keep_own: bool = False
    auto_facets: int = 6
    number_values: int = 0
    sort: Sort | None = None
    page: int = 1
    page_size: int = 20
    vector: Float32Array | None = None
    fields: tuple[str, ...] | None = None
    explain: bool = False
    highlights: bool = True
    relax: bool = True
    correct: bool = True
    synonyms: bool = True
    entities: bool = True
    categories: bool = True
    implied: bool = True
    semantic: bool = True
    diversity: bool = True
    user_id: str | None = None
    session_id: str | None = None
    budget_ms: float | None = None
    extras: tuple[str, ...] = ()
    situation: Situation = field(default=ANYWHERE)
    decision: Decision = field(default=NO_DECISION)
    profile: Profile | None = None
    region: str | None = None
    lacking: tuple[str, ...] = ()
    forced: tuple[Filter, ...] = ()

    @property
    def searched(self) -> str:
        """The text, or what a rule put in its place."""
        return self.text if self.decision.text is None else self.decision.text
