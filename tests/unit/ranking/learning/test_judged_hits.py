"""Judgments made in front of results: one opinion a judge, and a file that `evaluate` reads."""

from pathlib import Path

import pytest

from ranking.learning.errors import JudgmentsError
from ranking.learning.judged_hits import (
    FILE,
    JudgedHit,
    folded,
    put_judged_hit,
    read_judged_hits,
    remove_judged_hit,
)
from ranking.learning.judgment_files import read_judgments


def hit(product_id: str, grade: int, judge: str = "Ada", query: str = "red lamp") -> JudgedHit:
    return JudgedHit(query, product_id, grade, judge, "2026-11-27T00:00:00+00:00")


def test_a_judge_has_one_opinion(tmp_path: Path) -> None:
    assert put_judged_hit(tmp_path, hit("a", 3)) is None
    assert put_judged_hit(tmp_path, hit("b", 1)) is None
    assert put_judged_hit(tmp_path, hit("a", 2)) == 3
    assert put_judged_hit(tmp_path, hit("a", 0, judge="Bo")) is None
    assert put_judged_hit(tmp_path, hit("a", 3, query="lamp")) is None
    assert [(each.judge, each.query, each.grade) for each in read_judged_hits(tmp_path)] == [
        ("Ada", "red lamp", 1), ("Ada", "red lamp", 2), ("Bo", "red lamp", 0), ("Ada", "lamp", 3),
    ]  # fmt: skip
    assert remove_judged_hit(tmp_path, "Ada", "red lamp", "b") == 1
    assert remove_judged_hit(tmp_path, "Ada", "red lamp", "b") is None
    assert len(read_judged_hits(tmp_path)) == 3


def test_the_file_is_judgments(tmp_path: Path) -> None:
    """Two judges who disagree are raters: the mean counts."""
    for each in (hit("ä \u2028 1", 3), hit("b", 1), hit("b", 2, judge="Bo")):
        put_judged_hit(tmp_path, each)
    judgments, report = read_judgments(tmp_path / FILE)
    assert judgments.queries == {"red lamp": "red lamp"}
    assert judgments.qrels == {"red lamp": {"ä \u2028 1": 3.0, "b": 1.5}}
    assert report.contradicting == 1


def test_one_spelling() -> None:
    assert folded("  Red\t LAMP ") == "red lamp"


@pytest.mark.parametrize("line", ["{", "[1]", '{"query": "a"}', '"text"', "\udcff"])
def test_a_line_of_others_is_told(tmp_path: Path, line: str) -> None:
    path = tmp_path / FILE
    path.write_bytes(f"{line}\n".encode(errors="surrogateescape"))
    with pytest.raises(JudgmentsError, match=FILE):
        put_judged_hit(tmp_path, hit("a", 3))
    assert path.read_bytes() == f"{line}\n".encode(errors="surrogateescape")
