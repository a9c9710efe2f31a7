"""Channels of one shape: what they find becomes one match set, with scores and ranks by name."""

from itertools import permutations
from types import SimpleNamespace
from typing import cast

import numpy as np

from indexing.columns import Columns
from ranking.recall.channels import (
    BY_MEANING,
    CHANNELS,
    COUNT,
    IDENTIFIER,
    LEXICAL,
    NAMES,
    POPULAR,
    SEMANTIC,
)
from ranking.recall.hits import Hits, equally_good
from ranking.recall.lexical import LexicalMatches
from ranking.search.coarse import as_candidates, ranked
from ranking.search.match_set import combine, found_by

NAN = float("nan")


def docs(*ids: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.array(ids, dtype=np.uint32)


def floats(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, dtype=np.float32)


WORDS = LexicalMatches(
    Hits(docs(2, 5, 7), floats(1.5, 3.0, 3.0)),
    np.array([1, 0, 2], dtype=np.uint8),
    floats(0.8, 1.0, 0.5),
    level=2,
)
COLUMNS = cast(Columns, SimpleNamespace(keys=np.arange(10, dtype=np.uint64)))
OTHERS = [
    ("semantic", Hits(docs(1, 5, 9), floats(0.6, 0.9, 0.7))),
    ("identifier", equally_good(docs(7, 9), 1.0)),
    ("popular", equally_good(docs(), 0.0)),
]


def test_a_product_has_the_best_level_and_the_score_of_each_channel_that_found_it() -> None:
    found = combine(WORDS, OTHERS)
    assert found.doc_ids.tolist() == [1, 2, 5, 7, 9]
    assert found.levels.tolist() == [BY_MEANING, 1, 0, 0, 0]  # 7 and 9 by their identifier
    assert found.coverage.tolist() == floats(0, 0.8, 1, 0.5, 0).tolist()
    assert found.level == 2
    np.testing.assert_array_equal(found.scores[:, LEXICAL], floats(NAN, 1.5, 3, 3, NAN))
    np.testing.assert_array_equal(found.scores[:, SEMANTIC], floats(0.6, NAN, 0.9, NAN, 0.7))
    np.testing.assert_array_equal(found.scores[:, IDENTIFIER], floats(NAN, NAN, NAN, 1, 1))
    assert found.scores.shape == (5, COUNT)


def test_the_union_does_not_depend_on_the_order_of_the_channels() -> None:
    wanted = combine(WORDS, OTHERS)
    for order in permutations(OTHERS):
        found = combine(WORDS, order)
        assert found.doc_ids.tolist() == wanted.doc_ids.tolist()
        assert found.levels.tolist() == wanted.levels.tolist()
        np.testing.assert_array_equal(found.scores, wanted.scores)


def test_ranks_are_within_the_channel_and_equal_scores_in_order() -> None:
    found = combine(WORDS, OTHERS)
    chosen = ranked(as_candidates(found, np.array([3, 2, 0, 4]), np.ones(4, np.uint32), COLUMNS, 0))
    assert chosen.doc_ids.tolist() == [7, 5, 1, 9]
    assert chosen.ranks[:, LEXICAL].tolist() == [1, 2, 0, 0]
    assert chosen.ranks[:, SEMANTIC].tolist() == [0, 1, 3, 2]
    assert chosen.ranks[:, IDENTIFIER].tolist() == [1, 0, 0, 1]  # all of them are first
    assert chosen.lexical.tolist() == [3, 3, 0, 0]
    assert not chosen.ranks[:, NAMES.index("popular")].any()


def test_filters_keep_the_columns_together() -> None:
    found = combine(WORDS, OTHERS)
    part = found.where(np.array([True, False, True, False, True]))
    assert part.doc_ids.tolist() == [1, 5, 9]
    np.testing.assert_array_equal(part.scores, found.scores[[0, 2, 4]])
    assert part.scores[:, SEMANTIC].flags.c_contiguous  # kernels compile for one layout
    assert found.where(np.ones(5, dtype=np.bool_)) is found


def test_one_channel_alone() -> None:
    found = found_by("popular", equally_good(docs(3, 4), 0.0))
    assert found.levels.tolist() == [POPULAR, POPULAR]
    chosen = ranked(as_candidates(found, np.array([1, 0]), np.ones(2, np.uint32), COLUMNS, 0))
    assert chosen.ranks[:, NAMES.index("popular")].tolist() == [1, 2]  # in the order given
    assert (chosen.ranks > 0).sum() == 2


def test_names_are_unique_and_levels_in_range() -> None:
    assert len(set(NAMES)) == COUNT
    assert all(0 <= channel.level <= POPULAR for channel in CHANNELS)
    assert all(channel.worth >= 0 for channel in CHANNELS)
