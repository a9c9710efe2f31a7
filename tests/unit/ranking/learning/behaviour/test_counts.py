"""Expected clicks and smoothing, by hand."""

from itertools import pairwise

import duckdb
import numpy as np
import pytest

from ranking.behaviour.query_key import hash_of
from ranking.learning.behaviour.attraction import attraction
from ranking.learning.behaviour.counts import _SEEN
from ranking.learning.behaviour.pairs_of_queries import best_of_queries, of_queries
from ranking.learning.behaviour.places import place_ctr


def test_without_impressions_the_curve_is_the_belief() -> None:
    assert place_ctr(np.zeros(3), np.zeros(3)) == pytest.approx(
        [0.05, 0.05 / 2**0.7, 0.05 / 3**0.7]
    )


def test_with_many_impressions_a_place_speaks_for_itself() -> None:
    shown = np.array([1e6, 1e6, 1e6])
    assert place_ctr(shown, shown * [0.3, 0.2, 0.25]) == pytest.approx([0.3, 0.2, 0.25], rel=1e-3)


def test_one_product_clicked_at_one_place_is_not_explained_away() -> None:
    shown, clicked = np.full(20, 20.0), np.zeros(20)
    clicked[9] = 20
    expected = 20 * place_ctr(shown, clicked)[9]
    assert expected < 3
    assert attraction(np.array([20.0]), np.array([expected]), np.ones(1))[0] > 3


def test_attraction_is_drawn_towards_the_belief() -> None:
    told = attraction(np.array([0.0, 10.0, 0.0]), np.array([0.0, 5.0, 5.0]), np.array([2, 1, 1.0]))
    assert told == pytest.approx([2.0, 1.5, 0.5])


def test_the_pairs_that_say_most_are_kept() -> None:
    queries = np.array([0, 0, 0, 1, 1], dtype=np.int64)
    lifts = np.array([0.5, 0.001, -0.7, 0.1, 0.2], dtype=np.float32)
    unknown = np.ones(5, dtype=np.float32)
    assert best_of_queries(queries, lifts, unknown).tolist() == [0, 2, 3, 4]
    known = np.array([1, 0.5, 1, 1, 1], dtype=np.float32)
    assert best_of_queries(queries, lifts, known).tolist() == [0, 1, 2, 3, 4], "usual, and known so"
    many = np.zeros(280, dtype=np.int64)
    lifts = np.linspace(-1, 1, 280).astype(np.float32)
    kept = best_of_queries(many, lifts, np.ones(280, dtype=np.float32))
    assert len(kept) == 200
    assert {0, 279} <= set(kept.tolist())


def test_pairs_stand_under_their_queries() -> None:
    queries = ["lamp", "red lamp", "never clicked"]
    lifts = np.array([1, 2, 3], dtype=np.float32)
    clicks = np.array([9.0, 5.0])
    arrays = of_queries(
        np.array([0, 0, 1]), np.array([7, 3, 3]), lifts, lifts / 10, queries, clicks
    )
    told = dict(zip(arrays["query_hashes"].tolist(), arrays["query_clicks"].tolist(), strict=True))
    assert told == {hash_of("lamp"): 9.0, hash_of("red lamp"): 5.0}
    begins, rows = arrays["pair_begins"].tolist(), arrays["pair_rows"].tolist()
    assert len(arrays["query_hashes"]) == 2
    parts = {
        tuple(rows[begin:end]): arrays["pair_lifts"][begin:end].tolist()
        for begin, end in pairwise(begins)
    }
    assert parts == {(3, 7): [2, 1], (3,): [3]}
    assert arrays["pair_doubts"].tolist() == (arrays["pair_lifts"] / 10).tolist()
    none = np.array([], np.float32)
    nothing = of_queries(np.array([], int), np.array([], int), none, none, queries, clicks)
    assert nothing["pair_begins"].tolist() == [0]


def test_places_of_rules_are_left_out_and_those_on_a_budget_are_not() -> None:
    db = duckdb.connect(":memory:")
    db.execute(
        "CREATE TABLE shown AS SELECT 'q' AS query_id, 0.0 AS happened_at, 'main' AS shop, "
        "'lamp' AS query, 's' AS session_key, NULL::VARCHAR AS user_key, 0 AS bot, marks, "
        "NULL AS facts, NULL AS profile, "
        "unnest(['a', 'b', 'c']) AS product, unnest([1, 2, 3]) AS position "
        """FROM (VALUES ('{"1":"little_known","2":"explored","3":"pinned"}'), (NULL)) t (marks)"""
    )
    db.execute("CREATE TABLE query_numbers AS SELECT 'lamp' AS text, 0 AS number")
    db.execute("CREATE TABLE known AS SELECT unnest(['a', 'b', 'c']) AS product, 1 AS grp")
    db.execute("CREATE TABLE clicks_made (query_id VARCHAR, product VARCHAR, position BIGINT)")
    db.execute(_SEEN, {"shop": "main", "places": 20})
    found = db.execute("SELECT position, count(*) FROM seen GROUP BY 1 ORDER BY 1").fetchall()
    assert found == [(1, 2), (2, 2), (3, 1)]
