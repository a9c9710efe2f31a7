"""Spelling correction on seeded typos: quality, speed and memory, beside symspellpy.

    python benchmarks/correction.py --data FOLDER [--catalog esci_us_150] [--terms 500000]

FOLDER holds one folder a catalogue, each with products.jsonl.gz and maybe queries.tsv. Words to
misspell are drawn from the chosen catalogue's titles and queries as often as they occur there;
the lexicon is all words of the catalogue. Typos that happen to be words are left out and counted.
"""

import argparse
import gzip
import itertools
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
from symspellpy import SymSpell, Verbosity

from indexing.completions.keys import typing_key
from indexing.spelling.build import build_spelling
from indexing.spelling.spelling import Spelling, confident, has_digit, max_distance

LETTERS = "abcdefghijklmnopqrstuvwxyz"
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
NOT_TEXT = ("id", "image", "url")
Correct = Callable[[str], str | None]


def products(folder: Path) -> Iterator[dict[str, object]]:
    with gzip.open(folder / "products.jsonl.gz", "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def titles_and_queries(folder: Path) -> list[list[str]]:
    texts = [str(product.get("title") or "") for product in products(folder)]
    if (folder / "queries.tsv").exists():
        lines = (folder / "queries.tsv").read_text(encoding="utf-8").splitlines()
        texts += [line.split("\t")[1] for line in lines]
    return [typing_key(text).split() for text in texts]


def lexicon(folder: Path) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Words of all text fields and of the queries, and the neighbours among them."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for product in products(folder):
        for name, value in product.items():
            if isinstance(value, str) and name not in NOT_TEXT:
                line = typing_key(value).split()
                words.update(line)
                pairs.update(itertools.pairwise(line))
    return words, pairs


def neighbour_keys(letter: str) -> list[str]:
    places = {key: (x + y * 0.4, y) for y, row in enumerate(KEYS) for x, key in enumerate(row)}
    here = places[letter]
    return [
        key
        for key, (x, y) in places.items()
        if key != letter and abs(x - here[0]) < 1.1 and abs(y - here[1]) <= 1
    ]


def edit(word: str, kind: str, rng: random.Random) -> str:
    at = rng.randrange(len(word))
    if kind == "insert":
        return word[:at] + rng.choice(LETTERS) + word[at:]
    if kind == "delete":
        return word[:at] + word[at + 1 :]
    if kind == "replace":
        return word[:at] + rng.choice(LETTERS) + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    if kind == "swap":
        at = rng.randrange(len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if word[at] not in LETTERS:
        return word
    return word[:at] + rng.choice(neighbour_keys(word[at])) + word[at + 1 :]


ONE = ("insert", "delete", "replace", "double", "swap", "neighbour")


def make_typos(
    lines: list[list[str]], known: Counter[str], count: int, seed: int
) -> tuple[list[tuple[str, str, str]], Counter[str]]:
    """(kind, typed, meant) rows, and how many of each kind were words and left out."""
    rng = random.Random(seed)
    tokens = [word for line in lines for word in line if word.isalpha() and word.isascii()]
    neighbours = [
        (left, right)
        for line in lines
        for left, right in itertools.pairwise(line)
        if min(len(left), len(right)) > 2 and (left + right).isalpha() and (left + right).isascii()
    ]
    rows: list[tuple[str, str, str]] = []
    words: Counter[str] = Counter()
    kinds = [*ONE, *ONE, "two", "two", "two", "two", "two", "split", "join"]
    while len(rows) < count:
        kind = kinds[rng.randrange(len(kinds))]
        if kind == "join":
            left, right = rng.choice(neighbours)
            typed, meant = left + right, f"{left} {right}"
        else:
            meant = rng.choice(tokens)
            if len(meant) < (4 if kind in ONE else 6) or meant not in known:
                continue
            if kind == "split":
                at = rng.randrange(2, len(meant) - 1)
                typed = f"{meant[:at]} {meant[at:]}"
            elif kind == "two":
                typed = edit(edit(meant, rng.choice(ONE), rng), rng.choice(ONE), rng)
            else:
                typed = edit(meant, kind, rng)
        if typed == meant:
            continue
        if all(part in known for part in typed.split()):
            words[kind] += 1
            continue
        rows.append((kind, typed, meant))
    return rows, words


def ours(index: Spelling) -> Correct:
    def correct(typed: str) -> str | None:
        if " " in typed:
            joined = index.join(*typed.split())
            return joined.word if joined else None
        best = index.candidates(typed, 1)
        if best and best[0].distance <= 1:
            return best[0].word
        cut = index.split(typed)
        if cut and (cut.together > 0 or not best):
            return f"{cut.left} {cut.right}"
        return best[0].word if best else None

    return correct


def applied(index: Spelling) -> Correct:
    """Only what `confident` would let through; splits and joins as before."""
    offered = ours(index)

    def correct(typed: str) -> str | None:
        answer = offered(typed)
        best = index.candidates(typed, 1) if " " not in typed else []
        if best and best[0].word == answer and not confident(typed, 0, best[0]):
            return None
        return answer

    return correct


def theirs(index: SymSpell) -> Correct:
    def correct(typed: str) -> str | None:
        if " " in typed:
            return str(index.lookup_compound(typed, 2)[0].term)
        best = index.lookup(typed, Verbosity.TOP, max_edit_distance=max(1, max_distance(typed)))
        if best and best[0].distance <= 1:
            return str(best[0].term)
        if len(typed) >= 6:
            cut = str(index.lookup_compound(typed, 2)[0].term)
            if cut.replace(" ", "") == typed:
                return cut
        return str(best[0].term) if best else None

    return correct


def print_quality(name: str, correct: Correct, rows: list[tuple[str, str, str]]) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for kind, typed, meant in rows:
        group = "one edit" if kind in ONE else kind
        hit = correct(typed) == meant
        for label in {group, kind}:
            right[label] += hit
            total[label] += 1
    order = ["one edit", "two", "split", "join", *ONE]
    print(f"{name:>10}: " + ", ".join(f"{k} {100 * right[k] / total[k]:.1f}" for k in order))


def print_false_corrections(index: Spelling, lines: list[list[str]], other: set[str]) -> None:
    """Of `confident`, over running words, distinct words, identifiers, and unknown words."""
    tokens = [word for line in lines for word in line]
    distinct = sorted(set(tokens))
    groups = {
        "running words": tokens,
        "distinct words": [word for word in distinct if not has_digit(word)],
        "with digits": [word for word in distinct if has_digit(word)],
        "unknown here, known elsewhere": sorted(
            word for word in other if word.isalpha() and index.frequency(word) == 0
        )[:5000],
    }
    for name, group in groups.items():
        wrong = []
        for word in group:
            best = index.candidates(word, 1)
            if best and confident(word, index.frequency(word), best[0]):
                wrong.append(f"{word}>{best[0].word}")
        share = 100 * len(wrong) / max(1, len(group))
        print(f"  {name}: {share:.2f} % of {len(group)}", sorted(set(wrong))[:8])


def grow(words: Counter[str], size: int, seed: int) -> Counter[str]:
    """The lexicon with made-up words (letter trigrams of the real ones) up to a size."""
    rng = random.Random(seed)
    after: dict[str, list[str]] = {}
    for word in words:
        if word.isalpha() and word.isascii():
            marked = f"^^{word}$"
            for at in range(len(word) + 1):
                after.setdefault(marked[at : at + 2], []).append(marked[at + 2])
    grown = Counter(words)
    while len(grown) < size:
        word = "^^"
        while not word.endswith("$") and len(word) < 20:
            word += rng.choice(after[word[-2:]])
        if len(word) > 6:
            grown[word.strip("^$")] += 1
    return grown


def timed(correct: Correct, typos: list[str]) -> str:
    times = []
    for typed in typos:
        begin = time.perf_counter()
        correct(typed)
        times.append(1000 * (time.perf_counter() - begin))
    return f"p50 {np.percentile(times, 50):.3f} ms, p99 {np.percentile(times, 99):.3f} ms"


def resident_mb() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--catalog", default="esci_us_150")
    arguments.add_argument("--other", default="homedepot", help="whose words are correct too")
    arguments.add_argument("--typos", type=int, default=5000)
    arguments.add_argument("--terms", type=int, default=500_000)
    arguments.add_argument("--seed", type=int, default=7)
    arguments.add_argument("--quality-only", action="store_true")
    given = arguments.parse_args()

    folder = given.data / given.catalog
    words, pairs = lexicon(folder)
    lines = titles_and_queries(folder)
    rows, left_out = make_typos(lines, words, given.typos, given.seed)
    print(f"{given.catalog}: {len(words)} terms, {len(rows)} typos; words left out: {left_out}")
    neighbours = [(left, right, count) for (left, right), count in pairs.items()]
    with tempfile.TemporaryDirectory() as name:
        index = build_spelling(words.items(), neighbours, Path(name))
        print_quality("vitrina", ours(index), rows)
        if given.quality_only:
            print_false_corrections(index, lines, set())
            return
        print_quality("confident", applied(index), rows)
        peer = symspell(words, pairs)
        print_quality("symspellpy", theirs(peer), rows)
        print("false corrections:")
        other = {word for line in titles_and_queries(given.data / given.other) for word in line}
        print_false_corrections(index, lines, other)
        del peer

    grown = grow(words, given.terms, given.seed)
    single = [typed for _, typed, _ in rows if " " not in typed]
    with tempfile.TemporaryDirectory() as name:
        before, begin = resident_mb(), time.perf_counter()
        build_spelling(grown.items(), neighbours, Path(name))
        built = time.perf_counter() - begin
        disk = sum(file.stat().st_size for file in Path(name).iterdir()) / 1e6
        index = Spelling.load(Path(name))
        index.candidates("warm", 1)
        print(f"{len(index)} terms: built in {built:.1f} s, {disk:.0f} MB mapped")
        print("   vitrina candidates:", timed(lambda word: str(index.candidates(word, 5)), single))
        print("   vitrina with splits:", timed(ours(index), single))
        print_quality("vitrina", ours(index), rows)
        before, begin = resident_mb(), time.perf_counter()
        peer = symspell(grown, pairs)
        built = time.perf_counter() - begin
        print(f"symspellpy: built in {built:.1f} s, {resident_mb() - before:.0f} MB resident")
        lookup = lambda word: str(  # noqa: E731
            peer.lookup(word, Verbosity.TOP, max_edit_distance=max(1, max_distance(word)))
        )
        print("   symspellpy lookup:", timed(lookup, single))
        print_quality("symspellpy", theirs(peer), rows)


def symspell(words: Counter[str], pairs: Counter[tuple[str, str]]) -> SymSpell:
    index = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for word, count in words.items():
        if not has_digit(word):
            index.create_dictionary_entry(word, count)
    index._bigrams = {f"{left} {right}": count for (left, right), count in pairs.items()}
    return index


if __name__ == "__main__":
    main()
