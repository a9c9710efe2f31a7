"""What is looked at below a click: contexts, ratios and expected clicks by hand; known shoppers."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from indexing.arrays import BoolArray, Float64Array, Int64Array
from ranking.learning.behaviour import below_clicks, counts
from ranking.learning.behaviour.below_clicks import CONTEXTS, NONE_ABOVE, BelowClicks
from ranking.learning.behaviour.counts import Counts, count


@dataclass(frozen=True, slots=True)
class Pages:
    """Product n of a page is n-th there. queries: int64[pages]. clicked: bool[pages, k]. who:
    int64[pages].
    """

    queries: Int64Array
    clicked: BoolArray
    who: Int64Array

    def tables(self) -> duckdb.DuckDBPyConnection:
        n, places = self.clicked.shape
        page_of = np.repeat(np.arange(n), places)
        products = (self.queries[:, None] * places + np.arange(places)).ravel()
        nothing = pa.nulls(len(products), pa.string())
        shown = pa.table({
            "query_id": page_of.astype(str), "happened_at": np.zeros(len(products)),
            "shop": ["main"] * len(products), "query": self.queries[page_of].astype(str),
            "session_key": nothing, "user_key": self.who[page_of].astype(str),
            "bot": np.zeros(len(products), dtype=np.bool_), "marks": nothing,
            "facts": nothing, "profile": nothing, "product": products.astype(str),
            "position": np.tile(np.arange(1, places + 1), n),
        })  # fmt: skip
        clicks = shown.select(["query_id", "product", "position"])
        numbers, queries = np.unique(products), np.unique(self.queries)
        db = duckdb.connect(":memory:")
        for name, table in (
            ("shown", shown),
            ("clicks_made", clicks.filter(pa.array(self.clicked.ravel()))),
            ("known", pa.table({"product": numbers.astype(str), "grp": numbers})),
            ("query_numbers", pa.table({"text": queries.astype(str), "number": queries})),
        ):
            db.register(name, table)
        columns = (
            "shop VARCHAR, query VARCHAR, product VARCHAR, type VARCHAR, user_key VARCHAR, "
            "session_key VARCHAR, key VARCHAR, happened_at DOUBLE, bot BOOLEAN, trusted BOOLEAN"
        )
        db.execute(f"CREATE TABLE outcomes ({columns}); CREATE TABLE events ({columns})")
        return db

    def counted(self) -> Counts:
        with self.tables() as db:
            return count(db, "main", now=0.0)


def one_page(*clicked: int) -> Pages:
    page = np.zeros((1, 5), dtype=np.bool_)
    page[0, [place - 1 for place in clicked]] = True
    return Pages(np.array([0]), page, np.array([0]))


def test_contexts_tell_the_last_click_above_and_the_steps_from_it() -> None:
    def contexts(*clicked: int) -> list[int]:
        with one_page(*clicked).tables() as db:
            db.execute(counts._SEEN, {"shop": "main", "places": 200})
            found = db.execute("SELECT context FROM seen ORDER BY position").fetchall()
        return [context for (context,) in found]

    second = 1 + 8  # a last click at place 2 or 3, one step on
    assert contexts() == contexts(5) == [NONE_ABOVE] * 5
    assert contexts(2) == [NONE_ABOVE, NONE_ABOVE, second, second + 1, second + 1]
    assert contexts(1, 3) == [NONE_ABOVE, 1, 2, second, second + 1]


def test_below_the_click_of_a_cascade_little_is_expected() -> None:
    with one_page(2).tables() as db:
        db.execute(counts._SEEN, {"shop": "main", "places": 200})
        looks = np.full(CONTEXTS, 0.1)
        looks[NONE_ABOVE] = 1.0
        ctr = np.array([0.5, 0.4, 0.3, 0.2, 0.1])
        db.register("looks", pa.table({"context": np.arange(CONTEXTS), "looks": looks}))
        db.register("expected_ctr", pa.table({"position": np.arange(1, 6), "ctr": ctr}))
        db.execute(counts._PEOPLE, {"now": 0.0, "half_life": 30.0})
        found = db.execute("SELECT clicked, ctr FROM people ORDER BY grp").fetchall()
    assert [clicked for clicked, _ in found] == [False, True, False, False, False]
    assert [ctr for _, ctr in found] == pytest.approx([0.5, 0.4, 0.03, 0.02, 0.01])


def test_the_ratio_by_hand() -> None:
    """40 people see the second product, 10 of them below a click on the first."""
    clicked = np.zeros((40, 2), dtype=np.bool_)
    clicked[:10, 0] = True
    clicked[[0, *range(10, 16)], 1] = True  # 1 of 10 below it, 6 of 30 without
    pages = Pages(np.zeros(40, dtype=np.int64), clicked, np.arange(40))
    clicks, expected = 1 * 30 / 40, 6 * 10 / 40
    overall = (clicks + 20) / (expected + 20)
    found = pages.counted().below
    assert found.overall == pytest.approx(overall)
    assert found.ratios[1] == pytest.approx((clicks + 20 * overall) / (expected + 20))
    assert found.ratios[2:] == pytest.approx(overall)  # of which nothing is known
    assert found.ratios[NONE_ABOVE] == 1.0


def test_without_clicks_below_clicks_nothing_is_believed_of_them() -> None:
    nothing = np.zeros(0)
    found = BelowClicks.of(np.zeros(0, dtype=np.int64), nothing, nothing)
    assert found.ratios.tolist() == [1.0] * CONTEXTS


@pytest.mark.parametrize("seed", range(3))
def test_where_looks_depend_on_places_alone_that_is_what_is_expected(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The largest expectation of a person's showings, of those that were clicked if any was."""
    monkeypatch.setattr(below_clicks, "PRIOR_CLICKS", 1e12)
    chance = np.random.default_rng(seed)
    clicked = chance.random((300, 6)) < 0.3
    pages = Pages(chance.integers(0, 4, 300), clicked, chance.integers(0, 60, 300))
    found = pages.counted()
    expected: dict[tuple[int, int], float] = {}
    seen: dict[tuple[int, int, int], list[int]] = {}
    for page, query in enumerate(pages.queries.tolist()):
        for place in range(6):
            key = (query, query * 6 + place, int(pages.who[page]))
            seen.setdefault(key, []).append(place)
    for (query, product, _), places in seen.items():
        expected[query, product] = expected.get((query, product), 0.0) + max(
            float(found.place_ctr[place]) for place in places
        )
    pairs = found.pairs
    told = dict(zip(zip(pairs["query"], pairs["grp"], strict=True), pairs["expected"], strict=True))
    assert told == pytest.approx(expected)


