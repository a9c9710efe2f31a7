"""Suggestion: quality on replayed query logs, latency, memory and build time.

    python benchmarks/suggestion.py --data FOLDER [--queries 1000000]

FOLDER holds query_logs/electronics_en.tsv (query TAB count) and query_logs/taobao_zh.txt.gz.

Electronics: each count is split at random, 80 % build the index, 20 % are searched again, each
query as often as it was counted. Taobao (each query once, no counts): known items, all queries
in the index, typed as written, in pinyin, in initials; and last words: 20 % of the queries are
not in the index, and their last word is completed. Beside it: the most popular completion of
the typed prefix from the same counts.
"""

import argparse
import gzip
import random
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil

from indexing.analysis.pinyin import han_words, has_han, initials, syllables
from indexing.completions.build import CompletionsBuilder
from indexing.completions.completions import QUERY_LOG, Completions
from indexing.completions.keys import typing_key

LENGTHS = (1, 2, 3, 5)
K = 10
Complete = Callable[[str], list[str]]


def built(folder: Path, counts: dict[str, float]) -> Completions:
    builder = CompletionsBuilder()
    for query, count in counts.items():
        builder.add_entry(query, count, QUERY_LOG)
    return builder.finish(folder)


def ours(index: Completions, typo: bool = True) -> Complete:
    return lambda typed: [typing_key(hit.text) for hit in index.search(typed, K, typo)]


def most_popular(counts: dict[str, float]) -> Complete:
    """The plain baseline: sorted queries, the typed prefix, by count."""
    queries = sorted(counts)

    def complete(typed: str) -> list[str]:
        low = bisect_left(queries, typed)
        high = bisect_left(queries, typed + "\U0010ffff")
        return sorted(queries[low:high], key=lambda query: (-counts[query], query))[:K]

    return complete


def replay(
    name: str, complete: Complete, searches: list[tuple[str, str, float]], lengths: tuple[int, ...]
) -> None:
    """searches: (what is typed in the end, what is meant, how often)."""
    row = []
    for length in lengths:
        total = ranks = hits = 0.0
        for typed, meant, times in searches:
            if len(typed) < length:
                continue
            found = complete(typed[:length])
            total += times
            if meant in found:
                ranks += times / (1 + found.index(meant))
                hits += times
        if total:
            row.append(f"{length}: {ranks / total:.3f} / {hits / total:.3f}")
    print(f"  {name:28} MRR / success@{K} after " + ", ".join(row))


def keystrokes_saved(complete: Complete, searches: list[tuple[str, str, float]]) -> float:
    """Share of keys that need not be typed when the query is picked as soon as it is shown."""
    saved = total = 0.0
    for typed, meant, times in searches:
        needed = len(typed)
        for length in range(1, len(typed)):
            if meant in complete(typed[:length]):
                needed = length
                break
        saved += times * (len(typed) - needed)
        total += times * len(typed)
    return saved / total


def with_typo(query: str, length: int, rng: random.Random) -> str:
    """One edit within the first `length` characters, but not of the first."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    at = rng.randrange(1, length)
    kind = rng.randrange(4)
    if kind == 0:
        return query[:at] + rng.choice(letters) + query[at:]
    if kind == 1:
        return query[:at] + query[at + 1 :]
    if kind == 2 and at + 1 < length:
        return query[:at] + query[at + 1] + query[at] + query[at + 2 :]
    return query[:at] + rng.choice(letters) + query[at + 1 :]


def electronics(path: Path, rng: random.Random, scratch: Path) -> None:
    counts: dict[str, int] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        query, count = line.rsplit("\t", 1)
        counts[typing_key(query)] = counts.get(typing_key(query), 0) + int(count)
    train: dict[str, float] = {}
    searches: list[tuple[str, str, float]] = []
    for query, count in counts.items():
        held = sum(rng.random() < 0.2 for _ in range(count))
        if count > held:
            train[query] = count - held
        if held:
            searches.append((query, query, held))
    print(f"electronics: {len(train)} queries to suggest, {len(searches)} searched again")
    index, popular = built(scratch, train), most_popular(train)
    for name, complete in (("vitrina", ours(index)), ("most popular completion", popular)):
        replay(name, complete, searches, LENGTHS)
        print(f"    keystrokes saved {100 * keystrokes_saved(complete, searches):.1f} %")
    distinct = [(query, query, 1.0) for query, _, _ in searches]
    replay("vitrina, each query once", ours(index), distinct, LENGTHS)
    replay("most popular, each once", popular, distinct, LENGTHS)
    for length in (5, 8):
        wrong = [
            (with_typo(query, length, rng)[:length], query, times)
            for query, _, times in searches
            if len(query) >= length
        ]
        for name, complete in (("vitrina", ours(index)), ("most popular", popular)):
            replay(f"{name}, one typo in {length}", complete, wrong, (length - 1,))
    inner = [
        (query[query.index(" ") + 1 :], query, times)
        for query, _, times in searches
        if " " in query
    ]
    replay("vitrina, from second word", ours(index), inner, LENGTHS)
    replay("most popular, second word", popular, inner, LENGTHS)


def taobao(path: Path, rng: random.Random, scratch: Path) -> None:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        queries = sorted({typing_key(line) for line in lines} - {""})
    rng.shuffle(queries)
    (scratch / "all").mkdir()
    (scratch / "most").mkdir()
    begin = time.perf_counter()
    index = built(scratch / "all", dict.fromkeys(queries, 1.0))
    print(f"taobao: {len(index)} queries, built in {time.perf_counter() - begin:.1f} s")
    sample = [query for query in queries[:3000] if has_han(query)]
    words = {query: han_words(query) for query in sample}
    ways = {
        "known item": sample,
        "known item, pinyin": ["".join("".join(map("".join, [syllables(w)])) for w in words[q])
                               for q in sample],
        "known item, initials": ["".join(initials(w) for w in words[q]) for q in sample],
    }  # fmt: skip
    popular = most_popular(dict.fromkeys(queries, 1.0))
    for name, typed in ways.items():
        searches = [(way, query, 1.0) for way, query in zip(typed, sample, strict=True)]
        replay(name, ours(index), searches, (1, 2, 3, 5, 8))
    searches = [(query, query, 1.0) for query in sample]
    replay("most popular completion", popular, searches, (1, 2, 3, 5, 8))
    for name, complete in (("vitrina", ours(index)), ("most popular", popular)):
        print(f"    {name}: keystrokes saved {100 * keystrokes_saved(complete, searches):.1f} %")

    held, rest = queries[: len(queries) // 5], queries[len(queries) // 5 :]
    index = built(scratch / "most", dict.fromkeys(rest, 1.0))
    for extra in (0, 1):
        hits = total = 0
        for query in held[:3000]:
            last = han_words(query)[-1]
            if len(last) < 2 or last == query:
                continue
            typed = query[: len(query) - len(last) + 1 + extra]
            total += 1
            hits += query in index.tails(typed, K) or query in ours(index)(typed)
        print(
            f"  last word after {1 + extra} characters: success@{K} {hits / total:.3f} of {total}"
        )


def made_up(count: int, vocabulary: list[str], rng: np.random.Generator) -> Iterator[str]:
    """Distinct queries of one to five words, words by Zipf's law."""
    shares = 1 / np.arange(1, len(vocabulary) + 1) ** 0.9
    edges = np.cumsum(shares / shares.sum())
    seen: set[str] = set()
    while len(seen) < count:
        lengths = rng.choice([1, 2, 3, 4, 5], 100_000, p=[0.05, 0.25, 0.35, 0.25, 0.1])
        words = np.searchsorted(edges, rng.random(int(lengths.sum())))
        ends = np.cumsum(lengths)
        for start, end in zip((ends - lengths).tolist(), ends.tolist(), strict=True):
            query = " ".join(vocabulary[word] for word in words[start:end].tolist())
            if query not in seen and len(seen) < count:
                seen.add(query)
                yield query


