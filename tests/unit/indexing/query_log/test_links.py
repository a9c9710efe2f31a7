from pathlib import Path

import numpy as np

from indexing.query_log.links import KeyedLinks, Links


def test_heaviest_first_equal_ones_by_number_repeats_added_up(tmp_path: Path) -> None:
    sources = np.array([2, 0, 0, 0, 0])
    targets = np.array([7, 9, 3, 5, 9])
    weights = np.array([1.0, 1.0, 2.0, 3.0, 2.0])
    Links.of(4, sources, targets, weights, 2).save(tmp_path, "x")
    links = Links.load(tmp_path, "x")
    assert links.to(0) == [(5, 3.0), (9, 3.0)]
    assert links.to(0, 1) == [(5, 3.0)]
    assert (links.to(1), links.to(2), links.to(3), links.to(99)) == ([], [(7, 1.0)], [], [])


def test_links_equal_a_dictionary() -> None:
    rng = np.random.default_rng(5)
    triples = rng.integers(0, 12, (300, 3))
    expected: dict[int, dict[int, float]] = {}
    for source, target, weight in triples.tolist():
        row = expected.setdefault(source, {})
        row[target] = row.get(target, 0.0) + weight
    links = Links.of(12, triples[:, 0], triples[:, 1], triples[:, 2].astype(float), 4)
    for source in range(12):
        ranked = sorted(expected.get(source, {}).items(), key=lambda each: (-each[1], each[0]))
        assert links.to(source) == ranked[:4]


def test_sparse_keys(tmp_path: Path) -> None:
    keys = np.array([1 << 60, 5, 5], dtype=np.uint64)
    KeyedLinks.of(keys, np.array([1, 2, 3]), np.array([1.0, 1.0, 2.0]), 9).save(tmp_path, "k")
    links = KeyedLinks.load(tmp_path, "k")
    assert links.to(5) == [(3, 2.0), (2, 1.0)]
    assert links.to(1 << 60) == [(1, 1.0)]
    assert links.to(6) == links.to((1 << 64) - 1) == []


def test_nothing_at_all(tmp_path: Path) -> None:
    none = np.zeros(0, dtype=np.int64)
    Links.of(0, none, none, np.zeros(0), 3).save(tmp_path, "x")
    assert Links.load(tmp_path, "x").to(0) == []
    assert KeyedLinks.of(none.astype(np.uint64), none, np.zeros(0), 3).to(4) == []
