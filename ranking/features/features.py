"""All groups of features: one list, computed by one function, for training and serving.

Every feature is comparable across queries and catalogues: shares, percentiles within a category,
logarithms, ranks as 1/(1 + rank); never a raw price or a raw BM25 score.
"""

import hashlib
from collections.abc import Iterable

from ranking.features.asked import ASKED
from ranking.features.feature import Feature
from ranking.features.match import MATCH
from ranking.features.product import PRODUCT
from ranking.features.query import QUERY
from ranking.features.result import RESULT
from ranking.features.text import TEXT
from ranking.features.title import TITLE

GROUPS = (TEXT, TITLE, MATCH, PRODUCT, RESULT, ASKED, QUERY)
"""In the order of the matrix's columns."""

FEATURES: tuple[Feature, ...] = tuple(each for group in GROUPS for each in group.features)
NAMES = tuple(feature.name for feature in FEATURES)


def definition_hash(names: Iterable[str] = NAMES) -> str:
    """Changes whenever one of these features begins to mean something else.

    Raises KeyError for a name that is no feature.
    """
    known = {f.name: f for f in FEATURES}
    facts = "|".join(f"{name}:{known[name].version}:{known[name].missing}" for name in names)
    return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()
