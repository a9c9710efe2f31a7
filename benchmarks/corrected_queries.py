"""Correction end to end: what `understand` does to mistyped queries, and to right ones.

Queries are two or three neighbouring words of ESCI titles; one word is mistyped as in
`benchmarks.correction`. Right ones are the same without the typo, the judged queries, and the
queries of another shop. `python -m benchmarks.corrected_queries DATA_FOLDER`
"""

import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.correction import ONE, edit, titles_and_queries
from indexing.build import BuildOptions, build
from indexing.current import read_current
from indexing.progress import Silent
from indexing.snapshot import Snapshot, open_snapshot
from ranking.query.understand import understand
from ranking.search.request import SearchRequest

COUNT = 5_000
SEED = 7
Row = tuple[str, str, str]
"""Kind of typo, the query as typed, as meant."""


def main(data: Path) -> None:
    folder = data / "esci_us_150"
    with tempfile.TemporaryDirectory() as scratch:
        snapshot = built(folder / "products.jsonl.gz", Path(scratch) / "main")
        measure(data, snapshot)


def measure(data: Path, snapshot: Snapshot) -> None:
    lines = [line for line in titles_and_queries(data / "esci_us_150") if len(line) > 1]
    rows, left_out = mistyped(lines, snapshot)
    print(f"{len(rows):,} mistyped queries; {left_out:,} typos that are words were left out")
    show_mistyped(rows, snapshot)
    right = [meant for _, _, meant in rows]
    show_right("the same without typos", right, snapshot)
    show_right("judged queries", queries_of(data / "esci_us_150"), snapshot)
    show_right("queries of Home Depot", queries_of(data / "homedepot")[:COUNT], snapshot)
    identifiers = [word for line in lines for word in line if any(map(str.isdigit, word))]
    show_right("words with digits", identifiers[:COUNT], snapshot)


def built(catalog: Path, index: Path) -> Snapshot:
    build(BuildOptions([catalog], index, "benchmark"), datetime.now(UTC), Silent())
    current = read_current(index)
    assert current is not None
    return open_snapshot(index / "snapshots" / current.snapshot)


def queries_of(folder: Path) -> list[str]:
    lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t")[1] for line in lines]


def mistyped(lines: Sequence[list[str]], snapshot: Snapshot) -> tuple[list[Row], int]:
    rng = random.Random(SEED)
    kinds = [*ONE, "two", "two", "two", "split", "join"]
    rows: list[Row] = []
    left_out = 0
    while len(rows) < COUNT:
        line = rng.choice(lines)
        at = rng.randrange(len(line) - 1)
        words = line[at : at + rng.randrange(2, 4)]
        kind, place = rng.choice(kinds), rng.randrange(len(words))
        word = words[place]
        if not (word.isascii() and word.isalpha()) or len(word) < (4 if kind in ONE else 6):
            continue
        typed = list(words)
        if kind == "split":
            cut = rng.randrange(2, len(word) - 1)
            typed[place] = f"{word[:cut]} {word[cut:]}"
        elif kind == "join":
            if place == 0 or not words[place - 1].isalpha() or len(words[place - 1]) < 3:
                continue
            typed[place - 1 : place + 1] = [words[place - 1] + word]
        elif kind == "two":
            typed[place] = edit(edit(word, rng.choice(ONE), rng), rng.choice(ONE), rng)
        else:
            typed[place] = edit(word, kind, rng)
        if typed == words:
            continue
        changed = " ".join(each for each in typed if each not in words)
        if all(snapshot.spelling.frequency(each) for each in changed.split()):
            left_out += 1
            continue
        rows.append(("one edit" if kind in ONE else kind, " ".join(typed), " ".join(words)))
    return rows, left_out


def show_mistyped(rows: Sequence[Row], snapshot: Snapshot) -> None:
    counts: dict[str, Counter[str]] = {}
    times = []
    for kind, typed, meant in rows:
        begun = time.perf_counter()
        query = understand(SearchRequest(text=typed), snapshot)
        times.append(1000 * (time.perf_counter() - begun))
        if query.correction is None:
            outcome = "left"
        else:
            same = _terms(query.correction.text, snapshot) == _terms(meant, snapshot)
            outcome = f"{'right' if same else 'wrong'}, {'done' if query.corrected else 'offered'}"
        counts.setdefault(kind, Counter())[outcome] += 1
    outcomes = ("right, done", "right, offered", "wrong, done", "wrong, offered", "left")
    print(f"  {'%':<10}" + "".join(f"{outcome:>16}" for outcome in outcomes))
    for kind, found in counts.items():
        total = sum(found.values())
        print(f"  {kind:<10}" + "".join(f"{100 * found[o] / total:>16.1f}" for o in outcomes))
    p50, p99 = np.percentile(times, [50, 99])
    print(f"  time of understand: p50 {p50:.2f} ms, p99 {p99:.2f} ms")


def show_right(name: str, texts: Sequence[str], snapshot: Snapshot) -> None:
    """Queries that were right, and yet changed or asked about."""
    done: list[str] = []
    offered: list[str] = []
    for text in texts:
        query = understand(SearchRequest(text=text), snapshot)
        if query.correction is not None:
            changes = " ".join(f"{c.typed}>{c.meant}" for c in query.correction.changes)
            (done if query.corrected else offered).append(changes)
    total = max(len(texts), 1)
    print(
        f"  {name}, {len(texts):,}: {100 * len(done) / total:.2f} % changed, "
        f"{100 * len(offered) / total:.2f} % asked about; {sorted(set(done))[:12]}"
    )


def _terms(text: str, snapshot: Snapshot) -> list[str]:
    """What is searched for: a correction to another form of the word is right."""
    return [token.term for token in snapshot.analyzer.tokens(text)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
