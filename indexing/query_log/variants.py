"""One row for the spelling, spacing and order variants of a query."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from indexing.arrays import Float64Array, Int64Array
from indexing.query_log.counts import sums
from indexing.query_log.log_rows import QueryLog
from indexing.spelling.spelling import Spelling, confident

# "chocolate milk" is not "milk chocolate": an order is a variant only when it is this rare.
ORDER_SHARE: Final = 0.2

_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")


def corrections(
    spelling: Spelling, known: Container[str] = frozenset()
) -> Callable[[str], str | None]:
    """Word → what it surely is a typo of, or None. known: words never to be corrected."""
    seen: dict[str, str | None] = {}

    def correct(word: str) -> str | None:
        if word not in seen:
            best = [] if word in known else spelling.candidates(word, 1)
            sure = best and confident(word, spelling.frequency(word), best[0])
            seen[word] = best[0].word if sure else None
        return seen[word]

    return correct


def leaders(
    keys: Sequence[str],
    weights: Float64Array,
    correct: Callable[[str], str | None] | None = None,
) -> Int64Array:
    """int64[n]: for each query the one that stands for it, often itself.

    keys: folded and distinct, by weight down. Merged into a heavier query are those that are
    equal to it but for spaces (not between digits: 1 2 is not 12), that are equal to it once
    misspelt words are corrected, and whose words it has in another order, if it weighs
    1 / ORDER_SHARE times as much.
    """
    numbers = {key: number for number, key in enumerate(keys)}
    by_letters: dict[str, int] = {}
    by_words: dict[str, int] = {}
    leader = np.arange(len(keys))
    for number, key in enumerate(keys):
        words = key.split()
        if correct is not None:
            corrected = " ".join(correct(word) or word for word in words)
            heavier = numbers.get(corrected, number)
            if heavier < number:
                leader[number] = leader[heavier]
                continue
        letters = _BETWEEN_DIGITS.sub("_", key).replace(" ", "")
        first = by_letters.setdefault(letters, number)
        if first == number and len(words) > 1:
            first = by_words.setdefault(" ".join(sorted(words)), number)
            if weights[number] > ORDER_SHARE * weights[first]:
                first = number
        leader[number] = leader[first]
    return leader


def merged(log: QueryLog, leader: Int64Array) -> tuple[QueryLog, Int64Array]:
    """The log with each query added to its leader, and int64[n], the new row of each old one.

    Distinct users cannot be added without knowing who they are; the greatest number is kept.
    """
    kept = np.unique(leader)
    size = len(log)
    decayed = sums(leader, log.decayed, size)[kept]
    texts = [log.texts[old] for old in kept.tolist()]
    keys = [log.keys[old] for old in kept.tolist()]
    order = sorted(range(len(kept)), key=lambda new: (-decayed[new], keys[new]))
    old_of = kept[order]
    number = np.full(size, -1, dtype=np.int64)
    number[old_of] = np.arange(len(order))
    number = number[leader]
    daily = np.zeros_like(log.daily)
    np.add.at(daily, leader, log.daily)
    clicked, click_counts = _add_equal(
        np.column_stack((number[log.clicked[:, 0]], log.clicked[:, 1])), log.click_counts
    )
    followed = number[log.followed]
    other = followed[:, 0] != followed[:, 1]
    followed, follow_counts = _add_equal(followed[other], log.follow_counts[other])
    returned = log.returned.copy()
    returned[:, [0, 2]] = number[returned[:, [0, 2]]]
    other = returned[:, 0] != returned[:, 2]
    returned, return_counts = _add_equal(returned[other], log.return_counts[other])
    made = replace(
        log,
        texts=tuple(texts[new] for new in order),
        keys=tuple(keys[new] for new in order),
        counts=sums(leader, log.counts, size)[old_of],
        decayed=decayed[order],
        users=_greatest(log.users, leader)[old_of],
        recent_users=_greatest(log.recent_users, leader)[old_of],
        clicks=sums(leader, log.clicks, size)[old_of],
        daily=daily[old_of],
        clicked=clicked,
        click_counts=click_counts,
        followed=followed,
        follow_counts=follow_counts,
        returned=returned,
        return_counts=return_counts,
    )
    return made, number


def _greatest(values: npt.NDArray[np.uint32], leader: Int64Array) -> npt.NDArray[np.uint32]:
    greatest = np.zeros_like(values)
    np.maximum.at(greatest, leader, values)
    return greatest


def _add_equal(pairs: Int64Array, counts: Float64Array) -> tuple[Int64Array, Float64Array]:
    """Rows sorted, each once, with the sums of their counts."""
    distinct, place = np.unique(pairs, axis=0, return_inverse=True)
    return distinct, sums(place.reshape(-1), counts, len(distinct))
