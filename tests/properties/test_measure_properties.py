"""Measures against plain twins on random input."""

import numpy as np
import pytest

from ranking.learning.judgments import Judgments
from ranking.learning.list_measures import intra_list_diversity
from ranking.learning.measures import ESCI_GAINS, measure_run
from ranking.learning.pair_order import pair_order

SEEDS = range(20)


def random_run(seed: int) -> tuple[dict[str, dict[str, float]], dict[str, list[str]]]:
    chance = np.random.default_rng(seed)
    products = [f"p{n}" for n in range(30)]
    qrels = {
        f"q{q}": {
            products[i]: float(chance.integers(0, 4))
            for i in chance.choice(30, chance.integers(1, 12), replace=False)
        }
        for q in range(8)
    }
    run = {
        f"q{q}": [products[i] for i in chance.permutation(30)[: chance.integers(0, 30)]]
        for q in range(7)  # the last query has no results
    }
    return qrels, run


@pytest.mark.parametrize("seed", SEEDS)
def test_ndcg_and_recall_equal_their_twins(seed: int) -> None:
    qrels, run = random_run(seed)
    measured = measure_run(run, Judgments({q: q for q in qrels}, qrels))
    any_good = any(grade >= 2 for grades in qrels.values() for grade in grades.values())
    for number, (query_id, grades) in enumerate(qrels.items()):
        gains = [ESCI_GAINS[int(grades[p])] if p in grades else 0.0 for p in run.get(query_id, [])]
        discounts = 1 / np.log2(np.arange(10) + 2)
        best = sorted((ESCI_GAINS[int(grade)] for grade in grades.values()), reverse=True)[:10]
        ideal = float(np.dot(best, discounts[: len(best)]))
        found = float(np.dot(gains[:10], discounts[: len(gains[:10])]))
        expected = found / ideal if ideal else 0.0
        assert measured["nDCG-esci@10"].values[number] == pytest.approx(expected)
        good = {p for p, grade in grades.items() if grade >= (2 if any_good else 1)}
        shown = good & set(run.get(query_id, [])[:100])
        recall = len(shown) / len(good) if good else 0.0
        assert measured["R@100"].values[number] == pytest.approx(recall)


@pytest.mark.parametrize("seed", SEEDS)
def test_pair_order_equals_its_twin_and_turns_around(seed: int) -> None:
    qrels, run = random_run(seed)
    shares, pairs = pair_order(run, qrels)
    for number, (query_id, grades) in enumerate(qrels.items()):
        rank = {p: n for n, p in enumerate(run.get(query_id, []))}
        points = [
            0.5 if rank.get(a, 99) == rank.get(b, 99) else float(rank.get(a, 99) < rank.get(b, 99))
            for a in grades
            for b in grades
            if grades[a] > grades[b]
        ]
        assert pairs[number] == len(points)
        assert shares[number] == pytest.approx(np.mean(points) if points else 0.0)
    upside_down = {q: {p: 3 - g for p, g in grades.items()} for q, grades in qrels.items()}
    turned, _ = pair_order(run, upside_down)
    assert turned[pairs > 0] == pytest.approx(1 - shares[pairs > 0])


@pytest.mark.parametrize("seed", SEEDS)
def test_diversity_equals_the_mean_over_pairs(seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(12, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    pairs = [1 - float(vectors[i] @ vectors[j]) for i in range(9) for j in range(i)]
    assert intra_list_diversity(vectors, 9) == pytest.approx(np.mean(pairs), abs=1e-5)
