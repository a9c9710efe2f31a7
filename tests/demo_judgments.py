"""Judgments of the demo shop, from what its queries are known to mean.

`python tests/demo_judgments.py` writes tests/relevance/demo/ anew; do so only on purpose.
"""

import gzip
import tempfile
from pathlib import Path

import numpy as np
import orjson
from catalogs import NOW

from indexing.build import BuildOptions, build
from indexing.demo.grades import grade
from indexing.demo.queries import read_intents
from indexing.demo.shop import DemoShop, write_demo_shop
from indexing.progress import Silent
from ranking.learning.judgments import Judgments

PRODUCTS, SEED, QUERIES = 2_000, 1, 120
FOLDER = Path(__file__).parent / "relevance" / "demo"


def demo_shop(folder: Path) -> DemoShop:
    """The shop that the committed judgments are of."""
    return write_demo_shop(folder, PRODUCTS, SEED)


def build_demo(shop: DemoShop, index: Path) -> None:
    build(BuildOptions([shop.products], index, "test"), NOW, Silent())


def demo_judgments(shop: DemoShop, queries: int = QUERIES, seed: int = 0) -> Judgments:
    """Queries drawn by the seed, and every product that answers one at all.

    Of variants the first stands for all: a list shows one product of a group.
    """
    intents = list(read_intents(shop.intents))
    chosen = np.random.default_rng(seed).choice(len(intents), queries, replace=False)
    with gzip.open(shop.products) as lines:
        every = [orjson.loads(line) for line in lines]
    groups = {product.get("group_id") or product["id"]: product for product in reversed(every)}
    products = list(groups.values())[::-1]
    texts, qrels = {}, {}
    for number, place in enumerate(np.sort(chosen)):
        intent = intents[place]
        grades = {product["id"]: grade(intent, product) for product in products}
        found = {key: float(value) for key, value in grades.items() if value > 0}
        if found:
            texts[f"d{number}"], qrels[f"d{number}"] = intent.query, found
    return Judgments(texts, qrels)


def write_judgments(judgments: Judgments, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    queries = "".join(f"{key}\t{text}\n" for key, text in judgments.queries.items())
    (folder / "queries.tsv").write_text(queries, encoding="utf-8")
    rows = [
        f"{query}\t0\t{product}\t{value:g}\n"
        for query, products in judgments.qrels.items()
        for product, value in products.items()
    ]
    (folder / "qrels.tsv").write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        write_judgments(demo_judgments(demo_shop(Path(scratch))), FOLDER)
