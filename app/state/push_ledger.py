"""What push queries remember: prices as they were, and what each person was given. `push.db`."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from app.state.archive import connect, told

FILE: Final = "push.db"
KEPT_S: Final = 90 * 86_400.0
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS prices (
    shop TEXT, product TEXT, at REAL, price REAL, sold_out INTEGER,
    PRIMARY KEY (shop, product, at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS given (user_key TEXT, shop TEXT, product TEXT, query TEXT, at REAL);
CREATE INDEX IF NOT EXISTS given_to ON given (user_key, shop);
"""


class Offer(NamedTuple):
    """What a product cost at a time, in the index's currency; None: it had no price."""

    at: float
    price: float | None
    sold_out: bool


class Given(NamedTuple):
    """at: seconds since the epoch."""

    product: str
    query: str
    at: float


@contextmanager
def open_ledger(folder: Path) -> Iterator[sqlite3.Connection]:
    """Raises StateError."""
    with told(folder), closing(connect(folder / FILE)) as db:
        db.executescript(_SCHEMA)
        yield db


def observe(
    db: sqlite3.Connection, shop: str, offers: Sequence[tuple[str, Offer]], now: float
) -> None:
    """Note offers that differ from what was noted last; what is over 90 days old goes, but for the
    last of each product.
    """
    with db:
        for product, offer in offers:
            known = history(db, shop, product)
            if not known or known[-1][1:] != offer[1:]:
                row = (shop, product, offer.at, offer.price, int(offer.sold_out))
                db.execute("INSERT OR REPLACE INTO prices VALUES (?, ?, ?, ?, ?)", row)
        db.execute(
            "DELETE FROM prices AS p WHERE at < ? AND EXISTS (SELECT 1 FROM prices AS q WHERE "
            "q.shop = p.shop AND q.product = p.product AND q.at > p.at AND q.at < ?)",
            (now - KEPT_S, now - KEPT_S),
        )
        db.execute("DELETE FROM given WHERE at < ?", (now - KEPT_S,))


def history(db: sqlite3.Connection, shop: str, product: str) -> list[Offer]:
    """The oldest first."""
    rows = db.execute(
        "SELECT at, price, sold_out FROM prices WHERE shop = ? AND product = ? ORDER BY at",
        (shop, product),
    )
    return [Offer(at, price, bool(sold_out)) for at, price, sold_out in rows]


def given_to(db: sqlite3.Connection, user: str, shop: str) -> list[Given]:
    rows = db.execute(
        "SELECT product, query, at FROM given WHERE user_key = ? AND shop = ?", (user, shop)
    )
    return [Given(*row) for row in rows]


def note_given(db: sqlite3.Connection, user: str, shop: str, given: Sequence[Given]) -> None:
    with db:
        rows = [(user, shop, each.product, each.query, each.at) for each in given]
        db.executemany("INSERT INTO given VALUES (?, ?, ?, ?, ?)", rows)


def forget_given(folder: Path, user: str) -> None:
    """Of a user that is deleted. Raises StateError."""
    if (folder / FILE).exists():
        with open_ledger(folder) as db, db:
            db.execute("DELETE FROM given WHERE user_key = ?", (user,))
