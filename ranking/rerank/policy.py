"""What a page of results should look like as a whole."""

from dataclasses import dataclass
from typing import Literal

_SHARES = (
    "relevance_gap", "relevance_weight", "key_share", "twin_title", "twin_cosine", "twin_gap",
)  # fmt: skip


class PolicyError(ValueError):
    """A diversity policy asks for something that cannot be done."""


@dataclass(frozen=True, slots=True)
class WindowCap:
    """At most `most` products of the same `key` in any `window` consecutive positions.

    hard: kept even by products that are much less relevant, as long as there are any.
    """

    key: str
    most: int
    window: int
    hard: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.most <= self.window:
            raise PolicyError(
                f"cap on {self.key}: at most {self.most} in {self.window} positions makes no "
                "sense. Choose 1 ≤ most ≤ window."
            )


@dataclass(frozen=True, slots=True)
class DiversityPolicy:
    """How far the head of a list may be rearranged. Order of stages: as the fields below.

    head: products looked at, from the top; what follows keeps its place.
    relevance_gap: nothing is lifted above a product whose expected gain is higher by more than
      this, but by a hard cap. Gains are 0 to 1 (`GainCurve`); of a ranker without a curve they are
      the scores, scaled so that the head spans 0 to 1. 0: nothing moves past a better one. 1: no
      floor.
    twin_keys: products that share one of these keys are near-identical; so are those with
      titles at least `twin_title` alike (Jaccard of terms) or vectors at least `twin_cosine`
      alike; None switches a test off. All off, and the stage is off.
    twin_gap: a near-identical product waits only for products whose expected gain is at most this
      much lower, as some like the second size or pack better than any other product.
    spread: `mmr` or `dpp` over the first `spread_depth` positions, or `off`.
    relevance_weight: 1 is relevance only, 0 diversity only.
    similar_keys, key_share: similarity is the share of equal keys among these, mixed with
      the vectors' (1 + cosine) / 2: key_share · keys + (1 − key_share) · vectors.
    caps: window caps, the most important first; they are relaxed from the last to the first.

    The defaults are measured, see docs/diversity.md.
    """

    head: int = 100
    relevance_gap: float = 0.14
    twin_keys: tuple[str, ...] = ()
    twin_title: float | None = 0.9
    twin_cosine: float | None = 0.98
    twin_gap: float = 0.01
    spread: Literal["off", "mmr", "dpp"] = "off"
    spread_depth: int = 50
    relevance_weight: float = 0.9
    similar_keys: tuple[str, ...] = ("brand", "category")
    key_share: float = 0.3
    caps: tuple[WindowCap, ...] = (WindowCap("brand", 3, 10),)

    def __post_init__(self) -> None:
        for name in _SHARES:
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise PolicyError(f"{name} must lie between 0 and 1, not {value}.")
        if self.head < 0 or self.spread_depth < 0:
            raise PolicyError("head and spread_depth count positions: 0 or more.")
        if self.spread not in ("off", "mmr", "dpp"):
            raise PolicyError(f"spread must be off, mmr or dpp, not {self.spread!r}.")
        if len(self.caps) > 32:
            raise PolicyError(f"{len(self.caps)} caps; at most 32 can be held at once.")

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the fields that are looked at, each once."""
        spread = self.similar_keys if self.spread != "off" else ()
        return tuple(dict.fromkeys([*self.twin_keys, *spread, *(cap.key for cap in self.caps)]))

    @property
    def finds_twins(self) -> bool:
        return bool(self.twin_keys) or self.twin_title is not None or self.twin_cosine is not None


NO_DIVERSITY = DiversityPolicy(
    twin_keys=(), twin_title=None, twin_cosine=None, spread="off", caps=()
)
