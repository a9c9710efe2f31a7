"""Why a product stands where it stands: words, score, place. See docs/explain.md."""

from typing import Any

import numpy as np

from indexing.arrays import Float32Array
from indexing.postings.postings import BITS, MAX_TF, Field, InvertedIndex
from ranking.bm25 import Bm25Weights
from ranking.features.features import FEATURES, NAMES
from ranking.generation import Generation
from ranking.query.query import Alternative, Query, Slot
from ranking.rankers.ranker import EXPECTED
from ranking.recall.channels import MEANINGS as CHANNEL_MEANINGS
from ranking.recall.personal import MEANINGS as PERSONAL_MEANINGS
from ranking.search.candidates import COARSE, Ordered, Placing
from ranking.traffic.exposure import EXPLORED, LITTLE_KNOWN

SORT = "sort"
_MEANINGS = {feature.name: feature.meaning for feature in FEATURES} | {
    EXPECTED: "where the model's trees begin: their mean over all training rows"
}
_BUDGETS = {
    EXPLORED: "place from an exposure budget: a new product, shown until it is known",
    LITTLE_KNOWN: "place for what little is known of: clicks after this query do not tell yet",
}
_UNRANKED = {
    COARSE: "cheap score of the coarse rank: beyond the fine ranker's pool, or it did not run",
    SORT: "the request asked for an order by a field",
}


def explain_hit(
    place: int, query: Query, ordered: Ordered, generation: Generation
) -> dict[str, Any]:
    """Words, score and place of the product at this place (0-based) of the order.

    found_by: the channels that found it, each with what that means.

    lexical: the matched words, field by field; their parts add up to its score. contributions:
    what each feature adds to the hit's score; they add up to it. features: all values, None
    where unknown. moved: what the reranker did to it, None if it did not look at it.
    chosen_by: whose it is where two rankers share the page. budget: that it stands there on one.
    """
    row = _row(place, ordered)
    side = ordered.teams.of(ordered.candidates.keys[place : place + 1]) if ordered.teams else ()
    told: dict[str, Any] = {
        "moved": ordered.moved.get(place),
        "found_by": _found_by(place, ordered),
        "lexical": _words(place, query, ordered, generation),
    }
    if side:
        told["chosen_by"] = side[0]
    if ordered.placing is not None:
        told["rules"] = _by_rules(place, ordered.placing)
    if mark := "".join(ordered.marks(slice(place, place + 1))):
        told["budget"] = _BUDGETS[mark]
    if row is None or ordered.ranked_by != generation.ranker.name:
        ranker = ordered.ranked_by if ordered.ranked_by in _UNRANKED else COARSE
        told |= {"ranker": ranker, "why": _UNRANKED[ranker], "contributions": []}
    else:
        told |= {"ranker": ordered.ranked_by, "contributions": _contributions(row, generation)}
    if row is not None:
        told["features"] = {
            name: _number(value) for name, value in zip(NAMES, row.tolist(), strict=True)
        }
    return told


def _by_rules(place: int, placing: Placing) -> dict[str, Any]:
    """organic_position: from 1, before rules moved anything; None if only a pin put it there."""
    why = placing.placed.get(place)
    pushed = placing.pushed.get(place, {})
    return {
        "organic_position": int(placing.organic[place]) or None,
        "placed": None if why is None else {"kind": why.kind, "rule": why.rule},
        "pushed": [{"rule": rule, "factor": factor} for rule, factor in pushed.items()],
    }


def _found_by(place: int, ordered: Ordered) -> dict[str, str]:
    """Name of each channel that found it, and in words what that is."""
    ranks = ordered.candidates.ranks[place].tolist()
    lines = (CHANNEL_MEANINGS | PERSONAL_MEANINGS).items()
    return {name: line for (name, line), rank in zip(lines, ranks, strict=False) if rank}


def _row(place: int, ordered: Ordered) -> Float32Array | None:
    """The features that the ranker saw of this product; None if it saw none."""
    if ordered.features is None or place >= len(ordered.features):
        return None
    row: Float32Array = ordered.features[place]
    return None if np.isnan(row).all() else row


def _contributions(row: Float32Array, generation: Generation) -> list[dict[str, Any]]:
    """Largest first; features that add nothing are left out."""
    values = dict(zip(NAMES, row.tolist(), strict=True))
    return [
        {
            "feature": name,
            "meaning": _MEANINGS[name],
            "value": _number(values[name]) if name in values else None,
            "adds": added,
        }
        for name, added in generation.ranker.contributions(row).items()
    ]


def _words(place: int, query: Query, ordered: Ordered, generation: Generation) -> dict[str, Any]:
    """counted: whether the words are why it was found; by meaning only, they may still match."""
    candidates, weights = ordered.candidates, generation.policy.bm25
    doc_id = int(candidates.doc_ids[place])
    index = generation.segments[int(candidates.segments[place])].index
    parts = [(slot, _slot_part(slot, doc_id, index, weights)) for slot in query.slots]
    found = [part for _, part in parts if part]
    return {
        "score": round(sum(part["score"] for part in found), 5),
        "counted": bool(candidates.lexical[place] > 0),
        "terms": found,
        "missing": [slot.text for slot, part in parts if slot.weight > 0 and not part],
    }


def _slot_part(
    slot: Slot, doc_id: int, index: InvertedIndex, weights: Bm25Weights
) -> dict[str, Any] | None:
    """The alternative of the slot that scores best in this document, as in `bm25.py`."""
    found = [
        part
        for alternative in slot.alternatives
        if (part := _alternative_part(slot, alternative, doc_id, index, weights))
    ]
    return max(found, key=lambda part: float(part["score"])) if found else None


def _alternative_part(
    slot: Slot, alternative: Alternative, doc_id: int, index: InvertedIndex, weights: Bm25Weights
) -> dict[str, Any] | None:
    terms = []
    for term_id in alternative.term_ids:
        term = _term_part(term_id, alternative.boost, doc_id, index, weights)
        if term is None:
            return None
        terms.append(term)
    return {
        "slot": slot.text,
        "origin": alternative.origin,
        "boost": alternative.boost,
        "score": round(sum(term["score"] for term in terms), 5),
        "terms": terms,
    }


def _term_part(
    term_id: int, boost: float, doc_id: int, index: InvertedIndex, weights: Bm25Weights
) -> dict[str, Any] | None:
    """Score = boost · idf · (k1 + 1) · f / (k1 + f), f the frequency over all fields.

    Repetition saturates over all fields together, so each field is given its share of f.
    """
    params = weights.arrays(index.statistics.mean_lengths)
    docs, tfs = index.postings(term_id)
    at = int(np.searchsorted(docs, doc_id))
    if at == len(docs) or docs[at] != doc_id:
        return None
    counts, frequencies = {}, {}
    for field in Field:
        tf = int(tfs[at]) >> (BITS * field) & MAX_TF
        if tf:
            norm = params[1, field] + params[2, field] * float(index.lengths[doc_id, field])
            counts[field] = tf
            frequencies[field] = float(params[0, field]) * tf / float(norm)
    total = sum(frequencies.values())
    rarity = index.statistics.idf(term_id)
    score = boost * rarity * (weights.k1 + 1) * total / (weights.k1 + total)
    return {
        "term": index.lexicon[term_id],
        "documents": index.statistics.doc_freq(term_id),
        "idf": round(rarity, 5),
        "score": round(score, 5),
        "fields": {
            field.name.lower(): {
                "count": counts[field],
                "score": round(score * frequency / total if total else 0.0, 5),
            }
            for field, frequency in frequencies.items()
        },
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 5)
