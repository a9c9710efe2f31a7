"""What a place lets expect is how it is looked at, whoever ordered the pages: known shoppers."""

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from indexing.arrays import BoolArray, Float64Array, Int64Array
from ranking.learning.behaviour.counts import Counts, count

QUERIES, PLACES, PAGES = 20, 10, 6_000
LOOKED = 1.0 / np.arange(1, PLACES + 1)


def attractions() -> Float64Array:
    """float64[queries, products], the best first."""
    drawn = np.random.default_rng(4).uniform(0.05, 0.9, (QUERIES, PLACES))
    return -np.sort(-drawn, axis=1)


def counted(pages: Int64Array, *, facts: str | None, profiles: BoolArray | None = None) -> Counts:
    """pages: int64[PAGES, PLACES], products in this order, looked at as LOOKED says; page n is for
    query n % QUERIES. Products of queries are different ones.
    """
    chance, asked = np.random.default_rng(5), np.arange(PAGES) % QUERIES
    clicked = chance.random(pages.shape) < LOOKED * attractions()[asked[:, None], pages]
    search_of = np.repeat(np.arange(PAGES), PLACES)
    products = (asked[:, None] * PLACES + pages).ravel()
    nothing = pa.nulls(len(products), pa.string())
    own = np.zeros(PAGES, dtype=np.bool_) if profiles is None else profiles
    shown = pa.table({
        "query_id": search_of.astype(str), "happened_at": np.zeros(len(products)),
        "shop": ["main"] * len(products), "query": asked[search_of].astype(str),
        "session_key": nothing, "user_key": search_of.astype(str),
        "bot": np.zeros(len(products), dtype=np.bool_), "marks": nothing,
        "facts": pa.array([facts] * len(products), pa.string()),
        "profile": np.where(own[search_of], "digest", "none"),
        "product": products.astype(str), "position": np.tile(np.arange(1, PLACES + 1), PAGES),
    })  # fmt: skip
    clicks = shown.select(["query_id", "product", "position"]).filter(pa.array(clicked.ravel()))
    numbers = np.arange(QUERIES * PLACES)
    db = duckdb.connect(":memory:")
    for name, table in (
        ("shown", shown),
        ("clicks_made", clicks),
        ("known", pa.table({"product": numbers.astype(str), "grp": numbers})),
        ("query_numbers", pa.table({"text": np.arange(QUERIES).astype(str),
                                    "number": np.arange(QUERIES)})),
    ):  # fmt: skip
        db.register(name, table)
    columns = (
        "shop VARCHAR, query VARCHAR, product VARCHAR, type VARCHAR, user_key VARCHAR, "
        "session_key VARCHAR, key VARCHAR, happened_at DOUBLE, bot BOOLEAN, trusted BOOLEAN"
    )
    db.execute(f"CREATE TABLE outcomes ({columns}); CREATE TABLE events ({columns})")
    found = count(db, "main", now=0.0)
    db.close()
    return found


def in_order() -> Int64Array:
    return np.tile(np.arange(PLACES), (PAGES, 1))


def by_chance() -> Int64Array:
    return np.argsort(np.random.default_rng(6).random((PAGES, PLACES)), axis=1)


def test_the_best_are_not_explained_away_where_facts_put_them_on_top() -> None:
    """Else facts of pages that facts ordered know nothing, and the next ones are worse."""
    counts = counted(in_order(), facts="f1")
    lifts = counts.pairs["clicks"] / counts.pairs["expected"]
    by_place = lifts.reshape(QUERIES, PLACES).mean(axis=0)
    assert by_place[:2].mean() > 2 * by_place[-2:].mean()
    assert np.corrcoef(lifts, attractions().ravel())[0, 1] > 0.7


@pytest.mark.parametrize("facts", [None, "f1"])
def test_what_moved_tells_how_places_are_looked_at(facts: str | None) -> None:
    counts = counted(by_chance(), facts=facts)
    assert counts.place_ctr[:PLACES] / counts.place_ctr[0] == pytest.approx(LOOKED, rel=0.15)


def test_what_moved_by_a_profile_tells_nothing() -> None:
    """Who is shown a product higher by a profile likes it more; so the curve holds."""
    everybody = np.ones(PAGES, dtype=np.bool_)
    ctr = counted(by_chance(), facts="f1", profiles=everybody).place_ctr
    assert ctr / ctr[0] == pytest.approx(np.arange(1, len(ctr) + 1) ** -0.7)


def test_places_of_pages_that_no_facts_ordered_speak_for_themselves() -> None:
    pages = in_order()
    found = counted(pages, facts=None).place_ctr
    clicks = LOOKED * attractions().mean(axis=0)
    assert found[:PLACES] == pytest.approx(clicks, rel=0.2, abs=0.01)
    pages[:20, :2] = [1, 0]  # a few clicks on what moved change that a little
    assert counted(pages, facts=None).place_ctr == pytest.approx(found, rel=0.1)
