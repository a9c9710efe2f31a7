"""Queries that touch every kernel and every file once, before a generation serves."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ranking.behaviour.profile import Profile, Recent, profile_of
from ranking.filters.filters import AnyOf, Exists, Filter, Not, Range
from ranking.generation import Generation, Rival
from ranking.search.request import SearchRequest, Sort
from ranking.search.root import search
from ranking.search.similar import similar
from ranking.suggestions.beside import EXTRAS
from ranking.suggestions.suggest import suggest

_TITLES = 6
_LOGGED = 8
"""So many of the model's warm-up queries are run: each worker warms every new snapshot."""
_FEW = 3
"""Searches under each of the other policies: kernels that only they use, and their models."""
_HITS = 5
_FACETS = ("brand", "category", "price", "auto")


def warm(generation: Generation, clock: Callable[[], float] = time.perf_counter) -> None:
    """Run searches of every shape on the generation; what they find is thrown away."""
    snapshot = generation.snapshot
    docs = np.linspace(0, max(snapshot.doc_count - 1, 0), _TITLES).astype(int)
    docs = np.linspace(0, max(snapshot.doc_count - 1, 0), _TITLES).astype(int)
    titles = [
        str(snapshot.documents.product_at(int(doc)).get("title", ""))
        for doc in (docs if snapshot.doc_count else ())
    ]
    texts = [*titles, *(" ".join(title.split()[:2]) for title in titles), "usb-c cable 2 m", ""]
    texts += ["zzzzqqqq", "AB-1234", *generation.warm_up[:_LOGGED]]
    if snapshot.doc_count:
        texts.append(snapshot.documents.id_at(0))
    plain = SearchRequest(page_size=_HITS, budget_ms=60_000)
    for text in texts:
        search(replace(plain, text=text, facets=_FACETS), generation, clock)
    plain = replace(plain, text=titles[0] if titles else "")
    _warm_columns(plain, generation, clock)
    search(replace(plain, extras=EXTRAS, explain=True), generation, clock)
    shared = replace(generation, rival=Rival(generation, "", ("", ""), ""))
    search(plain, shared, clock)
    search(replace(plain, profile=_somebody(generation), region=""), generation, clock)
    for other in generation.others.values():
        for text in texts[:_FEW]:
            search(replace(plain, text=text), other, clock)
    _warm_suggestions(plain.text, generation)


def warm_beside(generation: Generation, clock: Callable[[], float] = time.perf_counter) -> None:
    """What `warm` comes to last, and nothing that ranks, with which it begins: for a second process
    that compiles kernels at the same time.
    """
    _warm_suggestions("table", generation)
    counted = SearchRequest(page_size=0, budget_ms=60_000)
    for text in ("", "zzzzqqqq", "AB-1234"):
        search(replace(counted, text=text, facets=_FACETS), generation, clock)
    _warm_columns(counted, generation, clock)


def _warm_columns(plain: SearchRequest, generation: Generation, clock: Callable[[], float]) -> None:
    """Filters, orders and facets."""
    _count_held(generation)
    for clause in _clauses(generation):
        search(replace(plain, filters=(clause,), facets=_FACETS), generation, clock)
    for sort in (Sort("price"), Sort("newest", True)):
        search(replace(plain, sort=sort, page_size=_HITS), generation, clock)
    search(replace(plain, facets=("rating",), number_values=100), generation, clock)


def _warm_suggestions(text: str, generation: Generation) -> None:
    """And similar products."""
    if generation.snapshot.doc_count:
        similar(0, generation, 10)
    for prefix in ("a", text[:4], text[:2] + "q" + text[2:5]):
        suggest(prefix, 10, generation)


def warm_few(generation: Generation, clock: Callable[[], float]) -> None:
    """Less than `warm`: a second generation of a process, of arrays of other kinds."""
    segment = generation.segments[-1]
    titles = [
        str(each.documents.product_at(each.doc_count - 1).get("title", ""))
        for each in (segment, generation.snapshot)
    ]
    plain = SearchRequest(page_size=_HITS, budget_ms=60_000, facets=_FACETS)
    for text in (*titles, *(" ".join(title.split()[:2]) for title in titles), "", "zzzzqqqq"):
        search(replace(plain, text=text), generation, clock)
    for text in ("", titles[0]):
        asked = replace(plain, text=text)
        for sort in (Sort("price"), Sort("newest", True)):
            search(replace(asked, sort=sort), generation, clock)
        for clause in _clauses(generation):
            search(replace(asked, filters=(clause,)), generation, clock)
    similar(segment.doc_count - 1, generation, 10, segment=len(generation.segments) - 1)


def _somebody(generation: Generation) -> Profile | None:
    """Who looked at some of the products."""
    hashes = np.array(generation.snapshot.documents.id_hashes[:_HITS])
    days, worths = np.zeros(len(hashes), dtype=np.int64), np.ones(len(hashes), dtype=np.uint8)
    return profile_of(Recent(hashes, days, worths), generation.segments, generation.facts)


def warm_chinese(generation: Generation) -> None:
    """Load the dictionaries for what is typed in Chinese, once a process: it takes half a second.
    Also for a shop without a Chinese title: somebody will type it.

    Not before the generation serves: until then the first who types Chinese waits as long.
    """
    search(SearchRequest(text="红色 手机", budget_ms=60_000), generation, time.perf_counter)
    if generation.snapshot.completions.speaks_chinese:
        suggest("乀乁", 10, generation)


def _count_held(generation: Generation) -> None:
    """How many documents hold a number: few of many and many of few, their own and mapped ones."""
    columns = generation.snapshot.columns
    docs = np.arange(generation.snapshot.doc_count, dtype=np.uint32)
    mapped = docs.copy()
    mapped.flags.writeable = False
    for name in columns.numbers:
        column = columns.numeric(name)
        if column is not None and not column.dense:
            for each in (docs, mapped):
                column.held_by(each[:0])
                column.held_by(each)
            return


def _clauses(generation: Generation) -> list[Filter]:
    """Filters of every kind on fields that hold something."""
    columns = generation.snapshot.columns
    clauses: list[Filter] = [
        Range("price", 1.0, 1e6),
        Exists("rating"),
        Not(Range("price", None, 5)),
    ]
    for column in list(columns.keywords.values())[:4]:
        if len(column):
            clauses.append(AnyOf(column.name, (column.values[column.first],)))
    for name in list(columns.numbers)[:12]:
        clauses.append(Range(name, 0.0, 10.0))
    return clauses
