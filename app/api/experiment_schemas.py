"""Shapes of what is answered about experiments; docs/experiments.md."""

from typing import Literal

from pydantic import Field

from app.api.schemas import Exact


class EstimateShape(Exact):
    """low, high: ends of the interval, null of fewer than two units."""

    mean: float | None
    low: float | None
    high: float | None


class VariantShape(Exact):
    name: str
    share: float
    policy: str | None
    model: str | None
    allow: list[str]


class ExperimentShape(Exact):
    """horizon: units of all variants together that are waited for; mean, sd: of the metric, what
    it was computed from.
    """

    id: str
    layer: str
    kind: Literal["split", "interleaved"]
    unit: Literal["session", "user"]
    variants: list[VariantShape]
    metric: str
    smallest_effect: float
    alpha: float
    power: float
    horizon: int
    mean: float | None
    sd: float | None
    state: Literal["running", "stopped"]
    started_at: str
    stopped_at: str | None


class ExperimentsAnswer(Exact):
    items: list[ExperimentShape]
    served: list[str] = Field(description="Ids of those that this worker serves now.")
    problems: list[str] = Field(description="Why some are not served.")


class UnitsShape(Exact):
    counted: int
    horizon: int
    reached_at: str | None = Field(description="When there were as many as the horizon wants.")
    in_two_variants: int | None = Field(None, description="Counted in none.")


class SampleRatioShape(Exact):
    observed: dict[str, int]
    expected: dict[str, float]
    chi_square: float
    p_value: float
    mismatch: bool = Field(description="Below 0.001: the experiment is broken.")


class VariantOutcomes(Exact):
    """Shares of searches; revenue: of one search."""

    name: str
    units: int
    searches: int
    ctr: EstimateShape
    add_to_cart_rate: EstimateShape
    conversion_rate: EstimateShape
    revenue: EstimateShape


class DifferenceShape(Exact):
    """Of a variant from the control."""

    absolute: EstimateShape
    relative: EstimateShape
    p_value: float | None


class VariantDifferences(Exact):
    variant: str
    against: str
    ctr: DifferenceShape
    add_to_cart_rate: DifferenceShape
    conversion_rate: DifferenceShape
    revenue: DifferenceShape


class PreferenceShape(EstimateShape):
    """By how much the share of won searches differs from a half."""

    of: str
    p_value: float | None


class VerdictShape(Exact):
    """Of what was logged until the horizon was reached; before it nothing is decided."""

    decided: bool
    winner: str | None
    why: str


class ExperimentReport(Exact):
    """sample_ratio, variants, differences: of `split`. searches, wins, ties, clicks, preference: of
    `interleaved`.
    """

    index: str
    complete: bool = Field(description="False: what was sent last is not in it yet.")
    experiment: ExperimentShape
    units: UnitsShape
    sample_ratio: SampleRatioShape | None = None
    variants: list[VariantOutcomes] | None = None
    differences: list[VariantDifferences] | None = None
    searches: int | None = None
    wins: dict[str, int] | None = None
    ties: int | None = None
    clicks: dict[str, int] | None = None
    preference: PreferenceShape | None = None
    verdict: VerdictShape
