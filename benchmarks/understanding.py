"""What understanding queries gains and costs: empty answers, nDCG, milliseconds.

Empty answers before and after relaxation on ESCI, Home Depot and Chinese queries; nDCG with
understanding on and off, and of the queries that strict search served; time of `understand`.
`python -m benchmarks.understanding DATA_FOLDER [SET …]`, or only the time, on an index that is
there: `python -m benchmarks.understanding --index INDEX_FOLDER QUERIES` (query TAB count a line).
"""

import gzip
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from indexing.build import BuildOptions, build
from indexing.current import read_current
from indexing.progress import Silent
from ranking.generation import Generation, open_generation
from ranking.learning.judgment_files import read_judgments
from ranking.learning.judgments import Judgments
from ranking.learning.measures import Run, measure_run
from ranking.learning.significance import paired_difference
from ranking.query.understand import understand
from ranking.rankers.ranker import HandWeightedRanker
from ranking.search.request import SearchRequest
from ranking.search.root import search

SAMPLE = 1_000
MOST_JUDGED = 2_000
"""Judged queries that are measured; of more, so many are drawn."""
SERVED = 10
"""Strict matches from which a query counts as served by strict search."""
LITERAL = SearchRequest(correct=False, synonyms=False, entities=False, categories=False)
UNDERSTOOD = SearchRequest()
ARMS = {
    "literal": LITERAL,
    "understood": UNDERSTOOD,
    "  without correction": replace(UNDERSTOOD, correct=False),
    "  without entities and prices": replace(UNDERSTOOD, entities=False),
    "  without categories": replace(UNDERSTOOD, categories=False),
}
SHOWN = ("nDCG-linear@10", "nDCG-esci@10", "R@100")


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """catalog: its folder. queries: of another file, without judgments; else its own."""

    catalog: str
    queries: str | None = None


SETS = (
    JudgedSet("esci_us_150"),
    JudgedSet("homedepot"),
    JudgedSet("product1m_zh"),
    JudgedSet("taobao_beauty", "query_logs/taobao_zh.txt.gz"),
)


def main(data: Path, names: Sequence[str]) -> None:
    for each in SETS:
        if names and each.catalog not in names:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder = data / each.catalog
            generation = built(folder / "products.jsonl.gz", Path(scratch) / "main")
            measure(folder, data / each.queries if each.queries else None, generation)


def measure(folder: Path, other: Path | None, generation: Generation) -> None:
    """All figures of one catalogue. other: queries without judgments."""
    shipped, generation = generation, replace(generation, ranker=HandWeightedRanker())
    print(f"\n{folder.name}: {generation.snapshot.doc_count:,} products, ranked by hand weights")
    if other is not None:
        texts = sampled(other)
        show_empty(texts, generation)
        show_times(texts, generation)
        return
    judgments, _ = read_judgments(folder)
    if len(judgments.queries) > MOST_JUDGED:
        judgments = judgments.subset(random.Random(0).sample(list(judgments.queries), MOST_JUDGED))
    texts = list(judgments.queries.values())
    show_empty(texts[:SAMPLE], generation)
    show_quality(judgments, generation, shipped)
    show_times(texts[:SAMPLE], generation)


def built(catalog: Path, index: Path) -> Generation:
    build(BuildOptions([catalog], index, "benchmark"), datetime.now(UTC), Silent())
    current = read_current(index)
    assert current is not None
    return open_generation(index, current, "benchmark")


