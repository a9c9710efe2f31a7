"""Completions of what has been typed so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from indexing.columns.keyword import SEPARATOR
from indexing.completions.keys import typing_key
from indexing.postings.strict_match import StrictMatch, hidden_products
from indexing.query_log.personal import is_personal
from indexing.query_log.table import QueryTable
from indexing.snapshot import Snapshot
from ranking.filters.url_text import escaped
from ranking.generation import Generation
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.item import QueryItem
from ranking.suggestions.pool import followers, main_category
from ranking.suggestions.recent import Recent

COMPOSED: Final = "composed"
_COMPOSED: Final = 4
_WIDER = 4
_FOLLOWED, _SAME_CATEGORY = 20.0, 0.5
_SCOPED = 2
_LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands below the box while typing.

    products: JSON of products that the suggestions lead to. categories: (path, filter).
    """

    items: list[QueryItem]
    products: list[bytes]
    categories: list[QueryItem]


def suggest(
    prefix: str,
    limit: int,
    generation: Generation,
    recent: Recent | None = None,
    scopes: bool = False,
    products: int = 0,
    categories: int = 0,
) -> Typed:
    """At most `limit` completions, best first; every one finds at least one product.

    Order: weight (decayed count × clicks × trend) × how the prefix fits × the session. What
    continues from the recent queries is lifted: × (1 + 20 · share of what was asked next), or
    × 1.5 in the same category. scopes: adds the first completion in its categories, if it has
    several. products, categories: at most so many beside the completions.
    """
    if not typing_key(prefix):
        return Typed([], [], [])
    snapshot = generation.snapshot
    chosen = Chosen("suggest", limit, generation)
    rows: list[int] = []
    width = limit if recent is None else _WIDER * limit
    while True:
        found = snapshot.completions.search(prefix, width)
        weights = {
            int(snapshot.completions.payloads[each.entry]): (each.weight, each.matched)
            for each in found
        }
        if recent is not None and recent.rows:
            weights = _lifted(prefix, weights, recent, snapshot)
        for row, (_, matched) in weights.items():
            if row not in rows and chosen.offer_row(row, matched=matched):
                rows.append(row)
        # Blocked ones left room: look further, once.
        if chosen.full or len(found) < width or width >= _WIDER * limit:
            break
        width = _WIDER * limit
    if not chosen.items:
        _compose(prefix, chosen, snapshot)
    items = chosen.items
    if scopes and rows:
        scoped = _in_categories(items[0], rows[0], snapshot)
        blocks = generation.rules.blocklist.blocks
        allowed = [item for item in scoped if not blocks(item.more["scope"])]
        items = [items[0], *allowed, *items[1:]][:limit]
    return Typed(
        items,
        _products(rows, products, snapshot) if products else [],
        _categories(rows, categories, generation) if categories else [],
    )


def _compose(prefix: str, chosen: Chosen, snapshot: Snapshot) -> None:
    """Offer the typed words with their last one completed, where nobody asked for the whole.

    Nothing has checked such a text before: it must find a product now, and name no person.
    """
    hidden = hidden_products(snapshot.columns, snapshot.config)
    strict = StrictMatch(snapshot.analyzer, snapshot.index, hidden)
    for text in snapshot.completions.tails(prefix, _COMPOSED):
        terms = strict.terms(text)
        if terms and not is_personal(text) and strict.finds(terms):
            chosen.offer(text, COMPOSED, matched="tail")


def _lifted(
    prefix: str,
    weights: dict[int, tuple[float, str]],
    recent: Recent,
    snapshot: Snapshot,
) -> dict[int, tuple[float, str]]:
    """Rows by weight × lift, down; followers that begin with the prefix join in."""
    table = snapshot.queries
    typed = typing_key(prefix)
    base = max((weight for weight, _ in weights.values()), default=1.0)
    lifts: dict[int, float] = {}
    for row in recent.rows[::-1]:
        for other, share in followers(row, table):
            lifts[other] = max(lifts.get(other, 0.0), _FOLLOWED * share)
    joined = dict(weights)
    for row in lifts:
        if row not in joined and _begins(table, row, typed):
            scale = float(table.weights[row]) / max(float(table.weights[0]), 1e-9)
            joined[row] = (base * scale, "session")
    of_session = {ordinal for row in recent.rows for ordinal in main_category(row, table)}
    ranked = []
    for row, (weight, matched) in joined.items():
        same = of_session and not of_session.isdisjoint(main_category(row, table))
        lift = 1.0 + lifts.get(row, 0.0) + (_SAME_CATEGORY if same else 0.0)
        ranked.append((-weight * lift, row, matched))
    return {row: (-lost, matched) for lost, row, matched in sorted(ranked)}


def _begins(table: QueryTable, row: int, typed: str) -> bool:
    text = typing_key(table.text(row))
    return text.startswith(typed) or f" {typed}" in text


def _in_categories(item: QueryItem, row: int, snapshot: Snapshot) -> list[QueryItem]:
    """The completion once in each of its main categories: "lamp" in Outdoor."""
    scopes = [each for each in snapshot.queries.scopes.to(row) if each[1] >= _LEAST_SHARE]
    if len(scopes) < 2:
        return []
    values = snapshot.columns.keywords["category"].values
    scoped = []
    for ordinal, share in scopes[:_SCOPED]:
        path = values[ordinal]
        made = QueryItem.of("suggest", f"{item.text}\0{path}", item.source)
        more = {
            "scope": path.rsplit(SEPARATOR, 1)[-1],
            "filter": f"category:{escaped(path)}",
            "share": round(share, 3),
        }
        scoped.append(QueryItem(item.text, item.source, made.suggestion_id, more))
    return scoped


def _products(rows: Sequence[int], limit: int, snapshot: Snapshot) -> list[bytes]:
    """Products of the completions, in turn: the best of each, then the second best."""
    tops = [snapshot.queries.tops_of(row) for row in rows]
    deepest = max(map(len, tops), default=0)
    docs = [each[place] for place in range(deepest) for each in tops if place < len(each)]
    return [_short(snapshot.documents.json_at(doc)) for doc in list(dict.fromkeys(docs))[:limit]]


def _short(raw: bytes) -> bytes:
    product = orjson.loads(raw)
    names = ("id", "title", "brand", "price", "currency", "image", "url")
    return orjson.dumps({name: product[name] for name in names if name in product})


def _categories(rows: Sequence[int], limit: int, generation: Generation) -> list[QueryItem]:
    """Categories of the completions' products, those of most of them first."""
    snapshot, blocks = generation.snapshot, generation.rules.blocklist.blocks
    table = snapshot.queries
    votes: dict[int, float] = {}
    for place, row in enumerate(rows):
        for ordinal, share in table.scopes.to(row):
            votes[ordinal] = votes.get(ordinal, 0.0) + share / (1 + place)
    values = snapshot.columns.keywords["category"].values
    best = sorted(votes.items(), key=lambda each: (-each[1], each[0]))
    return [
        QueryItem.of(
            "suggest", values[ordinal].rsplit(SEPARATOR, 1)[-1], "category",
            path=values[ordinal], filter=f"category:{escaped(values[ordinal])}",
        )
        for ordinal, _ in best if not blocks(values[ordinal])
    ][:limit]  # fmt: skip
