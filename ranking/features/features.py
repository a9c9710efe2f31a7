"""All groups of features: one list, computed by one function, for training and serving.

Every feature is comparable across queries and catalogues: shares, percentiles within a category,
logarithms, ranks as 1/(1 + rank); never a raw price or a raw BM25 score.
"""

import hashlib

from ranking.features.asked import ASKED
from ranking.features.behaviour import BEHAVIOUR
from ranking.features.denied import DENIED
from ranking.features.feature import Feature
from ranking.features.kind import KIND
from ranking.features.match import MATCH
from ranking.features.personal import PERSONAL
from ranking.features.product import PRODUCT
from ranking.features.query import QUERY
from ranking.features.result import RESULT
from ranking.features.text import TEXT
from ranking.features.title import TITLE

GROUPS = (TEXT, TITLE, MATCH, PRODUCT, RESULT, ASKED, DENIED, KIND, BEHAVIOUR, PERSONAL, QUERY)
"""In the order of the matrix's columns."""

FEATURES: tuple[Feature, ...] = tuple(each for group in GROUPS for each in group.features)
NAMES = tuple(feature.name for feature in FEATURES)
VERSIONS = {feature.name: feature.version for feature in FEATURES}
"""What a model declares of the features that it was trained with, and is held to."""


def definition_hash() -> str:
    """Changes whenever a feature comes, goes, or begins to mean something else."""
    facts = "|".join(f"{f.name}:{f.version}:{f.missing}" for f in FEATURES)
    return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()
