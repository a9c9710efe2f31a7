"""Candidates of a surface: rows of the query table with scores and reasons, and where they
come from.
"""

from collections.abc import Iterable
from math import sqrt

from indexing.analysis.surface_words import surface_words
from indexing.columns.keyword import SEPARATOR
from indexing.completions.completions import PHRASE
from indexing.query_log.sessions import CLICKS_ADDED
from indexing.query_log.table import QueryTable
from indexing.snapshot import Snapshot

SESSION, CLICKS, PRODUCT, CATEGORY, LIKENESS, HOT = (
    "session", "clicks", "product", "category", "likeness", "hot",
)  # fmt: skip
_WIDTH = 20
_PHRASE_WORDS = 3
_UNASKED = 1 / 3
_TITLE_WORDS = 24


class Pool:
    """Scores add up; the reason that gave most is told."""

    def __init__(self) -> None:
        self._scores: dict[int, float] = {}
        self._reasons: dict[int, tuple[float, str]] = {}

    def __len__(self) -> int:
        return len(self._scores)

    def add(self, row: int, score: float, reason: str) -> None:
        if score <= 0:
            return
        self._scores[row] = self._scores.get(row, 0.0) + score
        if score > self._reasons.get(row, (0.0, ""))[0]:
            self._reasons[row] = (score, reason)

    def add_all(self, found: Iterable[tuple[int, float]], factor: float, reason: str) -> None:
        for row, score in found:
            self.add(row, factor * score, reason)

    def ranked(self) -> list[tuple[int, float, str]]:
        """(row, score, reason), best first; of equal ones the lower row, which weighs more."""
        order = sorted(self._scores.items(), key=lambda each: (-each[1], each[0]))
        return [(row, score, self._reasons[row][1]) for row, score in order]


def followers(row: int, table: QueryTable) -> list[tuple[int, float]]:
    """(row, its share of what was asked next in sessions, smoothed)."""
    found = table.followers.to(row, _WIDTH)
    total = sum(times for _, times in found) + CLICKS_ADDED
    return [(other, times / total) for other, times in found]


def clicked_docs(row: int, table: QueryTable) -> list[tuple[int, float]]:
    """(document, its share of the query's clicks, smoothed)."""
    found = table.clicked.to(row)
    total = sum(times for _, times in found) + CLICKS_ADDED
    return [(doc, times / total) for doc, times in found[:_WIDTH]]


def sharing_clicks(docs: Iterable[tuple[int, float]], table: QueryTable) -> list[tuple[int, float]]:
    """(row, likeness): queries that end at the same products.

    Σ √(P(d | a) · P(d | b)) over products d (Bhattacharyya 1943), 0 … 1. docs: P(d | a).
    """
    likeness: dict[int, float] = {}
    for doc, share in docs:
        for row, other_share in table.clickers.to(doc, _WIDTH):
            likeness[row] = likeness.get(row, 0.0) + sqrt(share * other_share)
    return sorted(likeness.items(), key=lambda each: (-each[1], each[0]))


def of_categories(ordinals: Iterable[int], table: QueryTable) -> list[tuple[int, float]]:
    """(row, weight against the heaviest) of queries of the deepest of these categories."""
    for ordinal in ordinals:
        found = table.by_category.to(ordinal, _WIDTH)
        if found:
            return [(row, weight / found[0][1]) for row, weight in found]
    return []


def main_category(row: int, table: QueryTable) -> list[int]:
    """The category where most of a query's products are, as a list of one or none."""
    return [ordinal for ordinal, _ in table.scopes.to(row, 1)]


def categories_of(doc: int, snapshot: Snapshot) -> list[int]:
    """Ordinals of a product's categories, the deepest first."""
    column = snapshot.columns.keywords["category"]
    ordinals: list[int] = column.ordinals_of(doc).tolist()
    return ordinals[::-1]


def root_of(row: int, snapshot: Snapshot) -> str:
    """Name of the department where most of a query's products are; empty without one."""
    table, column = snapshot.queries, snapshot.columns.keywords["category"]
    for ordinal in main_category(row, table):
        return column.values[ordinal].split(SEPARATOR, 1)[0]
    return ""


def named_by(doc: int, snapshot: Snapshot) -> list[tuple[int, float]]:
    """(row, fit) of known queries that stand in a product's title without overlapping, best first.

    fit: the share of the query's products that are of the product's own category, × the number of
    words over three; a third of it for what nobody ever asked. Without categories every share is
    1.
    """
    table = snapshot.queries
    title = str(snapshot.documents.product_at(doc).get("title", ""))
    words = list(surface_words(title))[:_TITLE_WORDS]
    own = set(categories_of(doc, snapshot))
    found: list[tuple[float, int, int, int]] = []
    for first in range(len(words)):
        for last in range(first, min(first + _PHRASE_WORDS, len(words))):
            row = table.row_of(title[words[first].start : words[last].end])
            lone = first == last and row >= 0 and table.sources[row] == PHRASE
            if row >= 0 and not lone:  # one word that nobody asked for: "pieces", "set"
                share = sum(part for ordinal, part in table.scopes.to(row) if ordinal in own)
                asked = 1.0 if row < table.logged else _UNASKED
                fit = (share if own else 1.0) * (last - first + 1) / _PHRASE_WORDS * asked
                found.append((-fit, row, first, last))
    taken: set[int] = set()
    kept: dict[int, float] = {}
    for lost, row, first, last in sorted(found):
        if lost < 0 and taken.isdisjoint(range(first, last + 1)):
            taken.update(range(first, last + 1))
            kept.setdefault(row, -lost)
    return list(kept.items())
