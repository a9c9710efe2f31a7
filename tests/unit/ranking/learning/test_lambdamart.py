from dataclasses import replace

import numpy as np
import pytest
from learning_rows import learning_rows

from ranking.features.features import FEATURES, NAMES
from ranking.learning.cross_validation import (
    Sampling,
    choose_trees,
    cross_validate,
    model_scores,
    smoothed,
)
from ranking.learning.errors import JudgmentsError, TrainingError
from ranking.learning.lambdamart import (
    MAX_LABELS,
    TreeParams,
    base_scores,
    fit,
    gains_of,
    ndcg,
    params_for,
    table_of,
)

PARAMS = TreeParams(trees=20, leaves=5, min_rows=5)
ROWS = learning_rows()


def trained(params: TreeParams = PARAMS, seed: int = 0):  # type: ignore[no-untyped-def]
    return fit(table_of(ROWS, gains_of(ROWS), params.masked), params, params.trees, seed)


def test_gains_are_powers_of_two_less_one_and_sizes_are_rows_a_query() -> None:
    table = table_of(ROWS[:2], np.array([0.0, 1.0, 1.5, 3.0]), weights=[1.0, 0.5])
    assert table.gains == pytest.approx((0.0, 1.0, 2.0**1.5 - 1.0, 7.0))
    assert table.sizes.tolist() == [25, 25]
    assert table.weights is not None
    assert table.weights.tolist() == [1.0] * 25 + [0.5] * 25


def test_many_fractional_grades_are_rounded_to_quarters() -> None:
    many = [replace(ROWS[0], grades=np.linspace(0, 3, 25, dtype=np.float32)), *ROWS[1:]]
    more = [replace(each, grades=each.grades * np.float32(0.97)) for each in many]
    assert len(gains_of(many)) <= MAX_LABELS
    assert len(gains_of([*many, *more])) <= MAX_LABELS
    assert set((gains_of([*many, *more]) * 4).tolist()) <= set(range(13))


def test_the_same_input_gives_the_same_trees_and_another_seed_others() -> None:
    assert trained().model_to_string() == trained().model_to_string()
    assert trained().model_to_string() != trained(seed=1).model_to_string()


def test_trees_neither_see_masked_nor_hidden_features() -> None:
    params = replace(PARAMS, hidden=("cosine",)).without(["coverage"])
    gain = dict(zip(NAMES, trained(params).feature_importance("gain"), strict=True))
    assert gain["cosine"] == gain["coverage"] == 0.0
    assert sum(gain.values()) > 0.0
    assert "cosine" in params.base  # the base still does
    assert "coverage" not in params.base


def test_more_of_what_is_good_never_lowers_the_score() -> None:
    booster = trained()
    rows = ROWS[3].features
    for feature in FEATURES:
        more = rows.copy()
        more[:, NAMES.index(feature.name)] += 0.25
        change = booster.predict(more, raw_score=True) - booster.predict(rows, raw_score=True)
        assert (feature.trend * change >= -1e-9).all(), feature.name


def test_scores_are_base_and_trees_and_stay_finite_for_nan_and_infinity() -> None:
    booster = trained()
    strange = ROWS[0].features.copy()
    strange[0] = np.nan
    strange[1], strange[2] = np.inf, -np.inf
    assert np.isfinite(np.asarray(booster.predict(strange, raw_score=True))).all()
    rows = ROWS[0].features
    expected = booster.predict(rows, raw_score=True) + base_scores(rows, PARAMS.base)
    assert model_scores(booster, PARAMS, rows) == pytest.approx(expected, abs=1e-5)


def test_training_survives_rows_of_nan_and_infinity() -> None:
    strange = ROWS[0].features.copy()
    strange[0], strange[1] = np.nan, np.inf
    rows = [replace(ROWS[0], features=strange), *ROWS[1:]]
    params = replace(PARAMS, base={})
    assert fit(table_of(rows, gains_of(rows)), params, 5, 0).num_trees() == 5


def test_equal_grades_have_no_order_to_learn() -> None:
    flat = [replace(each, grades=np.ones(len(each), dtype=np.float32)) for each in ROWS]
    with pytest.raises(TrainingError, match="all training rows have the same grade"):
        fit(table_of(flat, gains_of(flat)), PARAMS, 5, 0)


def test_ndcg_by_hand() -> None:
    table = table_of([ROWS[0].take(np.arange(3))], np.array([0.0, 1.0, 2.0, 3.0]))
    table = replace(table, labels=np.array([0, 3, 1]))
    gained = 1.0 / 1.0 + 7.0 / np.log2(3)  # the order 2, 1, 0 has gains 1, 7, 0
    best = 7.0 + 1.0 / np.log2(3)
    assert ndcg(table, np.array([1.0, 2.0, 3.0])) == pytest.approx(gained / best)
    assert ndcg(replace(table, labels=np.zeros(3, dtype=np.int64)), np.zeros(3)) == 1.0


def test_every_query_is_scored_by_models_that_never_saw_it() -> None:
    proof = cross_validate(ROWS, PARAMS, Sampling(), folds=3, seeds=2)
    for folds in proof.rounds:
        held = [query_id for fold in folds for query_id in fold.query_ids]
        assert sorted(held, key=int) == [each.query_id for each in ROWS]
    fold = proof.rounds[0][0]
    kept = [each for each in ROWS if each.query_id not in fold.query_ids]
    again = fit(
        table_of(Sampling().of(kept, 0), gains_of(ROWS), PARAMS.masked), PARAMS, fold.trees, 0
    )
    assert again.model_to_string() == fold.booster.model_to_string()
    scores = proof.scores(ROWS, 0)[fold.query_ids[0]]
    mine = next(each for each in ROWS if each.query_id == fold.query_ids[0])
    assert (scores == fold.scores(mine.features)).all()
    assert fold.flat is not None
    assert (scores == model_scores(fold.booster, fold.params, mine.features)).all()


def test_one_query_cannot_be_held_out() -> None:
    with pytest.raises(JudgmentsError, match="cannot be split"):
        cross_validate(ROWS[:1], PARAMS, Sampling())


def test_the_number_of_trees_is_at_least_one_and_at_most_what_was_asked() -> None:
    assert 1 <= choose_trees(ROWS, PARAMS, gains_of(ROWS), 0) <= PARAMS.trees
    flat = [replace(each, grades=np.ones(len(each), dtype=np.float32)) for each in ROWS]
    assert choose_trees(flat, PARAMS, gains_of(flat), 0) == 1
    assert choose_trees(ROWS[:1], PARAMS, gains_of(ROWS), 0) == 1
    assert choose_trees(ROWS[:2], PARAMS, gains_of(ROWS), 0) >= 1


def test_a_smoothed_curve_has_no_lucky_peak() -> None:
    curve = np.zeros(21)
    curve[10] = 11.0
    assert smoothed(curve).tolist() == pytest.approx([0] * 5 + [1] * 11 + [0] * 5)
    assert smoothed(np.array([2.0, 4.0, 6.0])).tolist() == pytest.approx([3.0, 4.0, 5.0])


def test_parameters_are_fixed_by_the_number_of_queries() -> None:
    assert params_for(99).leaves < params_for(5_000).leaves
    told = params_for(99).facts()
    assert told["base"] == dict(params_for(99).base)
    assert isinstance(told["masked"], list)
