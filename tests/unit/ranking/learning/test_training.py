"""Judgments of the demo shop → rows → a model that is proven, published, served, explained."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from catalogs import open_index
from demo_judgments import build_demo, demo_judgments, demo_shop
from http_service import serving, wait_until

from indexing.current import read_current
from indexing.progress import Silent
from ranking.generation import Generation
from ranking.learning.dataset import reranked, rows_of, sampled, training_rows
from ranking.learning.errors import TrainingError
from ranking.learning.judgments import Judgments
from ranking.learning.lambdamart import TreeParams
from ranking.learning.served import served
from ranking.learning.training import Trained, TrainingOptions, manifest_of, train
from ranking.learning.variants import VariantGroups
from ranking.rankers.model import Booster, ModelRanker
from ranking.rankers.model_store import publish_model
from ranking.rankers.ranker import HandWeightedRanker
from ranking.search.request import SearchRequest
from ranking.search.root import search

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OPTIONS = TrainingOptions(
    params=TreeParams(trees=15, leaves=5, min_rows=20), folds=3, seeds=1, measure="R@100"
)
QUERIES = 24


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def judgments(data: Path) -> Judgments:
    shop = demo_shop(data.parent / "shop")
    build_demo(shop, data / "main")
    return demo_judgments(shop, QUERIES)


@pytest.fixture(scope="module")
def generation(data: Path, judgments: Judgments) -> Generation:
    return replace(open_index(data / "main"), ranker=HandWeightedRanker())


@pytest.fixture(scope="module")
def trained(generation: Generation, judgments: Judgments) -> Trained:
    return train(judgments, generation, OPTIONS, Silent())


def test_rows_are_what_the_server_scores_bit_by_bit(
    generation: Generation, judgments: Judgments
) -> None:
    for query_id, text in list(judgments.queries.items())[:8]:
        rows = rows_of(query_id, text, judgments.qrels[query_id], generation)
        result = search(
            SearchRequest(text=text, page_size=50, diversity=False, explain=True, budget_ms=60_000),
            generation,
            time.perf_counter,
        )
        assert result.hits
        place_of = {
            generation.snapshot.documents.id_at(int(doc)): place
            for place, doc in enumerate(rows.doc_ids)
        }
        for hit in result.hits:
            assert hit.explanation is not None
            told = list(hit.explanation["features"].values())
            mine = [
                None if np.isnan(value) else round(float(value), 5)
                for value in rows.features[place_of[hit.id]]
            ]
            assert [None if each is None else round(each, 5) for each in told] == mine


def test_the_order_of_rows_is_the_order_of_the_server(
    generation: Generation, judgments: Judgments
) -> None:
    serve = served(generation, diversity=False)
    for each in training_rows(judgments.subset(list(judgments.queries)[:8]), generation):
        docs = reranked(each, generation.ranker.scores(each.features), generation.snapshot)
        assert VariantGroups.of(generation.snapshot).ids(docs) == serve(each.text)


def test_judged_products_that_recall_lost_are_rows_that_are_not_served(
    generation: Generation,
) -> None:
    far = generation.snapshot.documents.id_at(generation.snapshot.doc_count - 1)
    rows = rows_of("q", "zzqqxx 99999", {far: 3.0, "no such product": 3.0}, generation)
    place = int(np.flatnonzero(rows.judged)[0])
    assert rows.judged.sum() == 1
    assert rows.grades[place] == 3.0
    other = rows_of("q", "hair dryer", {}, generation)
    lost = np.setdiff1d(
        np.arange(generation.snapshot.doc_count, dtype=np.uint32),
        np.concatenate([other.doc_ids, other.tail]),
    )
    if len(lost):
        name = generation.snapshot.documents.id_at(int(lost[0]))
        with_lost = rows_of("q", "hair dryer", {name: 2.0}, generation)
        assert len(with_lost) == len(other) + 1
        assert not with_lost.served[with_lost.doc_ids == lost[0]].any()


def test_sampling_keeps_what_is_judged_and_depends_on_the_text_only(
    generation: Generation, judgments: Judgments
) -> None:
    query_id, text = next(iter(judgments.queries.items()))
    rows = rows_of(query_id, text, judgments.qrels[query_id], generation)
    some = sampled(rows, 3, 10)
    assert some.judged.sum() == rows.judged.sum()
    assert len(some) == rows.judged.sum() + min(10, int((~rows.judged).sum()))
    assert (some.doc_ids == sampled(replace(rows, query_id="other"), 3, 10).doc_ids).all()
    assert len(sampled(rows, 3, judged_only=True)) == rows.judged.sum()


def test_training_proves_itself_on_held_out_queries(trained: Trained) -> None:
    assert trained.comparison.rankers == ("bm25", "hand", "model")
    assert trained.comparison.baseline == "hand"
    assert len(trained.comparison.queries) == trained.facts["queries"]
    assert trained.facts["split"] == "3 folds by query, 1 seeds, nested"
    assert trained.importance[0].loss >= trained.importance[-1].loss
    assert any(line.startswith("tiny data") for line in trained.comparison.warnings)


def test_the_same_judgments_give_the_same_model(
    trained: Trained, generation: Generation, judgments: Judgments
) -> None:
    again = train(judgments, generation, OPTIONS, Silent())
    assert again.booster.model_to_string() == trained.booster.model_to_string()
    assert manifest_of(again, generation.snapshot, NOW, "t", "demo") == manifest_of(
        trained, generation.snapshot, NOW, "t", "demo"
    )


def test_a_model_that_is_not_better_is_not_let_through(
    generation: Generation, judgments: Judgments
) -> None:
    flat = {
        query_id: dict.fromkeys(products, 1.0) for query_id, products in judgments.qrels.items()
    }
    upside_down = {
        query_id: {product: 4.0 - grade for product, grade in products.items()}
        for query_id, products in judgments.qrels.items()
    }
    nonsense = train(
        Judgments(judgments.queries, upside_down), generation,
        replace(OPTIONS, params=TreeParams(trees=1, leaves=2, min_rows=20), measure=None), Silent(),
    )  # fmt: skip
    assert nonsense.gate.measure in nonsense.comparison.measures
    with pytest.raises(TrainingError, match="same grade"):
        train(
            Judgments(judgments.queries, flat),
            generation,
            replace(OPTIONS, sampling=replace(OPTIONS.sampling, judged_only=True)),
            Silent(),
        )


def test_one_query_is_not_enough(generation: Generation, judgments: Judgments) -> None:
    one = judgments.subset(list(judgments.queries)[:1])
    with pytest.raises(TrainingError, match="nothing can be held out"):
        train(one, generation, OPTIONS, Silent())


def published(trained: Trained, generation: Generation, index: Path, when: datetime) -> str:
    booster: Booster = trained.booster
    manifest = manifest_of(trained, generation.snapshot, when, "test", "demo intents")
    publish_model(index, booster, manifest)
    return manifest.model_id


def test_a_running_service_takes_up_a_published_model(
    trained: Trained, generation: Generation, data: Path, judgments: Judgments
) -> None:
    text = next(iter(judgments.queries.values()))
    asked = {"q": text, "explain": "true", "diversity": "false"}
    with serving(data) as client:
        before = client.get("/v1/search", params=asked).json()
        model_id = published(trained, generation, data / "main", NOW)
        wait_until(
            lambda: (
                client.get("/v1/search", params=asked).json()["generation"] != before["generation"]
            ),
            20,
        )
        after = client.get("/v1/search", params=asked).json()
    current = read_current(data / "main")
    assert current is not None
    assert current.model == model_id
    assert not after["degraded"]
    explanation = after["hits"][0]["explanation"]
    assert explanation["ranker"] == model_id
    total = sum(each["adds"] for each in explanation["contributions"])
    assert total == pytest.approx(after["hits"][0]["score"], abs=0.01)
    # and it is the model that was trained
    rows = rows_of("q", text, {}, generation)
    manifest = manifest_of(trained, generation.snapshot, NOW, "test", "demo intents")
    scores = ModelRanker(trained.booster, manifest).scores(rows.features)
    docs = reranked(rows, scores, generation.snapshot)
    first = [generation.snapshot.documents.id_at(int(doc)) for doc in docs[:5]]
    assert [hit["id"] for hit in after["hits"][:5]] == first
