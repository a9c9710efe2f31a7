"""The features of a candidate: one list, one function that computes them, for training and serving.

Every feature is comparable across queries and catalogues: shares, percentiles within a category,
logarithms, ranks as 1/(1 + rank); never a raw price or a raw BM25 score.
"""

import hashlib
from dataclasses import dataclass

from indexing.columns.priors import PRIORS
from indexing.postings.postings import Field
from ranking.features.match_columns import MATCH_COLUMNS
from ranking.features.text_columns import COLUMNS as TEXT_COLUMNS
from ranking.search.candidates import CHANNELS


@dataclass(frozen=True, slots=True)
class Feature:
    """missing: what stands where the fact is unknown (NaN lets the trees decide).

    version: raised when the same name begins to mean something else.
    """

    name: str
    group: str
    meaning: str
    low: float
    high: float
    missing: str = "never"
    version: int = 1


def _of_fields(prefix: str, meaning: str) -> list[Feature]:
    return [
        Feature(f"{prefix}_{field.name.lower()}", "text", f"{meaning} {field.name.lower()}", 0, 1)
        for field in Field
    ]


_TEXT = [
    *_of_fields("bm25", "BM25 over the query's best possible score, counting only the"),
    *_of_fields("covered", "share of the query's idf weight found in the"),
    Feature("matched_count", "text", "query slots matched in any field", 0, 32),
    Feature("matched_share", "text", "share of the query's slots matched in any field", 0, 1),
    Feature("title_matched_share", "text", "share of the query's slots matched in the title", 0, 1),
    Feature("synonym_share", "text", "share of the weight matched only through a synonym", 0, 1),
    Feature("correction_share", "text", "share of the weight matched only when corrected", 0, 1),
    Feature("title_adjacent_share", "text", "neighbouring slots that stand side by side", 0, 1),
    Feature("title_order_share", "text", "neighbouring slots in the query's order", 0, 1),
    Feature("title_window", "text", "matched slots over the window that holds them", 0, 1),
    Feature("title_first_position", "text", "1/(1 + position of the first match)", 0, 1),
    Feature("title_unmatched_share", "text", "share of the title that the query did not ask", 0, 1),
    Feature("title_length", "text", "ln(1 + positions of the title)", 0, 12),
    Feature("title_exact", "text", "1 if the title is the query", 0, 1),
    Feature("title_phrase", "text", "1 if the title holds the query as a phrase", 0, 1),
    Feature("brand_filled_share", "text", "share of the brand's words that were asked", 0, 1),
    Feature("category_filled_share", "text", "share of the category's words asked", 0, 1),
    Feature("last_term_prefix", "text", "1 if a title word begins with the last word", 0, 1),
]
_SEMANTIC = [
    Feature("bm25", "match", "BM25F over the query's best possible score", 0, 1),
    Feature("bm25_to_top", "match", "BM25F over the best candidate's", 0, 1),
    Feature("coverage", "match", "share of the query's weight matched in any field", 0, 1),
    Feature("level", "match", "relaxation level, 0 strict to 4 by meaning, 5 popular", 0, 5),
    Feature("cosine", "match", "cosine of query and product", -1, 1, "no vector: NaN"),
    Feature("cosine_to_top", "match", "cosine less the best candidate's", -2, 0, "no vector: NaN"),
    *(
        Feature(f"rank_{name}", "match", f"1/(1 + rank) in the {name} channel", 0, 0.5,
                "not found: 0")
        for name in CHANNELS[:3]
    ),
    Feature("channels", "match", "number of channels that found it", 0, 4),
    Feature("agreement", "match", "lexical times semantic rank feature, to the half", 0, 0.5),
]  # fmt: skip
_PRODUCT = [
    Feature(prior.name, "product", prior.meaning, prior.low, prior.high, prior.missing)
    for prior in PRIORS
]
_RESULT = [
    Feature("price_in_results", "result", "percentile of the price among candidates", 0, 1,
            "no price: NaN"),
    Feature("popularity_in_results", "result", "percentile of popularity among candidates", 0, 1,
            "unknown: NaN"),
    Feature("best_cosine", "result", "cosine to the mean vector of the 20 best matches", -1, 1,
            "no vector: NaN"),
    Feature("best_category_share", "result", "share of the best matches in its category", 0, 1,
            "no category: NaN"),
    Feature("best_brand_share", "result", "share of the best matches of its brand", 0, 1,
            "no brand: NaN"),
    Feature("price_to_best", "result", "ln of its price over the median of the best matches'",
            -10, 10, "no price: NaN"),
    Feature("variants_matching", "result", "ln of the group's matching products", 0, 12),
]  # fmt: skip
_ASKED = [
    Feature("category_fit", "asked", "probability of its category for this query, over the "
            "likeliest one's", 0, 1, "no category, or none predicted: NaN"),
    Feature("category_near", "asked", "the same of the category above its own", 0, 1,
            "no category, or none predicted: NaN"),
    Feature("category_named", "asked", "share of the named categories that it is in", 0, 1,
            "none named: NaN"),
    Feature("brand_named", "asked", "share of the named brands that it has", 0, 1,
            "none named: NaN"),
    Feature("attributes_named", "asked", "share of the named attribute values that it has", 0, 1,
            "none named: NaN"),
    Feature("price_fit", "asked", "1 at a price as asked for, less the farther from it", 0, 1,
            "none asked for, or no price: NaN"),
]  # fmt: skip
_QUERY = [
    Feature("query_category_certainty", "query", "probability of the likeliest category", 0, 1,
            "none predicted: 0"),
    Feature("query_slots", "query", "number of slots that must match", 0, 32),
    Feature("query_idf_mean", "query", "mean slot weight over the rarest possible", 0, 1),
    Feature("query_idf_top_share", "query", "share of the heaviest slot", 0, 1),
    Feature("query_unknown_share", "query", "share of the weight that the catalogue lacks", 0, 1),
    Feature("query_number_share", "query", "share of the slots that hold a digit", 0, 1),
    Feature("query_candidates", "query", "ln(1 + candidates)", 0, 12),
    Feature("query_strict_share", "query", "share of candidates that match all terms", 0, 1),
]  # fmt: skip
FEATURES: tuple[Feature, ...] = (*_TEXT, *_SEMANTIC, *_PRODUCT, *_RESULT, *_ASKED, *_QUERY)
NAMES = tuple(feature.name for feature in FEATURES)
assert tuple(f.name for f in _TEXT) == TEXT_COLUMNS, "kernel and list disagree"  # noqa: S101
assert tuple(f.name for f in _SEMANTIC) == MATCH_COLUMNS, "kernel and list disagree"  # noqa: S101


def definition_hash() -> str:
    """Changes whenever a model trained before would read the matrix wrongly."""
    facts = "|".join(f"{f.name}:{f.version}:{f.missing}" for f in FEATURES)
    return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()
