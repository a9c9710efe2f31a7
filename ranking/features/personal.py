"""What the shopper looked at lately and where they are; 0 where nothing is known of them."""

import numpy as np

from indexing.arrays import Float32Array, UInt32Array
from indexing.columns.priors import PRIOR_NAMES
from indexing.snapshot import Snapshot
from ranking.behaviour.facts import Facts
from ranking.behaviour.profile import Profile, looked_up
from ranking.features.feature import Feature, Group, Rows
from ranking.features.inputs import Inputs

_PRICE = PRIOR_NAMES.index("price_percentile")
NOBODY = "nothing is known: 0"
MOST_BY_PRICE = 0.5

FEATURES = (
    Feature("seen_lately", "how much this shopper looked at it lately", 0, 1, NOBODY),
    Feature("related_to_seen", "how much people liked it who liked what this shopper looked at", 0,
            1, NOBODY),
    Feature("brand_taste", "share of this shopper's attention that its brand has", 0, 1, NOBODY),
    Feature("category_taste", "share of this shopper's attention that its category has", 0, 1,
            NOBODY),
    Feature("price_taste", "ln of how much likelier a price of this percentile within its category "
            "is for this shopper than for anybody, as far as it is no chance", -MOST_BY_PRICE,
            MOST_BY_PRICE, NOBODY, version=2),
    Feature("regional_demand", "demand where the shopper is, over the highest there", 0, 1,
            NOBODY),
)  # fmt: skip


def _fill(inputs: Inputs, rows: Rows) -> None:
    rows.matrix[:] = 0.0
    profile, facts, region = inputs.query.profile, inputs.query.facts, inputs.query.region
    if profile is not None:
        rows["seen_lately"] = inputs.read(lambda segment, docs: _seen(profile, segment, docs))
        rows["brand_taste"] = profile.brands.of(inputs.brands)
        rows["category_taste"] = profile.categories.of(inputs.categories)
        if profile.prices is not None:
            likelier = np.nan_to_num(profile.prices.of(inputs.priors[:, _PRICE]))
            rows["price_taste"] = np.clip(likelier, -MOST_BY_PRICE, MOST_BY_PRICE)
    if facts is None or (profile is None and region is None):
        return
    if profile is not None and len(profile.related):
        known = inputs.read(lambda segment, docs: facts.rows_in(segment).of_doc[docs])
        rows["related_to_seen"] = looked_up(
            known, profile.related_rows.astype(np.int64), profile.related
        )
    if region is not None:
        rows["regional_demand"] = inputs.read(
            lambda segment, docs: _demand(facts, region, segment, docs)
        )


def _seen(profile: Profile, segment: Snapshot, docs: UInt32Array) -> Float32Array:
    groups, much = profile.seen.get(f"{segment.folder}", (None, None))
    if groups is None or much is None:
        return np.zeros(len(docs), dtype=np.float32)
    return looked_up(segment.columns.group_of[docs].astype(np.int64), groups, much)


def _demand(facts: Facts, region: int, segment: Snapshot, docs: UInt32Array) -> Float32Array:
    hits = facts.rows_in(segment).popular(facts.popular, region)
    return looked_up(docs.astype(np.int64), hits.doc_ids.astype(np.int64), hits.scores)


PERSONAL = Group(
    "personal",
    "What this shopper looked at lately, and where they are; docs/learning.md.",
    FEATURES,
    _fill,
)
