import json
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from rich.console import Console

from ranking.learning.comparison import moves, scores
from ranking.learning.errors import ComparisonError
from ranking.learning.evaluate import ListFacts, compare, compare_runs, random_ranker, run_rankers
from ranking.learning.judgments import Judgments
from ranking.learning.plots import gain_plot, interval_plot
from ranking.learning.report import moves_table, report_json, report_table, verdict, write_report
from ranking.learning.significance import Interval

QUERIES = {str(n): f"query <{n}>" for n in range(12)}
JUDGMENTS = Judgments(QUERIES, {q: {"a": 3.0, "b": 1.0, "c": 0.0} for q in QUERIES})
BRANDS = {"a": 0, "b": 1, "c": 1, "u": 1}


def best(text: str) -> list[str]:
    return ["a", "u", "b", "c"]


def worst(text: str) -> list[str]:
    return [] if text == "query <3>" else ["u", "c", "b", "a"]


def facts_of(products: Sequence[str]) -> ListFacts:
    vectors = np.array([[1.0, 0.0] if p == "a" else [0.0, 1.0] for p in products], np.float32)
    keys = {"brand": np.array([BRANDS[p] for p in products], np.int32)}
    return ListFacts(vectors.reshape(-1, 2), keys)


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314  # our own output


def test_rankers_side_by_side() -> None:
    asked: list[str] = []
    comparison = compare(
        {"worst": worst, "best": best}, JUDGMENTS, facts_of=facts_of, on_query=asked.append
    )
    assert asked == ["worst"] * 12 + ["best"] * 12
    assert comparison.baseline == "worst"
    found = {(s.ranker, s.measure): s for s in scores(comparison)}
    assert found["worst", "zero results"].interval.mean == pytest.approx(1 / 12)
    assert found["best", "largest brand@10"].interval.mean == pytest.approx(3 / 4)
    assert found["best", "brand coverage@10"].interval.mean == 1.0
    assert found["best", "diversity@10"].interval.mean == pytest.approx(1 / 2)
    better = found["best", "nDCG-linear@10"]
    assert verdict(better) == "better"
    assert better.versus is not None
    assert better.versus.wins == 12
    assert verdict(found["best", "zero results"]) == "same"
    assert verdict(found["worst", "nDCG-linear@10"]) == "same"


def test_less_of_the_largest_brand_is_better() -> None:
    runs = run_rankers(
        {"mixed": lambda text: ["a", "b"], "one": lambda text: ["b", "c"]}, JUDGMENTS
    )
    comparison = compare_runs(runs, JUDGMENTS, baseline="one", facts_of=facts_of)
    score = next(
        s for s in scores(comparison) if (s.ranker, s.measure) == ("mixed", "largest brand@10")
    )
    assert verdict(score) == "better"


def test_condensed_lists_forget_unjudged_products() -> None:
    full = compare({"best": best}, JUDGMENTS)
    short = compare({"best": best}, JUDGMENTS, mode="condensed")
    assert full.measured["best"]["nDCG-linear@10"].mean < 1.0
    assert short.measured["best"]["nDCG-linear@10"].mean == pytest.approx(1.0)
    assert short.measured["best"]["judged@10"].mean == 1.0


def test_comparisons_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ComparisonError, match="no ranker"):
        compare({}, JUDGMENTS)
    with pytest.raises(ComparisonError, match="'bm25' is not among"):
        compare({"best": best}, JUDGMENTS, baseline="bm25")
    with pytest.raises(ComparisonError, match="twice"):
        compare({"twice": lambda text: ["a", "a"]}, JUDGMENTS)


def test_the_random_floor_is_seeded_by_text() -> None:
    ids = [str(n) for n in range(50)]
    rank = random_ranker(ids, seed=1, size=20)
    assert rank("milk") == rank("milk") != rank("tea")
    assert len(set(rank("milk"))) == 20
    assert rank("milk") != random_ranker(ids, seed=2, size=20)("milk")


def test_moves_are_sorted_by_gain() -> None:
    comparison = compare({"worst": worst, "best": best}, JUDGMENTS)
    ranked = moves(comparison, "best", "nDCG-linear@10")
    assert ranked[0].query_id == "3"  # it had no results at all
    assert [move.gain for move in ranked] == sorted((m.gain for m in ranked), reverse=True)


def test_the_report_is_complete_and_escaped(tmp_path: Path) -> None:
    comparison = replace(
        compare({"worst": worst, "a<b>": best}, JUDGMENTS), warnings=("beware of <this>",)
    )
    found = scores(comparison, draws=200)
    machine, page = write_report(tmp_path / "out", comparison, found, {"index": "demo & co"})
    content = json.loads(machine.read_text(encoding="utf-8"))
    assert content == json.loads(json.dumps(report_json(comparison, found, {"index": "demo & co"})))
    assert len(content["values"]["a<b>"]["MRR@10"]) == 12
    html = page.read_text(encoding="utf-8")
    assert "beware of &lt;this&gt;" in html
    assert "demo &amp; co" in html
    assert "query <3>" not in html
    assert "<script" not in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    parsed(html.removeprefix("<!doctype html>"))


def test_the_terminal_tables_show_intervals_and_verdicts() -> None:
    comparison = compare({"worst": worst, "best": best}, JUDGMENTS)
    console = Console(file=StringIO(), width=140, force_terminal=False)
    console.print(report_table(comparison, scores(comparison, draws=200)))
    console.print(moves_table(comparison, "best", "nDCG-linear@10", count=3))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "12 queries, full lists" in shown
    assert "▲" in shown
    assert "query <3>" in shown


def test_plots_of_nothing_and_of_many_are_well_formed() -> None:
    for gains in ([], [("q", 0.0)], [(f"q & {n}", 1.0 - n / 500) for n in range(1000)]):
        plot = parsed(gain_plot("gains", gains))
        assert len(plot.findall("rect")) == min(600, len(gains))
    point = Interval(0.0, 0.0, 0.0)
    parsed(interval_plot("nDCG", [("a & b", point)], "a & b"))
    parsed(interval_plot("nDCG", [], "none"))
