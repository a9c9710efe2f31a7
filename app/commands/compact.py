"""`vitrina compact`: a new snapshot of what there is, without a catalogue."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.announcing import tell_services
from app.commands.folding import folding
from app.commands.options import (
    DEFAULT_DATA,
    DEFAULT_INDEX,
    DataOption,
    ForceOption,
    IndexOption,
    tell_compiling,
)
from app.commands.published import published
from app.jobs.files import STAGED
from app.progress import ConsoleProgress
from app.version import code_version


def compact(
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    queries: Annotated[
        Path | None, typer.Option("--queries", help="Query log, as for `vitrina build`.")
    ] = None,
    no_queries: Annotated[
        bool, typer.Option("--no-queries", help="Go without the queries of the last build's log.")
    ] = False,
    force: ForceOption = False,
) -> None:
    """Build again from the products of the snapshot in force and the changes since.

    With the settings of the last build. Vectors that a catalogue gave are as precise as they are
    stored.
    """
    from indexing.build import BuildOptions
    from indexing.build import build as run
    from indexing.catalogue.index_config import IndexConfig
    from indexing.errors import BuildError
    from indexing.manifest import Manifest

    folder, current = published(data, index)
    manifest = Manifest.read(folder / "snapshots" / current.snapshot)
    if manifest.counts.get("queries") and queries is None and not no_queries:
        raise BuildError(
            f"snapshot {current.snapshot} was built with a query log, which is not kept: name it "
            "with --queries, or go without its suggestions with --no-queries."
        )
    console = Console(stderr=True)
    tell_compiling(data)
    with ConsoleProgress(console) as progress, folding(data, index, console) as folded:
        fold = folded.whole()
        products = folded.in_force(fold)
        assert products is not None  # noqa: S101 - it is published
        options = BuildOptions(
            catalog=(),
            index=folder,
            code_version=code_version(),
            queries=queries,
            config=IndexConfig.from_facts(manifest.config),
            force=force,
            beside=lambda _: products.all(),
            changes=None if fold is None else lambda: fold.report(products.kept),
        )
        report = run(options, datetime.now(UTC), progress)
        if report.published:
            folded.forget()
    if report.published:
        tell_services(index, report.snapshot_id, data)
    for objection in report.objections:
        console.print(f"Not published: {objection}. Or compact with --force.", highlight=False)
    typer.echo(report.snapshot_id)
    if not report.published:
        raise typer.Exit(STAGED)
