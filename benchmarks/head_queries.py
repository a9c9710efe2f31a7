"""Head queries name a kind of thing: how many of the first ten products are of that kind?

`python -m benchmarks.head_queries DATA_FOLDER [--indexes DIR] [--file TSV] [--set S] [--details]`

100 queries over five catalogues (tests/relevance/head_queries.tsv), each with the wanted kind as a
regular expression on the title or the category path, and one for what is not meant. The whole
search answers, as served. Where the shop has fewer than ten products of the kind, the share is of
those; the share of ten places is told in brackets. Half of each set, by a fixed hash, is looked at
while tuning; of the other half only the sums are printed. --details: the share of each query of the
tuned half, and what stood there that was not wanted. --indexes: keep what is built there, and use
it again. --file: head queries of others, in the same form; all of them are told.
"""

import argparse
import csv
import html
import re
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

from indexing.build import BuildOptions, build
from indexing.catalogue.documents import Documents
from indexing.current import read_current
from indexing.demo.shop import write_demo_shop
from indexing.progress import Silent
from ranking.generation import Generation, open_generation
from ranking.search.context import Context
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import rank

FILE = Path(__file__).resolve().parents[1] / "tests" / "relevance" / "head_queries.tsv"
DEMO, DEMO_PRODUCTS, DEMO_SEED = "demo", 20_000, 1
K = 10
_SIGNS = re.compile(r"[®™©\\]")


@dataclass(frozen=True, slots=True)
class HeadQuery:
    """field: `title` or `category` (the path, joined by " > ")."""

    catalogue: str
    text: str
    field: str
    wanted: re.Pattern[str]
    unwanted: re.Pattern[str] | None

    def holds(self, product: dict[str, Any]) -> bool:
        if self.field == "category":
            said = " > ".join(product.get("category", ()))
        else:
            said = _SIGNS.sub("", html.unescape(str(product.get("title", ""))))
        return bool(self.wanted.search(said)) and not (self.unwanted and self.unwanted.search(said))


@dataclass(frozen=True, slots=True)
class Share:
    """of_ten: of the first ten places that hold the wanted kind; a place left empty does not.

    attainable: places that the shop could fill, ten at most.
    """

    query: HeadQuery
    of_ten: float
    attainable: int
    others: tuple[str, ...]

    @property
    def share(self) -> float:
        return min(K * self.of_ten / max(self.attainable, 1), 1.0)


def read_head_queries(path: Path) -> dict[str, list[HeadQuery]]:
    """By catalogue, in the order of the file."""
    found: dict[str, list[HeadQuery]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            found[row["set"]].append(
                HeadQuery(
                    row["set"],
                    row["query"],
                    row["field"],
                    re.compile(row["wanted"], re.IGNORECASE),
                    re.compile(row["unwanted"], re.IGNORECASE) if row["unwanted"] else None,
                )
            )
    return found


def halves(queries: list[HeadQuery]) -> tuple[list[HeadQuery], list[HeadQuery]]:
    """The tuned half and the untouched one: every other query in the order of their hashes."""
    order = sorted(queries, key=lambda q: blake2b(f"{q.catalogue}/{q.text}".encode()).digest())
    return order[::2], order[1::2]


def opened(name: str, data: Path, index: Path) -> Generation:
    if read_current(index) is None:
        catalog = data / name / "products.jsonl.gz"
        if name == DEMO:
            catalog = write_demo_shop(index / "shop", DEMO_PRODUCTS, DEMO_SEED).products
        build(BuildOptions([catalog], index, "benchmark"), datetime.now(UTC), Silent())
    current = read_current(index)
    assert current is not None
    return open_generation(index, current, "benchmark")


def attainable(query: HeadQuery, products: list[dict[str, Any]]) -> int:
    """Products of the wanted kind, K at most."""
    return len(list(islice(filter(query.holds, products), K)))


def share_of(query: HeadQuery, generation: Generation, products: list[dict[str, Any]]) -> Share:
    """products: all of the shop's."""
    context = Context.unhurried(SearchRequest(text=query.text), generation)
    found = find(context)
    ordered = rank(found.query, found.answer, context)
    shown = ordered.candidates.doc_ids[:K].tolist()
    return share_among(query, shown, generation.snapshot.documents, attainable(query, products))


def share_among(query: HeadQuery, docs: list[int], documents: Documents, most: int) -> Share:
    """docs: those shown, K at most. most: that are attainable."""
    shown = [documents.product_at(doc) for doc in docs]
    others = tuple(str(product.get("title")) for product in shown if not query.holds(product))
    return Share(query, (len(shown) - len(others)) / K, most, others)


def _mean(shares: list[Share]) -> str:
    count = max(len(shares), 1)
    of_ten = sum(each.of_ten for each in shares) / count
    return f"{sum(each.share for each in shares) / count:.3f} of {len(shares)} ({of_ten:.3f})"


def show(name: str, queries: list[HeadQuery], generation: Generation, details: bool) -> None:
    tuned, untouched = halves(queries)
    documents = generation.snapshot.documents
    products = [documents.product_at(doc) for doc in range(len(documents))]
    seen = [share_of(query, generation, products) for query in tuned]
    unseen = [share_of(query, generation, products) for query in untouched]
    print(f"{name:15} tuned half {_mean(seen)}, untouched half {_mean(unseen)}", flush=True)
    for each in sorted(seen, key=lambda share: share.share) if details else ():
        others = " | ".join(title[:60] for title in each.others)
        print(f"    {each.share:.1f} of {each.attainable} {each.query.text}: {others}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--indexes", type=Path)
    parser.add_argument("--file", type=Path, default=FILE)
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--details", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.indexes or Path(scratch)
        for name, queries in read_head_queries(given.file).items():
            if not given.set or name in given.set:
                generation = opened(name, given.data, folder / name)
                show(name, queries, generation, given.details)


if __name__ == "__main__":
    main()
