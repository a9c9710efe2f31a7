"""How the words of the query and of the product meet, field by field."""

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, Int64Array, UInt16Array, UInt32Array
from indexing.postings.postings import FIELD_COUNT, Field
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs
from ranking.features.slot_matches import frequency


def _by_field(prefix: str, meaning: str) -> list[Feature]:
    return [
        Feature(f"{prefix}_{field.name.lower()}", f"{meaning} {field.name.lower()}", 0, 1, trend=1)
        for field in Field
    ]


FEATURES = (
    *_by_field("bm25", "BM25 over the query's best possible score, counting only the"),
    *_by_field("covered", "share of the query's idf weight found in the"),
    Feature("matched_count", "query slots matched in any field", 0, 32, trend=1),
    Feature("matched_share", "share of the query's slots matched in any field", 0, 1, trend=1),
    Feature("title_matched_share", "share of the query's slots matched in the title", 0, 1,
            trend=1),
    Feature("synonym_share", "share of the weight matched only through a synonym", 0, 1),
    Feature("correction_share", "share of the weight matched only when corrected", 0, 1),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    flat, statistics = inputs.matches.flat, inputs.tables.index.statistics
    _fill_text(
        inputs.texts.rows, inputs.matches.chosen, inputs.matches.tfs, inputs.texts.lengths,
        flat.gains, flat.alternatives, flat.slots, flat.weights, flat.origins,
        inputs.weights.arrays(statistics.mean_lengths), inputs.weights.k1, rows.matrix,
    )  # fmt: skip


TEXT = Group(
    "text",
    "How the words of the query and of the product meet, field by field. A slot is one word of "
    "the query with its synonyms and corrections; shares are of the slots' idf weight.",
    FEATURES,
    _fill,
)

# Places of the rows, as constants for the kernel.
_COUNT = TEXT.names.index("matched_count")
_SHARE = TEXT.names.index("matched_share")
_IN_TITLE = TEXT.names.index("title_matched_share")
_BY_ORIGIN = TEXT.names.index("synonym_share") - 1  # plus 1 for synonyms, 2 for corrections
_TITLE = int(Field.TITLE)


@njit(nogil=True, cache=True)
def _fill_text(
    doc_ids: UInt32Array,
    chosen: Int32Array,
    tfs: UInt32Array,
    lengths: UInt16Array,
    gains: Float32Array,
    alternatives: Int64Array,
    slots: Int64Array,
    weights: Float32Array,
    origins: Int64Array,
    params: Float32Array,
    k1: float,
    out: Float32Array,
) -> None:
    """out: float32[features, k]. A slot counts by the first alternative that is there."""
    out[:] = np.float32(0.0)
    saturation = np.float32(k1 + 1.0)
    total_weight = np.float32(1e-9)
    required = 1e-9
    best_score = np.float32(1e-9)  # of any document: every slot saturated
    for slot in range(len(weights)):
        total_weight += weights[slot]
        required += weights[slot] > 0
        best_score += _best_gain(slot, slots, alternatives, gains) * saturation
    for i in range(len(doc_ids)):
        for slot in range(len(weights)):
            alternative = chosen[i, slot]
            if alternative < 0:
                continue
            gain = _gain(alternative, alternatives, gains)
            for field in range(FIELD_COUNT):
                count = frequency(tfs[i, slot], field)
                if count:
                    length = np.float32(lengths[doc_ids[i], field])
                    tf = np.float32(count) / (params[1, field] + params[2, field] * length)
                    out[field, i] += gain * saturation * tf / (np.float32(k1) + tf) / best_score
                    out[FIELD_COUNT + field, i] += weights[slot] / total_weight
            if weights[slot] > 0:
                out[_COUNT, i] += 1
                out[_IN_TITLE, i] += (frequency(tfs[i, slot], _TITLE) > 0) / required
                if origins[alternative] > 0:
                    out[_BY_ORIGIN + origins[alternative], i] += weights[slot] / total_weight
        out[_SHARE, i] = out[_COUNT, i] / required


@njit(nogil=True, cache=True, inline="always")
def _best_gain(
    slot: int, slots: Int64Array, alternatives: Int64Array, gains: Float32Array
) -> np.float32:
    best = np.float32(0.0)
    for alternative in range(slots[slot], slots[slot + 1]):
        best = max(best, _gain(alternative, alternatives, gains))
    return best


@njit(nogil=True, cache=True, inline="always")
def _gain(alternative: int, alternatives: Int64Array, gains: Float32Array) -> np.float32:
    gain = np.float32(0.0)
    for term in range(alternatives[alternative], alternatives[alternative + 1]):
        gain += gains[term]
    return gain
