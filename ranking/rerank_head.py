"""The head of an answer as a whole: its candidates' brands, categories, vectors → rerank."""

import numpy as np
from numba import njit

from indexing.arrays import Int32Array, UInt32Array, UInt64Array
from indexing.columns import KeywordColumn
from indexing.priors import leaf_categories
from ranking.candidates import Ordered
from ranking.features import NAMES
from ranking.generation import Generation
from ranking.query.query import Query
from ranking.rerank.describe import describe
from ranking.rerank.rerank import TitleTerms, rerank

_BRAND_ASKED = NAMES.index("brand_filled_share")
_UNIFORM_TOP, _UNIFORM_SHARE = 10, 0.5


def rerank_head(
    query: Query, ordered: Ordered, generation: Generation, *, told: bool = False
) -> Ordered:
    """Rearrange the first products; scores stay with their products.

    told: fill `moved`, for explanations.
    """
    policy = generation.policy.diversity
    head = ordered.candidates.doc_ids[: policy.head]
    snapshot = generation.snapshot
    keys = {
        "brand": first_ordinals(snapshot.columns.keyword("brand"), head),
        "category": leaf_categories(snapshot.columns, head).astype(np.int32),
    }
    made = rerank(
        ordered.scores,
        snapshot.vectors.vectors(head) if policy.spread != "off" or policy.twin_cosine else None,
        keys,
        policy,
        titles=_title_terms(head, generation),
        uniform=query.identifier is not None or _one_brand_asked(ordered),
    )
    places = range(len(head)) if told else ()
    moved = {place: describe(made, place, policy) for place in places}
    features = ordered.features
    order = made.order.astype(np.int64)
    return Ordered(
        ordered.candidates.take(order),
        ordered.scores[order],
        None if features is None else features[order[: len(features)]],
        moved,
        ordered.ranked_by,
    )


def first_ordinals(column: KeywordColumn | None, doc_ids: UInt32Array) -> Int32Array:
    """int32[k]: the first value of each document, -1 without one."""
    out = np.full(len(doc_ids), -1, dtype=np.int32)
    if column is not None:
        starts, ends = column.offsets[doc_ids], column.offsets[doc_ids + np.uint32(1)]
        has = ends > starts
        out[has] = column.ordinals[starts[has]]
    return out


def _one_brand_asked(ordered: Ordered) -> bool:
    """The query names a brand, so a page of it is what was asked for."""
    if ordered.features is None:
        return False
    asked = ordered.features[:_UNIFORM_TOP, _BRAND_ASKED] >= 1.0
    return bool(len(asked)) and float(asked.mean()) >= _UNIFORM_SHARE


def _title_terms(doc_ids: UInt32Array, generation: Generation) -> TitleTerms:
    titles = generation.snapshot.index.titles
    sizes = (titles.offsets[doc_ids + np.uint32(1)] - titles.offsets[doc_ids]).astype(np.int64)
    terms = np.empty(int(sizes.sum()), dtype=np.uint32)
    starts = np.zeros(len(doc_ids) + 1, dtype=np.int32)
    distinct_terms(doc_ids, titles.offsets, titles.terms, starts, terms)
    return TitleTerms(starts, terms[: starts[-1]])


@njit(nogil=True, cache=True)
def distinct_terms(
    doc_ids: UInt32Array,
    offsets: UInt64Array,
    codes: UInt32Array,
    starts: Int32Array,
    terms: UInt32Array,
) -> None:
    """Each title's distinct terms, ascending, one title after the other (insertion sort)."""
    end = 0
    for i in range(len(doc_ids)):
        begin = end
        for place in range(offsets[doc_ids[i]], offsets[np.int64(doc_ids[i]) + 1]):
            term = codes[place] & np.uint32(0x7FFFFFFF)
            at = end
            while at > begin and terms[at - 1] > term:
                at -= 1
            if at > begin and terms[at - 1] == term:
                continue
            for later in range(end, at, -1):
                terms[later] = terms[later - 1]
            terms[at] = term
            end += 1
        starts[i + 1] = end
