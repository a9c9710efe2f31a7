"""`vitrina evaluate`: how good is the ranking, and is another one better?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.progress import ConsoleProgress
from app.version import code_version

if TYPE_CHECKING:
    from app.commands.judged import Judged

JudgmentsOption = Annotated[
    Path,
    typer.Option(
        "--judgments", help="Folder with qrels.tsv and queries.tsv, or a file of judgments."
    ),
]
QueriesOption = Annotated[
    Path | None, typer.Option("--queries", help="Query texts: query id TAB text.")
]
LimitOption = Annotated[
    int | None, typer.Option("--limit", min=1, help="Only so many queries, drawn by the seed.")
]


def evaluate(
    judgments: JudgmentsOption,
    data: DataOption = DEFAULT_DATA,
    index: IndexOption = DEFAULT_INDEX,
    queries: QueriesOption = None,
    rankers: Annotated[
        str, typer.Option(help="Comma-separated, among these, in this order.")
    ] = "random,bm25,hand,model,model+diversity",
    baseline: Annotated[str, typer.Option(help="The ranker that others are tested against.")] = (
        "bm25"
    ),
    limit: LimitOption = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Folder for evaluation-*.json and .html.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
) -> None:
    """Compare rankers on judged queries: full and condensed lists, intervals, paired tests."""
    from app.commands.judged import open_judged
    from ranking.learning.comparison import scores
    from ranking.learning.evaluate import compare_runs, run_rankers
    from ranking.learning.report import moves_table, report_table, write_report
    from ranking.learning.served import facts_of, served_rankers

    errors, console = Console(stderr=True), Console()
    judged = open_judged(judgments, queries, data, index, limit, seed)
    for warning in judged.warnings:
        errors.print(f"warning: {warning}", highlight=False)
    names = [name.strip() for name in rankers.split(",") if name.strip()]
    runners = served_rankers(judged.generation, names, seed)
    done = 0
    with ConsoleProgress(errors) as progress:
        progress.begin("search", len(runners) * len(judged.judgments.queries), "searches")

        def told(_: str) -> None:
            nonlocal done
            done += 1
            progress.advance(done)

        runs = run_rankers(runners, judged.judgments, on_query=told)
        warnings = judged.warnings
        if any(name.startswith("model") for name in names):
            warning, unseen = _unseen(judged, progress)
            if warning:
                errors.print(f"warning: {warning}", highlight=False)
                warnings, runs = (*warnings, warning), runs | unseen
    about = {
        "judgments": str(judgments),
        "index": index,
        "snapshot": judged.generation.snapshot.id,
        "model": judged.generation.ranker.name,
        "version": code_version(),
        "seed": str(seed),
    }
    facts = facts_of(judged.generation.snapshot)
    against = baseline if baseline in runs else names[0]
    for mode in ("full", "condensed"):
        comparison = compare_runs(
            runs, judged.judgments, baseline=against, mode=mode,
            facts_of=facts if mode == "full" else None, warnings=warnings,
        )  # fmt: skip
        found = scores(comparison, seed=seed)
        console.print(report_table(comparison, found))
        if mode == "full":
            for name in names:
                if name not in (against, "random"):
                    console.print(moves_table(comparison, name, comparison.measures[0]))
        if report is not None:
            machine, page = write_report(report, comparison, found, about)
            errors.print(f"Report: {page} and {machine.name}", highlight=False)


def _unseen(
    judged: "Judged", progress: ConsoleProgress
) -> tuple[str, dict[str, dict[str, list[str]]]]:
    """Where the index's model learnt from these judgments, a warning, and the run of models with
    its parameters that did not learn the query that they rank.
    """
    from ranking.learning.cross_validation import FOLDS
    from ranking.learning.errors import JudgmentsError
    from ranking.learning.unseen import UNSEEN, queries_seen, unseen_run
    from ranking.rankers.model import ModelRanker

    ranker = judged.generation.ranker
    if not isinstance(ranker, ModelRanker):
        return "", {}
    seen = queries_seen(ranker.manifest, judged.judgments)
    if not seen:
        return "", {}
    count = len(judged.judgments.queries)
    warning = f"the model {ranker.name} learnt from {seen} of these {count} queries"
    progress.begin("cross-validate", FOLDS, "models")
    try:
        run = unseen_run(judged.judgments, judged.generation, ranker.manifest, progress.advance)
    except JudgmentsError as error:
        return f"{warning}, so its figures say little. Not cross-validated: {error}", {}
    return f"{warning}, so its figures say little: read those of `{UNSEEN}`.", {UNSEEN: run}
