"""Every stage on lists small enough to work out by hand."""

from math import log, sqrt

import numpy as np
import pytest

from indexing.arrays import Float32Array, Int32Array
from ranking.rerank.dpp import dpp_order
from ranking.rerank.gain_curve import GainCurve
from ranking.rerank.mmr import mmr_order
from ranking.rerank.near_identical import demote_twins, find_twins
from ranking.rerank.price_bands import price_bands
from ranking.rerank.relevance import scaled_relevance, score_order
from ranking.rerank.similarity import cosines, mixed_similarity
from ranking.rerank.window_caps import cap_windows

NO_KEYS = np.zeros((0, 4), np.int32)
NO_VECTORS = np.zeros((0, 1), np.float32)
NO_STARTS, NO_TERMS = np.zeros(1, np.int32), np.zeros(0, np.uint32)


def f32(*values: float) -> Float32Array:
    return np.array(values, np.float32)


def i32(*values: int) -> Int32Array:
    return np.array(values, np.int32)


def test_scores_of_any_scale_become_relevance() -> None:
    assert scaled_relevance(f32(30, 20, 10)).tolist() == [1.0, 0.5, 0.0]
    assert scaled_relevance(f32(-1, -1)).tolist() == [0.0, 0.0]
    odd = scaled_relevance(f32(np.nan, np.inf, 2, -np.inf, 4))
    assert odd.tolist() == [-np.inf, 1.0, 0.0, -np.inf, 1.0]
    assert score_order(odd).tolist() == [1, 4, 2, 0, 3]
    assert score_order(f32()).tolist() == []


def test_cosines_know_products_without_a_vector() -> None:
    found = cosines(np.array([[3, 4], [4, 3], [0, 0], [np.nan, 1], [-6, -8]], np.float32))
    expected = [
        [1, 0.96, -1, -1, -1],
        [0.96, 1, -1, -1, -0.96],
        [-1, -1, 1, -1, -1],
        [-1, -1, -1, 1, -1],
        [-1, -0.96, -1, -1, 1],
    ]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_similarity_mixes_keys_and_vectors() -> None:
    cosine = np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]], np.float32)
    keys = np.array([[7, 7, 7], [1, -1, -1]], np.int32)
    found = mixed_similarity(cosine, keys, 0.4)
    assert found[0, 1] == pytest.approx(0.6 * 0.75 + 0.4 * 0.5)
    assert found[1, 2] == pytest.approx(0.6 * 0.5 + 0.4 * 0.5)  # missing keys are not equal
    assert found[2, 2] == 1.0
    assert mixed_similarity(cosine, NO_KEYS[:, :3], 0.4)[0, 1] == pytest.approx(0.75)


def test_twins_by_key_title_and_vector() -> None:
    order = i32(0, 1, 2, 3, 4)
    keys = np.array([[5, -1, 5, -1, -1]], np.int32)
    titles = [[1, 2, 3, 4], [1, 2, 3, 9], [8], [1, 2, 3, 4], []]
    starts = i32(0, *np.cumsum([len(t) for t in titles]))
    terms = np.array([t for title in titles for t in title], np.uint32)
    vectors = np.array([[1, 0], [0, 1], [1, 0], [0.1, 1], [0, 0]], np.float32)
    by_all = find_twins(order, keys, vectors, 0.99, starts, terms, 1.0)
    assert by_all.tolist() == [-1, -1, 0, 0, -1]
    by_vector = find_twins(order, NO_KEYS, vectors, 0.99, NO_STARTS, NO_TERMS, 2.0)
    assert by_vector.tolist() == [-1, -1, 0, 1, -1]
    # 3 of 5 distinct terms are shared by the first two titles
    looser = find_twins(order, NO_KEYS, NO_VECTORS, 2.0, starts, terms, 0.6)
    assert looser.tolist() == [-1, 0, -1, 0, -1]
    assert find_twins(order, NO_KEYS, NO_VECTORS, 2.0, starts, terms, 0.61)[1] == -1


