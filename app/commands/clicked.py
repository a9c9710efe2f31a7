"""An index and what was clicked in it, as `train --from events` opens them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.commands.published import published
from app.settings import load_settings
from app.state.sweeper import sweep_if_nobody_does
from app.state.tables import open_tables
from app.version import code_version
from indexing.arrays import Float32Array
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import Facts
from ranking.errors import FactsError
from ranking.generation import Generation, open_generation
from ranking.learning.behaviour.learn import learn
from ranking.learning.clicks.click_log import ClickLog
from ranking.learning.clicks.click_training import moment_of
from ranking.learning.clicks.logged_clicks import read_clicks
from ranking.learning.clicks.logged_features import logged_features


@dataclass(frozen=True, slots=True)
class Clicked:
    """folder: of the index. generation: without facts, which know what is to be foretold. facts:
    what `vitrina learn` would have known when the part begins that proves; None where the index has
    none in force. logged: feature rows that served, by pair.
    """

    folder: Path
    generation: Generation
    facts: Facts | None
    log: ClickLog
    logged: Mapping[int, Float32Array]
    warnings: tuple[str, ...]


def open_clicked(
    data: Path, index: str, state: Path | None, days: float, memory_mb: int, proven_share: float
) -> Clicked:
    """Raises IndexingError or StateError with the remedy."""
    folder, current = published(data, index)
    opened = open_generation(folder, current, code_version())
    generation = replace(opened, facts=None)
    events = state or load_settings(data_dir=data).state
    sweep_if_nobody_does(events)
    now = time.time()
    window = (now - days * 86_400, now + 86_400)
    with open_tables(events, *window, threads=2, memory_mb=memory_mb) as db:
        clicks = read_clicks(db, index, generation.snapshot)
        logged = logged_features(db, index, clicks)
    facts = None
    if opened.facts is not None and len(clicks.log):
        until = (window[0], moment_of(clicks.log, proven_share))
        facts = _facts_of(until, events, index, generation.snapshot, memory_mb)
    warnings = list(generation.degraded)
    if clicks.unknown_products:
        warnings.append(
            f"{clicks.unknown_products:,} products of the log are not in the index; left out"
        )
    return Clicked(folder, generation, facts, clicks.log, logged, tuple(warnings))


def _facts_of(
    window: tuple[float, float], events: Path, index: str, snapshot: Snapshot, memory_mb: int
) -> Facts | None:
    """Not those in force: they know what is to prove, and whoever heeds them most would win."""
    with open_tables(events, *window, threads=2, memory_mb=memory_mb) as db:
        try:
            return learn(db, index, snapshot, window[1]).facts("until then")
        except FactsError:  # nothing happened before
            return None
