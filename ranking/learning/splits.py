"""Splits of judgments by query: the same on every machine, no text on two sides."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from ranking.learning.errors import JudgmentsError
from ranking.learning.judgments import Judgments

SEEN: Final = "seen"
"""In a manifest's `training`: digests of the queries that the model learnt from."""
MOST_SEEN: Final = 20_000


def text_key(text: str) -> str:
    """What makes two query texts the same query: letter case and blanks do not count."""
    return " ".join(text.casefold().split())


def digests(texts: Iterable[str]) -> list[str]:
    """8 hexadecimal digits of each distinct query, sorted; the first 20,000 of them."""
    keys = {text_key(text) for text in texts}
    return sorted(blake2b(key.encode(), digest_size=4).hexdigest() for key in keys)[:MOST_SEEN]


def split_queries(judgments: Judgments, folds: int, seed: int) -> tuple[tuple[str, ...], ...]:
    """Query ids in `folds` parts of nearly equal size, for cross-validation.

    Distinct texts are ordered by a seeded hash and dealt out in turn, so sizes differ by at
    most one text, and queries of the same text are always in the same part. Within a part
    they keep the order of the judgments. Errors: fewer distinct texts than folds.
    """
    by_text: dict[str, list[str]] = {}
    for query_id, text in judgments.queries.items():
        by_text.setdefault(text_key(text), []).append(query_id)
    if folds < 2 or len(by_text) < folds:
        raise JudgmentsError(
            f"{len(by_text)} distinct queries cannot be split into {folds} folds. "
            "Use at least 2 folds, and no more folds than queries."
        )
    dealt = sorted(by_text, key=lambda text: (_hash(text, seed), text))
    fold_of = {text: number % folds for number, text in enumerate(dealt)}
    parts: list[list[str]] = [[] for _ in range(folds)]
    for query_id, text in judgments.queries.items():
        parts[fold_of[text_key(text)]].append(query_id)
    return tuple(tuple(part) for part in parts)


def _hash(text: str, seed: int) -> int:
    digest = blake2b(text.encode(), digest_size=8, key=seed.to_bytes(8, "little", signed=True))
    return int.from_bytes(digest.digest(), "little")
