"""How good is recall? bm25s, lexical, semantic, their union, and the whole search, side by side.

On the judged sets of the data folder: ESCI, Home Depot, product1m. Every list is of products,
whole catalogue; intervals are 95 % bootstrap intervals of the paired difference to bm25s.
`python -m benchmarks.retrieval DATA_FOLDER [SET …]`
"""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bm25s
import numpy as np
import rjieba
import Stemmer

from indexing.build import BuildOptions, build
from indexing.current import read_current
from indexing.progress import Silent
from indexing.snapshot import Snapshot
from ranking.generation import Generation, open_generation
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.measures import DEFAULT_PLAN, Run, measure_run
from ranking.learning.significance import paired_difference
from ranking.query.understand import understand
from ranking.recall import lexical, semantic
from ranking.search.request import SearchRequest
from ranking.search.root import search

SETS = ("esci_us_150", "homedepot", "product1m_zh")
DEPTH = 1000
UNION = "union of top 100s"
SHOWN = ("nDCG-linear@10", "nDCG-esci@10", "R@100")


def main(folder: Path, names: list[str]) -> None:
    for name in names or SETS:
        judgments, _ = read_judgments(folder / name)
        with tempfile.TemporaryDirectory() as scratch:
            generation = built(folder / name / "products.jsonl.gz", Path(scratch) / "main")
            runs = runs_of(generation, judgments, chinese="zh" in name)
        show(name, generation, judgments, runs)


def runs_of(generation: Generation, judgments: Judgments, *, chinese: bool) -> dict[str, Run]:
    return {
        "bm25s": bm25s_run(generation.snapshot, judgments, chinese=chinese),
        "lexical alone": run_of(judgments, lambda q: lexical_list(q, generation)),
        "semantic alone": run_of(judgments, lambda q: semantic_list(q, generation)),
        UNION: run_of(judgments, lambda q: union_list(q, generation)),
        "whole search": run_of(judgments, lambda q: search_list(q, generation, True)),
        "  without diversity": run_of(judgments, lambda q: search_list(q, generation, False)),
    }


def built(catalog: Path, index: Path) -> Generation:
    build(BuildOptions([catalog], index, "benchmark"), datetime.now(UTC), Silent())
    current = read_current(index)
    assert current is not None
    return open_generation(index, current, "benchmark")


def show(name: str, generation: Generation, judgments: Judgments, runs: Mapping[str, Run]) -> None:
    print(
        f"\n{name}: {generation.snapshot.doc_count:,} products, {len(judgments.queries):,} "
        f"queries, {len(judgments):,} judgments, ranker {generation.ranker.name}"
    )
    print(f"{'':<22}" + "".join(f"{shown:>26}" for shown in SHOWN))
    measured = {ranker: measure_run(run, judgments) for ranker, run in runs.items()}
    whole = measure_run(runs[UNION], judgments, replace(DEFAULT_PLAN, recall_k=200))
    measured[UNION]["R@100"] = whole["R@200"]  # two lists of 100: all of it counts
    for ranker, figures in measured.items():
        cells = []
        for shown in SHOWN:
            value = figures[shown]
            cell = f"{value.mean:.4f}"
            if ranker != "bm25s":
                gap = paired_difference(value.values, measured["bm25s"][shown].values).difference
                cell += f" [{gap.low:+.3f} {gap.high:+.3f}]"
            cells.append(f"{cell:>26}")
        print(f"{ranker:<22}" + "".join(cells), flush=True)


def run_of(judgments: Judgments, rank: Callable[[str], list[str]]) -> Run:
    return {query_id: rank(text) for query_id, text in judgments.queries.items()}


def lexical_list(text: str, generation: Generation) -> list[str]:
    query = understand(SearchRequest(text=text), generation.snapshot)
    index, policy = generation.snapshot.index, generation.policy
    covered = lexical.cover(query.slots, index)
    scoring = lexical.Scoring.of(query.slots, policy.bm25, index.statistics)
    level = lexical.level_of([covered.counts], policy.min_matches)
    docs = covered.reaching(level)
    hits = lexical.scored(docs, scoring, index, level).hits
    best = np.argsort(-hits.scores, kind="stable")[:DEPTH]
    return [generation.snapshot.documents.id_at(int(doc)) for doc in hits.doc_ids[best]]


def semantic_list(text: str, generation: Generation) -> list[str]:
    snapshot = generation.snapshot
    vector = snapshot.encoder.encode_query(text)
    found = snapshot.vectors.search(vector, 100)
    return [snapshot.documents.id_at(int(doc)) for doc in found.doc_ids]


def union_list(text: str, generation: Generation) -> list[str]:
    """Up to 200 products, the lexical ones first; only the recall of all of them is meant."""
    snapshot = generation.snapshot
    query = understand(SearchRequest(text=text), snapshot)
    lists = [lexical_list(text, generation)[:100]]
    meant = semantic.nearest(query, snapshot)
    best = np.argsort(-meant.scores, kind="stable")[:100]
    lists.append([snapshot.documents.id_at(int(doc)) for doc in meant.doc_ids[best]])
    return list(dict.fromkeys([*lists[0], *lists[1]]))


def search_list(text: str, generation: Generation, diversity: bool) -> list[str]:
    request = SearchRequest(text=text, page_size=100, budget_ms=60_000, diversity=diversity)
    return [hit.id for hit in search(request, generation, time.perf_counter).hits]


def bm25s_run(snapshot: Snapshot, judgments: Judgments, *, chinese: bool) -> Run:
    """bm25s over all text: k1 1.2, b 0.5, Snowball English and stop words, or jieba words."""
    texts = [_all_text(snapshot.documents.product_at(doc)) for doc in range(snapshot.doc_count)]
    ids = [snapshot.documents.id_at(doc) for doc in range(snapshot.doc_count)]

    def cut(lines: list[str]) -> list[list[str]]:
        if chinese:
            return [[word for word in rjieba.cut(line.lower()) if word.strip()] for line in lines]
        return bm25s.tokenize(
            lines, stopwords="en", stemmer=Stemmer.Stemmer("english"), show_progress=False,
            return_ids=False,
        )  # fmt: skip

    index = bm25s.BM25(k1=1.2, b=0.5)
    index.index(cut(texts), show_progress=False)
    run = {}
    for query_id, words in zip(
        judgments.queries, cut(list(judgments.queries.values())), strict=True
    ):
        if not words:
            run[query_id] = []
            continue
        found, scores = index.retrieve([words], k=min(DEPTH, len(ids)), show_progress=False)
        kept = found[0][scores[0] > 0]
        run[query_id] = [ids[int(doc)] for doc in kept]
    return run


def _all_text(product: dict[str, object]) -> str:
    words: list[str] = []
    for name in ("title", "brand", "category", "attributes", "description"):
        value = product.get(name)
        if isinstance(value, dict):
            value = [each for each in value.values() if isinstance(each, (str, list))]
        if isinstance(value, list):
            words += [
                text for each in value for text in (each if isinstance(each, list) else [each])
            ]
        elif value:
            words.append(str(value))
    return " ".join(map(str, words))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
