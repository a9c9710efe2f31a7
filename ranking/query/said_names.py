"""Kinds of things that no kind of the catalogue is called, but some titles: `robot vacuum`."""

from typing import Final

import numpy as np

from indexing.arrays import BoolArray
from indexing.postings.lexicon import UNKNOWN
from indexing.snapshot import Snapshot
from indexing.types.general_kinds import General, Stems
from ranking.query.named_things import things_named, worth_of
from ranking.query.type_wish import NO_WISH, TypeWish

MOST_NAMES: Final = 8
"""Names that are looked for, in the list's order."""
LEAST_TITLES: Final = 1.0
"""Worth of the titles that must say one of them."""
LEAST_SHARE: Final = 0.08
"""Root of a kind's share of them."""
OF_NOUN: Final = 0.3
"""Chance of the other kinds of the noun, over the likeliest one's: they come behind."""


def by_said_names(known: General, word: str, noun: BoolArray, snapshot: Snapshot) -> TypeWish:
    """Kinds of the titles that say a name of several words, side by side, and before `for`.

    word: the noun of what the query says. noun: bool[types], kinds of it.
    """
    none = len(snapshot.types)
    total = np.zeros(none + 1, dtype=np.float32)
    said: list[tuple[float, Stems]] = []
    names = [name for name in (known.said, *known.names) if len(name) > 1]
    terms = {name: [snapshot.index.lexicon.id_of(stem) for stem in name] for name in names}
    for name in [name for name in names if UNKNOWN not in terms[name]][:MOST_NAMES]:
        weights = np.zeros(none + 1, dtype=np.float32)
        types, found = things_named(terms[name], snapshot, side_by_side=True)
        weights[types] = found
        total += weights
        said.append((float(weights.sum()), name))
    siblings = np.flatnonzero(noun)
    total[siblings] /= worth_of(snapshot.types.accessory[siblings])  # an accessory by its own noun
    if total.sum() < LEAST_TITLES:
        return NO_WISH
    chances = np.sqrt(total / total.sum())
    chances[chances < LEAST_SHARE] = 0.0
    chances[siblings] = np.maximum(chances[siblings], OF_NOUN * chances.max())
    kinds = np.flatnonzero(chances)
    kinds = kinds[np.argsort(-chances[kinds], kind="stable")]
    spoken = tuple(name for weight, name in sorted(said, key=lambda x: -x[0]) if weight)
    return TypeWish(
        np.where(kinds == none, -1, kinds).astype(np.int32), chances[kinds], word, "name",
        min(1.0, float(total.sum()) / (2 * LEAST_TITLES)), known.said, names=spoken,
    )  # fmt: skip