def percentiles(index: Completions, prefixes: list[str]) -> str:
    times = []
    for prefix in prefixes:
        begin = time.perf_counter()
        index.search(prefix, K)
        times.append(1000 * (time.perf_counter() - begin))
    return f"p50 {np.percentile(times, 50):.3f} ms, p99 {np.percentile(times, 99):.3f} ms"


def large(count: int, data: Path, seed: int, scratch: Path) -> None:
    rng = np.random.default_rng(seed)
    chooser = random.Random(seed)
    words: dict[str, int] = {}
    lines = (data / "query_logs" / "electronics_en.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines:
        for word in typing_key(line.rsplit("\t", 1)[0]).split():
            words[word] = words.get(word, 0) + 1
    letters = "etaoinshrdlucmfwypvbgkjqxz"
    while len(words) < 60_000:
        size = chooser.randrange(3, 10)
        words.setdefault(
            "".join(letters[int(26 * chooser.random() ** 1.5)] for _ in range(size)), 0
        )
    vocabulary = sorted(words, key=lambda word: -words[word])
    queries = list(made_up(count, vocabulary, rng))
    weights = rng.pareto(1.1, count) + 1
    process = psutil.Process()
    before, begin = process.memory_info().rss, time.perf_counter()
    builder = CompletionsBuilder()
    for query, weight in zip(queries, weights.tolist(), strict=True):
        builder.add_entry(query, weight, QUERY_LOG)
    gathered = time.perf_counter() - begin
    builder.finish(scratch)
    seconds = time.perf_counter() - begin
    grown = (process.memory_info().rss - before) / 1e6
    disk = sum(file.stat().st_size for file in scratch.iterdir()) / 1e6
    print(
        f"{count} made-up queries: built in {seconds:.1f} s ({gathered:.1f} s gathering), "
        f"{grown:.0f} MB more resident after it, {disk:.0f} MB mapped"
    )
    del builder
    index = Completions.load(scratch)
    index.search("warm up", K)
    print("  one letter:     ", percentiles(index, list(letters) * 40))
    sample = chooser.sample(queries, 3000)
    for length in (2, 3, 5, 10):
        prefixes = [query[:length] for query in sample]
        print(f"  {length} characters: ", percentiles(index, prefixes))
    wrong = [with_typo(query, 8, chooser)[:8] for query in sample if len(query) > 8]
    print("  typo in 8:      ", percentiles(index, wrong))
    whole = [with_typo(query, len(query), chooser) for query in sample if len(query) > 8]
    print("  typo, all typed:", percentiles(index, whole))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--queries", type=int, default=1_000_000, help="0 leaves it out")
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    logs = given.data / "query_logs"
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for part in ("electronics", "taobao", "large"):
            (scratch / part).mkdir()
        rng = random.Random(given.seed)
        electronics(logs / "electronics_en.tsv", rng, scratch / "electronics")
        taobao(logs / "taobao_zh.txt.gz", rng, scratch / "taobao")
        if given.queries:
            large(given.queries, given.data, given.seed, scratch / "large")


if __name__ == "__main__":
    main()
