"""The head of an answer as a whole: its candidates' brands, categories, vectors → rerank."""

import re
from functools import partial

import numpy as np
from numba import njit

from indexing.arrays import BoolArray, Int32Array, UInt32Array, UInt64Array
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.snapshot import Snapshot
from ranking.features.features import NAMES
from ranking.generation import Generation
from ranking.query.query import Query, Slot
from ranking.rerank.describe import describe
from ranking.rerank.price_bands import price_bands
from ranking.rerank.rerank import HeadTitles, rerank
from ranking.search.candidates import Ordered
from ranking.search.segments import BySegment, Texts, texts_of

_BRAND_ASKED = NAMES.index("brand_filled_share")
_KIND_AGREEMENT = NAMES.index("kind_agreement")
_UNIFORM_TOP, _UNIFORM_SHARE = 10, 0.5
_MODEL_DIGITS = 3
_THING_NAMED = 0.5
_KIND_NAMED = 0.5
_SIZES = re.compile(r"\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)+[^\W\d_]*")


def rerank_head(
    query: Query, ordered: Ordered, generation: Generation, *, told: bool = False
) -> Ordered:
    """Rearrange the first products, of those that were ranked finely; scores stay with them.

    told: fill `moved`, for explanations.
    """
    policy, ranker = generation.policy.diversity, generation.ranker
    features = ordered.features
    fine = len(ordered) if features is None else len(features)
    found, head = ordered.candidates, slice(min(policy.head, len(ordered), fine))
    stand = BySegment.at(found.segments[head], found.doc_ids[head], generation.segments)
    keys = {name: stand.read(partial(head_key, name)) for name in policy.keys}
    vectors = None
    if policy.spread != "off" or policy.twin_cosine:
        vectors = stand.read(lambda segment, docs: segment.vectors.vectors(docs))
    made = rerank(
        ordered.scores[head],
        vectors,
        keys,
        policy,
        titles=_title_terms(texts_of(stand)),
        curve=ranker.curve if ordered.ranked_by == ranker.name else None,
        uniform=asks_for_sameness(query, ordered),
        strangers=of_other_kinds(query, ordered, stand.count),
    )
    places = range(stand.count) if told else ()
    moved = {place: describe(made, place, policy) for place in places}
    order = np.arange(len(ordered), dtype=np.int64)
    order[head] = made.order
    return Ordered(
        found.take(order),
        ordered.scores[order],
        None if features is None else features[order[: len(features)]],
        moved,
        ordered.ranked_by,
    )


def head_key(name: str, snapshot: Snapshot, doc_ids: UInt32Array) -> Int32Array:
    """int32[k], -1 where missing: `price` as bands, the deepest `category`, or the first value
    of a text field, such as `brand` or `attributes.seller`. All missing if there is no such field.
    """
    if name == "price":
        return price_bands(snapshot.prices[doc_ids])
    if name == "category":
        return leaf_categories(snapshot.columns, doc_ids).astype(np.int32)
    return first_ordinals(snapshot.columns.keyword(name), doc_ids)


def asks_for_sameness(query: Query, ordered: Ordered) -> bool:
    """Whether the query is an identifier, or names one brand, a thing (`kindle`) or a model by its
    number, so a page of it is what was asked.

    A brand is named if it was recognised and nothing else is likely to be meant, or if at least
    half of the first ten products have a brand all of whose words were asked for: "apple juice"
    is no brand query in a shop that answers it without Apple products.
    """
    if query.identifier is not None or any(map(_is_model, query.required)):
        return True
    if query.kind.single and query.kind.focus >= _THING_NAMED:
        return True
    named = {e.best.value for e in query.entities if e.kind == "brand" and e.clear}
    if len(named) == 1:
        return True
    if ordered.features is None:
        return False
    asked = ordered.features[:_UNIFORM_TOP, _BRAND_ASKED] >= 1.0
    return bool(len(asked)) and float(asked.mean()) >= _UNIFORM_SHARE


def of_other_kinds(query: Query, ordered: Ordered, count: int) -> BoolArray | None:
    """bool[count]: products of another kind than a query that names nothing but a kind."""
    if ordered.features is None or query.kind.focus < _KIND_NAMED:
        return None
    found = np.zeros(count, dtype=np.bool_)
    agreement = ordered.features[:count, _KIND_AGREEMENT]
    found[: len(agreement)] = agreement < 0
    return found


def _is_model(slot: Slot) -> bool:
    """Whether it is a number of a model: 2060, mcm111ost; 5, 40 mm and 30x40 are none."""
    if not any(sign.isdecimal() for sign in slot.text) or _SIZES.fullmatch(slot.text):
        return False
    return not slot.is_amount or (slot.text.isdecimal() and len(slot.text) >= _MODEL_DIGITS)


def _title_terms(texts: Texts) -> HeadTitles:
    begins, ends = texts.offsets[texts.rows], texts.offsets[texts.rows + np.uint32(1)]
    terms = np.empty(int((ends - begins).sum()), dtype=np.uint32)
    starts = np.zeros(len(texts.rows) + 1, dtype=np.int32)
    distinct_terms(texts.rows, texts.offsets, texts.terms, starts, terms)
    return HeadTitles(starts, terms[: starts[-1]])


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
