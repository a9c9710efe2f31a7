"""Recall of the default encoder, step by step: the table of docs/encoder.md.

python -m benchmarks.encoder_recall SHARED/data [--queries 2000]

For every set: R@100 of products of grade ≥ 2 (≥ 1 where judgments are binary) in the whole
catalogue, exact search, alone and united with BM25's 100 best (bm25s, k1 1.2, b 0.5).
"""

import argparse
import gzip
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import bm25s
import numpy as np
import orjson
import Stemmer

from indexing.arrays import Float32Array
from indexing.vectors.embedding_bags import unit_rows
from indexing.vectors.encoder_fit import fit_encoder
from indexing.vectors.static_catalog import StaticCatalogEncoder, join_halves
from indexing.vectors.title_words import normalised, product_text

SETS = (("esci_us_150", 2.0), ("homedepot", 2.0), ("product1m_zh", 1.0))
DEPTH = 100


class JudgedSet:
    def __init__(self, folder: Path, least: float, limit: int) -> None:
        with gzip.open(folder / "products.jsonl.gz", "rb") as lines:
            self.products = [orjson.loads(line) for line in lines]
        rows = {product["id"]: row for row, product in enumerate(self.products)}
        relevant: dict[str, set[int]] = defaultdict(set)
        for line in (folder / "qrels.tsv").read_text().splitlines():
            query, _, product, grade = line.split("\t")
            if float(grade) >= least:
                relevant[query].add(rows[product])
        pairs = [line.split("\t") for line in (folder / "queries.tsv").read_text().splitlines()]
        pairs = [(number, text) for number, text in pairs if relevant[number]]
        if len(pairs) > limit:
            chosen = np.random.default_rng(0).choice(len(pairs), limit, replace=False)
            pairs = [pairs[i] for i in sorted(chosen)]
        self.queries = [text for _, text in pairs]
        self.relevant = [relevant[number] for number, _ in pairs]

    def texts(self, fields: str) -> list[str]:
        if fields == "title":
            return [product["title"] for product in self.products]
        return [
            product_text(p["title"], p.get("brand"), p.get("category") or []) for p in self.products
        ]


def nearest(products: Float32Array, queries: Float32Array) -> np.ndarray:
    blocks = [
        np.argpartition(-(queries[i : i + 256] @ products.T), DEPTH, axis=1)[:, :DEPTH]
        for i in range(0, len(queries), 256)
    ]
    return np.vstack(blocks)


def recalls(found: np.ndarray, judged: JudgedSet, other: np.ndarray) -> tuple[float, float]:
    alone, union = [], []
    for mine, theirs, relevant in zip(found, other, judged.relevant, strict=True):
        hits = set(mine.tolist())
        alone.append(len(hits & relevant) / len(relevant))
        union.append(len((hits | set(theirs.tolist())) & relevant) / len(relevant))
    return 100 * float(np.mean(alone)), 100 * float(np.mean(union))


def halves(encoder: StaticCatalogEncoder, texts: list[str]) -> Float32Array:
    """Both halves of products, or of queries that do not borrow."""
    chunks = [
        join_halves(
            encoder.tokens,
            encoder.words,
            encoder.static_mean,
            [normalised(t) for t in texts[i : i + 4096]],
        )
        for i in range(0, len(texts), 4096)
    ]
    return np.concatenate(chunks)


def borrowing(encoder: StaticCatalogEncoder, texts: list[str]) -> Float32Array:
    """Both halves of queries whose unknown words borrow, as `encode_query` makes them."""
    both = halves(encoder, texts)
    split = encoder.tokens.dimension
    whole = replace(encoder, projection=np.eye(both.shape[1], dtype=np.float32))
    for row, text in enumerate(texts):
        both[row] = whole.encode_query(text)
        learnt = float(np.linalg.norm(both[row, split:]))
        if learnt:  # each half as it is before both are brought to length 1
            both[row] /= max(learnt, float(np.linalg.norm(both[row, :split])))
    return both


