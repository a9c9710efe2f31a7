"""An experiment as a shop declares it: `experiments.json` in the rules that are in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from indexing.catalogue.policy_config import PolicyName

BUCKETS: Final = 10_000
MOST_RUNNING: Final = 16
MOST_KEPT: Final = 200
"""Of a file; beyond it those that ended first are forgotten."""
_SLACK: Final = 1e-9
Metric = Literal["ctr", "add_to_cart_rate", "conversion_rate", "revenue"]
Unit = Literal["session", "user"]
Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,63}$")]
ModelId = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
_Open = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
_Time = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class Exact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Variant(Exact):
    """share: of the layer's traffic. policy: a named one of the index; None: its own. model: id of
    a kept one, or `shipped`; None: the policy's. allow: users or sessions that are always served
    it, and never counted.
    """

    name: Name
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    policy: PolicyName | None = None
    model: ModelId | None = None
    allow: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(max_length=1_000)
    ] = ()


class Design(Exact):
    """What is to be compared, before it runs. variants: the first is the control.

    layer: experiments of one layer share its traffic, those of others are independent of them.
    kind: `split` gives each unit one variant; `interleaved` mixes two on one page. smallest_effect:
    relative change of the metric that must not be missed; of `interleaved`, by how much the share
    of searches that one side wins may differ from a half. alpha: chance of a difference where there
    is none; power: of finding the smallest effect.
    """

    id: Name
    layer: Name = "ranking"
    kind: Literal["split", "interleaved"] = "split"
    unit: Unit = "session"
    variants: Annotated[tuple[Variant, ...], Field(min_length=2, max_length=8)]
    metric: Metric = "ctr"
    smallest_effect: Annotated[float, Field(ge=0.001, le=10, allow_inf_nan=False)]
    alpha: _Open = 0.05
    power: _Open = 0.8

    @model_validator(mode="after")
    def _adds_up(self) -> "Design":
        names = [variant.name for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError("two variants have one name")
        if self.traffic > 1 + _SLACK:
            raise ValueError(f"the variants' shares add up to {self.traffic:g}, over 1")
        if self.width < len(self.variants):
            raise ValueError(f"the variants' shares are too small: under {1 / BUCKETS:g} each")
        forced = [each for variant in self.variants for each in variant.allow]
        if len(set(forced)) < len(forced):
            raise ValueError("one id is on two lists of `allow`")
        if self.kind == "interleaved":
            self._is_fair()
        return self

    def _is_fair(self) -> None:
        if len(self.variants) != 2:
            raise ValueError("interleaving compares two variants")
        if abs(self.variants[0].share - self.variants[1].share) > _SLACK:
            raise ValueError("interleaving shows both sides alike: give both the same share")
        if self.smallest_effect > 0.5:
            raise ValueError("smallest_effect of interleaving is a share of wins: at most 0.5")

    @property
    def control(self) -> Variant:
        return self.variants[0]

    @property
    def traffic(self) -> float:
        """Share of the layer."""
        return sum(variant.share for variant in self.variants)

    @property
    def width(self) -> int:
        """Buckets of the layer."""
        return min(round(self.traffic * BUCKETS), BUCKETS)

    @property
    def varied(self) -> frozenset[str]:
        """What variants name: `policy`, `model`; nothing in a test of A against A."""
        policies = any(variant.policy for variant in self.variants)
        models = any(variant.model for variant in self.variants)
        return frozenset([*(["policy"] if policies else []), *(["model"] if models else [])])


class Experiment(Design):
    """begin: its first bucket of the layer; it has the `width` ones from there. salt: of who gets
    which variant. horizon: units that all variants together must have before anything is decided,
    computed from the metric's mean and standard deviation a unit. Times are seconds since the
    epoch.
    """

    begin: Annotated[int, Field(ge=0, le=BUCKETS)]
    salt: Annotated[str, Field(min_length=8, max_length=64)]
    horizon: Annotated[int, Field(ge=2, le=10**9)]
    mean: float | None = None
    sd: float | None = None
    started_at: _Time
    stopped_at: _Time | None = None

    @property
    def running(self) -> bool:
        return self.stopped_at is None

    @property
    def end(self) -> int:
        return self.begin + self.width


@dataclass(frozen=True, slots=True)
class Experiments:
    """known: all, the latest last. running: those that are served. problems: why others are not."""

    known: tuple[Experiment, ...] = ()
    running: tuple[Experiment, ...] = ()
    problems: tuple[str, ...] = ()

    def less(self, broken: dict[str, str]) -> "Experiments":
        """Without these: id → what is wrong. Everybody is served as if they were not running."""
        told = [f"experiment {name} is not served: {why}" for name, why in broken.items()]
        left = tuple(each for each in self.running if each.id not in broken)
        return Experiments(self.known, left, (*self.problems, *told))


NO_EXPERIMENTS: Final = Experiments()
_FILE: Final = TypeAdapter(tuple[Experiment, ...])


def parse_experiments(text: str) -> Experiments:
    """Of the file's text. What cannot be used is told, it does not stop the service."""
    if not text.strip():
        return NO_EXPERIMENTS
    try:
        known = _FILE.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        return Experiments(problems=(f"experiments.json: {place}: {first['msg']}",))
    running: list[Experiment] = []
    problems = []
    for each in known:
        if each.running:
            why = conflict(each, running) or _overlap(each, running)
            if why is None:
                running.append(each)
            else:
                problems.append(f"experiment {each.id} is not served: {why}")
    return Experiments(known, tuple(running), tuple(problems))


def written(experiments: Sequence[Experiment]) -> str:
    """The file's text; the inverse of `parse_experiments`."""
    return _FILE.dump_json(tuple(experiments), indent=1, exclude_defaults=True).decode() + "\n"


def conflict(design: Design, running: Sequence[Experiment]) -> str | None:
    """Why it cannot run beside these, whatever buckets it had."""
    if len(running) >= MOST_RUNNING:
        return f"{len(running)} experiments run already; stop one first"
    for other in running:
        if other.id == design.id:
            return f"an experiment {design.id!r} runs already"
        both = other.varied & design.varied
        if other.layer != design.layer and both:
            return (
                f"layers {design.layer!r} and {other.layer!r} overlap: {other.id} chooses the "
                f"{' and '.join(sorted(both))} too. Put both into one layer"
            )
    return None


def _overlap(experiment: Experiment, running: Sequence[Experiment]) -> str | None:
    for other in running:
        same = other.layer == experiment.layer
        if same and experiment.begin < other.end and other.begin < experiment.end:
            return f"it has buckets of {other.id} in layer {other.layer!r}"
    return f"its buckets end beyond {BUCKETS}" if experiment.end > BUCKETS else None


def free_buckets(design: Design, running: Sequence[Experiment]) -> int | None:
    """Where in its layer there is room for it: the first of the buckets. None: nowhere."""
    begin = 0
    for other in sorted((e for e in running if e.layer == design.layer), key=lambda e: e.begin):
        if other.begin - begin >= design.width:
            return begin
        begin = max(begin, other.end)
    return begin if BUCKETS - begin >= design.width else None
