"""`vitrina train`: learn a ranking, from judgments or clicks, and publish it if it is better."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from app.commands.announcing import tell_services
from app.commands.evaluate import LimitOption, QueriesOption
from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.progress import ConsoleProgress
from app.version import code_version

if TYPE_CHECKING:
    from indexing.snapshot import Snapshot
    from ranking.learning.training import Trained

_SHOWN = 15


class Source(StrEnum):
    """What is learnt from."""

    JUDGMENTS = "judgments"
    EVENTS = "events"


class Estimated(StrEnum):
    """How clicks become grades, see docs/learning.md."""

    IPS = "ips"
    COEC = "coec"
    CLICKS = "clicks"


def train(
    judgments: Annotated[
        Path | None,
        typer.Option(
            "--judgments", help="Folder with qrels.tsv and queries.tsv, or a file of judgments."
        ),
    ] = None,
    source: Annotated[
        Source, typer.Option("--from", help="Learn from judgments, or from logged clicks.")
    ] = Source.JUDGMENTS,
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
            "queries; of events 0.",
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
    days: Annotated[
        float, typer.Option(min=0.01, help="Events: days of the log that are read.")
    ] = 90.0,
    proven: Annotated[
        float, typer.Option(min=0.05, max=0.9, help="Events: the latest share, to prove with.")
    ] = 0.25,
    estimate: Annotated[
        Estimated, typer.Option(help="Events: how clicks become grades.")
    ] = Estimated.IPS,
    state: Annotated[
        Path | None, typer.Option(help="Events: their folder; default: VITRINA_STATE_DIR.")
    ] = None,
    memory_mb: Annotated[
        int, typer.Option(min=256, help="Events: memory that reading may take.")
    ] = 4_096,
) -> None:
    """Train, cross-validate, and publish the model if held-out queries say that it is better."""
    # before OpenMP is loaded: spinning threads stand in each other's way on a busy machine
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if source is Source.EVENTS:
        from app.commands.clicked import open_clicked
        from ranking.learning.clicks.click_training import ClickTrainingOptions, train_on_clicks

        clicked = open_clicked(data, index, state, days, memory_mb, proven)
        how = ClickTrainingOptions(estimate.value, proven, unshown=unjudged or 0, seed=seed)
        with ConsoleProgress(Console(stderr=True)) as progress:
            trained = train_on_clicks(
                clicked.log, clicked.generation, how, progress, clicked.logged, clicked.warnings,
                clicked.facts,
            )  # fmt: skip
        told = _Told(clicked.folder, index, f"events of {days:g} days", report, seed, force=force)
        _tell_and_publish(trained, clicked.generation.snapshot, told)
        return
    from app.commands.judged import open_judged
    from ranking.learning.cross_validation import Sampling
    from ranking.learning.training import TrainingOptions
    from ranking.learning.training import train as run

    if judgments is None:
        raise typer.BadParameter("name them with --judgments, or learn from clicks: --from events.")
    judged = open_judged(judgments, queries, data, index, limit, seed)
    options = TrainingOptions(
        sampling=Sampling(unjudged, judged_only), folds=folds, seeds=seeds, seed=seed,
        measure=measure,
    )  # fmt: skip
    with ConsoleProgress(Console(stderr=True)) as progress:
        trained = run(judged.judgments, judged.generation, options, progress, judged.warnings)
    told = _Told(judged.folder, index, str(judgments), report, seed, force=force)
    _tell_and_publish(trained, judged.generation.snapshot, told)


@dataclass(frozen=True, slots=True)
class _Told:
    """folder: of the index. about: where the grades came from."""

    folder: Path
    index: str
    about: str
    report: Path | None
    seed: int
    force: bool


def _tell_and_publish(trained: "Trained", snapshot: "Snapshot", told: _Told) -> None:
    """Warnings, tables, report; the model if it may be, else exit code 3."""
    from ranking.learning.comparison import scores
    from ranking.learning.report import report_table, write_report
    from ranking.learning.training import manifest_of
    from ranking.rankers.model_store import publish_model

    errors, console = Console(stderr=True), Console()
    for warning in trained.comparison.warnings:
        errors.print(f"warning: {warning}", highlight=False)
    found = scores(trained.comparison, seed=told.seed)
    console.print(report_table(trained.comparison, found))
    table = Table("feature", "share of gain", "nDCG lost when shuffled")
    for each in trained.importance[:_SHOWN]:
        table.add_row(each.feature, f"{each.gain:.3f}", f"{each.loss:+.4f}")
    console.print(table)
    manifest = manifest_of(trained, snapshot, datetime.now(UTC), code_version(), told.about)
    if told.report is not None:
        about = {
            "judgments": told.about,
            "index": told.index,
            "snapshot": snapshot.id,
            "model": manifest.model_id,
            "version": code_version(),
            **{name: str(value) for name, value in trained.facts.items()},
            "trees": str(trained.trees),
            "gate": "; ".join(trained.gate.reasons) or f"passed on {trained.gate.measure}",
        }
        _, page = write_report(told.report, trained.comparison, found, about, trained.importance)
        errors.print(f"Report: {page}", highlight=False)
    for reason in trained.gate.reasons:
        errors.print(f"not proven better: {reason}", highlight=False)
    if not trained.gate.passed and not told.force:
        errors.print(
            "Nothing was published; what serves stays as it is. `--force` publishes anyway.",
            highlight=False,
        )
        raise typer.Exit(3)
    publish_model(told.folder, trained.booster, manifest)
    tell_services(told.index, manifest.model_id, told.folder.parent)
    errors.print(f"Published model {manifest.model_id} in index {told.index!r}.", highlight=False)
    typer.echo(manifest.model_id)
