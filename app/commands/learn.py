"""`vitrina learn`: what shoppers did, made into facts that search uses."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

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
) -> None:
    """Learn from events and impressions, and put the facts in force; services take them up."""
    from app.commands.published import published
    from app.state.sweeper import sweep_if_nobody_does
    from app.state.tables import open_tables
    from indexing.snapshot import open_snapshot
    from ranking.behaviour.store import publish_facts
    from ranking.learning.behaviour.learn import learn as run

    errors = Console(stderr=True)
    folder, current = published(data, index)
    snapshot = open_snapshot(folder / "snapshots" / current.snapshot)
    events = state or load_settings(data_dir=data).state
    sweep_if_nobody_does(events)
    now, begun = time.time(), time.monotonic()
    window = (now - days * 86_400, now + 86_400)
    with open_tables(events, *window, threads=threads, memory_mb=memory_mb) as db:
        learnt = run(db, index, snapshot, now)
    told = {
        **learnt.told,
        "from": datetime.fromtimestamp(window[0], UTC).isoformat(timespec="seconds"),
        "to": datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds"),
        "snapshot": snapshot.id,
    }
    facts = publish_facts(folder, learnt.arrays, told, snapshot, datetime.now(UTC))
    tell_services(index, facts)
    counts = learnt.told["counts"]
    errors.print(
        f"{counts['queries']:,} queries, {counts['pairs']:,} products of queries, "
        f"{counts['products']:,} products ({counts['unknown_products']:,} of the log are gone), "
        f"{time.monotonic() - begun:.1f} s. Facts {facts} are in force in index {index!r}.",
        highlight=False,
    )
    typer.echo(facts)
