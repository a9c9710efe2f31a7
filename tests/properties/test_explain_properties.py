"""Explanations add up: words to the lexical score, contributions to the score of the hit."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_model import publish_tiny, random_features, tiny_ranker

from indexing.catalogue.index_config import IndexConfig
from ranking.features.features import FEATURES, NAMES
from ranking.generation import Generation
from ranking.rankers.ranker import HandWeightedRanker, RecallOrderRanker, checked_scores
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import Hit
from ranking.search.root import search

WORDS = [
    "red", "blue", "lamp", "desk", "usb-c", "cable", "500ml", "bottle", "oak", "chair", "手机",
    "红色", "lamps", "LM-10",
]  # fmt: skip
RANKERS = {ranker.name: ranker for ranker in (HandWeightedRanker(), RecallOrderRanker())}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    chance = np.random.default_rng(0)
    index = tmp_path_factory.mktemp("shop") / "main"
    products = [
        {"id": str(n), "title": " ".join(chance.choice(WORDS, 5)), "price": float(n + 1),
         "brand": str(chance.choice(WORDS)), "category": ["Home", str(chance.choice(WORDS))],
         "description": " ".join(chance.choice(WORDS, 12))}
        for n in range(150)
    ]  # fmt: skip
    build_index(index, products, config=IndexConfig(min_matches=20))
    publish_tiny(index)
    return open_index(index)


def hits_of(text: str, generation: Generation, **request: Any) -> tuple[Hit, ...]:
    asked = SearchRequest(text=text, explain=True, page_size=50, budget_ms=60_000, **request)
    return search(asked, generation, time.perf_counter).hits


def explained(hit: Hit) -> Mapping[str, Any]:
    assert hit.explanation is not None
    return hit.explanation


@settings(max_examples=40)
@given(words=st.lists(st.sampled_from([*WORDS, "lamm", "zzz"]), min_size=1, max_size=5))
def test_words_add_up_to_the_lexical_score(words: list[str], shop: Generation) -> None:
    for hit in hits_of(" ".join(words), shop):
        lexical = explained(hit)["lexical"]
        by_channel = [channel.score for channel in hit.channels if channel.name == "lexical"]
        assert lexical["counted"] == bool(by_channel)
        fields = [f for s in lexical["terms"] for t in s["terms"] for f in t["fields"].values()]
        assert lexical["score"] == pytest.approx(sum(f["score"] for f in fields), abs=1e-3)
        for score in by_channel:
            assert lexical["score"] == pytest.approx(score, rel=1e-3)
        assert all(field["count"] > 0 for field in fields)
        assert bool(lexical["missing"]) or hit.level == 0 or not by_channel


@settings(max_examples=20)
@given(
    words=st.lists(st.sampled_from(WORDS), max_size=4),
    name=st.sampled_from(["tiny", "hand", "recall"]),
)
def test_contributions_add_up_to_the_score(words: list[str], name: str, shop: Generation) -> None:
    generation = replace(shop, ranker=RANKERS.get(name, shop.ranker))
    for hit in hits_of(" ".join(words), generation):
        told = explained(hit)
        assert told["ranker"] == name
        parts = told["contributions"]
        assert sum(part["adds"] for part in parts) == pytest.approx(hit.rank_score, abs=1e-3)
        assert set(told["features"]) == set(NAMES)
        for part in parts:
            assert part["meaning"]
            assert part["value"] == told["features"].get(part["feature"])
        sizes = [abs(part["adds"]) for part in parts if part["feature"] != "expected"]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("ranker", [tiny_ranker(), HandWeightedRanker(), RecallOrderRanker()],
                         ids=lambda ranker: str(ranker.name))  # fmt: skip
def test_contributions_of_any_row_add_up(ranker: Any) -> None:
    rows = random_features(60, seed=5)
    rows[:, NAMES.index("bm25_to_top")] = 0.5
    rows[:5, 3:] = np.nan
    rows[:5, NAMES.index("bm25_to_top")] = 0.0
    for row, score in zip(rows, checked_scores(ranker, rows), strict=True):
        assert sum(ranker.contributions(row).values()) == pytest.approx(float(score), abs=1e-3)


def test_features_stay_within_their_ranges(shop: Generation) -> None:
    for hit in hits_of("red lamp", shop):
        for feature in FEATURES:
            value = explained(hit)["features"][feature.name]
            if value is None:
                assert feature.missing != "never", feature.name
            else:
                assert feature.low - 1e-3 <= value <= feature.high + 1e-3, feature.name


def test_hits_without_a_ranker_say_what_ordered_them(shop: Generation) -> None:
    sorted_hit = explained(hits_of("red lamp", shop, sort=Sort("price"))[0])
    assert sorted_hit["ranker"] == "sort"
    assert "features" not in sorted_hit
    assert sorted_hit["moved"] is None
    narrow = replace(shop, policy=replace(shop.policy, fine_pool=3))
    rankers = [explained(hit)["ranker"] for hit in hits_of("red lamp", narrow, diversity=False)]
    assert rankers[:3] == ["tiny"] * 3
    assert set(rankers[3:]) == {"coarse"}
