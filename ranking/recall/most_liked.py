"""The best liked of many products: a kernel."""

from numba import njit

from indexing.arrays import Float32Array, UInt32Array


def most_liked(doc_ids: UInt32Array, liked: Float32Array, most: int) -> UInt32Array:
    """uint32[≤ most], in no order; of equals those that come first.

    liked: float32[documents].
    """
    docs, likes = doc_ids.view(), liked.view()
    docs.flags.writeable = likes.flags.writeable = False  # as mapped files are: compiled once
    return _most_liked(docs, likes, most)


@njit(nogil=True, cache=True)
def _most_liked(doc_ids: UInt32Array, liked: Float32Array, most: int) -> UInt32Array:
    """A heap of the best so far, the worst of them on top. O(n + k log most), k that enter it."""
    kept = doc_ids[:most].copy()
    if len(doc_ids) <= most:
        return kept
    for place in range(most // 2 - 1, -1, -1):
        _sink(kept, liked, place)
    for doc in doc_ids[most:]:
        if liked[doc] > liked[kept[0]]:
            kept[0] = doc
            _sink(kept, liked, 0)
    return kept


@njit(nogil=True, cache=True, inline="always")
def _sink(kept: UInt32Array, liked: Float32Array, place: int) -> None:
    """Down to where none below is worse; of equals the later one is."""
    doc = kept[place]
    while True:
        below = 2 * place + 1
        if below >= len(kept):
            break
        if below + 1 < len(kept) and _worse(kept[below + 1], kept[below], liked):
            below += 1
        if not _worse(kept[below], doc, liked):
            break
        kept[place] = kept[below]
        place = below
    kept[place] = doc


@njit(nogil=True, cache=True, inline="always")
def _worse(one: int, other: int, liked: Float32Array) -> bool:
    return liked[one] < liked[other] or (liked[one] == liked[other] and one > other)
