"""Completions of what has been typed so far."""

from dataclasses import dataclass

from indexing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Suggestion:
    """source: `query_log`, `brand`, `category` or `phrase`. matched: how the prefix fits."""

    text: str
    source: str
    weight: float
    matched: str


def suggest(prefix: str, limit: int, snapshot: Snapshot) -> list[Suggestion]:
    """At most `limit`, best first; none for an empty prefix. Every one finds a product."""
    if not prefix.strip():
        return []
    return [
        Suggestion(found.text, found.source, found.weight, found.matched)
        for found in snapshot.completions.search(prefix, limit)
    ]
