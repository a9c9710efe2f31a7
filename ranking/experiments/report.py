"""What an experiment says, and what it must not say yet."""

from typing import Any, Final

import duckdb
import numpy as np

from indexing.arrays import Float64Array
from ranking.experiments.counted import METRICS, Points, Units, expose, points, units
from ranking.experiments.estimates import (
    MISMATCH,
    Difference,
    Estimate,
    difference,
    p_value,
    preference,
    rate,
    sample_ratio,
)
from ranking.experiments.experiment import Experiment

_DIGITS: Final = 6


def report(db: duckdb.DuckDBPyConnection, experiment: Experiment) -> dict[str, Any]:
    """db: as `read_log` prepares it, with the log since the experiment's start.

    Numbers of all that was logged, and a verdict of what was logged until the horizon was reached:
    to look again later does not change it.
    """
    expose(db, experiment)
    if experiment.kind == "interleaved":
        return _of_shared_pages(db, experiment)
    found = units(db, experiment)
    reached = _reached(found.since, experiment)
    told = _sample(found, experiment)
    until = found if reached is None else units(db, experiment, reached)
    progress = _progress(len(found.since), reached, experiment)
    return {
        "units": progress | {"in_two_variants": found.mixed},
        "sample_ratio": told,
        "variants": _variants(found, experiment),
        "differences": _differences(found, experiment),
        "verdict": _verdict(until, reached, experiment),
    }


def comparisons_alpha(experiment: Experiment) -> float:
    """Of one comparison, so that all together keep the experiment's (Bonferroni)."""
    return experiment.alpha / (len(experiment.variants) - 1)


def _reached(since: Float64Array, experiment: Experiment) -> float | None:
    """When as many units as the horizon wants had come; None: not yet."""
    return float(since[experiment.horizon - 1]) if len(since) >= experiment.horizon else None


def _progress(count: int, reached: float | None, experiment: Experiment) -> dict[str, Any]:
    return {"counted": count, "horizon": experiment.horizon, "reached_at": reached}


def _sample(found: Units, experiment: Experiment) -> dict[str, Any]:
    names = [variant.name for variant in experiment.variants]
    shares = [variant.share for variant in experiment.variants]
    observed = np.bincount(found.variants, minlength=len(names)).tolist()
    chi_square, p = sample_ratio(observed, shares)
    whole, total = sum(shares), sum(observed)
    return {
        "observed": dict(zip(names, observed, strict=True)),
        "expected": {n: round(total * s / whole, 1) for n, s in zip(names, shares, strict=True)},
        "chi_square": round(chi_square, 4),
        "p_value": p,
        "mismatch": p < MISMATCH,
    }


def _variants(found: Units, experiment: Experiment) -> list[dict[str, Any]]:
    told = []
    for place, variant in enumerate(experiment.variants):
        mine = found.of(place)
        told.append(
            {"name": variant.name, "units": len(mine.since), "searches": int(mine.searches.sum())}
            | {m: _estimate(rate(mine.sums[m], mine.searches, experiment.alpha)) for m in METRICS}
        )
    return told


def _differences(found: Units, experiment: Experiment) -> list[dict[str, Any]]:
    alpha = comparisons_alpha(experiment)
    control = found.of(0)
    told = []
    for place, variant in enumerate(experiment.variants[1:], 1):
        other = found.of(place)
        metrics: dict[str, Any] = {
            metric: _told(
                difference(
                    rate(control.sums[metric], control.searches),
                    rate(other.sums[metric], other.searches),
                    alpha,
                )
            )
            for metric in METRICS
        }
        sides = {"variant": variant.name, "against": experiment.control.name}
        told.append(sides | metrics)
    return told


