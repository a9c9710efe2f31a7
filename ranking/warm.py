"""Queries that touch every kernel and every file once, before a generation serves."""

import time
from collections.abc import Callable

import numpy as np

from ranking.filters import AnyOf, Exists, Filter, Not, Range
from ranking.generation import Generation
from ranking.pipeline import search, similar
from ranking.queries.beside import EXTRAS
from ranking.queries.suggest import suggest
from ranking.request import SearchRequest, Sort

_TITLES = 6


def warm(generation: Generation, clock: Callable[[], float] = time.perf_counter) -> None:
    """Run searches of every shape on the generation; what they find is thrown away."""
    snapshot = generation.snapshot
    docs = np.linspace(0, max(snapshot.doc_count - 1, 0), _TITLES).astype(int)
    titles = [
        str(snapshot.documents.product_at(int(doc)).get("title", ""))
        for doc in (docs if snapshot.doc_count else ())
    ]
    texts = [*titles, *(" ".join(title.split()[:2]) for title in titles), "usb-c cable 2 m", ""]
    texts += ["zzzzqqqq", "红色 手机", "AB-1234", *generation.warm_up]
    facets = ("brand", "category", "price", "auto")
    for text in texts:
        search(
            SearchRequest(text=text, facets=facets, budget_ms=60_000, explain=True),
            generation,
            clock,
        )
    text = titles[0] if titles else ""
    for clause in _clauses(generation):
        request = SearchRequest(text=text, filters=(clause,), facets=facets, budget_ms=60_000)
        search(request, generation, clock)
    for sort in (Sort("price"), Sort("newest", True)):
        search(SearchRequest(text=text, sort=sort, budget_ms=60_000), generation, clock)
    search(SearchRequest(text=text, extras=EXTRAS, budget_ms=60_000), generation, clock)
    if snapshot.doc_count:
        similar(int(docs[0]), generation, 10)
    prefixes = ["a", text[:4], text[:2] + "q" + text[2:5]]
    if snapshot.completions.speaks_chinese:  # or the first who types Chinese waits half a second
        prefixes.append("乀乁")
    for prefix in prefixes:
        suggest(prefix, 10, generation)


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
