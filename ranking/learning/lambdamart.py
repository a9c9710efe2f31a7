"""LambdaMART: trees that learn to order the candidates of a query (LightGBM `lambdarank`)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import lightgbm
import numpy as np

from indexing.arrays import Float32Array, Float64Array, Int64Array
from ranking.features.asked import ASKED
from ranking.features.features import FEATURES, NAMES
from ranking.features.product import PRODUCT
from ranking.features.query import QUERY
from ranking.learning.dataset import QueryRows
from ranking.learning.errors import TrainingError
from ranking.rankers.ranker import HandWeightedRanker, linear_scores, linear_weights

FEW_QUERIES = 1000
"""Below this, the trees are kept small and do not see what only tells queries apart."""
THREADED_ROWS = 50_000
"""Below this, a second thread costs more than it brings."""
MAX_LABELS = 31
_TRUNCATION = 15  # LightGBM's advice: a little above the depth that is measured

BASE_WEIGHTS = {
    name: weight
    for name, weight in HandWeightedRanker.WEIGHTS.items()
    if name not in ASKED.names and not name.startswith("best_")
}
"""The hand-weighted ranker as far as it is about words and meaning. What its shop's brands and
categories are worth, and what the best matches tell, is left to the trees (docs/learning.md).
"""


@dataclass(frozen=True, slots=True)
class TreeParams:
    """trees: at most; early stopping finds the number. min_rows: rows a leaf must have.

    feature_share, row_share: drawn for each tree. l2: pull of leaves to zero.
    base: weights of a linear score that the trees correct, by feature; empty: from nothing.
    masked: features that neither trees nor base look at. hidden: those that only the base uses.
    """

    trees: int
    leaves: int
    min_rows: int
    learning_rate: float = 0.05
    l2: float = 5.0
    feature_share: float = 0.5
    row_share: float = 0.7
    base: Mapping[str, float] = field(default_factory=lambda: BASE_WEIGHTS)
    masked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    def with_base(self, times: float) -> "TreeParams":
        """The same on `BASE_WEIGHTS`, times this: the lighter the base, the more trees decide."""
        return replace(self, base={name: times * weight for name, weight in BASE_WEIGHTS.items()})

    def without(self, names: Sequence[str]) -> "TreeParams":
        """The same, with these features masked too."""
        masked = tuple(dict.fromkeys([*self.masked, *names]))
        base = {name: weight for name, weight in self.base.items() if name not in masked}
        return replace(self, masked=masked, base=base)

    def facts(self) -> dict[str, Any]:
        """As plain values, for manifests."""
        lists = {"masked": list(self.masked), "hidden": list(self.hidden)}
        return asdict(self) | {"base": dict(self.base)} | lists


PRODUCT_FEATURES = (
    *PRODUCT.names,
    "price_in_results",
    "popularity_in_results",
    "price_to_best",
)
"""What a product is whatever is asked: raters of relevance do not look at it, shoppers do."""
SMALL = TreeParams(
    trees=120, leaves=7, min_rows=30, masked=QUERY.names, hidden=PRODUCT_FEATURES
).with_base(0.5)
LARGE = TreeParams(trees=150, leaves=31, min_rows=100, learning_rate=0.1)


def params_for(queries: int) -> TreeParams:
    """Parameters fixed beforehand by the amount of judged queries, see docs/learning.md."""
    return SMALL if queries < FEW_QUERIES else LARGE


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of many queries as LightGBM takes them.

    features: float32[r, f]. labels: int64[r], places in `gains`. sizes: int64[q], rows a query.
    weights: float32[r] or None.
    """

    features: Float32Array
    labels: Int64Array
    sizes: Int64Array
    gains: tuple[float, ...]
    weights: Float32Array | None = None


def gains_of(rows: Sequence[QueryRows]) -> Float64Array:
    """Distinct grades, rising; more than LightGBM takes are rounded to quarters."""
    grades = np.unique(np.concatenate([each.grades for each in rows]).astype(np.float64))
    return grades if len(grades) <= MAX_LABELS else np.unique(np.round(grades * 4) / 4)


