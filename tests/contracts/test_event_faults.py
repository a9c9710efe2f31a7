"""A few seeded kills; the full run is `python -m benchmarks.event_faults`."""

from collections import Counter
from pathlib import Path

from benchmarks.event_faults import Told, problems, run_faults


def test_every_acknowledged_event_is_there_exactly_once(tmp_path: Path) -> None:
    told, there = run_faults(tmp_path, faults=6, seed=11)
    assert len(told.acknowledged) > 10
    assert problems(told, there) == []


def test_a_loss_and_a_repetition_would_be_seen() -> None:
    told = Told({"a": 2})
    assert problems(told, Counter({"a/0": 1, "a/1": 1})) == []
    assert "1 acknowledged events are lost: a/1" in problems(told, Counter({"a/0": 1}))[0]
    assert "there twice" in problems(told, Counter({"a/0": 2, "a/1": 1}))[0]
