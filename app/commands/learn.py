"""`vitrina learn`: what shoppers did, made into facts that search uses."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from app.commands.announcing import tell_services
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.settings import load_settings


def learn(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    days: Annotated[float, typer.Option(min=0.01, help="Days of the log that are read.")] = 90.0,
    memory_mb: Annotated[int, typer.Option(min=256, help="Memory that sums may take.")] = 4_096,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the sums.")] = 2,
    state: Annotated[
        Path | None, typer.Option(help="Folder of events; default: VITRINA_STATE_DIR.")
    ] = None,
    progress_file: Annotated[
        Path | None, typer.Option(help="Keep the progress up to date in this JSON file.")
    ] = None,
) -> None:
    """Learn from events and impressions, and put the facts in force; services take them up."""
    from app.commands.published import published
    from app.jobs.progress_file import ProgressFile
    from app.state.sweeper import sweep_if_nobody_does
    from app.state.tables import open_tables
    from indexing.progress import Progress, Silent
    from indexing.snapshot import open_snapshot
    from ranking.behaviour.query_tables import MADE_OF, SUMS, sums_of
    from ranking.behaviour.store import publish_facts
    from ranking.learning.behaviour.learn import learn as run
    from ranking.learning.behaviour.query_log import live_log, write_tables

    progress: Progress = Silent()
    if progress_file is not None:
        progress = ProgressFile(progress_file, time.monotonic)
    errors = Console(stderr=True)
    folder, current = published(data, index)
    snapshot = open_snapshot(folder / "snapshots" / current.snapshot)
    events = state or load_settings(data_dir=data).state
    progress.begin("events", None, "events")
    sweep_if_nobody_does(events)
    now, begun = time.time(), time.monotonic()
    window = (now - days * 86_400, now + 86_400)
    with open_tables(events, *window, threads=threads, memory_mb=memory_mb) as db:
        learnt = run(db, index, snapshot, now, progress)
        progress.begin("queries", None, "searches")
        log = live_log(db, index, snapshot, now)
    told = {
        **learnt.told,
        "from": datetime.fromtimestamp(window[0], UTC).isoformat(timespec="seconds"),
        "to": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "snapshot": snapshot.id,
    }
    offered = 0

    def write_more(staging: Path) -> dict[str, Any]:
        nonlocal offered
        if log is None:
            return {}
        offered = write_tables(staging, log, snapshot)
        return {MADE_OF: snapshot.id, SUMS: sums_of(staging)}

    facts = publish_facts(folder, learnt.arrays, told, snapshot, datetime.now(UTC), write_more)
    tell_services(index, facts, data)
    counts = learnt.told["counts"]
    errors.print(
        f"{counts['queries']:,} queries, {counts['pairs']:,} products of queries, "
        f"{counts['products']:,} products ({counts['unknown_products']:,} of the log are gone), "
        f"{offered:,} queries to offer, "
        f"{time.monotonic() - begun:.1f} s. Facts {facts} are in force in index {index!r}.",
        highlight=False,
    )
    typer.echo(facts)
