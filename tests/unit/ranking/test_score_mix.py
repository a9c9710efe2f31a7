"""The mix of words and meaning, worked by hand."""

import numpy as np

from ranking.score_mix import NOTHING, best_of, mixed_scores

NAN = np.nan


def floats(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


def test_each_score_over_its_best_and_coverage() -> None:
    lexical, cosine = floats(8, 4, NAN, 0), floats(NAN, 0.5, 0.25, -0.25)
    coverage = floats(1, 0.5, 0, 0.25)
    best, nearest = best_of(lexical), best_of(cosine)
    assert (best, nearest) == (8, 0.5)
    found = mixed_scores(lexical, cosine, coverage, best, nearest)
    expected = [0.6 + 0.5, 0.3 + 0.4 + 0.25, 0.2, -0.2 + 0.125]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_the_best_of_nothing_divides() -> None:
    for scores in (floats(), floats(NAN, NAN), floats(0, -1)):
        assert best_of(scores) == NOTHING > 0
    found = mixed_scores(floats(0), floats(NAN), floats(1), NOTHING, NOTHING)
    np.testing.assert_allclose(found, [0.5])
