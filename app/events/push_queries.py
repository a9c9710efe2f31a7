"""PUSH: what somebody searched and did not buy, and is now cheaper, or there again.

Users are kept as keyed hashes, so only who knows a user can ask for them: the shop names those that
it may write to, and gets their queries; nobody can list who searched what. docs/query-products.md.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson

from app.changes.change_log import ChangeLog
from app.events.impressions import PERSONAL
from app.state.push_ledger import Given, Offer, given_to, history, note_given, observe, open_ledger
from app.state.tables import open_tables, rows_of
from ranking.generation import Generation
from ranking.learning.behaviour.views import make_views
from ranking.search.segments import locate

DAY_S: Final = 86_400.0
TOP: Final = 3
"""Places whose products count as wanted though nobody clicked them."""
_MOST_WANTED: Final = 200
_READ: Final = 5_000
_WANTED: Final = """
SELECT s.user_key, s.query, s.product, max(s.happened_at) AS searched_at,
    bool_or(c.query_id IS NOT NULL) AS clicked, min(s.position) AS position
FROM shown s
LEFT JOIN clicks_made c ON c.query_id = s.query_id AND c.product = s.product
WHERE s.shop = $shop AND list_contains($users, s.user_key) AND NOT s.bot
    AND s.query NOT IN ('', $personal) AND (c.query_id IS NOT NULL OR s.position <= $top)
    AND s.query_id NOT IN (
        SELECT query_id FROM outcomes WHERE type = 'purchase' AND query_id IS NOT NULL
    )
