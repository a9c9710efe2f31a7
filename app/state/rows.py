"""The rows of the state: what is kept of an event and of an impression, column by column."""

from typing import Any, Final

Row = tuple[Any, ...] | list[Any]

EVENT_COLUMNS: Final = {
    "key": "TEXT NOT NULL",
    "happened_at": "REAL NOT NULL",
    "arrived": "REAL NOT NULL",
    "type": "TEXT NOT NULL",
    "shop": "TEXT NOT NULL",
    "query_id": "TEXT",
    "product": "TEXT",
    "position": "INTEGER",
    "user_key": "TEXT",
    "session_key": "TEXT",
    "region": "TEXT",
    "value": "REAL",
    "quantity": "INTEGER",
    "query": "TEXT",
    "suggestion": "TEXT",
    "trusted": "INTEGER NOT NULL",
    "bot": "INTEGER NOT NULL",
}
"""key: of the client's id, what makes an event the same. happened_at: seconds since the epoch.
shop: name of the index. value: money of all of its quantity, in the index's currency. user_key,
session_key: keyed hashes. trusted: sent by the shop's own server. bot: 1 by its user agent, 2 by
its rate."""

IMPRESSION_COLUMNS: Final = {
    "query_id": "TEXT NOT NULL",
    "happened_at": "REAL NOT NULL",
    "shop": "TEXT NOT NULL",
    "query": "TEXT NOT NULL",
    "understood": "TEXT",
    "user_key": "TEXT",
    "session_key": "TEXT",
    "region": "TEXT",
    "generation": "TEXT",
    "model": "TEXT",
    "policy": "TEXT",
    "facts": "TEXT",
    "profile": "TEXT",
    "page": "INTEGER NOT NULL",
    "page_size": "INTEGER NOT NULL",
    "sorted": "INTEGER NOT NULL",
    "filtered": "INTEGER NOT NULL",
    "total": "INTEGER NOT NULL",
    "level": "INTEGER NOT NULL",
    "took_ms": "REAL NOT NULL",
    "cached": "INTEGER NOT NULL",
    "degraded": "INTEGER NOT NULL",
    "bot": "INTEGER NOT NULL",
    "products": "TEXT NOT NULL",
    "marks": "TEXT",
    "features": "TEXT",
    "exposures": "TEXT",
    "channels": "TEXT",
}
"""products: JSON list of ids, in order, from position (page − 1) · page_size + 1. marks: JSON of
position (over all pages) → why it stands there (explored, little_known, pinned, sponsored), for
those that the ranker did not put there.
features: of sampled searches, JSON of their rows, or of the query_id that has them. facts,
profile: ids of what the ranker knew of behaviour and of this user. exposures: JSON of experiment →
name of the variant, or, where two share the page, whose each product is. channels: JSON list, of
each product the recall channels that found it, joined by +.

Columns are added at the end, as TEXT that may be NULL: rows of older code are shorter."""

KEYS: Final = {"events": "key", "impressions": "query_id"}
"""What makes a row of each table the same as another."""
TABLES: Final = {"events": EVENT_COLUMNS, "impressions": IMPRESSION_COLUMNS}
FIRST_WIDTHS: Final = {"events": 17, "impressions": 26}
"""Columns of the first version of each table."""


def filled(table: str, row: Row) -> Row:
    """A row of older code with NULL in the columns that it did not know."""
    lacking = len(TABLES[table]) - len(row)
    return [*row, *[None] * lacking] if lacking > 0 else row


def is_hidden(table: str, hidden: str) -> str:
    """SQL: whether a row of the table is of a deleted person, and of before the wish.

    hidden: a table of kind, key, until.
    """
    return (
        f"EXISTS (SELECT 1 FROM {hidden} h WHERE {table}.happened_at <= h.until AND "
        f"((h.kind = 'user' AND h.key = {table}.user_key) OR "
        f"(h.kind = 'session' AND h.key = {table}.session_key)))"
    )