def sampled(path: Path) -> list[str]:
    """Queries of a log, one a line (or query TAB count)."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [line.split("\t")[0].strip() for line in lines]
    return random.Random(0).sample(texts, SAMPLE)


def show_empty(texts: Sequence[str], generation: Generation) -> None:
    """Shares of queries without any product, step by step."""
    steps = {
        "literal, all words": replace(LITERAL, relax=False),
        "corrected, all words": replace(UNDERSTOOD, relax=False),
        "relaxed": UNDERSTOOD,
    }
    print(f"  no product at all, of {len(texts):,} queries:")
    for name, step in steps.items():
        totals = [answer(text, step, generation)[1] for text in texts]
        empty = sum(total == 0 for total in totals) / len(texts)
        few = sum(total < SERVED for total in totals) / len(texts)
        print(f"    {name:<24} {100 * empty:5.1f} %, fewer than {SERVED}: {100 * few:.1f} %")
    scopes: dict[str, int] = {}
    corrected = 0
    for text in texts:
        result = search(replace(UNDERSTOOD, text=text, budget_ms=1e6), generation, time.monotonic)
        relaxed = result.relaxed
        some = relaxed is not None and (relaxed.dropped or relaxed.scope != "terms")
        scope = relaxed.scope if relaxed is not None and some else "all words"
        scopes[scope] = scopes.get(scope, 0) + 1
        corrected += result.query["corrected"] is not None
    told = ", ".join(f"{scope} {count}" for scope, count in sorted(scopes.items()))
    print(f"    answered by: {told}; corrected silently: {corrected}")


def answer(
    text: str, request: SearchRequest, generation: Generation, size: int = 100
) -> tuple[list[str], int]:
    asked = replace(request, text=text, page_size=size, budget_ms=1e6, diversity=False)
    result = search(asked, generation, time.monotonic)
    return [hit.id for hit in result.hits], result.total


def show_quality(judgments: Judgments, generation: Generation, shipped: Generation) -> None:
    """shipped: the same with the model that the package brings; it was trained on ESCI."""
    runs: dict[str, Run] = {
        name: {qid: answer(text, arm, generation)[0] for qid, text in judgments.queries.items()}
        for name, arm in ARMS.items()
    }
    print(f"  {len(judgments.queries):,} judged queries:")
    show_runs(runs, judgments)
    strict = {
        qid: answer(text, replace(LITERAL, relax=False), generation)
        for qid, text in judgments.queries.items()
    }
    served = [qid for qid, (_, total) in strict.items() if total >= SERVED]
    if not served:
        return
    print(f"  {len(served):,} queries that strict search served ({SERVED} products or more):")
    arms: dict[str, Run] = {
        "strict": {qid: strict[qid][0] for qid in served},
        **{name: {qid: run[qid] for qid in served} for name, run in runs.items()},
    }
    steps = {"strict": replace(LITERAL, relax=False), "understood": UNDERSTOOD}
    by_model: dict[str, Run] = {
        f"{name}, shipped model": {
            qid: answer(judgments.queries[qid], step, shipped)[0] for qid in served
        }
        for name, step in steps.items()
    }
    compared = {name: arms[name] for name in ("strict", *tuple(ARMS)[:2])}
    show_runs(compared, judgments.subset(served))
    show_runs(by_model, judgments.subset(served))


def show_runs(runs: Mapping[str, Run], judgments: Judgments) -> None:
    """Means, and the paired difference to the first run."""
    first: dict[str, np.ndarray] = {}
    print(f"    {'':<30}" + "".join(f"{shown:>24}" for shown in SHOWN))
    for name, run in runs.items():
        figures = measure_run(run, judgments)
        cells = []
        for shown in SHOWN:
            cell = f"{figures[shown].mean:.4f}"
            if shown in first:
                gap = paired_difference(figures[shown].values, first[shown]).difference
                cell += f" [{gap.low:+.3f} {gap.high:+.3f}]"
            else:
                first[shown] = figures[shown].values
            cells.append(f"{cell:>24}")
        print(f"    {name:<30}" + "".join(cells), flush=True)


def show_times(texts: Sequence[str], generation: Generation) -> None:
    """Milliseconds of `understand` by itself, vector included, one thread, kernels warm."""
    for text in texts[:50]:
        understand(SearchRequest(text=text), generation.snapshot)
    for name, request in (("understood", UNDERSTOOD), ("literal", LITERAL)):
        times, cpu = [], []
        for text in texts:
            asked = replace(request, text=text)
            begun, spent = time.perf_counter(), time.thread_time()
            understand(asked, generation.snapshot, generation.rules.synonyms)
            cpu.append(1000 * (time.thread_time() - spent))
            times.append(1000 * (time.perf_counter() - begun))
        p50, p99 = np.percentile(times, [50, 99])
        c50, c99 = np.percentile(cpu, [50, 99])
        print(
            f"  time of understand, {name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms "
            f"(of CPU: {c50:.2f}, {c99:.2f})"
        )


def time_index(index: Path, queries: Path) -> None:
    """Time of `understand` on a published index."""
    current = read_current(index)
    assert current is not None
    generation = open_generation(index, current, "benchmark")
    lines = queries.read_text(encoding="utf-8").splitlines()
    texts = [line.split("\t")[0] for line in lines]
    print(f"{generation.snapshot.doc_count:,} products, {min(len(texts), SAMPLE):,} queries")
    show_times(random.Random(0).sample(texts, min(len(texts), SAMPLE)), generation)


if __name__ == "__main__":
    if sys.argv[1] == "--index":
        time_index(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), sys.argv[2:])
