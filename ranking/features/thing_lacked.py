"""Does a product lack the thing that is asked for, and have only what describes it?

Of `dunkle jacke` a jacket is wanted, dark or not; dark chocolate is not. Which word is the thing,
the query's order of words says, and how titles use the words.
"""

from typing import Final

import numpy as np

from indexing.arrays import Float32Array, UInt8Array
from indexing.types.signs import NOUN_FIRST
from indexing.types.title_roles import TitleRoles
from ranking.features.inputs import Inputs
from ranking.features.word_order import ABSENT, ALONE, EARLIER, LATEST

WORTH: Final = 3.0
"""Of the thing over what describes it, of a kind on which products agree; over the square of the
query's words.
"""
THING, BESIDE, FITTED = 1.0, 0.15, 0.05
"""Chance of a word by the query's order: where the thing stands, beside it, what it is to fit."""
GUESSED: Final = 3.0
"""Titles that the order counts as, in half of which a word is the head."""
_SHARES = np.zeros(ALONE + 1, dtype=np.float32)
_SHARES[[EARLIER, LATEST, ALONE]] = 0.5, 0.5, 1.0
_NOUN_FIRST_SHARES = np.zeros(ALONE + 1, dtype=np.float32)
_NOUN_FIRST_SHARES[[EARLIER, LATEST, ALONE]] = 0.1, 1.0, 1.0
"""How much a title says for a word as a thing; of several heads there all but the last describe."""


def lacking(inputs: Inputs, roles: UInt8Array) -> Float32Array | float:
    """float32[k]: how likely it lacks the thing, 0 for what has all words; less of more words.

    roles: of `roles_of_slots`.
    """
    query, analyzer = inputs.query, inputs.tables.analyzer
    asked = [p for p, slot in enumerate(query.slots) if slot.weight > 0 and not slot.is_amount]
    if len(asked) < 2:
        return 0.0
    thing, fits = TitleRoles(analyzer).asked(query.words.text)
    if not thing:
        return 0.0
    chances = np.zeros(len(query.slots), dtype=np.float32)
    for place in asked:
        bits = query.slots[place].bits
        chances[place] = FITTED if fits & bits else THING if thing & bits else BESIDE
    noun_first = analyzer.languages[0] in NOUN_FIRST
    chances *= head_shares(roles, noun_first=noun_first)
    chances /= chances.sum()
    absent = inputs.matches.chosen < 0
    lacked: Float32Array = np.float32(WORTH / len(query.required) ** 2) * (absent @ chances)
    return lacked


def head_shares(roles: UInt8Array, *, noun_first: bool) -> Float32Array:
    """float32[slots]: in how many of the titles that have each word it is the head, shrunk to half.

    roles: uint8[k, slots], of `roles_of_slots`.
    """
    shares = _NOUN_FIRST_SHARES if noun_first else _SHARES
    held = (roles > ABSENT).sum(axis=0)
    found: Float32Array = (shares[roles].sum(axis=0) + GUESSED / 2) / (held + GUESSED)
    return found.astype(np.float32)
