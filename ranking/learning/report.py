"""The evaluation report: a terminal table, JSON, and a page (report_page.py)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ranking.learning.comparison import Comparison, Importance, Score, moves
from ranking.learning.report_page import report_page

FORMAT_VERSION = 1
SIGNIFICANT = 0.05
LESS_IS_BETTER = ("zero results", "largest ")
"""Measures (by their first words) where a smaller value is the better one."""


def verdict(score: Score) -> str:
    """`better`, `worse` or `same` as the baseline, `same` unless p < 0.05."""
    if score.versus is None or score.versus.p_value >= SIGNIFICANT:
        return "same"
    up = score.versus.difference.mean > 0
    return "better" if up != score.measure.startswith(LESS_IS_BETTER) else "worse"


def report_table(comparison: Comparison, found: tuple[Score, ...]) -> Table:
    """A row a measure, a column a ranker: mean, 95 % interval, ▲ or ▼ where p < 0.05."""
    table = Table(
        title=f"{len(comparison.queries)} queries, {comparison.mode} lists",
        caption=f"95 % bootstrap intervals; ▲ better, ▼ worse than {comparison.baseline} "
        f"(paired, p < {SIGNIFICANT:g})",
    )
    table.add_column("measure", no_wrap=True)
    for ranker in comparison.rankers:
        table.add_column(Text(ranker), justify="right")
    by_place = {(score.measure, score.ranker): score for score in found}
    for measure in comparison.measures:
        cells = [by_place.get((measure, ranker)) for ranker in comparison.rankers]
        table.add_row(Text(measure), *(_cell(score) for score in cells))
    return table


def _cell(score: Score | None) -> Text:
    if score is None:
        return Text("-", style="dim")
    mark, style = {"better": (" ▲", "green"), "worse": (" ▼", "red"), "same": ("", "")}[
        verdict(score)
    ]
    cell = Text(f"{score.interval.mean:.3f}", style="bold")
    cell.append(f" [{score.interval.low:.3f}, {score.interval.high:.3f}]", style="dim not bold")
    cell.append(mark, style=style)
    return cell


def moves_table(comparison: Comparison, ranker: str, measure: str, count: int = 5) -> Table:
    """The queries that gained and lost most against the baseline; unmoved ones are left out."""
    table = Table(title=Text(f"{ranker} against {comparison.baseline}, {measure}"))
    table.add_column("query")
    for name in ("before", "after", "gain"):
        table.add_column(name, justify="right")
    ranked = moves(comparison, ranker, measure)
    gained = [move for move in ranked[:count] if move.gain > 0]
    lost = [move for move in ranked[-count:] if move.gain < 0]
    for move in gained + lost:
        style = "green" if move.gain > 0 else "red"
        table.add_row(
            Text(move.text),
            f"{move.before:.3f}",
            f"{move.after:.3f}",
            Text(f"{move.gain:+.3f}", style=style),
        )
    return table


def report_json(
    comparison: Comparison,
    found: tuple[Score, ...],
    about: Mapping[str, str],
    importance: Sequence[Importance] = (),
) -> dict[str, Any]:
    """Everything measured, as plain JSON values; `about` tells what was run on what."""
    return {
        "format_version": FORMAT_VERSION,
        "about": dict(about),
        "mode": comparison.mode,
        "baseline": comparison.baseline,
        "warnings": list(comparison.warnings),
        "scores": [
            {
                "ranker": score.ranker,
                "measure": score.measure,
                **asdict(score.interval),
                "verdict": verdict(score),
                "versus_baseline": None if score.versus is None else asdict(score.versus),
            }
            for score in found
        ],
        "queries": [{"id": key, "text": text} for key, text in comparison.queries.items()],
        "values": {
            ranker: {name: measured.values.tolist() for name, measured in measures.items()}
            for ranker, measures in comparison.measured.items()
        },
        "weights": {
            name: measured.weights.tolist()
            for name, measured in comparison.measured[comparison.baseline].items()
            if measured.weights is not None
        },
        "importance": [asdict(each) for each in importance],
    }


def write_report(
    folder: Path,
    comparison: Comparison,
    found: tuple[Score, ...],
    about: Mapping[str, str],
    importance: Sequence[Importance] = (),
) -> tuple[Path, Path]:
    """Write `evaluation-<mode>.json` and `.html` into the folder (made if missing).

    importance: of the features of a model that was trained, largest first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    machine = folder / f"evaluation-{comparison.mode}.json"
    machine.write_text(
        json.dumps(report_json(comparison, found, about, importance), ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    page = folder / f"evaluation-{comparison.mode}.html"
    verdicts = {(score.ranker, score.measure): verdict(score) for score in found}
    page.write_text(report_page(comparison, found, verdicts, about, importance), encoding="utf-8")
    return machine, page
