"""Queries that ask for sameness: one product, or one brand."""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from indexing.arrays import Int32Array

DEPTH = 20
"""Brands further down are not what the query found first."""


def asks_for_brand(
    query_terms: Collection[str],
    brands: Int32Array,
    terms_of: Callable[[int], Sequence[str]],
) -> bool:
    """Whether a brand among the first products is named, in full, by the query.

    query_terms: folded words of the query. brands: int32[n] brand ordinals of the list, best
    first, −1 missing. terms_of: ordinal → the brand's words, folded the same way; called for
    each distinct brand of the first 20, so let it remember. Reads the results, not a list of
    brands: "apple juice" is no brand query in a shop that answers it without Apple products.
    """
    words = frozenset(query_terms)
    for ordinal in np.unique(brands[:DEPTH]).tolist():
        if ordinal >= 0:
            terms = terms_of(ordinal)
            if terms and words.issuperset(terms):
                return True
    return False