def cascades(pages: int, attraction: Float64Array) -> Pages:
    """attraction: float64[queries, k]. Shoppers click the first that attracts, and leave."""
    queries = np.arange(pages) % len(attraction)
    drawn = np.random.default_rng(3).random((pages, attraction.shape[1])) < attraction[queries]
    first = np.cumsum(drawn, axis=1) == 1
    return Pages(queries, drawn & first, np.arange(pages))


def test_what_stands_below_something_attractive_is_not_taken_for_disliked() -> None:
    """Nine in ten never see the second product of the first query; half of the others want it."""
    attraction = np.array([[0.9, 0.5], [0.1, 0.5]])
    found = cascades(6_000, attraction).counted()
    lifts = found.pairs["clicks"] / found.pairs["expected"]
    assert lifts[1] == pytest.approx(lifts[3], rel=0.2)
    assert found.below.ratios[1] < 0.02


def test_a_person_of_very_many_clicks_counts_as_one_with_500() -> None:
    pages = np.arange(1_600)
    who = np.where(pages < 800, 0, pages)  # one asks all 800 queries, the others one each
    pairs = Pages(pages % 800, np.ones((1_600, 1), dtype=np.bool_), who).counted().pairs
    assert pairs["clicks"] == pytest.approx(np.full(800, 1.0 + 500 / 800))
    assert pairs["people"].tolist() == [2] * 800
