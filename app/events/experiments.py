"""Experiments and what was logged: the horizon beforehand, the report afterwards."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.keys.key import iso
from app.state.tables import open_tables
from ranking.errors import ExperimentError
from ranking.experiments.counted import past_units, read_log
from ranking.experiments.estimates import rate, unit_variance
from ranking.experiments.experiment import Design, Experiment
from ranking.experiments.report import report
from ranking.experiments.store import horizon_of

PAST_DAYS: Final = 28
LEAST_UNITS: Final = 100
"""Of the past that a horizon can be computed from."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """units: of all variants together. mean, sd: of the metric; None where the caller chose."""

    units: int
    mean: float | None = None
    sd: float | None = None

    @property
    def basis(self) -> tuple[float, float] | None:
        return None if self.mean is None or self.sd is None else (self.mean, self.sd)


def told_horizon(design: Design, mean: float, sd: float | None) -> Horizon:
    """Of a baseline that the caller tells; without sd, that of a rate of one search a unit."""
    if sd is None:
        if design.metric == "revenue":
            raise ExperimentError(
                "baseline.sd", "is missing", "Tell how revenue varies between units."
            )
        sd = (max(mean * (1 - mean), 0.0)) ** 0.5
    return Horizon(horizon_of(design, mean, sd), mean, sd)


def past_horizon(folder: Path, shop: str, design: Design, now: float) -> Horizon:
    """Of what units did in the last 28 days. Raises ExperimentError, StateError."""
    with open_tables(folder, now - PAST_DAYS * 86_400, now + 1) as db:
        read_log(db, shop)
        past = past_units(db, design.unit)
    if len(past.since) < LEAST_UNITS:
        raise ExperimentError(
            "baseline", f"is missing, and only {len(past.since)} {design.unit}s of the last "
            f"{PAST_DAYS} days tell what is usual",
            'Tell it: {"mean": 0.3, "sd": 0.5} of the metric, or `horizon` in units.',
        )  # fmt: skip
    metric = "ctr" if design.kind == "interleaved" else design.metric
    sums, searches = past.sums[metric], past.searches
    mean = rate(sums, searches).mean or 0.0
    sd = unit_variance(sums, searches) ** 0.5
    return Horizon(horizon_of(design, mean, sd, float(searches.mean())), mean, sd)


def facts_of(experiment: Experiment) -> dict[str, Any]:
    """As the API and the command show it: times as text, no salt."""
    facts = experiment.model_dump(mode="json", exclude={"salt", "begin"})
    return facts | {
        "state": "running" if experiment.running else "stopped",
        "started_at": iso(experiment.started_at),
        "stopped_at": iso(experiment.stopped_at),
    }


def report_of(folder: Path, shop: str, experiment: Experiment, now: float) -> dict[str, Any]:
    """Raises StateError."""
    with open_tables(folder, experiment.started_at, now + 1) as db:
        read_log(db, shop)
        told = report(db, experiment)
    told["units"]["reached_at"] = iso(told["units"]["reached_at"])
    return {"experiment": facts_of(experiment)} | told