def _verdict(until: Units, reached: float | None, experiment: Experiment) -> dict[str, Any]:
    """until: what was logged until the horizon was reached."""
    if reached is None:
        return _too_early(len(until.since), experiment)
    shares = [variant.share for variant in experiment.variants]
    observed = np.bincount(until.variants, minlength=len(shares)).tolist()
    _, p = sample_ratio(observed, shares)
    if p < MISMATCH:
        return _undecided(
            f"the variants' units are not as their shares say (p = {p:.2g}): something loses "
            "or adds units of one of them, and no number of this experiment can be trusted. Find "
            "out what, and start another."
        )
    metric, alpha = experiment.metric, comparisons_alpha(experiment)
    rates = [
        rate(mine.sums[metric], mine.searches)
        for mine in (until.of(place) for place in range(len(shares)))
    ]
    gaps = [difference(rates[0], other, alpha) for other in rates[1:]]
    better = [
        (gap.absolute.mean or 0.0, place)
        for place, gap in enumerate(gaps, 1)
        if gap.absolute.low is not None and gap.absolute.low > 0
    ]
    worse = [gap.absolute.high is not None and gap.absolute.high < 0 for gap in gaps]
    if better:
        return _won(experiment.variants[max(better)[1]].name, metric)
    if all(worse):
        return _won(experiment.control.name, metric)
    return _none_better(experiment)


def _too_early(count: int, experiment: Experiment) -> dict[str, Any]:
    ended = "" if experiment.running else ", and was stopped before it had them"
    return _undecided(
        f"too early: {count:,} of {experiment.horizon:,} units{ended}. Whoever stops at the first "
        "difference that looks large finds one in experiments without any."
    )


def _undecided(why: str) -> dict[str, Any]:
    return {"decided": False, "winner": None, "why": why}


def _won(name: str, metric: str) -> dict[str, Any]:
    return {"decided": True, "winner": name, "why": f"the interval of {metric} excludes 0"}


def _none_better(experiment: Experiment) -> dict[str, Any]:
    return {
        "decided": True,
        "winner": None,
        "why": "the interval holds 0: an effect of the size that must not be missed would have "
        f"been found with probability {experiment.power:g}",
    }


def _of_shared_pages(db: duckdb.DuckDBPyConnection, experiment: Experiment) -> dict[str, Any]:
    found = points(db, experiment)
    reached = _reached(found.since, experiment)
    until = found if reached is None else points(db, experiment, reached)
    names = [variant.name for variant in experiment.variants]
    if reached is None:
        verdict = _too_early(len(found.since), experiment)
    else:
        verdict = _preferred(until, experiment)
    won, clicks = found.won.sum(axis=0), found.clicks.sum(axis=0)
    estimate = preference(found.won, experiment.alpha)
    return {
        "units": _progress(len(found.since), reached, experiment),
        "searches": int(found.searches.sum()),
        "wins": dict(zip(names, won.astype(int).tolist(), strict=True)),
        "ties": int(found.tied.sum()),
        "clicks": dict(zip(names, clicks.astype(int).tolist(), strict=True)),
        "preference": _estimate(estimate) | {"of": names[1], "p_value": _p_of(estimate)},
        "verdict": verdict,
    }


def _preferred(until: Points, experiment: Experiment) -> dict[str, Any]:
    found = preference(until.won, experiment.alpha)
    if found.low is None or found.high is None or found.low <= 0 <= found.high:
        return _none_better(experiment)
    winner = experiment.variants[1 if found.low > 0 else 0]
    return _won(winner.name, "the preference")


def _p_of(estimate: Estimate) -> float | None:
    if estimate.mean is None or estimate.variance is None:
        return None
    return p_value(estimate.mean, estimate.variance)


def _told(found: Difference) -> dict[str, Any]:
    return {
        "absolute": _estimate(found.absolute),
        "relative": _estimate(found.relative),
        "p_value": found.p_value,
    }


def _estimate(found: Estimate) -> dict[str, float | None]:
    ends = (("mean", found.mean), ("low", found.low), ("high", found.high))
    return {name: None if value is None else round(value, _DIGITS) for name, value in ends}
