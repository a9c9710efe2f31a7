from pathlib import Path

import numpy as np
import pytest

from indexing.vectors.embedding_bags import unit_rows
from indexing.vectors.index import LISTS_FILE, VectorIndex
from indexing.vectors.index_build import build_vectors
from indexing.vectors.recall_gate import cut_titles, exact_thresholds, gate


class StepClock:
    """Every reading is `step_s` after the last."""

    def __init__(self, step_s: float) -> None:
        self.now, self.step_s = 0.0, step_s

    def __call__(self) -> float:
        self.now += self.step_s
        return self.now


def hard(count: int, dimension: int = 64) -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(count, dimension)).astype(np.float32))


def measure_recall(
    index: VectorIndex, queries: np.ndarray, least: np.ndarray, probes: int
) -> float:
    """Mean share of the 100 nearest that so many lists hold; equal scores stand for each other."""
    found = [index.search(query, 100, probes=probes).scores for query in queries]
    pairs = zip(found, least, strict=True)
    return float(
        np.mean([min(int((scores >= low - 1e-6).sum()), 100) / 100 for scores, low in pairs])
    )


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return hard(5000)


@pytest.fixture
def lists(rows: np.ndarray, tmp_path: Path) -> VectorIndex:
    return build_vectors([rows], len(rows), tmp_path, dimension=64, kind="ivf", threads=1)


def test_the_search_is_widened_until_it_is_good(lists: VectorIndex, tmp_path: Path) -> None:
    queries = hard(5100)[5000:]
    least = exact_thresholds(lists, queries)
    assert measure_recall(lists, queries, least, 8) < 0.95
    index, report = gate(lists, tmp_path, queries, StepClock(0.0001))
    assert report.recall >= 0.95
    assert report.warning is None
    assert report.probes == index.probes == VectorIndex.load(tmp_path).probes > 8
    assert measure_recall(index, queries, least, report.probes) == pytest.approx(report.recall)
    assert report.ms == pytest.approx(0.1)


def test_a_slow_search_is_not_widened_and_warns(tmp_path: Path) -> None:
    rows = around_centres(5000, 1.2)
    lists = build_vectors([rows], 5000, tmp_path, dimension=64, kind="ivf", threads=1)
    index, report = gate(lists, tmp_path, around_centres(5100, 1.2)[5000:], StepClock(0.005))
    assert report.probes == 8
    assert 0.80 <= report.recall < 0.95
    assert report.kind == index.kind == "ivf"
    assert report.warning is not None
    assert "%" in report.warning


def around_centres(count: int, noise: float) -> np.ndarray:
    random = np.random.default_rng(0)
    centres = random.normal(size=(50, 64))
    rows = centres[np.arange(count) % 50] + noise * random.normal(size=(count, 64))
    return unit_rows(rows.astype(np.float32))


def test_poor_lists_are_dropped(lists: VectorIndex, tmp_path: Path, rows: np.ndarray) -> None:
    index, report = gate(lists, tmp_path, hard(5100)[5000:], StepClock(0.005))
    assert index.kind == report.kind == "flat_sq8"
    assert report.recall == 1.0
    assert report.warning is not None
    assert not (tmp_path / LISTS_FILE).exists()
    loaded = VectorIndex.load(tmp_path)
    np.testing.assert_array_equal(
        loaded.search(rows[3], 20).doc_ids, lists.exact(rows[3], 20).doc_ids
    )


@pytest.mark.parametrize("kind", ["flat", "flat_sq8"])
def test_exact_search_passes(tmp_path: Path, rows: np.ndarray, kind: str) -> None:
    index = build_vectors([rows], len(rows), tmp_path, dimension=64, kind=kind)
    same, report = gate(index, tmp_path, rows[:20])
    assert same is index
    assert (report.kind, report.recall, report.warning) == (kind, 1.0, None)
    assert report.ms > 0


def test_without_queries_products_are_asked(lists: VectorIndex, tmp_path: Path) -> None:
    _, report = gate(lists, tmp_path, np.zeros((10, 64), dtype=np.float32), StepClock(0.0001))
    assert report.queries == 200
    assert report.recall >= 0.80


def test_an_empty_index_passes(tmp_path: Path) -> None:
    index = build_vectors([], 0, tmp_path, dimension=4)
    _, report = gate(index, tmp_path, np.zeros((0, 4), dtype=np.float32))
    assert (report.recall, report.queries, report.warning) == (1.0, 0, None)


def test_equal_titles_stand_for_each_other(tmp_path: Path) -> None:
    rows = np.repeat(hard(500), 6, axis=0)
    index = build_vectors([rows], len(rows), tmp_path, dimension=64, kind="ivf", threads=1)
    queries = rows[::60]
    # the sixth of six equal products sets the threshold, so each of the six may be missing
    least = np.array([index.exact(query, 6).scores[-1] for query in queries], dtype=np.float32)
    assert measure_recall(index, queries, least, 400) == pytest.approx(6 / 100, abs=0.005)


def test_titles_are_cut_to_a_query() -> None:
    titles = ["red leather running shoes for men size 9", "黄金套盒正品玻尿酸水乳精华", "one", ""]
    cut = cut_titles(titles, seed=0)
    assert 2 <= len(cut[0].split()) <= 4
    assert cut[0] in titles[0]
    assert 4 <= len(cut[1]) <= 8
    assert cut[1] in titles[1]
    assert cut[2:] == ["one", ""]
    assert cut_titles(titles, seed=0) == cut
