"""`INDEX_query_suggestions`: completions as hits of an index of queries."""

import math
import re
import time
from typing import Any, Final

import orjson

from app.api.algolia.attributes import CATEGORY_NAMES, LEVELS
from app.api.algolia.indexes import SUGGESTIONS
from app.api.algolia.marks import Marking
from app.api.algolia.parameters import AlgoliaQuery
from app.telemetry import count_offer
from indexing.columns.keyword import SEPARATOR
from ranking.generation import Generation
from ranking.suggestions.hint import hint
from ranking.suggestions.item import QueryItem
from ranking.suggestions.recent import Recent
from ranking.suggestions.suggest import suggest

_MOST: Final = 50
_SCOPES: Final = 3
_WORD: Final = re.compile(r"\w+")


def encoded_suggestions(query: AlgoliaQuery, generation: Generation) -> bytes:
    """Of an empty text what the empty box hints at. There is one page, of at most 50."""
    limit = min(query.size, _MOST)
    items: list[QueryItem] = []
    if limit and not query.first:
        if query.text.strip():
            items = suggest(query.text, limit, generation).items
        else:
            items = hint(Recent.of([], [], generation), limit, time.time(), generation)
    count_offer("suggest", items)
    base = query.index.removesuffix(SUGGESTIONS)
    answer = {
        "hits": [_hit(item, base, query, generation) for item in items],
        "nbHits": len(items),
        "page": query.page,
        "nbPages": math.ceil(len(items) / limit) if limit else 0,
        "hitsPerPage": query.size,
        "facets": {},
        "exhaustiveNbHits": False,
        "query": query.text,
        "params": query.written,
        "index": query.index,
    }
    return orjson.dumps(answer)


def _hit(item: QueryItem, base: str, query: AlgoliaQuery, generation: Generation) -> dict[str, Any]:
    """`popularity` is the decayed count of the log; a category's `count` is percent of products."""
    table = generation.snapshot.queries
    row = table.row_of(item.text)
    found: dict[str, Any] = {
        "objectID": item.text,
        "query": item.text,
        "popularity": round(float(table.weights[row])) if row >= 0 else 0,
        "nb_words": len(item.text.split()),
        "suggestion_id": item.suggestion_id,
        "_highlightResult": {"query": _highlight(item.text, query.text, query.marking)},
    }
    if row >= 0:
        found[base] = {"facets": {"exact_matches": _categories(row, generation)}}
    return found


def _categories(row: int, generation: Generation) -> dict[str, list[dict[str, Any]]]:
    values = generation.snapshot.columns.keywords["category"].values
    roots: dict[str, int] = {}
    names: dict[str, int] = {}
    for ordinal, share in generation.snapshot.queries.scopes.to(row)[:_SCOPES]:
        path, percent = values[ordinal], round(100 * share)
        root = path.partition(SEPARATOR)[0]
        roots[root] = roots.get(root, 0) + percent
        names[path.rpartition(SEPARATOR)[2]] = percent
    return {
        f"{LEVELS}.lvl0": [{"value": value, "count": count} for value, count in roots.items()],
        CATEGORY_NAMES: [{"value": value, "count": count} for value, count in names.items()],
    }


def _highlight(text: str, typed: str, marking: Marking) -> dict[str, Any]:
    """Marks what has been typed: whole words, and the beginning of the one that goes on."""
    wanted = [word.casefold() for word in _WORD.findall(typed)]
    pieces, end, matched = [], 0, set()
    for word in _WORD.finditer(text):
        fits = [each for each in wanted if word[0].casefold().startswith(each)]
        if not fits:
            continue
        stop = word.start() + len(max(fits, key=len))
        pieces += [text[end : word.start()], marking.before, text[word.start() : stop]]
        pieces.append(marking.after)
        matched.update(fits)
        end = stop
    level = "none" if not matched else "full" if len(matched) == len(set(wanted)) else "partial"
    value = "".join([*pieces, text[end:]])
    return {"value": value, "matchLevel": level, "matchedWords": sorted(matched)}
