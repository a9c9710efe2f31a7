"""Kernels of the reranker against plain twins, and what must hold for every list."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.arrays import Float32Array, Int32Array
from ranking.rerank.dpp import dpp_order
from ranking.rerank.mmr import mmr_order
from ranking.rerank.near_identical import find_twins
from ranking.rerank.policy import DiversityPolicy, WindowCap
from ranking.rerank.relevance import scaled_relevance, score_order
from ranking.rerank.rerank import HeadTitles, rerank
from ranking.rerank.similarity import cosines, mixed_similarity
from ranking.rerank.window_caps import cap_windows

SEEDS = range(25)


def random_head(seed: int, count: int = 40) -> tuple[Float32Array, Float32Array, Int32Array]:
    """Relevance with ties, vectors with copies and gaps, three keys with gaps."""
    chance = np.random.default_rng(seed)
    relevance = scaled_relevance(chance.integers(0, 15, count).astype(np.float32))
    vectors = chance.normal(size=(count, 48)).astype(np.float32)
    vectors[1::7] = vectors[0::7][: len(vectors[1::7])] * np.float32(1.5)
    vectors[3::11] = 0
    keys = chance.integers(-1, 5, (3, count)).astype(np.int32)
    return relevance, vectors, keys


def eligible(left: list[int], relevance: Float32Array, gap: float) -> list[int]:
    best = max(float(relevance[i]) for i in left)
    return [i for i in left if relevance[i] >= best - gap]


@pytest.mark.parametrize("seed", SEEDS)
def test_mmr_equals_its_twin(seed: int) -> None:
    relevance, vectors, keys = random_head(seed)
    similarity = mixed_similarity(cosines(vectors), keys, 0.3)
    order = score_order(relevance)
    left, expected = order.tolist(), []
    while left:
        pool = eligible(left, relevance, 0.4)
        closest = np.zeros(len(order), np.float32)
        if expected:
            closest = np.max(similarity[expected], axis=0)
        value = 0.6 * relevance - (1 - 0.6) * closest
        expected.append(max(pool, key=lambda i, v=value: (v[i], -left.index(i))))
        left.remove(expected[-1])
    assert mmr_order(order, relevance, similarity, 0.6, 0.4, 99).tolist() == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_dpp_maximises_the_determinant_greedily(seed: int) -> None:
    relevance, vectors, keys = random_head(seed, 16)
    similarity = mixed_similarity(cosines(vectors), keys, 0.3)
    order = score_order(relevance)
    moved = dpp_order(order, relevance, similarity, 0.5, 0.7, 6).tolist()
    for place in range(6):
        before = moved[:place]
        pool = eligible([i for i in order.tolist() if i not in before], relevance, 0.7)

        def gain(i: int, before: list[int] = before) -> float:
            chosen = np.ix_([*before, i], [*before, i])
            return float(relevance[i] + np.linalg.slogdet(similarity[chosen].astype(float))[1])

        volumes = [np.exp(gain(i) - relevance[i]) for i in pool]
        if max(volumes) > 1e-3:
            assert gain(moved[place]) == pytest.approx(max(map(gain, pool)), abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_mixed_similarity_is_positive_semi_definite(seed: int) -> None:
    _, vectors, keys = random_head(seed)
    values = np.linalg.eigvalsh(mixed_similarity(cosines(vectors), keys, 0.5).astype(float))
    assert values.min() > -1e-5


@pytest.mark.parametrize("hard", [(), (0,), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("seed", SEEDS)
def test_caps_equal_their_twin(seed: int, hard: tuple[int, ...]) -> None:
    relevance, _, keys = random_head(seed)
    order = score_order(relevance)
    rules = [(1, 3), (2, 5), (3, 4)]
    left, expected, broken = order.tolist(), [], []
    while left:

        def badness(i: int, shown: list[int] = expected) -> list[bool]:
            inside = [shown[max(0, len(shown) - window + 1) :] for _, window in rules]
            return [
                keys[c, i] >= 0 and sum(keys[c, j] == keys[c, i] for j in inside[c]) >= most
                for c, (most, _) in enumerate(rules)
            ]

        above = set(eligible(left, relevance, 0.5))

        def worth(i: int, above: set[int] = above) -> tuple[list[bool], bool, list[bool]]:
            bad = badness(i)
            return [bad[c] for c in hard], i not in above, bad

        chosen = min(left, key=worth)  # min keeps the first of equals
        broken.append(sum(1 << c for c, bad in enumerate(badness(chosen)) if bad))
        expected.append(chosen)
        left.remove(chosen)
    most = np.array([rule[0] for rule in rules], np.int32)
    window = np.array([rule[1] for rule in rules], np.int32)
    rigid = np.isin(np.arange(3), hard)
    moved, flags, _ = cap_windows(order, relevance, keys, most, window, rigid, 0.5)
    assert moved.tolist() == expected
    assert flags.tolist() == broken


@pytest.mark.parametrize("seed", SEEDS)
def test_twins_equal_their_twin(seed: int) -> None:
    relevance, vectors, keys = random_head(seed)
    chance = np.random.default_rng(seed)
    titles = [
        np.unique(chance.integers(0, 9, chance.integers(0, 9))).astype(np.uint32) for _ in relevance
    ]
    starts = np.zeros(len(titles) + 1, np.int32)
    starts[1:] = np.cumsum([len(title) for title in titles])
    order = score_order(relevance)
    cosine = cosines(vectors)
    expected = [-1] * len(order)
    for place, i in enumerate(order.tolist()):
        for j in order[:place].tolist():
            a, b = set(titles[i].tolist()), set(titles[j].tolist())
            near = bool(a and b) and len(a & b) / len(a | b) >= 0.7
            near = near or cosine[i, j] >= 0.35 or (keys[0, i] == keys[0, j] == 2)
            if near and expected[j] < 0:
                expected[i] = j
                break
    only_twos = np.where(keys[:1] == 2, keys[:1], -1).astype(np.int32)
    terms = np.concatenate(titles)
    found = find_twins(order, only_twos, vectors, 0.35, starts, terms, 0.7)
    assert found.tolist() == expected


@settings(max_examples=150, deadline=None)
@given(
    scores=st.lists(
        st.floats(width=32, allow_nan=True, allow_infinity=True) | st.sampled_from([1.0, 2.0]),
        max_size=60,
    ),
    seed=st.integers(0, 2**32),
    gap=st.floats(0, 1),
    spread=st.sampled_from(["off", "mmr", "dpp"]),
    head=st.integers(0, 70),
)
def test_any_list_is_permuted_above_the_floor(
    scores: list[float], seed: int, gap: float, spread: str, head: int
) -> None:
    count = len(scores)
    chance = np.random.default_rng(seed)
    vectors = chance.normal(size=(count, 8)).astype(np.float32)
    keys = {
        name: chance.integers(-1, 4, count).astype(np.int32)
        for name in ("brand", "category", "group")
    }
    titles = HeadTitles(
        np.arange(count + 1, dtype=np.int32), chance.integers(0, 9, count, np.uint32)
    )
    policy = DiversityPolicy(
        head=head,
        relevance_gap=gap,
        spread=spread,  # type: ignore[arg-type]
        caps=(WindowCap("brand", 1, 3), WindowCap("category", 2, 4)),
    )
    result = rerank(np.array(scores, np.float32), vectors, keys, policy, titles=titles)
    order = result.order.tolist()
    assert sorted(order) == list(range(count))
    assert order[head:] == list(range(count))[head:]
    relevance = scaled_relevance(np.array(scores[:head], np.float32))[order[:head]]
    for place in range(len(relevance)):
        if np.isfinite(relevance[place:].max(initial=-np.inf)):
            assert relevance[place] >= relevance[place:].max() - gap
    by_score = score_order(scaled_relevance(np.array(scores[:head], np.float32))).tolist()
    for place, i in enumerate(order[:head]):
        assert result.shift[place] == by_score.index(i) - place
    again = rerank(np.array(scores, np.float32), vectors, keys, policy, titles=titles)
    assert again.order.tolist() == order


@settings(max_examples=60, deadline=None)
@given(brands=st.lists(st.integers(-1, 6), min_size=1, max_size=40))
def test_unbroken_positions_keep_every_window(brands: list[int]) -> None:
    keys = {"brand": np.array(brands, np.int32)}
    policy = DiversityPolicy(relevance_gap=1.0, caps=(WindowCap("brand", 2, 5),))
    scores = np.arange(len(brands), 0, -1).astype(np.float32)
    result = rerank(scores, None, keys, policy)
    shown = [brands[i] for i in result.order]
    for place, flags in enumerate(result.broken):
        window = shown[max(0, place - 4) : place + 1]
        over = shown[place] >= 0 and window.count(shown[place]) > 2
        assert over == bool(flags)


def test_a_score_far_above_keeps_its_place() -> None:
    scores = np.concatenate([[100.0, 90.0], np.linspace(10, 1, 20)]).astype(np.float32)
    keys = {"brand": np.zeros(22, np.int32)}
    keys["brand"][2:] = np.arange(20)
    policy = DiversityPolicy(caps=(WindowCap("brand", 1, 10),))
    assert rerank(scores, None, keys, policy).order[:2].tolist() == [0, 1]
