"""The coarse score and its order, worked by hand."""

from types import SimpleNamespace
from typing import cast

import numpy as np

from indexing.snapshot import Snapshot
from ranking.query.query import Query
from ranking.recall.channels import COUNT, IDENTIFIER, LEXICAL, SEMANTIC
from ranking.score_mix import best_of
from ranking.search.coarse import coarse_scores, ranks_of, top
from ranking.search.match_set import MatchSet

NAN = np.nan
QUERY = Query("", (), None, None)
LIKED = np.array([0.5, 1.0, 0.0, 2.0], dtype=np.float32)
SNAPSHOT = cast(Snapshot, SimpleNamespace(liked=LIKED))


def match_set(**columns: list[float]) -> MatchSet:
    names = {"identifier": IDENTIFIER, "lexical": LEXICAL, "semantic": SEMANTIC}
    scores = np.full((COUNT, 4), NAN, dtype=np.float32)
    for name, values in columns.items():
        if name != "coverage":
            scores[names[name]] = values
    coverage = np.array(columns.get("coverage", [0] * 4), dtype=np.float32)
    docs = np.arange(4, dtype=np.uint32)
    return MatchSet(docs, np.zeros(4, dtype=np.uint8), coverage, scores.T, 0)


def scores_of(answer: MatchSet, **given: bool) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    best = np.array([best_of(column) for column in answer.scores.T], dtype=np.float32)
    return coarse_scores(QUERY, answer, SNAPSHOT, best, demote=given.get("demote", False))


def test_words_meaning_coverage_liking_and_the_very_identifier() -> None:
    answer = match_set(
        lexical=[8, 4, NAN, NAN], semantic=[NAN, 0.25, 0.5, NAN], identifier=[NAN, NAN, NAN, 1],
        coverage=[0.5, 1, 0, 0],
    )  # fmt: skip
    expected = [0.6 + 0.25 + 0.01, 0.3 + 0.2 + 0.5 + 0.02, 0.4, 10 + 0.04]
    np.testing.assert_allclose(scores_of(answer), expected, rtol=1e-6)


def test_without_any_score_the_best_liked_come_first() -> None:
    np.testing.assert_array_equal(scores_of(match_set()), LIKED)


def test_the_best_are_in_order_and_equal_ones_in_order_of_place() -> None:
    scores = np.array([1, 3, 2, 3, 0, 2], dtype=np.float32)
    assert top(scores, 9).tolist() == [1, 3, 2, 5, 0, 4]
    assert top(scores, 3).tolist() == [1, 3, 2]
    assert top(scores, 1).tolist() == [1]
    assert top(scores[:0], 3).tolist() == []


def test_ranks_are_among_those_that_a_channel_found() -> None:
    answer = match_set(
        lexical=[4, 8, NAN, 4], semantic=[NAN, 0.25, 0.5, NAN], identifier=[1, NAN, NAN, 1]
    )
    ranks = ranks_of(answer.scores[[3, 0, 1, 2]])
    assert ranks[:, LEXICAL].tolist() == [2, 3, 1, 0]
    assert ranks[:, SEMANTIC].tolist() == [0, 0, 2, 1]
    assert ranks[:, IDENTIFIER].tolist() == [1, 1, 0, 0]
