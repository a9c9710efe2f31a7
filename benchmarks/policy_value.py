"""How well inverse propensities foretell the click rate of a policy that did not serve.

`python -m benchmarks.policy_value DATA`; DATA holds `zozo_obd/`: 10,000 logged impressions of a
uniformly random and of a Thompson-sampling (BTS) policy each, men's and women's campaign (Open
Bandit Dataset). Each policy's rate is foretold from the other's log, beside what it had itself.
What BTS does is not given as such: its chances are how often it showed each item at each position.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyarrow import csv

from indexing.arrays import Float64Array, Int64Array
from ranking.learning.clicks.policy_value import value_of
from ranking.learning.significance import Interval, bootstrap_interval

CAMPAIGNS = ("men", "women")


@dataclass(frozen=True, slots=True)
class Logged:
    """items, positions: int64[n]. clicks, chances: float64[n], of the policy that served."""

    items: Int64Array
    positions: Int64Array
    clicks: Float64Array
    chances: Float64Array

    def frequency(self, of: "Logged") -> Float64Array:
        """How often this log shows each item of another at its position, among that position's."""
        size = int(max(self.items.max(), of.items.max())) + 1
        shown = np.bincount(self.positions * size + self.items, minlength=4 * size).reshape(
            -1, size
        )
        shares = shown / np.maximum(shown.sum(axis=1, keepdims=True), 1)
        found: Float64Array = shares[of.positions, of.items]
        return found


def read(path: Path) -> Logged:
    table = csv.read_csv(path)
    return Logged(
        table["item_id"].to_numpy().astype(np.int64),
        table["position"].to_numpy().astype(np.int64),
        table["click"].to_numpy().astype(np.float64),
        table["propensity_score"].to_numpy().astype(np.float64),
    )


def main(arguments: Sequence[str]) -> None:
    folder = Path(arguments[0]) / "zozo_obd"
    sys.stdout.write(
        f"{'click rate in %':<24}{'its own log':>22}{'IPS':>22}{'clipped at 10':>22}{'SNIPS':>22}"
        f"{'effective':>11}\n"
    )
    for campaign in CAMPAIGNS:
        uniform, thompson = (
            read(folder / f"{name}_{campaign}.csv.gz") for name in ("random", "bts")
        )
        even = np.full(len(thompson.items), 1.0 / len(np.unique(uniform.items)))
        for name, log, target, own in (
            (f"BTS, {campaign}", uniform, thompson.frequency(uniform), thompson),
            (f"random, {campaign}", thompson, even, uniform),
        ):
            found = value_of(log.clicks, log.chances, target)
            told = "".join(
                f"{shown(each):>22}"
                for each in (bootstrap_interval(own.clicks), found.ips, found.clipped, found.snips)
            )
            sys.stdout.write(f"{name:<24}{told}{found.effective:11,.0f}\n")


def shown(interval: Interval) -> str:
    return " ".join(f"{100 * each:.2f}" for each in (interval.mean, interval.low, interval.high))


if __name__ == "__main__":
    main(sys.argv[1:])
