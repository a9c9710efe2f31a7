"""The numbers that shape an answer: an index's own policy, and the named ones beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from indexing.catalogue.index_config import IndexConfig
from indexing.catalogue.policy_config import OFF, OWN, DiversitySettings, PolicySettings
from ranking.bm25 import Bm25Weights
from ranking.rerank.policy import DiversityPolicy, WindowCap

SHIPPED: Final = "shipped"
"""In place of a model's id: the model that comes with Vitrina."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers that shape an answer; in force for a whole generation.

    coarse_pool, fine_pool: how many groups each stage of ranking takes in.
    min_matches: fewer products than this at one relaxation level open the next.
    model: id of the ranker's model, or SHIPPED; None: the one that CURRENT names.
    """

    bm25: Bm25Weights = field(default_factory=Bm25Weights)
    diversity: DiversityPolicy = field(default_factory=DiversityPolicy)
    min_matches: int = 100
    coarse_pool: int = 1000
    fine_pool: int = 300
    budget_ms: float = 200.0
    model: str | None = None

    @property
    def head(self) -> int:
        """Groups that reranking looks at."""
        return self.diversity.head


def policies_of(config: IndexConfig) -> dict[str, Policy]:
    """The index's own policy, named OWN, then those beside it, which differ where they say so."""
    own = _changed(Policy(), config)
    named = {
        name: replace(_changed(own, settings), model=settings.model)
        for name, settings in config.policies.items()
    }
    return {OWN: own} | named


def _changed(policy: Policy, settings: PolicySettings) -> Policy:
    numbers = {
        name: value
        for name in ("min_matches", "coarse_pool", "fine_pool")
        if (value := getattr(settings, name)) is not None
    }
    weights: Mapping[Any, float] = settings.weights
    return replace(
        policy,
        bm25=policy.bm25.with_weights(weights),
        diversity=_changed_diversity(policy.diversity, settings.diversity),
        **numbers,
    )


def _changed_diversity(policy: DiversityPolicy, settings: DiversitySettings) -> DiversityPolicy:
    given = settings.model_dump(exclude_none=True)
    for name in ("twin_title", "twin_cosine"):
        if given.get(name) == OFF:
            given[name] = None
    if "caps" in given:
        given["caps"] = tuple(WindowCap(**cap) for cap in given["caps"])
    return replace(policy, **given)
