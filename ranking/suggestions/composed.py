"""Completions that nobody asked for yet: the typed words, the last one completed from products."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson

from indexing.arrays import UInt32Array
from indexing.columns.keyword import SEPARATOR, KeywordTable
from indexing.completions.keys import fold_prefix, typing_key
from indexing.postings.strict_match import StrictMatch
from indexing.query_log.personal import is_personal
from indexing.snapshot import Snapshot
from indexing.written.written_words import is_turkish, lowered
from ranking.query.number_values import SIZES, words_of

MOST: Final = 4
CHECKS: Final = 20
"""Texts that are looked up, of one prefix."""
_SAMPLE, _TITLES = 1_000, 60
_LONGEST: Final = 40
_MOST_WORDS: Final = 3
"""Of the ending that is completed."""


@dataclass(frozen=True, slots=True)
class Composed:
    """text: as the shop writes it. docs: uint32[m], ascending, above 0: products with all of its
    words.
    """

    text: str
    docs: UInt32Array


def compose(prefix: str, snapshot: Snapshot, strict: StrictMatch) -> list[Composed]:
    """At most `MOST` completions of the last words, which products with the first words go on with.

    `lamp bla`, `black la`, `jeans w3`: values and title words of lamps, of black things, of jeans.
    The shortest ending that something completes is completed, by most products first; then what
    the completions themselves know of longer ones. Each finds a product that holds all of it.
    """
    made: dict[str, Composed] = {}
    left = CHECKS
    for text, ending in _endings(prefix, snapshot, strict):
        if len(made) == MOST or not left:
            break
        if text in made or is_personal(text):
            continue
        left -= 1
        terms = strict.terms(text)
        docs = strict.documents(terms) if terms and strict.finds(terms) else None
        if docs is not None and len(docs):
            made[text] = Composed(_shown(text, ending, prefix, snapshot), docs)
    return list(made.values())


def _shown(text: str, ending: str, typed: str, snapshot: Snapshot) -> str:
    """As the shop writes its words: those typed without marks, and the ending, which some value
    may be.
    """
    written, turkish = snapshot.written, is_turkish(snapshot.analyzer)
    known = typing_key(ending) if not ending.isdecimal() else ""
    words = text.removesuffix(known).split()
    marked = zip(lowered(typed, turkish).split(), words, strict=False)
    marks = [raw if typing_key(raw) == word else word for raw, word in marked]
    head = written.shown(" ".join([*marks, *words[len(marks) :]]))
    if not known:
        return head
    if not snapshot.columns.keywords["brand"].matching(ending):
        ending = written.capitalised(lowered(ending, turkish))
    return f"{head} {ending}"


def _endings(prefix: str, snapshot: Snapshot, strict: StrictMatch) -> Iterator[tuple[str, str]]:
    """(text, folded; the value that ends it, or "" where none does)."""
    folded, finished = fold_prefix(prefix)
    words = folded.split(" ")
    found = False
    for count in range(1, min(_MOST_WORDS, len(words) - 1) + 1):
        head, ending = " ".join(words[:-count]), " ".join(words[-count:])
        for text, written in _continued(head, ending + " " * finished, snapshot, strict):
            found = True
            yield text, written
        if found:
            break
    yield from ((text, "") for text in snapshot.completions.tails(prefix, MOST))


def _continued(
    head: str, ending: str, snapshot: Snapshot, strict: StrictMatch
) -> Iterator[tuple[str, str]]:
    """The head with what its products have that begins like the ending, by most products first.

    Behind the word `size`, which products need not say, with their sizes only.
    """
    terms, sizes = strict.terms(head), False
    bare, _, last = head.rpartition(" ")
    if last in SIZES and bare and not (terms and strict.finds(terms)):
        terms, sizes = strict.terms(bare), True
    if not terms or not strict.finds(terms):
        return
    docs = strict.documents(terms)
    docs = docs[:: max(1, -(-len(docs) // _SAMPLE))]
    found: Counter[str] = Counter()
    forms: dict[str, str] = {}
    for value, times in _values(docs, snapshot, sizes):
        if not _begins_otherwise(value, ending) and _begins(key := typing_key(value), ending):
            found[key] = max(found[key], times)
            forms[key] = value
    if not sizes:
        for word, times in _title_words(docs, ending, snapshot).items():
            found[word] = max(found[word], times)
    said = set(head.split(" "))
    for key, _ in sorted(found.items(), key=lambda each: (-each[1], each[0])):
        if len(key) <= _LONGEST and said.isdisjoint(key.split(" ")):
            yield f"{head} {key}", forms.get(key, "")


def _begins(key: str, ending: str) -> bool:
    return f"{key} ".startswith(ending)


def _begins_otherwise(value: str, ending: str) -> bool:
    """Whether that is plain already before folding: most values end here."""
    first = value[:1]
    return first.isalnum() and first.isascii() and first.lower() != ending[0]


def _values(docs: UInt32Array, snapshot: Snapshot, sizes: bool) -> Iterator[tuple[str, int]]:
    """Values of the products' text fields and numbers, with how many have each."""
    columns = snapshot.columns
    for name in columns.number_counts:
        if not sizes or SIZES & {*words_of(name)}:
            numbers = columns.numbers[name].at(docs)
            values, times = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
            counted = zip(values.tolist(), times.tolist(), strict=True)
            yield from ((f"{value:g}", count) for value, count in counted)
    names = columns.attribute_names
    wanted = [not sizes or bool(SIZES & {*words_of(name)}) for name in names]
    if names:
        table = columns.keywords[names[0]].table
        for ordinal, count in _held(docs, table):
            if wanted[int(columns.attribute_of[ordinal])]:
                yield table.values[ordinal], count
    for field in () if sizes else ("category", "brand"):
        table = columns.keywords[field].table
        for ordinal, count in _held(docs, table):
            yield table.values[ordinal].rsplit(SEPARATOR, 1)[-1], count


def _held(docs: UInt32Array, table: KeywordTable) -> Iterator[tuple[int, int]]:
    """(ordinal, documents that hold it)."""
    starts, ends = table.offsets[docs], table.offsets[docs + np.uint32(1)]
    sizes = ends - starts
    places = np.arange(int(sizes.sum())) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)
    ordinals, times = np.unique(table.ordinals[places], return_counts=True)
    yield from zip(ordinals.tolist(), times.tolist(), strict=True)


def _title_words(docs: UInt32Array, ending: str, snapshot: Snapshot) -> Counter[str]:
    """Words of the titles, as many as the ending has, that begin like it: each title's first."""
    count = len(ending.split())
    found: Counter[str] = Counter()
    for doc in docs[:: max(1, -(-len(docs) // _TITLES))].tolist():
        title = orjson.loads(snapshot.documents.json_at(doc)).get("title", "")
        text = f" {typing_key(str(title))} "
        at = text.find(f" {ending}")
        if at >= 0:
            found[" ".join(text[at + 1 :].split(" ", count)[:count]).rstrip()] += 1
    return found
