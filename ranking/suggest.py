"""Completions of what has been typed so far."""

from dataclasses import dataclass
from hashlib import blake2b

from indexing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Suggestion:
    """source: `query_log`, `brand`, `category` or `phrase`. matched: how the prefix fits.

    suggestion_id: names surface, source and text; later events refer to it.
    """

    text: str
    source: str
    suggestion_id: str
    weight: float
    matched: str


def suggest(prefix: str, limit: int, snapshot: Snapshot) -> list[Suggestion]:
    """At most `limit`, best first; none for an empty prefix. Every one finds a product."""
    if not prefix.strip():
        return []
    return [
        Suggestion(
            found.text,
            found.source,
            suggestion_id("suggest", found.source, found.text),
            found.weight,
            found.matched,
        )
        for found in snapshot.completions.search(prefix, limit)
    ]


def suggestion_id(surface: str, source: str, text: str) -> str:
    """The same suggestion has the same id in every generation."""
    raw = f"{surface}\0{source}\0{text}".encode("utf-8", "replace")
    return blake2b(raw, digest_size=8).hexdigest()
