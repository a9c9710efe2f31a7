"""Completions of what has been typed so far."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from indexing.columns.keyword import SEPARATOR
from indexing.completions.completions import TYPO
from indexing.completions.keys import typing_key
from indexing.postings.strict_match import StrictMatch, hidden_products
from indexing.query_log.table import UNKNOWN, QueryTable
from indexing.snapshot import Snapshot
from ranking.filters.url_text import escaped
from ranking.generation import Generation
from ranking.suggestions.beside_typed import Shown, ancestors, named_categories, products_of
from ranking.suggestions.chosen import Chosen
from ranking.suggestions.companions import with_companions
from ranking.suggestions.composed import compose
from ranking.suggestions.item import QueryItem
from ranking.suggestions.pool import followers, main_category
from ranking.suggestions.recent import Recent

COMPOSED: Final = "composed"
_DIGITS: Final = re.compile(r"\d+")
_WIDER = 4
_FOLLOWED, _SAME_CATEGORY = 20.0, 0.5
_SCOPED = 2
_LEAST_SHARE = 0.1
_Weights = Mapping[int, tuple[float, str]]
"""Row → its weight, and how it matched."""


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
    several. products, categories: at most so many beside the completions. Things that go with
    what is typed come last.
    """
    if not typing_key(prefix):
        return Typed([], [], [])
    snapshot = generation.snapshot
    chosen = Chosen("suggest", limit, generation)
    hidden = hidden_products(snapshot.columns, snapshot.config)
    strict = StrictMatch(snapshot.analyzer, snapshot.index, hidden)
    shown: list[Shown] = []
    width = limit if recent is None else _WIDER * limit
    while True:
        found = snapshot.completions.search(prefix, width)
        weights = {
            int(snapshot.completions.payloads[each.entry]): (each.weight, each.matched)
            for each in found
        }
        if recent is not None and recent.rows:
            weights = _lifted(prefix, weights, recent, snapshot)
        corrected = [row for row, (_, matched) in weights.items() if matched == TYPO]
        _offer([row for row in weights if row not in corrected], weights, chosen, shown)
        # Blocked ones left room: look further, once.
        if chosen.full or corrected or len(found) < width or width >= _WIDER * limit:
            break
        width = _WIDER * limit
    if not chosen.full:  # what is found as it was typed comes before what is corrected
        for each in compose(prefix, snapshot, strict):
            if chosen.offer(each.text, COMPOSED, matched="tail"):
                shown.append(Shown(each.text, UNKNOWN, each.docs))
        same = [row for row in corrected if same_digits(prefix, snapshot.queries.text(row))]
        _offer(same, weights, chosen, shown)
    items = chosen.items
    if scopes and shown and shown[0].row != UNKNOWN:
        scoped = _in_categories(items[0], shown[0].row, snapshot)
        blocks = generation.rules.blocklist.blocks
        allowed = [item for item in scoped if not blocks(item.more["scope"])]
        items = [items[0], *allowed, *items[1:]][:limit]
    items = with_companions(items, chosen, prefix, limit, generation)
    return Typed(
        items,
        products_of(shown, products, strict, snapshot) if products else [],
        _categories(shown, categories, strict, generation) if categories else [],
    )


def _offer(rows: Iterable[int], weights: _Weights, chosen: Chosen, shown: list[Shown]) -> None:
    before = {each.row for each in shown}
    for row in rows:
        if row not in before and chosen.offer_row(row, matched=weights[row][1]):
            shown.append(Shown(chosen.items[-1].text, row))


def same_digits(typed: str, text: str) -> bool:
    """Whether a correction leaves the typed numbers as they are; the last one may go on."""
    numbers, others = _DIGITS.findall(typing_key(typed)), _DIGITS.findall(typing_key(text))
    last = numbers.pop() if typed[-1:].isdecimal() and numbers else ""
    return set(numbers) <= {*others} and any(each.startswith(last) for each in others or [""])


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


def _categories(
    shown: Sequence[Shown], limit: int, strict: StrictMatch, generation: Generation
) -> list[QueryItem]:
    """Categories that the completions name, then others of their products, those of most first."""
    snapshot, blocks = generation.snapshot, generation.rules.blocklist.blocks
    column, table = snapshot.columns.keywords["category"], snapshot.queries
    named = named_categories(shown, strict, snapshot)
    above = {up for ordinal in named for up in ancestors(ordinal, column)}
    votes: dict[int, float] = {}
    for place, each in enumerate(shown):
        for ordinal, share in table.scopes.to(each.row) if each.row != UNKNOWN else ():
            votes[ordinal] = votes.get(ordinal, 0.0) + share / (1 + place)
    others = sorted(votes.items(), key=lambda each: (-each[1], each[0]))
    best = dict.fromkeys([*named, *(ordinal for ordinal, _ in others if ordinal not in above)])
    values = column.values
    return [
        QueryItem.of(
            "suggest", values[ordinal].rsplit(SEPARATOR, 1)[-1], "category",
            path=values[ordinal], filter=f"category:{escaped(values[ordinal])}",
        )
        for ordinal in best if not blocks(values[ordinal])
    ][:limit]  # fmt: skip