def bm25(texts: list[str], queries: list[str], depth: int) -> np.ndarray:
    stemmer = Stemmer.Stemmer("english")

    def cut(lines: list[str]) -> object:
        return bm25s.tokenize(lines, stemmer=stemmer, stopwords="en", show_progress=False)

    index = bm25s.BM25(k1=1.2, b=0.5)
    index.index(cut(texts), show_progress=False)
    found, _ = index.retrieve(cut(queries), k=depth, show_progress=False)
    return np.asarray(found)


def table(name: str, judged: JudgedSet, fields: str) -> None:
    texts = judged.texts(fields)
    began = time.perf_counter()
    encoder = fit_encoder(texts, seed=0)
    fitted = time.perf_counter() - began
    latin = encoder.tokens.name == "static_en"
    other = bm25(texts, judged.queries, 2 * DEPTH) if latin else None
    first = other[:, :DEPTH] if other is not None else np.empty((len(judged.queries), 0), int)
    print(
        f"\n{name}, {fields}: {len(texts)} products, {len(judged.queries)} queries, "
        f"table {encoder.tokens.name}, {len(encoder.words.hashes)} words, "
        f"fit {fitted:.1f} s, floor {encoder.floor:.3f}"
    )
    if other is not None:
        print(f"  BM25 {DEPTH}: {recalls(first, judged, first)[0]:.1f}, ", end="")
        print(f"{2 * DEPTH}: {recalls(other, judged, other)[0]:.1f}")
    both = halves(encoder, texts)
    split = encoder.tokens.dimension
    for borrow in (False, True):
        asked = (borrowing if borrow else halves)(encoder, judged.queries)
        label = "with trigrams" if borrow else "no trigrams"
        for step, products, queries in (
            ("static half", both[:, :split], asked[:, :split]),
            ("learnt half", both[:, split:], asked[:, split:]),
            ("both, 512", both, asked),
            ("both, PCA 256", both @ encoder.projection, asked @ encoder.projection),
        ):
            if step == "static half" and borrow:
                continue
            alone, union = recalls(nearest(unit_rows(products), unit_rows(queries)), judged, first)
            extra = f"  union {union:.1f}" if other is not None else ""
            print(f"  {step:14s} {label:14s} {alone:.1f}{extra}")
    admitted(judged, unit_rows(both @ encoder.projection), encoder)


def admitted(judged: JudgedSet, products: Float32Array, encoder: StaticCatalogEncoder) -> None:
    """What the floor lets into the match set, of the 200 nearest."""
    counts, shares = [], []
    for text, relevant in zip(judged.queries, judged.relevant, strict=True):
        cosines = products @ encoder.encode_query(text)
        best = np.argpartition(-cosines, 200)[:200]
        passing = best[cosines[best] >= encoder.floor]
        counts.append(len(passing))
        shares.append(len(relevant & set(passing.tolist())) / len(relevant))
    print(
        f"  floor: admits {np.mean(counts):.0f} of 200 (none for "
        f"{sum(not c for c in counts)} queries), {100 * np.mean(shares):.1f} % of the relevant"
    )


def speed(name: str, judged: JudgedSet) -> None:
    titles = judged.texts("title")
    encoder = fit_encoder(titles, seed=0)
    encoder.encode(titles[:100])
    began = time.perf_counter()
    encoder.encode(titles)
    rate = len(titles) / (time.perf_counter() - began)
    times = []
    for query in judged.queries:
        began = time.perf_counter()
        encoder.encode_query(query)
        times.append(time.perf_counter() - began)
    again = []
    for query in judged.queries:
        began = time.perf_counter()
        encoder.encode_query(query)
        again.append(time.perf_counter() - began)
    print(
        f"{name}: {rate:,.0f} titles/s; a query {1e3 * np.median(times):.3f} ms (p99 "
        f"{1e3 * np.quantile(times, 0.99):.3f}), again {1e3 * np.median(again):.3f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--queries", type=int, default=2000)
    options = parser.parse_args()
    judged = {name: JudgedSet(options.data / name, least, options.queries) for name, least in SETS}
    for name, one in judged.items():
        table(name, one, "title")
        if name == "esci_us_150":
            table(name, one, "title + brand + category")
    print()
    for name, one in judged.items():
        speed(name, one)


if __name__ == "__main__":
    main()
