"""While building: which of the things whose titles name a kind go with it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from indexing.arrays import Int32Array, Int64Array
from indexing.types.companion_titles import Naming
from indexing.types.type_model import TypeModel

LEAST_OF_FIRST: Final = 0.04
"""Of the titles of what goes with the kind most often."""
LEAST_SHARE: Final = 0.02
"""Share of a thing's titles that name the kind: few films are for a television."""
LEAST_HEAD: Final = 0.15
LEAST_NOUN: Final = 5
TWO_MARKS: Final = 2
"""A word names a kind by two of three: share of its titles whose product it names; products of its
kinds; some title says that it is for one.
"""
LEAST_FOR: Final = 0.3
FITTING: Final = 0.4
"""Share of a word's titles that have it behind `for`, from which it names a thing (ipod), and of
what goes with it only what mostly says what it fits (case).
"""
LITTLE: Final = 0.1
MOSTLY: Final = 0.15
"""What hardly ever says what it fits goes with a kind that so many of its titles name: desk."""
CHEAPER: Final = 0.7
"""ln of how many times as much a kind costs, from which fewer of its titles need to: backpack."""
ALIKE: Final = 0.6
"""Cosine of two kinds from which they are the same thing, if the one hardly says what it fits."""


def going_with(
    kind: int,
    heads: Sequence[tuple[int, int]],
    behind: Counter[tuple[int, int]],
    naming: Naming,
) -> Iterator[int]:
    """heads: (titles, head), commonest first; those of things that go with the kind."""
    terms, model = len(naming.index.lexicon), naming.model
    noun = kind
    if kind >= terms:
        pair = int(naming.pairs[kind - terms])
        noun = pair >> 32 if naming.head_first else pair & 0xFFFFFFFF
    word = naming.index.lexicon.terms[noun]
    if not word.isalpha():
        return
    named, fors = model.named(word)[0], sum(behind[kind, head] for _, head in heads)
    members = float(model.sizes[model.of_noun(noun)].sum())
    marks = (model.head_share(word) >= LEAST_HEAD, members >= LEAST_NOUN, fors > 0)
    is_kind = kind >= terms or sum(marks) >= TWO_MARKS
    if not is_kind and fors < LEAST_FOR * naming.index.statistics.doc_freq(noun):
        return
    same = {int(model.head_terms[each]) for each in named} | {noun} if is_kind else {noun}
    for count, head in heads:
        theirs = model.of_noun(head)
        size = float(model.sizes[theirs].sum())
        if head in same or count < LEAST_OF_FIRST * heads[0][0] or count < LEAST_SHARE * size:
            continue
        if is_kind:
            share = count / max(size, 1.0)
            if goes_with(named, theirs, share, behind[kind, head] > 0, model):
                yield head
        elif fitting_of(theirs, model) >= FITTING:
            yield head


def goes_with(
    kinds: Int32Array, theirs: Int64Array, share: float, behind: bool, model: TypeModel
) -> bool:
    """Whether some kinds go with others. share: of their titles that name one of those. behind:
    whether any says so behind `for`.
    """
    if fitting_of(theirs, model) >= LITTLE:
        return True
    if _likeness(kinds, theirs, model) >= ALIKE:
        return False  # `laptop computer`
    if behind or share >= MOSTLY:
        return True
    return _price(kinds, model) - _price(theirs, model) >= CHEAPER  # not `hard drive camcorder`


def fitting_of(kinds: Int64Array, model: TypeModel) -> float:
    """Share of the kinds' products that say what they fit."""
    sizes = model.sizes[kinds]
    return float(model.accessory[kinds] @ sizes) / max(float(sizes.sum()), 1.0)


def _price(kinds: "Int32Array | Int64Array", model: TypeModel) -> float:
    """Mean of the kinds' ln price, NaN without any."""
    levels, sizes = model.price_levels[kinds], model.sizes[kinds]
    known = ~np.isnan(levels)
    return float(levels[known] @ sizes[known] / sizes[known].sum()) if known.any() else np.nan


def _likeness(one: Int32Array, other: Int64Array, model: TypeModel) -> float:
    """Cosine of the kinds together; 0 without vectors."""
    left, right = (model.sizes[each] @ model.vectors[each] for each in (one, other))
    length = float(np.linalg.norm(left) * np.linalg.norm(right))
    return float(left @ right) / length if length else 0.0
