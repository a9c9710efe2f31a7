"""`vitrina train`: learn a ranking from judgments, prove it, publish it if it is better."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.announcing import tell_services
from app.commands.evaluate import JudgmentsOption, LimitOption, QueriesOption
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.progress import ConsoleProgress
from app.version import code_version

_SHOWN = 15


def train(
    judgments: JudgmentsOption,
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    queries: QueriesOption = None,
    judged_only: Annotated[
        bool, typer.Option("--judged-only", help="Learn from judged products only.")
    ] = False,
    unjudged: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Unjudged products a query, taken as irrelevant; default: 50, and 20 for many "
            "queries.",
        ),
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Folds of the cross-validation.")] = 5,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Rounds of it; default: 5, and 1 for many queries.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option(help="What must get better; default: nDCG, or pair order.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Publish even if it is not proven better.")
    ] = False,
    limit: LimitOption = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Folder for the report of the proof.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
) -> None:
    """Train, cross-validate, and publish the model if held-out queries say that it is better."""
    # before OpenMP is loaded: spinning threads stand in each other's way on a busy machine
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from app.commands.judged import open_judged
    from ranking.learning.comparison import scores
    from ranking.learning.cross_validation import Sampling
    from ranking.learning.report import report_table, write_report
    from ranking.learning.training import TrainingOptions, manifest_of
    from ranking.learning.training import train as run
    from ranking.rankers.model_store import publish_model

    errors, console = Console(stderr=True), Console()
    judged = open_judged(judgments, queries, data, index, limit, seed)
    options = TrainingOptions(
        sampling=Sampling(unjudged, judged_only), folds=folds, seeds=seeds, seed=seed,
        measure=measure,
    )  # fmt: skip
    with ConsoleProgress(errors) as progress:
        trained = run(judged.judgments, judged.generation, options, progress, judged.warnings)
    for warning in trained.comparison.warnings:
        errors.print(f"warning: {warning}", highlight=False)
    found = scores(trained.comparison, seed=seed)
    console.print(report_table(trained.comparison, found))
    table = Table("feature", "share of gain", "nDCG lost when shuffled")
    for each in trained.importance[:_SHOWN]:
        table.add_row(each.feature, f"{each.gain:.3f}", f"{each.loss:+.4f}")
    console.print(table)
    snapshot = judged.generation.snapshot
    manifest = manifest_of(trained, snapshot, datetime.now(UTC), code_version(), str(judgments))
    if report is not None:
        about = {
            "judgments": str(judgments),
            "index": index,
            "snapshot": snapshot.id,
            "model": manifest.model_id,
            "version": code_version(),
            **{name: str(value) for name, value in trained.facts.items()},
            "trees": str(trained.trees),
            "gate": "; ".join(trained.gate.reasons) or f"passed on {trained.gate.measure}",
        }
        _, page = write_report(report, trained.comparison, found, about, trained.importance)
        errors.print(f"Report: {page}", highlight=False)
    for reason in trained.gate.reasons:
        errors.print(f"not proven better: {reason}", highlight=False)
    if not trained.gate.passed and not force:
        errors.print(
            "Nothing was published; what serves stays as it is. `--force` publishes anyway.",
            highlight=False,
        )
        raise typer.Exit(3)
    publish_model(judged.folder, trained.booster, manifest)
    tell_services(index, manifest.model_id)
    errors.print(f"Published model {manifest.model_id} in index {index!r}.", highlight=False)
    typer.echo(manifest.model_id)
