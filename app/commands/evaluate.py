"""`vitrina evaluate`: how good is the ranking, and is another one better?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from app.commands.options import DEFAULT_DATA, DEFAULT_INDEX, DataOption, IndexOption
from app.progress import ConsoleProgress
from app.version import code_version

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
            facts_of=facts if mode == "full" else None, warnings=judged.warnings,
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
