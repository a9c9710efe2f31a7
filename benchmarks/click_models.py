"""Click models side by side on sessions that they have not seen: perplexity by rank.

`python -m benchmarks.click_models DATA`; DATA holds `retrotech/sessions.csv.gz`, sessions of a
Best Buy shop that were simulated by others. Three quarters of the sessions are learnt from.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from indexing.arrays import Float64Array
from ranking.learning.clicks.cascade import Cascade
from ranking.learning.clicks.click_log import CLICK, NOTHING, RANKED, ClickLog
from ranking.learning.clicks.dynamic_bayes import DynamicBayes
from ranking.learning.clicks.perplexity import ClickModel, foretold
from ranking.learning.clicks.position_based import PositionBased

RANKS = (1, 2, 3, 5, 10, 20, 30)


class RateOfPosition:
    """The floor: each position is clicked as often as it was."""

    def __init__(self, log: ClickLog) -> None:
        shown = np.bincount(log.positions)
        self._rate = np.bincount(log.positions, log.clicked) / np.maximum(shown, 1)

    def marginal(self, log: ClickLog) -> Float64Array:
        chances: Float64Array = self._rate[log.positions]
        return chances

    conditional = marginal


def read_sessions(path: Path) -> ClickLog:
    """A search is a session and one of its queries; rows by rank."""
    table = csv.read_csv(path)
    table = table.filter(pc.is_valid(table["rank"])).sort_by(
        [("sess_id", "ascending"), ("query", "ascending"), ("rank", "ascending")]
    )
    query = table["query"].combine_chunks().dictionary_encode()
    product = pc.cast(table["clicked_doc_id"], pa.string()).combine_chunks().dictionary_encode()
    queries = query.indices.to_numpy().astype(np.int64)
    sessions = table["sess_id"].to_numpy()
    clicked = np.asarray(table["clicked"].to_numpy(), dtype=np.bool_)
    new = np.diff(sessions, prepend=-1) != 0
    new[1:] |= np.diff(queries) != 0
    firsts = np.flatnonzero(new)
    return ClickLog(
        queries[firsts],
        sessions[firsts].astype(np.int64),
        np.zeros(len(firsts)),
        np.zeros(len(firsts), dtype=np.int64),
        np.zeros(len(firsts), dtype=np.bool_),
        np.append(firsts, len(queries)),
        product.indices.to_numpy().astype(np.int64),
        table["rank"].to_numpy().astype(np.int64) + 1,
        clicked,
        np.where(clicked, CLICK, NOTHING).astype(np.uint8),
        np.full(len(queries), RANKED, dtype=np.uint8),
        tuple(query.dictionary.to_pylist()),
        tuple(product.dictionary.to_pylist()),
    )


def main(arguments: Sequence[str]) -> None:
    log = read_sessions(Path(arguments[0]) / "retrotech" / "sessions.csv.gz")
    held = np.random.default_rng(0).permutation(int(log.users.max()) + 1)[log.users] % 4 == 0
    known, unseen = log.where(~held), log.where(held)
    sys.stdout.write(
        f"{len(log):,} searches, {log.rows:,} rows, {log.clicked.sum():,} clicks; "
        f"{len(unseen):,} searches held out\n"
        f"{'perplexity at rank':<22}" + "".join(f"{rank:>8}" for rank in RANKS)
        + f"{'mean':>9}{'log-lik.':>10}{'fit s':>8}\n"
    )  # fmt: skip
    for name, fit in (
        ("rate of the position", RateOfPosition),
        ("position-based", PositionBased.fit),
        ("cascade", Cascade.fit),
        ("DBN, simplified", DynamicBayes.simplified),
        ("DBN", DynamicBayes.fit),
    ):
        begun = time.monotonic()
        model: ClickModel = fit(known)
        took = time.monotonic() - begun
        told = foretold(model, unseen)
        at = "".join(f"{told.by_position[rank - 1]:8.4f}" for rank in RANKS)
        about = f" γ {model.perseverance:.3f}" if isinstance(model, DynamicBayes) else ""
        line = f"{name + about:<22}{at}{told.mean:9.5f}{told.log_likelihood:10.4f}{took:8.1f}\n"
        sys.stdout.write(line)


if __name__ == "__main__":
    main(sys.argv[1:])