GROUP BY ALL ORDER BY s.user_key, clicked DESC, searched_at DESC, position, s.product
"""
_BOUGHT: Final = """
SELECT DISTINCT user_key, product FROM events
WHERE shop = $shop AND type = 'purchase' AND list_contains($users, user_key)
"""


@dataclass(frozen=True, slots=True)
class PushLimits:
    """days: how far back searches count. most: queries a user and time. every_days: between two
    times that a user gets any; repeat_days: that they get the same product. least_drop: share of
    the price.
    """

    days: float = 30.0
    most: int = 3
    every_days: float = 7.0
    repeat_days: float = 30.0
    least_drop: float = 0.05


@dataclass(frozen=True, slots=True)
class Pushed:
    """One query to offer somebody again. reason: `cheaper` or `back_in_stock`.

    searched_at: seconds since the epoch. before: price when it was searched.
    """

    query: str
    product_id: str
    title: str
    reason: str
    price: float | None
    before: float | None
    searched_at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """By user, as asked; users without any are left out. capped: users that got some lately."""

    pushed: dict[str, list[Pushed]]
    capped: int


def push_queries(
    folder: Path,
    users: Mapping[str, str],
    generation: Generation,
    log: ChangeLog,
    limits: PushLimits,
    now: float,
    *,
    dry_run: bool = False,
) -> Answer:
    """For users that agreed to be written to. folder: of the state. users: their ids → hashes.

    dry_run: tell, but count nothing as given. Raises StateError, ChangeLogError.
    """
    shop = generation.index
    wanted = _wanted(folder, shop, list(users.values()), now - limits.days * DAY_S, now, generation)
    products = {row["product"] for rows in wanted.values() for row in rows}
    offers = {product: _offer(product, generation, now) for product in products}
    changes = _changes(log, shop, products)
    pushed: dict[str, list[Pushed]] = {}
    capped = 0
    with open_ledger(folder) as db:
        there = [(product, offer) for product, offer in offers.items() if offer is not None]
        lines = {
            product: _timeline(product, generation, changes, history(db, shop, product))
            for product, _ in there
        }
        for user_id, user in users.items():
            known = given_to(db, user, shop)
            if any(now - each.at < limits.every_days * DAY_S for each in known):
                capped += bool(wanted.get(user))
                continue
            seen = {each.product for each in known if now - each.at < limits.repeat_days * DAY_S}
            found = _chosen(wanted.get(user, ()), offers, lines, seen, generation, limits)
            if found:
                pushed[user_id] = found
                if not dry_run:
                    given = [Given(each.product_id, each.query, now) for each in found]
                    note_given(db, user, shop, given)
        observe(db, shop, there, now)
    return Answer(pushed, capped)


def _wanted(
    folder: Path, shop: str, users: list[str], begin: float, now: float, generation: Generation
) -> dict[str, list[dict[str, Any]]]:
    """By user: products of searches after which nothing was bought, the likeliest first, less what
    the user has bought, in whatever variant.
    """
    given = {"shop": shop, "users": users}
    with open_tables(folder, begin, now + 1) as db:
        make_views(db)
        rows = rows_of(db.execute(_WANTED, {**given, "personal": PERSONAL, "top": TOP}))
        bought = db.execute(_BOUGHT, given).fetchall()
    own = {(user, _group(product, generation)) for user, product in bought}
    wanted: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        listed = wanted.setdefault(row["user_key"], [])
        if (
            len(listed) < _MOST_WANTED
            and (row["user_key"], _group(row["product"], generation)) not in own
        ):
            listed.append(row)
    return wanted


def _chosen(
    rows: Sequence[dict[str, Any]],
    offers: Mapping[str, Offer | None],
    lines: Mapping[str, list[Offer]],
    seen: set[str],
    generation: Generation,
    limits: PushLimits,
) -> list[Pushed]:
    """At most one product a query, and one query a product."""
    found: list[Pushed] = []
    queries: set[str] = set()
    taken = set(seen)
    for row in rows:
        product, query = row["product"], row["query"]
        offer = offers[product]
        if offer is None or offer.sold_out or product in taken or query.casefold() in queries:
            continue
        if generation.rules.blocklist.blocks(query):
            continue
        before = _at(lines[product], row["searched_at"])
        reason = None if before is None else _reason(before, offer, limits.least_drop)
        if before is None or reason is None:
            continue
        title = _line(product, generation).get("title", "")
        at = row["searched_at"]
        found.append(Pushed(query, product, title, reason, offer.price, before.price, at))
        taken.add(product)
        queries.add(query.casefold())
        if len(found) == limits.most:
            break
    return found


def _reason(before: Offer, now: Offer, least_drop: float) -> str | None:
    if before.sold_out:
        return "back_in_stock"
    if before.price is None or now.price is None or before.price <= 0:
        return None
    return "cheaper" if now.price <= before.price * (1 - least_drop) else None


def _timeline(
    product: str,
    generation: Generation,
    changes: Mapping[str, list[tuple[float, dict[str, Any]]]],
    observed: list[Offer],
) -> list[Offer]:
    """What it cost from when on, the oldest first: what was observed, what the snapshot was built
    with, and what the change log says since.
    """
    line = list(observed)
    snapshot = generation.segments[0]
    built = datetime.fromisoformat(snapshot.manifest.created_at).timestamp()
    doc = snapshot.documents.find(product)
    facts: dict[str, Any] = {} if doc is None else dict(snapshot.documents.product_at(doc))
    if doc is not None:
        line.append(_offer_of(facts, built))
    for at, change in changes.get(product, ()):
        facts = change if change.get("id") else {**facts, **change}
        line.append(_offer_of(facts, at))
    return sorted(line, key=lambda offer: offer.at)


def _at(line: Sequence[Offer], at: float) -> Offer | None:
    """The one that held then; None where nobody knows."""
    place = bisect_right(line, at, key=lambda offer: offer.at)
    return line[place - 1] if place else None


def _changes(
    log: ChangeLog, shop: str, products: set[str]
) -> dict[str, list[tuple[float, dict[str, Any]]]]:
    """Of the products what the log still holds, in order: fields that were put or patched."""
    found: dict[str, list[tuple[float, dict[str, Any]]]] = {}
    after = 0
    while products:
        entries = log.read(shop, after, _READ)
        for entry in entries:
            if entry.product_id in products and entry.body is not None:
                fields = orjson.loads(entry.body)
                found.setdefault(entry.product_id, []).append((entry.at_ms / 1_000, fields))
        if len(entries) < _READ:
            break
        after = entries[-1].seq
    return found


def _offer(product: str, generation: Generation, now: float) -> Offer | None:
    """As it is now; None for a product that is gone."""
    facts = _line(product, generation)
    return _offer_of(facts, now) if facts else None


def _offer_of(facts: Mapping[str, Any], at: float) -> Offer:
    price, stock = facts.get("price"), facts.get("stock")
    known = float(price) if isinstance(price, int | float) else None
    return Offer(at, known, isinstance(stock, int | float) and stock <= 0)


def _line(product: str, generation: Generation) -> dict[str, Any]:
    place = locate(product, generation.segments)
    if place is None:
        return {}
    facts: dict[str, Any] = orjson.loads(generation.segments[place[0]].json_at(place[1]))
    return facts


def _group(product: str, generation: Generation) -> object:
    """What its variants share; of a product that is gone, itself."""
    place = locate(product, generation.segments)
    if place is None:
        return product
    return place[0], int(generation.segments[place[0]].columns.group_of[place[1]])
