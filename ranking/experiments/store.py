"""Experiments of an index: begun and ended as its other rules are changed, in force at once."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Final

from indexing.catalogue.policy_config import OWN
from indexing.current import read_current
from ranking.errors import ExperimentError
from ranking.experiments.estimates import units_needed
from ranking.experiments.experiment import (
    BUCKETS,
    MOST_KEPT,
    Design,
    Experiment,
    Experiments,
    conflict,
    free_buckets,
    parse_experiments,
    written,
)
from ranking.policy import SHIPPED
from ranking.rules.store import EXPERIMENTS, Edit, publish_rules, read_rules_file

MOST_UNITS: Final = 10**9


def read_experiments(index: Path) -> Experiments:
    """Of the rules in force. Raises RulesError, SnapshotError."""
    current = read_current(index)
    text = read_rules_file(index, current.rules if current else None, EXPERIMENTS)
    return parse_experiments(text)


def check_names(design: Design, policies: Collection[str], models: Collection[str]) -> None:
    """Raises ExperimentError if a variant names what the index has not."""
    for variant in design.variants:
        if variant.policy is not None and variant.policy not in {OWN, *policies}:
            known = ", ".join((OWN, *sorted(policies)))
            raise ExperimentError(
                "policy", f"the index has no policy {variant.policy!r}", f"It has: {known}."
            )
        if variant.model is not None and variant.model not in {SHIPPED, *models}:
            known = ", ".join((SHIPPED, *sorted(models)))
            raise ExperimentError(
                "model", f"the index has no model {variant.model!r}", f"It has: {known}."
            )


def horizon_of(design: Design, mean: float, sd: float, searches_a_unit: float = 1.0) -> int:
    """Units of all variants together. mean, sd: of the metric, the latter a unit's
    (`unit_variance`). Raises ExperimentError where no number is enough.
    """
    alpha = design.alpha / (len(design.variants) - 1)
    if design.kind == "interleaved":  # a search that somebody wins is a toss of a coin
        won = units_needed(0.25, design.smallest_effect, (0.5, 0.5), alpha, design.power) / 4
        needed = won / max(mean * searches_a_unit, 1e-9)
    else:
        effect, shares = mean * design.smallest_effect, [each.share for each in design.variants]
        if effect <= 0 or sd <= 0:
            raise ExperimentError(
                "baseline", f"{design.metric} is {mean:g} with a standard deviation of {sd:g}",
                "Choose a metric that is not 0, or tell another baseline.",
            )  # fmt: skip
        needed = units_needed(sd * sd, effect, shares, alpha, design.power)
    if not needed <= MOST_UNITS:
        raise ExperimentError(
            "smallest_effect", f"needs {needed:.3g} units", "Ask for a larger effect."
        )
    return max(int(needed + 0.999), 2)


def begin_experiment(
    index: Path, design: Design, horizon: int, basis: tuple[float, float] | None, now: datetime
) -> tuple[Experiment, str]:
    """The experiment as it runs, and the id of the rules in force.

    basis: mean and standard deviation that the horizon was computed from.
    Raises ExperimentError if it cannot run beside the others, RulesError.
    """
    begun: list[Experiment] = []

    def edit(text: str) -> str:
        there = _usable(text)
        if any(each.id == design.id for each in there.known):
            raise ExperimentError(
                "id", f"there is an experiment {design.id!r} already", "Choose another id."
            )
        running = [each for each in there.known if each.running]
        why = conflict(design, running)
        if why is not None:
            raise ExperimentError("layer", why, "Or wait until it has ended.")
        begin = free_buckets(design, running)
        if begin is None:
            raise ExperimentError("shares", *_full(design, running))
        mean, sd = basis or (None, None)
        made = Experiment(
            **dict(design), begin=begin, salt=token_hex(8), horizon=horizon, mean=mean, sd=sd,
            started_at=now.timestamp(),
        )  # fmt: skip
        begun.append(made)
        return written([*_kept(there), made])

    return _published(index, edit, now, begun)


def end_experiment(index: Path, experiment_id: str, now: datetime) -> tuple[Experiment, str]:
    """It is served no more; what it found stays. Raises ExperimentError, RulesError."""
    ended: list[Experiment] = []

    def edit(text: str) -> str:
        known = list(_usable(text).known)
        for place, each in enumerate(known):
            if each.id == experiment_id and each.running:
                known[place] = each.model_copy(update={"stopped_at": now.timestamp()})
                ended.append(known[place])
        if not ended:
            raise ExperimentError(
                "id", f"no experiment {experiment_id!r} is running",
                "GET /v1/admin/experiments lists them.",
            )  # fmt: skip
        return written(known)

    return _published(index, edit, now, ended)


def _published(
    index: Path, edit: Edit, now: datetime, made: list[Experiment]
) -> tuple[Experiment, str]:
    rules_id = publish_rules(index, {EXPERIMENTS: edit}, now)
    return made[0], rules_id


def _usable(text: str) -> Experiments:
    there = parse_experiments(text)
    if text.strip() and not there.known:
        raise ExperimentError("experiments.json", there.problems[0], "Mend the file first.")
    return there


def _kept(there: Experiments) -> list[Experiment]:
    """Less those that ended first, beyond what a file holds."""
    ended = sorted((e.stopped_at, e.id) for e in there.known if e.stopped_at is not None)
    gone = {name for _, name in ended[: max(len(there.known) - MOST_KEPT + 1, 0)]}
    return [each for each in there.known if each.id not in gone]


def _full(design: Design, running: list[Experiment]) -> tuple[str, str]:
    of_layer = [each for each in running if each.layer == design.layer]
    taken = ", ".join(f"{each.id} {each.traffic:g}" for each in of_layer)
    left = 1 - sum(each.width for each in of_layer) / BUCKETS
    return (
        f"add up to {design.traffic:g}, and layer {design.layer!r} has no such room left in one "
        f"piece ({left:g} in all; running: {taken})",
        "Give it less, stop another, or use another layer.",
    )
