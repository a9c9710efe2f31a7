"""What clicks say of the kinds that a query means, where its words do not.

`python -m benchmarks.clicked_kinds DATA_FOLDER [--indexes DIR] [--file TSV] [--set S] [--half H]`

Simulated shoppers ask the head queries (benchmarks.head_queries) and click what they want among
the first twenty products, as position-based ones do; facts are learnt of that, and the share of
the first ten that is the wanted kind is printed: without facts, with facts whose clicks do not
speak for kinds, and with all. --searches: of each query. --half: tuned or untouched, of which only
the sums are printed. --details: tuned queries that the last two differ in.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

import duckdb
import numpy as np
import orjson
import pyarrow as pa

from app.state.tables import new_database
from benchmarks.head_queries import (
    FILE,
    HeadQuery,
    K,
    attainable,
    halves,
    opened,
    read_head_queries,
    share_among,
)
from benchmarks.simulated_log import SHOP, table
from ranking.generation import Generation
from ranking.learning.behaviour.learn import learn
from ranking.learning.clicks.click_log import CLICK
from ranking.query.understand import understand
from ranking.search.context import Context
from ranking.search.matching import find, match, match_text
from ranking.search.request import SearchRequest
from ranking.search.root import rank
from ranking.simulation.browsing import Browsing, browse

PAGE, DAY_S = 20, 86_400.0
WANTED, UNWANTED = (0.2, 0.7), (0.0, 0.1)
"""Chances that what is looked at is clicked: drawn for each product of a query."""


def shown(query: HeadQuery, generation: Generation, *, kinds: bool) -> list[int]:
    """Documents of the first page. kinds: clicks speak for them."""
    context = Context.unhurried(SearchRequest(text=query.text), generation)
    matched = match_text(context)
    if not kinds:
        asked = understand(context.request, context.tables, generation.rules.synonyms,
                           context.policy.min_matches, context.segments)  # fmt: skip
        plain = replace(matched[0], kind=asked.kind, categories=asked.categories)
        matched = (plain, match(plain, context))
    found = find(context, matched)
    return rank(found.query, found.answer, context).candidates.doc_ids[:PAGE].tolist()


def _taste(text: str, doc: int) -> float:
    """0 to 1, the same every night."""
    return float(np.random.default_rng([crc32(text.encode()), doc]).random())


@contextmanager
def log_of(
    queries: list[HeadQuery], generation: Generation, searches: int, seed: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """As many searches of each query within a day, and their clicks."""
    chance, documents = np.random.default_rng(seed), generation.snapshot.documents
    texts, pages, clicked = [], [], []
    for query in queries:
        docs = shown(query, generation, kinds=True)
        wanted = np.array([query.holds(documents.product_at(doc)) for doc in docs], dtype=bool)
        low, high = (np.where(wanted, w, u) for w, u in zip(WANTED, UNWANTED, strict=True))
        likes = np.zeros(PAGE, dtype=np.float32)
        likes[: len(docs)] = low + (high - low) * [_taste(query.text, doc) for doc in docs]
        many = np.tile(likes, (searches, 1))
        _, outcomes = browse(Browsing(), many, many, chance)
        texts += [query.text] * searches
        pages += [[documents.id_at(doc) for doc in docs]] * searches
        clicked.append(outcomes >= CLICK)
    rows, places = np.nonzero(np.concatenate(clicked))
    names = np.array([f"q{number}" for number in range(len(texts))])
    when = np.linspace(0, DAY_S, len(texts))
    impressions = table(
        "impressions", len(texts), query_id=pa.array(names), happened_at=when,
        query=pa.array(texts), user_key=pa.array(names), session_key=pa.array(names), page=1,
        page_size=PAGE, products=pa.array([orjson.dumps(page).decode() for page in pages]),
    )  # fmt: skip
    products = [pages[row][place] for row, place in zip(rows, places, strict=True)]
    events = table(
        "events", len(rows), key=pa.array([f"e{number}" for number in range(len(rows))]),
        happened_at=when[rows] + 8, arrived=when[rows] + 8, type="click",
        query_id=pa.array(names[rows]), product=pa.array(products, pa.string()),
        position=places + 1, user_key=pa.array(names[rows]), session_key=pa.array(names[rows]),
        quantity=1, trusted=1,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        db = new_database(Path(folder), 2, 4_096)
        db.register("impressions", impressions)
        db.register("events", events)
        yield db
        db.close()


def taught(
    queries: list[HeadQuery], generation: Generation, searches: int, seed: int
) -> Generation:
    with log_of(queries, generation, searches, seed) as db:
        learnt = learn(db, SHOP, generation.snapshot, DAY_S)
    return replace(generation, facts=learnt.facts("simulated"))


def measure(
    queries: list[HeadQuery], generation: Generation, searches: int, nights: int, details: bool
) -> str:
    documents = generation.snapshot.documents
    products = [documents.product_at(doc) for doc in range(len(documents))]
    after = generation
    for night in range(nights):
        after = taught(queries, after, searches, night + 1)
    shares = np.array([
        [share_among(query, shown(query, shop, kinds=kinds)[:K], documents, most).share
         for shop, kinds in ((generation, False), (after, False), (after, True))]
        for query, most in ((query, attainable(query, products)) for query in queries)
    ])  # fmt: skip
    for query, each in zip(queries, shares.tolist(), strict=True):
        if details and each[1] != each[2]:
            print(f"    {query.text}: {each}")
    told = " → ".join(f"{mean:.3f}" for mean in shares.mean(axis=0))
    return f"{told} of {len(queries)}, {searches} searches each, {nights} nights"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--indexes", type=Path)
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--searches", type=int, default=50)
    parser.add_argument("--nights", type=int, default=1)
    parser.add_argument("--half", choices=("tuned", "untouched"), default="tuned")
    parser.add_argument("--details", action="store_true")
    given = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {given.file.name}, {given.half} half")
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.indexes or Path(scratch)
        for name, queries in read_head_queries(given.file).items():
            if given.set and name not in given.set:
                continue
            half = halves(queries)[given.half == "untouched"]
            generation = opened(name, given.data, folder / name)
            details = given.details and given.half == "tuned"
            told = measure(half, generation, given.searches, given.nights, details)
            print(name, told, flush=True)


if __name__ == "__main__":
    main()