def test_twins_wait_but_not_for_much_worse_products() -> None:
    order, twin_of = i32(0, 1, 2, 3, 4), i32(-1, 0, 0, -1, -1)
    close = f32(1.0, 0.9, 0.8, 0.7, 0.6)
    assert demote_twins(order, twin_of, close, 0.5).tolist() == [0, 3, 4, 1, 2]
    # the last one is 0.6 below the second: the second stays above it, the third may wait
    far = f32(1.0, 0.9, 0.7, 0.7, 0.3)
    assert demote_twins(order, twin_of, far, 0.5).tolist() == [0, 3, 1, 4, 2]
    assert demote_twins(order, twin_of, close, 0.0).tolist() == [0, 1, 2, 3, 4]


def test_mmr_by_hand() -> None:
    # 0 and 1 are copies; 0.5·0.9 − 0.5·1 < 0.5·0.6 − 0.5·0
    similarity = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], np.float32)
    relevance = f32(1.0, 0.9, 0.6)
    assert mmr_order(i32(0, 1, 2), relevance, similarity, 0.5, 1.0, 3).tolist() == [0, 2, 1]
    assert mmr_order(i32(0, 1, 2), relevance, similarity, 1.0, 1.0, 3).tolist() == [0, 1, 2]
    assert mmr_order(i32(0, 1, 2), relevance, similarity, 0.5, 0.2, 3).tolist() == [0, 1, 2]
    assert mmr_order(i32(0, 1, 2), relevance, similarity, 0.5, 1.0, 1).tolist() == [0, 1, 2]


def test_dpp_by_hand() -> None:
    # after 0: d² of 1 is 1 − 0.8² = 0.36, of 2 is 1. θ = 0.5: 0.9 + ln 0.36 < 0.2 + ln 1
    similarity = np.array([[1, 0.8, 0], [0.8, 1, 0.6], [0, 0.6, 1]], np.float32)
    relevance = f32(1.0, 0.9, 0.2)
    assert 0.9 + log(0.36) < 0.2
    assert dpp_order(i32(0, 1, 2), relevance, similarity, 0.5, 1.0, 3).tolist() == [0, 2, 1]
    # θ = 0.8: 4 · 0.9 + ln 0.36 > 4 · 0.2
    assert dpp_order(i32(0, 1, 2), relevance, similarity, 0.8, 1.0, 3).tolist() == [0, 1, 2]
    assert dpp_order(i32(0, 1, 2), relevance, similarity, 1.0, 1.0, 3).tolist() == [0, 1, 2]
    assert dpp_order(i32(0, 1, 2), relevance, similarity, 0.5, 0.5, 3).tolist() == [0, 1, 2]


def test_dpp_of_copies_goes_on_in_order() -> None:
    copies = np.ones((4, 4), np.float32)
    assert dpp_order(i32(2, 0, 1, 3), f32(0.5, 0.4, 1, 0.3), copies, 0.5, 1.0, 4).tolist() == [
        2,
        0,
        1,
        3,
    ]


def test_the_dpp_gain_is_the_determinant() -> None:
    """Of two equally relevant products the one that spans more volume comes first."""
    a, b, c = [1.0, 0.0, 0.0], [sqrt(0.5), sqrt(0.5), 0.0], [0.6, 0.0, 0.8]
    gram = np.array([a, b, c], np.float32)
    similarity = (gram @ gram.T).astype(np.float32)
    volumes = [np.linalg.det(similarity[np.ix_([0, k], [0, k])]) for k in (1, 2)]
    assert volumes[1] > volumes[0]
    assert dpp_order(i32(0, 1, 2), f32(1, 0.5, 0.5), similarity, 0.1, 1.0, 3).tolist() == [0, 2, 1]


def caps(
    order: Int32Array,
    keys: list[list[int]],
    rules: list[tuple[int, int]],
    gap: float = 9.0,
    hard: tuple[int, ...] = (),
) -> tuple[list[int], list[int], list[int]]:
    relevance = f32(*np.linspace(1, 0, len(order)))
    moved, broken, held = cap_windows(
        order,
        relevance,
        np.array(keys, np.int32).reshape(len(rules), len(order)),
        i32(*(most for most, _ in rules)),
        i32(*(window for _, window in rules)),
        np.array([number in hard for number in range(len(rules))]),
        gap,
    )
    return moved.tolist(), broken.tolist(), held.tolist()


def test_a_cap_lets_the_next_other_brand_through() -> None:
    moved, broken, held = caps(np.arange(6, dtype=np.int32), [[1, 1, 1, 2, 2, 3]], [(2, 3)])
    assert moved == [0, 1, 3, 2, 4, 5]
    assert broken == [0] * 6
    assert held == [-1, -1, 0, -1, -1, -1]


