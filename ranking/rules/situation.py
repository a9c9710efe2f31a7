"""What rules may look at beside the query: who asks from where, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from indexing.catalogue.attributes import text_of
from indexing.columns.keyword import SEPARATOR, folded_path, folded_value
from ranking.filters.filters import AnyOf, Filter

CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class Situation:
    """context, segment: what the shop's page says of itself and of the shopper.

    who: whose share of the traffic is meant; None takes no part in rules for a share.
    at: seconds since the epoch; None for now. without: ids of rules to leave out. off: all rules.
    """

    context: tuple[str, ...] = ()
    segment: tuple[str, ...] = ()
    region: str | None = None
    device: str | None = None
    who: str | None = None
    at: float | None = None
    without: tuple[str, ...] = ()
    off: bool = False


ANYWHERE = Situation()

Chosen = Mapping[str, frozenset[str]]
"""Field → the folded values that a request filters it by."""


def chosen_values(filters: Sequence[Filter]) -> dict[str, frozenset[str]]:
    """Of clauses that name values of one field; of two for one field the first."""
    chosen: dict[str, frozenset[str]] = {}
    for clause in filters:
        if isinstance(clause, AnyOf):
            fold = folded_path if clause.field == CATEGORY else folded_value
            values = frozenset(fold(text_of(value)) for value in clause.values)
            chosen.setdefault(clause.field, values)
    return chosen


def paths_above(folded: str) -> list[str]:
    """A folded category path and those above it."""
    sign = SEPARATOR.strip()
    levels = folded.split(sign)
    return [sign.join(levels[:depth]) for depth in range(1, len(levels) + 1)]


def in_share(rule: str, who: str | None, share: float | None) -> bool:
    """The same sessions for ever, others for each rule."""
    if share is None or share >= 1.0:
        return True
    if who is None:
        return False
    drawn = blake2b(f"{rule}\0{who}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(drawn, "little") < share * 2.0**64
