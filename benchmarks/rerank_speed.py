"""Time of the reranker on 100 candidates: `python -m benchmarks.rerank_speed`.

Median and 99th percentile of 1,000 calls after warm-up, on one thread, with random vectors of
256 components, 12 title terms, 9 brands. Beside it the plain NumPy product of the vectors.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ranking.rerank.policy import DiversityPolicy, WindowCap
from ranking.rerank.rerank import HeadTitles, rerank

COUNT = 100
CALLS = 1000


def timed(call: Callable[[], object]) -> str:
    call()
    seconds = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return f"{np.median(seconds) * 1e6:6.0f} µs  p99 {np.quantile(seconds, 0.99) * 1e6:6.0f} µs"


def main() -> None:
    chance = np.random.default_rng(0)
    scores = np.sort(chance.normal(size=COUNT).astype(np.float32))[::-1].copy()
    vectors = chance.normal(size=(COUNT, 256)).astype(np.float32)
    keys = {
        "brand": chance.integers(-1, 8, COUNT).astype(np.int32),
        "category": chance.integers(-1, 5, COUNT).astype(np.int32),
        "price": chance.integers(-1, 5, COUNT).astype(np.int32),
        "group": np.arange(COUNT, dtype=np.int32),
    }
    one_brand = dict.fromkeys(("brand", "category", "price"), np.zeros(COUNT, np.int32))
    terms = [np.sort(chance.choice(60, 12, replace=False)) for _ in range(COUNT)]
    titles = HeadTitles(
        np.arange(COUNT + 1, dtype=np.int32) * 12, np.concatenate(terms).astype(np.uint32)
    )
    default = DiversityPolicy()
    caps = (WindowCap("brand", 2, 10), WindowCap("category", 3, 5), WindowCap("price", 4, 5))
    three = replace(default, caps=caps)
    cases = {
        "default, no vectors": lambda: rerank(scores, None, keys, default, titles=titles),
        "default": lambda: rerank(scores, vectors, keys, default, titles=titles),
        "default + MMR": lambda: rerank(
            scores, vectors, keys, replace(default, spread="mmr"), titles=titles
        ),
        "default + DPP": lambda: rerank(
            scores, vectors, keys, replace(default, spread="dpp"), titles=titles
        ),
        "three caps, one brand": lambda: rerank(scores, vectors, one_brand, three, titles=titles),
        "NumPy vectors @ vectors.T": lambda: vectors @ vectors.T,
    }
    for name, call in cases.items():
        print(f"{name:28} {timed(call)}")


if __name__ == "__main__":
    main()