def table_of(
    rows: Sequence[QueryRows],
    grades: Float64Array,
    masked: Sequence[str] = (),
    weights: Sequence[float] | None = None,
) -> Table:
    """Stack rows. The gain of grade g is 2^g − 1 (Burges et al. 2005), fractions included.

    grades: what `gains_of` found in all rows of the training, so that labels mean the same in
    every part. weights: one a query.
    """
    features = np.concatenate([each.features for each in rows])
    features[:, [NAMES.index(name) for name in masked]] = np.nan
    stacked = np.concatenate([each.grades for each in rows]).astype(np.float64)
    labels = np.abs(stacked[:, None] - grades[None, :]).argmin(axis=1)
    sizes = np.array([len(each) for each in rows], dtype=np.int64)
    return Table(
        features,
        labels.astype(np.int64),
        sizes,
        tuple((2.0**grades - 1.0).tolist()),
        None if weights is None else np.repeat(np.array(weights, dtype=np.float32), sizes),
    )


def fit(table: Table, params: TreeParams, trees: int, seed: int) -> lightgbm.Booster:
    """Exactly so many trees. The same input gives the same trees."""
    return _train(table, params, trees, seed, None)[0]


def validation_curve(table: Table, held: Table, params: TreeParams, seed: int) -> Float64Array:
    """float64[params.trees + 1]: nDCG@10 of the held-out table after 0, 1, 2 … trees."""
    return _train(table, params, params.trees, seed, held)[1]


def _train(
    table: Table, params: TreeParams, trees: int, seed: int, held: Table | None
) -> tuple[lightgbm.Booster, Float64Array]:
    if len(np.unique(table.labels)) < 2:
        raise TrainingError(
            "all training rows have the same grade, so there is no order to learn. "
            "Add judgments of other grades, or train without --judged-only."
        )
    settings = _settings(table, params, seed)
    known = _dataset(table, params, settings)
    told: dict[str, dict[str, list[float]]] = {}
    if held is None:
        booster = lightgbm.train(settings, known, trees)
        return booster, np.empty(0)
    booster = lightgbm.train(
        settings,
        known,
        trees,
        valid_sets=[_dataset(held, params, settings, known)],
        valid_names=["held"],
        callbacks=[lightgbm.record_evaluation(told)],
    )
    start = ndcg(held, base_scores(held.features, params.base))
    return booster, np.array([start, *told["held"]["ndcg@10"]])


def _settings(table: Table, params: TreeParams, seed: int) -> dict[str, Any]:
    return {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [10],
        "label_gain": list(table.gains),
        "lambdarank_truncation_level": _TRUNCATION,
        "learning_rate": params.learning_rate,
        "num_leaves": params.leaves,
        "min_data_in_leaf": params.min_rows,
        "lambda_l2": params.l2,
        "feature_fraction": params.feature_share,
        "bagging_fraction": params.row_share,
        "bagging_freq": 1,
        "max_bin": 63,
        "feature_pre_filter": False,
        "monotone_constraints": monotone(),
        "feature_contri": [float(name not in params.hidden) for name in NAMES],
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 2 if len(table.features) >= THREADED_ROWS else 1,
        "verbose": -1,
    }


def monotone() -> list[int]:
    """1, −1 or 0 a feature, in the order of the matrix."""
    return [feature.trend for feature in FEATURES]


def _dataset(
    table: Table,
    params: TreeParams,
    settings: dict[str, Any],
    reference: lightgbm.Dataset | None = None,
) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        table.features,
        table.labels,
        reference=reference,
        weight=table.weights,
        group=table.sizes,
        init_score=base_scores(table.features, params.base) if params.base else None,
        feature_name=list(NAMES),
        params=settings,
    )


def base_scores(features: Float32Array, base: Mapping[str, float]) -> Float32Array:
    """float32[r]: the linear score that the trees begin from."""
    return linear_scores(features, linear_weights(base))


def ndcg(table: Table, scores: Float32Array, k: int = 10) -> float:
    """Mean over queries, as LightGBM has it: 1 for a query without any gain."""
    gains = np.array(table.gains)[table.labels]
    ends = np.cumsum(table.sizes)
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    found = []
    for start, end in zip(ends - table.sizes, ends, strict=True):
        mine = gains[start:end]
        best = np.sort(mine)[::-1][:k]
        ideal = float(best @ discount[: len(best)])
        order = np.argsort(-scores[start:end], kind="stable")[:k]
        found.append(float(mine[order] @ discount[: len(order)]) / ideal if ideal > 0 else 1.0)
    return float(np.mean(found))
