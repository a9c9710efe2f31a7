"""The kernels of encoder and vector index equal their plain twins; filters never leak."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.spelling.trigrams import MIN_DICE, NEIGHBOURS, TrigramIndex, trigrams
from indexing.vectors.embedding_bags import (
    encode_one,
    finish_half,
    flatten,
    project,
    quantise,
    row_lengths,
    sum_bags,
    unit_rows,
)
from indexing.vectors.index import VectorIndex
from indexing.vectors.index_build import build_vectors
from indexing.vectors.quantized import best_places, encode_rows, ranges, score_all, score_rows
from indexing.vectors.rough_codes import below_best

seeds = st.integers(0, 2**32 - 1)
bags = st.lists(st.lists(st.integers(0, 9), max_size=6), max_size=8)


@given(bags, seeds)
def test_sum_bags_is_a_weighted_sum_of_rows(texts: list[list[int]], seed: int) -> None:
    random = np.random.default_rng(seed)
    codes, scales = quantise(random.normal(size=(10, 5)).astype(np.float32))
    ids, offsets = flatten(texts)
    weights = random.random(len(ids)).astype(np.float32)
    out = np.zeros((len(texts), 5), dtype=np.float32)
    sum_bags(codes, scales, ids, weights, offsets, out)
    at = 0
    for row, text in enumerate(texts):
        expected = np.zeros(5)
        for token in text:
            expected += weights[at] * scales[token] * codes[token].astype(np.float64)
            at += 1
        np.testing.assert_allclose(out[row], expected, atol=1e-5)


@given(seeds)
def test_finish_half_and_lengths_equal_numpy(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows = random.normal(size=(4, 6)).astype(np.float32)
    rows[0] = 0
    mean = random.normal(size=6).astype(np.float32)
    lengths = np.empty(4, dtype=np.float32)
    row_lengths(rows, lengths)
    np.testing.assert_allclose(lengths, np.linalg.norm(rows, axis=1), rtol=1e-5)
    expected = rows[1:] / lengths[1:, None] - mean
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    finish_half(rows, lengths, mean)
    np.testing.assert_allclose(rows[1:], expected, atol=1e-5)
    assert not rows[0].any()


@given(
    st.lists(st.integers(0, 9), max_size=6),
    st.lists(st.integers(0, 7), max_size=6),
    st.floats(0, 1),
    seeds,
)
def test_encode_one_equals_its_steps(
    tokens: list[int], words: list[int], share: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    codes, scales = quantise(random.normal(size=(10, 4)).astype(np.float32))
    word_codes, word_scales = quantise(random.normal(size=(8, 3)).astype(np.float32))
    idf = (random.random(8) + 0.5).astype(np.float32)
    means = random.normal(size=4).astype(np.float32), random.normal(size=3).astype(np.float32)
    projection = np.linalg.qr(random.normal(size=(7, 7)))[0].astype(np.float32)[:, :5]
    weights = (random.random(len(words)) + 0.1).astype(np.float32)
    got = encode_one(
        codes, scales, means[0], np.array(tokens, np.uint32),
        word_codes, word_scales, idf, means[1], np.array(words, np.uint32), weights,
        share, np.ascontiguousarray(projection),
    )  # fmt: skip
    static = (scales[tokens, None] * codes[tokens]).sum(axis=0) if tokens else np.zeros(4)
    if np.linalg.norm(static):
        static = static / np.linalg.norm(static) - means[0]
        static /= np.linalg.norm(static)
    learnt = np.zeros(3)
    if words:
        sums = (weights[:, None] * word_scales[words, None] * word_codes[words]).sum(axis=0)
        learnt = sums / (weights * idf[words]).sum() - means[1]
        learnt *= share / np.linalg.norm(learnt)
    halves = np.concatenate([static, learnt])
    length = np.linalg.norm(halves)
    expected = (halves / length if length > 1e-6 else 0 * halves) @ projection
    np.testing.assert_allclose(got, expected, atol=1e-3)


def test_project_scales_to_unit_first() -> None:
    out = np.zeros(2, dtype=np.float32)
    project(np.array([3, 0, 4], np.float32), np.eye(3, 2, dtype=np.float32), out)
    np.testing.assert_allclose(out, [0.6, 0], rtol=1e-6)


@settings(deadline=None)
@given(
    st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=12, unique=True),
    st.text("abcd", min_size=1, max_size=6),
)
def test_nearest_words_equal_sets_of_trigrams(words: list[str], asked: str) -> None:
    sets = [set(trigrams(word).tolist()) for word in words]
    own = set(trigrams(asked).tolist())
    dice = [2 * len(own & other) / (len(own) + len(other)) for other in sets]
    expected = sorted((-value, row) for row, value in enumerate(dice) if value >= MIN_DICE)
    found = TrigramIndex.of(words).nearest(asked)
    assert [(row, pytest.approx(value)) for row, value in found] == [
        (row, -value) for value, row in expected[:NEIGHBOURS]
    ]


@given(seeds, st.booleans())
def test_scores_equal_numpy(seed: int, coded: bool) -> None:
    random = np.random.default_rng(seed)
    rows = unit_rows(random.normal(size=(30, 16)).astype(np.float32))
    query = unit_rows(random.normal(size=(1, 16)).astype(np.float32))[0]
    low, high = ranges(rows, 0.1)
    step = (high - low) / np.float32(255)
    codes = encode_rows(rows, low, step)
    decoded = codes * step + low
    np.testing.assert_allclose(decoded, rows, atol=float(step.max()) / 2 + 1e-6)
    chosen = random.permutation(30)[:11]
    for array, weights, offset, plain in (
        (codes, query * step, np.float32(query @ low), decoded),
        (rows, query, np.float32(0), rows),
    )[slice(0, 1) if coded else slice(1, 2)]:
        out, some = np.empty(30, np.float32), np.empty(11, np.float32)
        score_all(array, weights, offset, out)
        score_rows(array, chosen, weights, offset, some)
        np.testing.assert_allclose(out, plain @ query, atol=1e-5)
        np.testing.assert_allclose(some, (plain @ query)[chosen], atol=1e-5)


@given(st.lists(st.integers(-3, 3), max_size=40), st.integers(1, 50))
def test_best_places_equal_a_full_sort(values: list[int], k: int) -> None:
    scores = np.array(values, dtype=np.float32)
    expected = sorted(range(len(values)), key=lambda place: (-values[place], place))[:k]
    assert best_places(scores, k).tolist() == expected


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> list[VectorIndex]:
    rows = unit_rows(np.random.default_rng(0).normal(size=(600, 16)).astype(np.float32))
    rows[::7] = 0
    made = []
    for kind in ("flat", "flat_sq8", "ivf"):
        folder = tmp_path_factory.mktemp(kind)
        made.append(build_vectors([rows], 600, folder, dimension=16, kind=kind, threads=1))
    return made


@settings(deadline=None, max_examples=60)
@given(seeds, st.floats(0, 1), st.integers(1, 100))
def test_filters_never_leak(indexes: list[VectorIndex], seed: int, share: float, k: int) -> None:
    random = np.random.default_rng(seed)
    mask = random.random(600) < share
    query = unit_rows(random.normal(size=(1, 16)).astype(np.float32))[0]
    reachable = mask & (np.arange(600) % 7 != 0)
    for index in indexes:
        for found in (index.search(query, k, mask), index.exact(query, k, mask)):
            assert reachable[found.doc_ids].all()
            assert len(found.doc_ids) == min(k, int(reachable.sum()))
            assert len(set(found.doc_ids.tolist())) == len(found.doc_ids)
            assert (np.diff(found.scores) <= 0).all()


@settings(deadline=None, max_examples=40)
@given(seeds, st.floats(0.2, 1), st.integers(1, 50))
def test_filters_of_the_lists_never_leak(
    indexes: list[VectorIndex], seed: int, share: float, k: int
) -> None:
    """Past `search`, which would compare so few products one by one."""
    random = np.random.default_rng(seed)
    lists = indexes[-1]
    passing = random.random(len(lists)) < share
    passing[0] = True
    query = unit_rows(random.normal(size=(1, 16)).astype(np.float32))[0]
    found = lists._probe(query, k, 3, passing)
    assert lists.docs is not None
    assert set(found.doc_ids.tolist()) <= set(lists.docs[passing].tolist())
    assert len(set(found.doc_ids.tolist())) == len(found.doc_ids)


def test_a_saved_index_answers_as_the_built(indexes: list[VectorIndex], tmp_path: Path) -> None:
    rows = unit_rows(np.random.default_rng(0).normal(size=(600, 16)).astype(np.float32))
    rows[::7] = 0
    for index in indexes:
        folder = tmp_path / index.kind
        folder.mkdir()
        again = build_vectors([rows], 600, folder, dimension=16, kind=index.kind, threads=1)
        loaded = VectorIndex.load(folder)
        for query in rows[1:7]:
            for other in (again, loaded):
                np.testing.assert_array_equal(
                    index.search(query, 30).doc_ids, other.search(query, 30).doc_ids
                )


@pytest.fixture(scope="module")
def close_rows(tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    """1,200 rows of which many are equal or nearly so, one component hardly varies, some lack."""
    random = np.random.default_rng(1)
    rows = random.normal(size=(1_200, 16)).astype(np.float32)
    rows[:, 3] = 0.25
    rows[200:500] = rows[100]
    rows[500:800] = rows[101] + random.normal(scale=1e-3, size=(300, 16)).astype(np.float32)
    rows[::9] = 0
    folder = tmp_path_factory.mktemp("close")
    return build_vectors([rows], 1_200, folder, dimension=16, kind="flat", threads=1)


@settings(deadline=None, max_examples=80)
@given(seeds, st.integers(1, 400), st.one_of(st.none(), st.floats(0.05, 1)), st.booleans())
def test_ruling_out_by_rough_codes_changes_nothing(
    close_rows: VectorIndex, seed: int, k: int, share: float | None, near: bool
) -> None:
    random = np.random.default_rng(seed)
    assert close_rows.rough is not None
    query = unit_rows(random.normal(size=(1, 16)).astype(np.float32))[0]
    if near:  # of the many that are alike
        query = close_rows.stored(np.array([random.integers(170, 700)]))[0]
    mask = None if share is None else random.random(1_200) < share
    plain = replace(close_rows, rough=None).search(query, k, mask)
    found = close_rows.search(query, k, mask)
    np.testing.assert_array_equal(found.doc_ids, plain.doc_ids)
    np.testing.assert_array_equal(found.scores, plain.scores)


@pytest.fixture(scope="module")
def falling_rows(tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    """1,500 of 96 components that matter less and less, so that the first 64 say most."""
    rows = np.random.default_rng(3).normal(size=(1_500, 96)) * 0.97 ** np.arange(96)
    folder = tmp_path_factory.mktemp("falling")
    chunks = iter([rows.astype(np.float32)])
    return build_vectors(chunks, 1_500, folder, dimension=96, kind="flat")


@settings(deadline=None, max_examples=80)
@given(seeds, st.integers(1, 300), st.one_of(st.none(), st.floats(0.4, 1)), st.floats(-0.2, 1))
def test_ruling_out_by_the_first_components_changes_nothing(
    falling_rows: VectorIndex, seed: int, k: int, share: float | None, least: float
) -> None:
    random = np.random.default_rng(seed)
    assert falling_rows.rough is not None and falling_rows.rough.heads is not None
    query = unit_rows((random.normal(size=(1, 96)) * 0.97 ** np.arange(96)).astype(np.float32))[0]
    mask = None if share is None else random.random(1_500) < share
    plain = replace(falling_rows, rough=None).search(query, k, mask, least=least)
    found = falling_rows.search(query, k, mask, least=least)
    np.testing.assert_array_equal(found.doc_ids, plain.doc_ids)
    np.testing.assert_array_equal(found.scores, plain.scores)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=60), st.integers(1, 60), seeds)
def test_below_best_is_no_more_than_the_kth(values: list[int], k: int, seed: int) -> None:
    k = min(k, len(values))
    scores = np.array(values, dtype=np.float32) / np.float32(np.random.default_rng(seed).random())
    kth = np.sort(scores)[-k]
    least = below_best(scores, k)
    assert least <= kth
    assert kth - least <= 3 * float(scores.max() - scores.min()) / 1_024 + 1e-6


def test_below_best_of_what_is_not_finite_rules_nothing_out() -> None:
    assert below_best(np.array([1.0, np.inf], dtype=np.float32), 1) == -np.inf
