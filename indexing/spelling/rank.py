"""Which of the near words was meant: a noisy channel of typing, sound and frequency."""

from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import (
    BoolArray,
    Float64Array,
    Int64Array,
    UInt16Array,
    UInt32Array,
)
from indexing.spelling.deletions import MAX_LENGTH

# Costs of one edit; an ordinary one is 1. Tuned on seeded typos of Home Depot words.
NEIGHBOUR_KEY: Final = 0.75
VOWEL_FOR_VOWEL: Final = 0.9
SWAP: Final = 0.7
DOUBLING: Final = 0.6  # a letter doubled, or a double letter typed once
MISSED: Final = 0.8
FIRST_LETTER: Final = 0.25  # more, for any edit of the first letter
SAME_SOUND: Final = 0.15  # less, for the whole word
# Log-frequency that one edit outweighs.
EDIT_WEIGHT: Final = 6.0

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))


def _neighbours() -> BoolArray:
    """bool[128, 128]: keys that touch on a US keyboard."""
    at = {
        key: (column + shift, row)
        for row, (keys, shift) in enumerate(_ROWS)
        for column, key in enumerate(keys)
    }
    table = np.zeros((128, 128), dtype=np.bool_)
    for key, (x, y) in at.items():
        for other, (other_x, other_y) in at.items():
            near = (x - other_x) ** 2 + (y - other_y) ** 2 < 1.6
            table[ord(key), ord(other)] = near and key != other
    return table


_NEIGHBOURS = _neighbours()
_VOWELS = np.isin(np.arange(128), [ord(letter) for letter in "aeiouy"])
# Consonants by sound: the letters of a group are one class; others have a class of their own.
_CLASSES = np.zeros(128, dtype=np.uint8)
for _number, _group in enumerate(("bp", "fv", "ckqx", "sz", "dt", "gj", "l", "m", "n", "r"), 1):
    for _letter in _group:
        _CLASSES[ord(_letter)] = _number
_FV, _CK, _SZ = _CLASSES[ord("f")], _CLASSES[ord("k")], _CLASSES[ord("s")]


@njit(nogil=True, cache=True)
def sound(word: UInt16Array) -> np.uint64:  # pragma: no cover
    """A code of how an English word sounds: its consonant classes in order, 4 bits each.

    ph is f, c before e, i, y is s, silent beginnings kn, wr, gn lose their first letter; vowels
    after the first letter, h, w and doubled classes are dropped. In the spirit of Soundex and
    Metaphone, but symmetric and without tables of exceptions.
    """
    code = np.uint64(1)
    last = np.uint8(0)
    size = len(word)
    for place in range(size):
        letter = word[place]
        follower = word[place + 1] if place + 1 < size else np.uint16(0)
        if letter >= 128:
            code = code * np.uint64(31) + np.uint64(letter)
            last = np.uint8(0)
            continue
        group = _CLASSES[letter]
        if letter == 112 and follower == 104:  # ph
            group = _FV
        elif letter == 99 and follower in (101, 105, 121):  # ce, ci, cy
            group = _SZ
        elif place == 0 and (
            (letter in (107, 103) and follower == 110) or (letter == 119 and follower == 114)
        ):
            continue
        if place == 0 and _VOWELS[letter]:
            code = np.uint64(2)
        if group != 0 and group != last:  # noqa: PLR1714 (a tuple is slower here)
            code = code * np.uint64(16) + np.uint64(group)
        if group != 0 or _VOWELS[letter]:
            last = group
    return code


@njit(nogil=True, cache=True)
def _replace(typed: int, meant: int) -> float:  # pragma: no cover
    if typed == meant:
        return 0.0
    if typed < 128 and meant < 128:
        if _NEIGHBOURS[typed, meant]:
            return NEIGHBOUR_KEY
        if _VOWELS[typed] and _VOWELS[meant]:
            return VOWEL_FOR_VOWEL
    return 1.0


@njit(nogil=True, cache=True)
def typing_cost(typed: UInt16Array, meant: UInt16Array, rows: Float64Array) -> float:
    """Least cost of the edits (as in optimal string alignment) that turn `meant` into `typed`.

    rows: float64[3, MAX_LENGTH + 1], scratch; neither word is longer than MAX_LENGTH.
    """
    rows[0, 0] = 0.0
    for column in range(1, len(meant) + 1):
        rows[0, column] = rows[0, column - 1] + 1.0 + (FIRST_LETTER if column == 1 else 0.0)
    above, current, twice = 0, 1, 2
    for row in range(1, len(typed) + 1):
        letter = typed[row - 1]
        rows[current, 0] = rows[above, 0] + 1.0 + (FIRST_LETTER if row == 1 else 0.0)
        for column in range(1, len(meant) + 1):
            first = FIRST_LETTER if row == 1 or column == 1 else 0.0
            step = _replace(letter, meant[column - 1])
            best = rows[above, column - 1] + (step + first if step > 0.0 else 0.0)
            doubled = row > 1 and typed[row - 2] == letter
            best = min(best, rows[above, column] + (DOUBLING if doubled else 1.0 + first))
            doubled = column > 1 and meant[column - 2] == meant[column - 1]
            best = min(best, rows[current, column - 1] + (DOUBLING if doubled else MISSED + first))
            if (
                row > 1
                and column > 1
                and letter == meant[column - 2]
                and typed[row - 2] == meant[column - 1]
            ):
                first = FIRST_LETTER if row == 2 or column == 2 else 0.0
                best = min(best, rows[twice, column - 2] + SWAP + first)
            rows[current, column] = best
        twice, above, current = above, current, twice
    return float(rows[above, len(meant)])


@njit(nogil=True, cache=True)
def rank_words(
    typed: UInt16Array,
    characters: UInt16Array,
    offsets: UInt32Array,
    frequencies: UInt32Array,
    found: Int64Array,
    count: int,
    total: float,
    best: Int64Array,
    scores: Float64Array,
) -> int:  # pragma: no cover
    """The best of the found words by ln P - EDIT_WEIGHT x typing cost.

    P is (1 + frequency) in a million of running words, `total` their number in millions.
    found: int64[count, 2], word number and distance. best: int64[k], places in `found`, and
    scores: float64[k] are filled, score down, then word up; returned is how many.
    """
    rows = np.empty((3, MAX_LENGTH + 1), dtype=np.float64)
    heard = sound(typed)
    kept = 0
    for place in range(count):
        number = found[place, 0]
        word = characters[offsets[number] : offsets[number + 1]]
        cost = typing_cost(typed, word, rows)
        if cost > 0.0 and sound(word) == heard:
            cost = max(cost - SAME_SOUND, 0.1)
        score = np.log((1.0 + frequencies[number]) / total) - EDIT_WEIGHT * cost
        at = kept
        while at > 0 and (
            score > scores[at - 1] or (score == scores[at - 1] and number < found[best[at - 1], 0])
        ):
            at -= 1
        if at == len(best):
            continue
        kept = min(kept + 1, len(best))
        for move in range(kept - 1, at, -1):
            best[move] = best[move - 1]
            scores[move] = scores[move - 1]
        best[at] = place
        scores[at] = score
    return kept
