"""Which kinds of things a query means, and how well products agree with it."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, UInt8Array, UInt32Array
from indexing.snapshot import Snapshot
from indexing.types.type_model import NO_TYPE

LIKENESS: Final = "likeness"
"""How kinds are meant that are only guessed at."""
MOST_TOLD: Final = 6
"""Types that an answer names."""
UNKNOWN_FIT: Final = 0.4
"""Agreement of a product whose type is not known."""
LEAST_CHANCE: Final = 0.04
"""Of a type over the likeliest one's, among those that are meant."""


@dataclass(frozen=True, slots=True)
class TypeWish:
    """types: int32[m], likeliest first; NO_TYPE stands for things of no known type. chances:
    float32[m] above 0.

    phrase: what of the query means them, as stems; word: the noun of it. how: `name`, `synonym`,
    `thing` or `likeness`. certainty: 0 to 1. words: of the query; others: those beside the phrase
    and brands. single: the phrase names single things, which say it, and no kind. unsaid: share of
    the agreement that is left to products without the brand, or the name of a thing. names: of a
    phrase that no kind is called, those that titles say; products are to say one.
    """

    types: Int32Array
    chances: Float32Array
    word: str = ""
    how: str = ""
    certainty: float = 0.0
    phrase: tuple[str, ...] = ()
    others: int = 0
    words: int = 1
    single: bool = False
    unsaid: float = 0.5
    names: tuple[tuple[str, ...], ...] = ()

    def __bool__(self) -> bool:
        return self.certainty > 0

    @property
    def of_known_types(self) -> bool:
        """Whether the likeliest thing is of a type, and no single one of none."""
        return bool(self) and int(self.types[0]) != NO_TYPE

    @property
    def focus(self) -> float:
        """1 for nothing but the name of a kind and brands, else less by the square of the words."""
        return self.certainty / (self.words**2 if self.others else 1)

    def facts(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        """The types by name, for the answer's `query` object."""
        names = snapshot.types.names
        return [
            {"kind": names[int(kind)], "probability": round(float(chance), 3), "by": self.how,
             "meant_by": " ".join(self.phrase)}
            for kind, chance in zip(self.types[:MOST_TOLD], self.chances, strict=False)
            if kind != NO_TYPE
        ]  # fmt: skip


NO_WISH: Final = TypeWish(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.float32))


def wish_for(
    snapshot: Snapshot,
    chances: Float32Array,
    phrase: tuple[str, ...],
    word: str,
    how: str,
    certainty: float,
) -> TypeWish:
    """chances: float32[types]."""
    sizes = snapshot.types.sizes
    best = float(chances.max(initial=0.0))
    kinds: Int32Array = np.flatnonzero(chances > LEAST_CHANCE * best).astype(np.int32)
    if best <= 0:
        return NO_WISH
    kinds = kinds[np.lexsort((kinds, -sizes[kinds], -chances[kinds]))]
    shares = (chances[kinds] / chances[kinds].sum()).astype(np.float32)
    return TypeWish(kinds, shares, word, how, certainty, phrase=phrase)


def agreement(wish: TypeWish, doc_ids: UInt32Array, snapshot: Snapshot) -> Float32Array:
    """float32[k]: root of how likely a product's type is meant, over the likeliest type.

    What a product is, is not always known for sure; then it is between, as for those of no type.
    """
    model = snapshot.types
    fits = np.zeros(len(model) + 1, dtype=np.float32)
    fits[-1] = UNKNOWN_FIT  # of NO_TYPE, which is -1
    if wish:
        fits[wish.types] = np.sqrt(wish.chances / wish.chances.max())
    return _agreement(doc_ids, model.type_of, model.sureness, fits)


@njit(nogil=True, cache=True)
def _agreement(
    doc_ids: UInt32Array, type_of: Int32Array, sureness: UInt8Array, fits: Float32Array
) -> Float32Array:
    found = np.empty(len(doc_ids), dtype=np.float32)
    unknown = np.float32(UNKNOWN_FIT)
    for row in range(len(doc_ids)):
        kind = type_of[doc_ids[row]]
        if kind == NO_TYPE:
            found[row] = fits[-1]
        else:
            sure = np.float32(sureness[doc_ids[row]]) / np.float32(255)
            found[row] = fits[kind] * sure + unknown * (np.float32(1) - sure)
    return found
