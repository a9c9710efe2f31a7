"""Team-draft interleaving: two rankers choose products for one page in turns, as captains choose
players; a click is a point for whoever chose it (Radlinski, Kurup and Joachims, CIKM 2008).
"""

from hashlib import blake2b

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Float32Array, Int8Array, Int64Array
from ranking.generation import Rival
from ranking.search.candidates import Candidates, Ordered, Teams
from ranking.search.context import Context


def interleaved(first: Ordered, second: Ordered, rival: Rival, context: Context) -> Ordered:
    """Every product of both orders once. Scores are the first's; what it lacks has its lowest.

    The coins depend on the query and the rival's salt, so that all pages of a search agree.
    """
    keys = np.concatenate([first.candidates.keys, second.candidates.keys])
    distinct, codes = np.unique(keys, return_inverse=True)
    one, other = codes[: len(first)], codes[len(first) :]
    coins = _coins(rival.salt, context.request.text, len(distinct))
    picked, sides = team_draft(one, other, coins)
    place_of = np.empty(len(distinct), dtype=np.int64)
    place_of[other] = len(first) + np.arange(len(other))
    place_of[one] = np.arange(len(one))
    least = first.scores.min(initial=0.0)
    joined = Ordered(
        Candidates.joined([first.candidates, second.candidates]),
        np.concatenate([first.scores, np.full(len(second), least, dtype=np.float32)]),
        _both_features(first, second),
        first.moved | {len(first) + place: why for place, why in second.moved.items()},
        first.ranked_by,
        teams=Teams(rival.names, distinct[picked], sides),
    )
    return joined.rearranged(place_of[picked])


def team_draft(
    first: Int64Array, second: Int64Array, coins: BoolArray
) -> tuple[Int64Array, Int8Array]:
    """int64[k]: the codes of both lists in the order of the page; int8[k]: who chose each (0, 1).

    first, second: distinct codes below k, best first; together all of them. coins: bool[k], who
    chooses where both have chosen as many; True: the first.
    """
    order = np.empty(len(coins), dtype=np.int64)
    sides = np.empty(len(coins), dtype=np.int8)
    taken = np.zeros(len(coins), dtype=np.bool_)
    _draft(first, second, coins, taken, order, sides)
    return order, sides


@njit(nogil=True, cache=True)
def _draft(
    first: Int64Array,
    second: Int64Array,
    coins: BoolArray,
    taken: BoolArray,
    order: Int64Array,
    sides: Int8Array,
) -> None:
    i = j = ahead = 0  # ahead: how many more the first has chosen
    for place in range(len(order)):
        while i < len(first) and taken[first[i]]:
            i += 1
        while j < len(second) and taken[second[j]]:
            j += 1
        its_turn = ahead < 0 or (ahead == 0 and coins[place])
        if j == len(second) or (i < len(first) and its_turn):
            code, sides[place] = first[i], 0
            ahead += 1
        else:
            code, sides[place] = second[j], 1
            ahead -= 1
        taken[code] = True
        order[place] = code


def _coins(salt: str, text: str, count: int) -> BoolArray:
    raw = f"{salt}\0{text.casefold()}".encode("utf-8", "surrogatepass")
    seed = int.from_bytes(blake2b(raw, digest_size=8).digest())
    return np.random.default_rng(seed).random(count) < 0.5


def _both_features(first: Ordered, second: Ordered) -> Float32Array | None:
    """Rows of all of the first and of all of the second, NaN where the ranker saw none."""
    known = [each.features for each in (first, second) if each.features is not None]
    if not known:
        return None
    rows = np.full((len(first) + len(second), known[0].shape[1]), np.nan, dtype=np.float32)
    for begin, each in ((0, first), (len(first), second)):
        if each.features is not None:
            rows[begin : begin + len(each.features)] = each.features
    return rows
