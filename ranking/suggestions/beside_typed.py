"""Products and categories that completions lead to, shown beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from indexing.arrays import UInt32Array
from indexing.columns.keyword import SEPARATOR, KeywordColumn
from indexing.columns.single_values import leaf_categories
from indexing.postings.strict_match import StrictMatch, query_words
from indexing.query_log.table import UNKNOWN
from indexing.snapshot import Snapshot

SAMPLE = 500
MOST_TEXTS = 5
"""Completions whose categories are looked for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A completion. row: of the query table, or UNKNOWN. docs: its products, where they are known
    already.
    """

    text: str
    row: int
    docs: UInt32Array | None = None

    def documents(self, strict: StrictMatch) -> UInt32Array:
        """Products that hold all of its words, ascending."""
        return strict.documents(strict.terms(self.text)) if self.docs is None else self.docs


def products_of(
    shown: Sequence[Shown], limit: int, strict: StrictMatch, snapshot: Snapshot
) -> list[bytes]:
    """JSON of products of the completions, in turn: the best of each, then the second best."""
    tops = []
    for each in shown[:limit]:
        known = snapshot.queries.tops_of(each.row) if each.row != UNKNOWN else []
        known = [doc for doc in known if snapshot.gone is None or not snapshot.gone[doc]]
        tops.append(known or _best_liked(each.documents(strict), limit, snapshot))
    deepest = max(map(len, tops), default=0)
    docs = [each[place] for place in range(deepest) for each in tops if place < len(each)]
    return [_short(snapshot.json_at(doc)) for doc in list(dict.fromkeys(docs))[:limit]]


def _best_liked(docs: UInt32Array, limit: int, snapshot: Snapshot) -> list[int]:
    order = np.argsort(-snapshot.liked[docs], kind="stable")[:limit]
    best: list[int] = docs[order].tolist()
    return best


def named_categories(shown: Sequence[Shown], strict: StrictMatch, snapshot: Snapshot) -> list[int]:
    """Ordinals of the categories that the completions name, those of most products first.

    A category is named by its own name, the last of its path; of one path the deepest is taken.
    """
    column = snapshot.columns.keywords["category"]
    votes: dict[int, float] = {}
    for place, each in enumerate(shown[:MOST_TEXTS]):
        found = each.documents(strict)
        docs = found[:: max(1, -(-len(found) // SAMPLE))]
        said = query_words(each.text, snapshot.analyzer)
        leaves, times = np.unique(leaf_categories(snapshot.columns, docs), return_counts=True)
        for leaf, count in zip(leaves.tolist(), times.tolist(), strict=True):
            named = _named(leaf, said, column, snapshot)
            if named >= 0:
                votes[named] = votes.get(named, 0.0) + count / len(docs) / (1 + place)
    return [ordinal for ordinal, _ in sorted(votes.items(), key=lambda each: (-each[1], each[0]))]


def ancestors(ordinal: int, column: KeywordColumn) -> Iterator[int]:
    """The categories above one, the nearest first."""
    while (ordinal := int(column.parents[ordinal])) >= 0:
        yield ordinal


def _named(node: int, said: frozenset[str], column: KeywordColumn, snapshot: Snapshot) -> int:
    """The deepest category from here up all of whose words are said; -1 if there is none."""
    while node >= 0:
        name = query_words(column.values[node].rsplit(SEPARATOR, 1)[-1], snapshot.analyzer)
        if name and name <= said:
            return node
        node = int(column.parents[node])
    return -1


def _short(raw: bytes) -> bytes:
    product = orjson.loads(raw)
    names = ("id", "title", "brand", "price", "currency", "image", "url")
    return orjson.dumps({name: product[name] for name in names if name in product})
