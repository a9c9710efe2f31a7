"""What the coarse rank adds for the likely category and the asked price, worked by hand."""

import numpy as np
import pytest
from catalogs import build_index, open_index

from indexing.snapshot import Snapshot
from ranking.query.predict import NOTHING, Prediction
from ranking.query.price_phrases import PriceWish
from ranking.query.query import Query
from ranking.recall.beyond_words import beyond_words, category_fit, within_price

PRODUCTS = [
    {"id": "a", "title": "red lamp", "category": "Home > Lamps", "price": 10},
    {"id": "b", "title": "blue lamp", "category": "Home > Lamps", "price": 40},
    {"id": "c", "title": "red rug", "category": "Home > Rugs"},
    {"id": "d", "title": "ball", "price": 20},
]
DOCS = np.arange(4, dtype=np.uint32)
NAN = float("nan")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    index = tmp_path_factory.mktemp("fit") / "main"
    build_index(index, PRODUCTS)
    return open_index(index).snapshot


def likely(snapshot: Snapshot, entropy: float = 1.0) -> Prediction:
    """Rugs three times as likely as lamps."""
    names = snapshot.columns.keywords["category"].values
    given = {"Home > Lamps": 0.25, "Home > Rugs": 0.75}
    chances = [given[names[int(ordinal)]] for ordinal in snapshot.categories.classes]
    return Prediction(np.array(chances, dtype=np.float32), entropy, None)


def fits(
    snapshot: Snapshot, prediction: Prediction = NOTHING, price: PriceWish | None = None
) -> list[float]:
    query = Query("", (), None, None, prediction=prediction, price=price)
    return [round(float(value), 5) for value in beyond_words(query, DOCS, snapshot)]


def test_the_category_is_worth_a_fifth(snapshot: Snapshot) -> None:
    assert fits(snapshot) == [0, 0, 0, 0]
    assert fits(snapshot, likely(snapshot)) == [0.06667, 0.06667, 0.2, 0]
    assert fits(snapshot, likely(snapshot, entropy=9.0)) == [0, 0, 0, 0]
    found = category_fit(likely(snapshot), DOCS, snapshot, missing=NAN)
    np.testing.assert_allclose(found, [1 / 3, 1 / 3, 1, NAN], rtol=1e-6)
    assert np.isnan(category_fit(NOTHING, DOCS, snapshot, missing=NAN)).all()


def test_the_price_is_worth_three_tenths(snapshot: Snapshot) -> None:
    wish = PriceWish(0, 1, (10.0, 30.0), True)
    assert fits(snapshot, price=wish) == [0.3, 0, 0.15, 0.3]
    assert fits(snapshot, likely(snapshot), wish) == [0.36667, 0.06667, 0.35, 0.3]
    prices = np.array([10.0, 30.0, 9.99, 30.01, NAN])
    assert within_price(wish, prices).tolist() == [1, 1, 0, 0, 0.5]
    assert within_price(PriceWish(0, 1, (None, 30.0), True), prices).tolist() == [1, 1, 1, 0, 0.5]
    assert within_price(PriceWish(0, 1, (10.0, None), True), prices).tolist() == [1, 1, 0, 1, 0.5]


def test_cheap_and_expensive_are_worth_a_tenth(snapshot: Snapshot) -> None:
    """By the percentile within the category: of lamps 1/4 and 3/4, alone or unknown 1/2."""
    cheap = PriceWish(0, 1, (None, None), False, soft=-1)
    assert fits(snapshot, price=cheap) == [0.075, 0.025, 0.05, 0.05]
    expensive = PriceWish(0, 1, (None, None), False, soft=1)
    assert fits(snapshot, price=expensive) == [0.025, 0.075, 0.05, 0.05]