def test_missing_keys_are_never_capped() -> None:
    moved, broken, _ = caps(np.arange(4, dtype=np.int32), [[-1, -1, -1, -1]], [(1, 4)])
    assert (moved, broken) == ([0, 1, 2, 3], [0] * 4)


def test_a_pool_of_one_brand_breaks_the_cap_and_says_where() -> None:
    moved, broken, _ = caps(np.arange(4, dtype=np.int32), [[5, 5, 5, 5]], [(2, 3)])
    assert moved == [0, 1, 2, 3]
    assert broken == [0, 0, 1, 1]


def test_the_least_important_cap_gives_way_first() -> None:
    # brand is more important than category; 1 breaks the brand cap, 2 the category cap
    keys = [[7, 7, 8], [3, 4, 3]]
    moved, broken, _ = caps(np.arange(3, dtype=np.int32), keys, [(1, 2), (1, 2)])
    assert moved == [0, 2, 1]
    assert broken == [0, 0b10, 0]
    moved, broken, _ = caps(np.arange(3, dtype=np.int32), keys[::-1], [(1, 2), (1, 2)])
    assert moved == [0, 1, 2]
    assert broken == [0, 0b10, 0]


def test_the_floor_is_harder_than_a_cap() -> None:
    keys = [[1, 1, 1, 2]]
    assert caps(np.arange(4, dtype=np.int32), keys, [(1, 2)], gap=0.5)[0] == [0, 1, 3, 2]
    assert caps(np.arange(4, dtype=np.int32), keys, [(1, 2)], gap=0.0)[0] == [0, 1, 2, 3]


def test_a_hard_cap_is_harder_than_the_floor() -> None:
    keys = [[1, 1, 1, 2]]
    first = np.arange(4, dtype=np.int32)
    assert caps(first, keys, [(1, 2)], gap=0.0, hard=(0,))[:2] == ([0, 3, 1, 2], [0, 0, 0, 1])
    # within the floor the other cap counts; beyond it only the hard one does
    both = [[1, 1, 1, 2], [5, 5, 6, 5]]
    assert caps(first, both, [(1, 2), (1, 2)], gap=0.0, hard=(0,))[0] == [0, 3, 1, 2]
    assert caps(first, both, [(1, 2), (1, 2)], gap=0.7, hard=(1,))[0] == [0, 2, 3, 1]


def test_a_gain_curve_tells_gains_from_scores() -> None:
    curve = GainCurve((0.0, 1.0, 3.0), (0.9, 0.9, 0.5))
    scores = f32(12.0, 11.5, 10.0, 4.0, np.nan, -np.inf)
    found = curve.expected(scores)
    np.testing.assert_allclose(found[:4], [0.9, 0.9, 0.7, 0.5], atol=1e-6)
    assert found[4:].tolist() == [-np.inf, -np.inf]
    assert curve.expected(f32(np.inf, np.nan)).tolist() == [np.float32(0.9), -np.inf]
    assert curve.expected(f32()).tolist() == []


@pytest.mark.parametrize(
    ("drops", "gains"),
    [
        ((), ()),
        ((0.0, 1.0), (1.0,)),
        ((1.0, 0.0), (1.0, 0.5)),
        ((-1.0, 0.0), (1.0, 0.5)),
        ((0.0, 1.0), (0.5, 0.6)),
        ((0.0, 1.0), (1.5, 0.6)),
        ((0.0, np.inf), (1.0, 0.6)),
        ((0.0, 1.0), (np.nan, 0.6)),
    ],
)
def test_a_curve_that_is_none_is_refused(
    drops: tuple[float, ...], gains: tuple[float, ...]
) -> None:
    with pytest.raises(ValueError, match="gain curve"):
        GainCurve(drops, gains)


def test_prices_of_equal_ratio_share_a_band() -> None:
    bands = price_bands(np.array([1.0, 1.4, 1.5, 2.0, 0.0, np.nan, -1.0, np.inf, 5e-324]))
    assert (bands - bands[0]).tolist()[:4] == [0, 0, 1, 2]
    assert bands[4:8].tolist() == [-1] * 4
    assert bands[8] >= 0
    assert bands.dtype == np.int32
