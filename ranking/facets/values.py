"""Which values of a facet to show, and in which order."""

import numpy as np

from indexing.arrays import Int32Array, Int64Array
from indexing.columns import KeywordColumn
from ranking.search.result import FacetValue

_FEW = 64
"""Values up to which a list is sorted faster than an array."""


def keyword_places(
    column: KeywordColumn, counts: Int64Array, chosen: set[int], limit: int
) -> list[int]:
    """Places (ordinal − first) of the most frequent values, then by value, and of all chosen ones.

    counts: int64[last - first], products by ordinal. chosen: ordinals.
    """
    best = most_frequent(counts, limit)
    if not chosen:
        return best
    shown = {*best, *(ordinal - column.first for ordinal in chosen)}
    return sorted(shown, key=lambda place: (-counts[place], place))


def most_frequent(counts: Int64Array, limit: int) -> list[int]:
    """Places of the largest counts above 0, largest first, equal ones in order of place.

    O(v + k log k).
    """
    if len(counts) <= _FEW:  # NumPy's calls would take longer than they save
        listed = counts.tolist()
        held = [place for place, count in enumerate(listed) if count]
        held.sort(key=listed.__getitem__, reverse=True)  # equal ones stay in order
        return held[:limit]
    places = np.flatnonzero(counts)
    keys = counts[places] << 32 | (0xFFFFFFFF - places)  # distinct; larger is better
    if len(keys) > limit:
        best = np.argpartition(-keys, limit - 1)[:limit]
        places, keys = places[best], keys[best]
    found: list[int] = places[np.argsort(-keys)].tolist()
    return found


def tree_places(
    column: KeywordColumn, counts: Int64Array, chosen: set[int], level_limit: int, limit: int
) -> list[int]:
    """Places of paths in tree order: a parent before its children, siblings by count, then value.

    At most `level_limit` children of a parent and `limit` paths, the most frequent; chosen
    paths and those above them come on top of that.
    """
    parents = column.parents
    shown: set[int] = set()
    siblings: dict[int, int] = {}
    # A parent counts at least as much as its children and comes before them: one walk.
    best = most_frequent(counts, len(counts))
    for path, parent in zip(best, parents[best].tolist(), strict=True):
        if len(shown) >= limit:
            break
        if (parent < 0 or parent in shown) and siblings.get(parent, 0) < level_limit:
            shown.add(path)
            siblings[parent] = siblings.get(parent, 0) + 1
    for path in chosen:
        above = path
        while above >= 0:
            shown.add(above)
            above = int(parents[above])
    paths = np.array(sorted(shown), dtype=np.int64)
    count_of = dict(zip(paths.tolist(), counts[paths].tolist(), strict=True))
    parent_of = dict(zip(paths.tolist(), parents[paths].tolist(), strict=True))
    children: dict[int, list[int]] = {}
    for path in sorted(shown, key=lambda path: (count_of[path], -path)):
        children.setdefault(parent_of[path], []).append(path)  # the best last, to be popped
    ordered: list[int] = []
    pending = children.get(-1, [])
    while pending:
        path = pending.pop()
        ordered.append(path)
        pending.extend(children.get(path, ()))
    return ordered


def hidden_below(parents: Int32Array, counts: Int64Array, shown: list[int]) -> int:
    """Products of the nearest paths that are not shown: those at the top, or below a shown one."""
    there = np.zeros(len(counts) + 1, dtype=np.bool_)
    there[shown] = True
    there[-1] = True  # above the top
    nearest = ~there[:-1] & there[parents]
    return int(counts[nearest].sum())


def values_at(
    column: KeywordColumn, shown: list[int], counts: Int64Array, chosen: set[int]
) -> tuple[FacetValue, ...]:
    """The values at these places; all texts are cut from the table at once, for speed."""
    places = np.array(shown, dtype=np.int64) + column.first
    starts, ends = column.values.offsets[places], column.values.offsets[places + 1]
    blob = column.values.blob.data
    return tuple(
        FacetValue(str(blob[start:end], "utf-8", "surrogatepass"), count, ordinal in chosen)
        for start, end, count, ordinal in zip(
            starts.tolist(),
            ends.tolist(),
            counts[places - column.first].tolist(),
            places.tolist(),
            strict=True,
        )
    )
