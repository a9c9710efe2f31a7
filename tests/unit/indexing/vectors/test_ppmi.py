import numpy as np
import pytest
from scipy import sparse

from indexing.vectors.ppmi import (
    DIMENSION,
    cooccurrence,
    leading_directions,
    learn_words,
    positive_pmi,
    signed,
)


def test_each_title_gives_each_of_its_words_one_count() -> None:
    # "a b" gives 1 a pair, "a b c" gives 1/2 a pair
    counts = cooccurrence([[0, 1], [0, 1, 2]], 3).toarray()
    np.testing.assert_allclose(counts, [[0, 1.5, 0.5], [1.5, 0, 0.5], [0.5, 0.5, 0]], rtol=1e-6)
    np.testing.assert_allclose(counts.sum(), 2 + 3, rtol=1e-6)


def test_positive_pmi_by_hand() -> None:
    counts = sparse.csr_matrix(np.array([[0, 3, 1], [3, 0, 0], [1, 0, 0]], dtype=np.float32))
    values = positive_pmi(counts).toarray()
    contexts = np.array([4, 3, 1]) ** 0.75
    contexts /= contexts.sum()
    assert values[0, 1] == pytest.approx(np.log(3 / (4 * contexts[1])), rel=1e-5)
    assert values[1, 0] == pytest.approx(np.log(3 / (3 * contexts[0])), rel=1e-5)
    assert values[0, 2] == pytest.approx(np.log(1 / (4 * contexts[2])), rel=1e-5)
    assert values[1, 2] == 0


def test_words_of_one_title_are_not_learnt() -> None:
    learnt = learn_words([["red", "shoe"], ["red", "boot", "shoe"]], seed=0)
    assert learnt.words == ["red", "shoe"]
    assert learnt.vectors.shape == (2, DIMENSION)
    # ln(1 + (2 − 2 + 0.5) / (2 + 0.5))
    assert learnt.idf.tolist() == pytest.approx([np.log(1.2)] * 2)


@pytest.mark.parametrize("titles", [[], [[]], [["red"]], [["red"], ["red"]]])
def test_nothing_to_learn_gives_zero_vectors(titles: list[list[str]]) -> None:
    assert not learn_words(titles, seed=0).vectors.any()


def test_words_used_alike_are_near() -> None:
    titles = [[noun, use] for noun in ("boot", "shoe") for use in ("leather", "sole", "lace")]
    titles += [[noun, use] for noun in ("lamp", "bulb") for use in ("watt", "volt", "light")]
    learnt = learn_words(titles * 2, seed=0)
    at = {word: learnt.vectors[row] for row, word in enumerate(learnt.words)}
    assert at["boot"] @ at["shoe"] > 0.5
    assert abs(at["boot"] @ at["lamp"]) < 0.1


def test_signs_do_not_depend_on_the_library() -> None:
    columns = np.array([[-3, 1], [1, 2]], dtype=np.float32)
    np.testing.assert_array_equal(signed(columns), [[3, 1], [-1, 2]])
    np.testing.assert_array_equal(signed(-columns), [[3, 1], [-1, 2]])


def test_leading_directions_are_those_of_the_whole_decomposition() -> None:
    chance = np.random.default_rng(3)
    dense = chance.random((60, 8)) @ np.diag([9, 7, 5, 4, 3, 2, 1.5, 1]) @ chance.random((8, 60))
    matrix = sparse.csr_matrix(dense.astype(np.float32))
    left, values = leading_directions(matrix, 3, seed=0)
    whole, expected, _ = np.linalg.svd(dense)
    np.testing.assert_allclose(values, expected[:3], rtol=1e-4)
    np.testing.assert_allclose(left, signed(whole[:, :3]), atol=2e-4)
