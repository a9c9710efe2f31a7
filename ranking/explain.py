"""Why a product stands where it stands."""

from typing import Any

import numpy as np

from indexing.postings import BITS, MAX_TF, Field
from ranking.bm25 import idf
from ranking.candidates import Ordered
from ranking.features import NAMES
from ranking.generation import Generation
from ranking.query.query import Alternative, Query, Slot


def explain_hit(
    place: int, query: Query, ordered: Ordered, generation: Generation
) -> dict[str, Any]:
    """Matched terms with their BM25F parts, all features, the ranker's sum, the rerank's move.

    The parts add up to the lexical score.
    """
    doc_id = int(ordered.candidates.doc_ids[place])
    parts = [part for slot in query.slots if (part := _slot_part(slot, doc_id, generation))]
    told: dict[str, Any] = {
        "lexical": {"score": round(sum(part["score"] for part in parts), 5), "terms": parts},
        "ranker": generation.ranker.name,
        "moved": ordered.moved.get(place),
    }
    if ordered.features is not None and place < len(ordered.features):
        row = ordered.features[place]
        told["features"] = {
            name: None if np.isnan(value) else round(float(value), 5)
            for name, value in zip(NAMES, row, strict=True)
        }
        told["contributions"] = generation.ranker.contributions(row)
    return told


def _slot_part(slot: Slot, doc_id: int, generation: Generation) -> dict[str, Any] | None:
    found = [
        (part["score"], part)
        for alternative in slot.alternatives
        if (part := _alternative_part(slot, alternative, doc_id, generation))
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


def _alternative_part(
    slot: Slot, alternative: Alternative, doc_id: int, generation: Generation
) -> dict[str, Any] | None:
    index, weights = generation.snapshot.index, generation.policy.bm25
    params = weights.arrays(index.statistics.mean_lengths)
    score, terms = 0.0, []
    for term_id in alternative.term_ids:
        docs, tfs = index.postings(term_id)
        at = int(np.searchsorted(docs, doc_id))
        if at == len(docs) or docs[at] != doc_id:
            return None
        fields = {}
        frequency = 0.0
        for field in Field:
            tf = int(tfs[at]) >> (BITS * field) & MAX_TF
            if tf:
                norm = params[1, field] + params[2, field] * float(index.lengths[doc_id, field])
                part = float(params[0, field]) * tf / float(norm)
                fields[field.name.lower()] = {"tf": tf, "part": round(part, 5)}
                frequency += part
        rarity = idf(len(docs), index.statistics.doc_count)
        saturated = frequency * (weights.k1 + 1) / (weights.k1 + frequency)
        score += alternative.boost * rarity * saturated
        terms.append(
            {"term": index.lexicon.terms[term_id], "idf": round(rarity, 5), "fields": fields}
        )
    return {
        "slot": slot.text,
        "origin": alternative.origin,
        "boost": alternative.boost,
        "score": round(score, 5),
        "terms": terms,
    }
