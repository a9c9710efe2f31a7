"""Rankers that fail in the middle of a request, and requests that give ranking nothing to do."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from tiny_model import publish_tiny, random_features, tiny_ranker, write_tiny

from indexing.arrays import Float32Array
from indexing.catalogue.index_config import IndexConfig
from indexing.current import change_current
from ranking.errors import RankerFailedError
from ranking.features.features import NAMES
from ranking.filters.filters import Range
from ranking.generation import Generation
from ranking.rankers.ranker import HandWeightedRanker, RecallOrderRanker, checked_scores
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search

PRODUCTS = [
    {"id": f"{kind}-{n}", "title": f"{colour} {kind} {n}", "brand": brand, "price": 10.0 + n,
     "popularity": n}
    for kind in ("lamp", "chair")
    for n, (colour, brand) in enumerate(
        (colour, brand) for colour in ("red", "blue", "green") for brand in ("Lumo", "Acme", "Zeta")
    )
]  # fmt: skip
BARE = [{"id": str(n), "title": f"thing number {n}"} for n in range(12)]
BROKEN: dict[str, Callable[[Float32Array], Any]] = {
    "raises": lambda rows: 1 / 0,
    "raises what a kernel raises": lambda rows: rows[:, 10_000],
    "not a number": lambda rows: np.full(len(rows), np.nan),
    "one endless": lambda rows: np.where(np.arange(len(rows)) == 0, np.inf, 0.0),
    "one too few": lambda rows: np.zeros(len(rows) - 1),
    "a column": lambda rows: np.zeros((len(rows), 1)),
    "one number": lambda rows: 0.5,
    "no numbers": lambda rows: ["much"] * len(rows),
    "nothing": lambda rows: None,
    "beyond float32": lambda rows: np.full(len(rows), 1e300),
}


class BrokenRanker(HandWeightedRanker):
    name = "broken"

    def __init__(self, answer: Callable[[Float32Array], Any]) -> None:
        super().__init__()
        self._answer = answer

    def scores(self, features: Float32Array) -> Float32Array:
        return self._answer(features)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index = tmp_path_factory.mktemp("shop") / "main"
    build_index(index, PRODUCTS, config=IndexConfig(min_matches=1))
    publish_tiny(index)
    return open_index(index)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """Products with a title and nothing else; vectors of zeros say nothing either."""
    index = tmp_path_factory.mktemp("bare") / "main"
    build_index(index, BARE)
    return open_index(index)


def run(generation: Generation, text: str, **request: Any) -> SearchResult:
    given = {"budget_ms": 60_000.0, **request}
    return search(SearchRequest(text=text, **given), generation, time.perf_counter)


def ids(result: SearchResult) -> list[str]:
    return [hit.id for hit in result.hits]


def test_the_published_model_ranks(shop: Generation) -> None:
    assert shop.ranker.name == "tiny"
    assert shop.degraded == ()
    result = run(shop, "red lamp", explain=True)
    assert result.degraded == ()
    assert result.hits[0].explanation is not None
    assert result.hits[0].explanation["ranker"] == "tiny"


@pytest.mark.parametrize("fault", BROKEN)
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_a_ranker_that_fails_leaves_the_coarse_order(shop: Generation, fault: str) -> None:
    broken = replace(shop, ranker=BrokenRanker(BROKEN[fault]))
    result = run(broken, "red lamp", diversity=False, explain=True)
    (reason,) = result.degraded
    assert reason.startswith("ranker_failed: ranker broken ")
    out_of_time = run(shop, "red lamp", diversity=False, budget_ms=0.0)
    coarse = replace(shop, policy=replace(shop.policy, fine_pool=0))
    assert ids(result) == ids(run(coarse, "red lamp", diversity=False))
    assert set(ids(result)) >= set(ids(out_of_time))
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert result.hits[0].explanation is not None
    assert result.hits[0].explanation["ranker"] == "coarse"


@pytest.mark.parametrize("given", [{}, {"facets": ("brand",)}, {"extras": ("related",)}])
def test_what_fails_while_the_fallback_is_ranked_is_told(
    shop: Generation, given: dict[str, Any]
) -> None:
    broken = replace(shop, ranker=BrokenRanker(BROKEN["raises"]))
    nothing = (Range("price", 1e6, None),)
    result = run(broken, "red lamp", filters=nothing, **given)
    assert result.total == 0
    assert result.fallback_hits
    assert result.degraded[0].startswith("ranker_failed: ranker broken ")
    late = run(shop, "red lamp", filters=nothing, budget_ms=0.0, **given)
    assert "fine: budget" in late.degraded
    stages = [stage.name for stage in late.stages]
    assert stages.count("coarse") == 2  # of what passes the filters, and of the fallback


def test_every_fault_has_a_name() -> None:
    rows = random_features(5)
    with pytest.raises(RankerFailedError, match=r"ranker broken failed: ZeroDivisionError"):
        checked_scores(BrokenRanker(BROKEN["raises"]), rows)
    with pytest.raises(RankerFailedError, match=r"shape \(4,\) for 5 rows"):
        checked_scores(BrokenRanker(BROKEN["one too few"]), rows)
    with pytest.raises(RankerFailedError, match="no numbers"):
        checked_scores(BrokenRanker(BROKEN["not a number"]), rows)


@pytest.mark.parametrize("ranker", [tiny_ranker(), HandWeightedRanker(), RecallOrderRanker()],
                         ids=lambda ranker: str(ranker.name))  # fmt: skip
def test_missing_and_endless_features_give_numbers(ranker: Any) -> None:
    rows = random_features(40)
    rows[:, NAMES.index("bm25_to_top")] = 0.5  # never missing, and all that recall looks at
    rows[0] = np.nan
    rows[0, NAMES.index("bm25_to_top")] = 0.0
    assert np.isfinite(checked_scores(ranker, rows)).all()
    rows[1, NAMES.index("price_to_best")] = np.inf
    rows[2, NAMES.index("popularity_percentile")] = -np.inf
    try:
        assert np.isfinite(checked_scores(ranker, rows)).all()
    except RankerFailedError as error:  # told, if an endless value had any weight
        assert "no numbers" in str(error)
    assert checked_scores(ranker, rows[:0]).shape == (0,)


@pytest.mark.parametrize("budget_ms", [0.0, 1.0])
@pytest.mark.parametrize("text", ["red lamp", "", "zzzz", "Lumo", "chair 3"])
def test_no_time_costs_quality_and_is_told(shop: Generation, text: str, budget_ms: float) -> None:
    result = run(shop, text, budget_ms=budget_ms)
    assert result.hits
    skipped = {stage.name: stage.skipped for stage in result.stages if stage.skipped}
    told = {reason.partition(":")[0] for reason in result.degraded}
    assert told == {name for name, why in skipped.items() if why == "budget"}
    if budget_ms == 0:
        assert "fine" in told
        names = [stage.name for stage in result.stages]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("spread", ["off", "mmr", "dpp"])
def test_diversity_without_brands_categories_or_vectors(bare: Generation, spread: str) -> None:
    diversity = replace(bare.policy.diversity, spread=spread)  # type: ignore[arg-type]
    varied = replace(bare, policy=replace(bare.policy, diversity=diversity))
    for text in ("thing", "thing number 3", ""):
        with_it, without = run(varied, text), run(varied, text, diversity=False)
        assert sorted(ids(with_it)) == sorted(ids(without))
        assert with_it.degraded == ()


def test_pages_larger_than_what_there_is(bare: Generation) -> None:
    assert len(run(bare, "thing", page_size=1000).hits) == len(BARE)
    assert run(bare, "thing", page=2, page_size=500).hits == ()
    wide = replace(bare.policy, fine_pool=5000, coarse_pool=9000)
    wide = replace(wide, diversity=replace(wide.diversity, head=4000, spread="mmr"))
    assert len(run(replace(bare, policy=wide), "thing", page_size=100).hits) == len(BARE)


def test_a_model_that_does_not_fit_is_told_with_its_remedy(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    index = tmp_path_factory.mktemp("unfit") / "main"
    build_index(index, PRODUCTS, config=IndexConfig(min_matches=1))
    write_tiny(index, "foreign", family="given")
    for model_id in ("foreign", "gone"):
        change_current(index, model=model_id)
        generation = open_index(index)
        (reason,) = generation.degraded
        assert reason.startswith("model_incompatible: model ")
        assert "vitrina train" in reason
        result = run(generation, "red lamp")
        assert result.hits
        assert result.degraded == generation.degraded
