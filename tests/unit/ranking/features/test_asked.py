"""Features of what the query names, with hand-worked values."""

from pathlib import Path

import numpy as np
import pytest
from catalogs import build_index, open_index
from feature_inputs import plain_candidates

from indexing.snapshot import Snapshot
from ranking.bm25 import Bm25Weights
from ranking.features.asked import ASKED
from ranking.features.inputs import Inputs
from ranking.features.query import QUERY
from ranking.query.entities import Entity, Reading
from ranking.query.predict import NOTHING, Prediction
from ranking.query.price_phrases import PriceWish
from ranking.query.query import Query

PRODUCTS = [
    {"id": "a", "title": "red lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 10,
     "attributes": {"colour": "red", "watts": 5}},
    {"id": "b", "title": "blue lamp", "brand": "Brava", "category": "Home > Lamps", "price": 40,
     "attributes": {"colour": "blue", "watts": 9}},
    {"id": "c", "title": "red rug", "brand": "Lumo", "category": "Home > Rugs",
     "attributes": {"colour": "red"}},
    {"id": "d", "title": "red ball", "category": "Toys > Balls", "price": 20},
    {"id": "e", "title": "something"},
] + [
    {"id": f"x{n}", "title": "thing", "attributes": {"colour": "green", "watts": 1}}
    for n in range(30)
]  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    index = tmp_path_factory.mktemp("asked") / "main"
    build_index(index, PRODUCTS)
    return open_index(index).snapshot


def columns(
    snapshot: Snapshot,
    *entities: Entity,
    price: PriceWish | None = None,
    prediction: Prediction = NOTHING,
) -> dict[str, list[float]]:
    """Each column over products a to e; prices rank a < d < b."""
    candidates = plain_candidates(np.arange(5, dtype=np.uint32))
    query = Query("", (), None, None, entities=entities, price=price, prediction=prediction)
    inputs = Inputs.of(query, candidates, snapshot, (snapshot,), Bm25Weights())
    found = ASKED.values(inputs) | {"certainty": QUERY.values(inputs)["query_category_certainty"]}
    return {name: column.tolist() for name, column in found.items()}


def reading(snapshot: Snapshot, field: str, value: str, weight: float) -> Reading:
    ordinals = tuple(snapshot.columns.keywords[field].matching(value))
    assert ordinals
    return Reading(field, value, ordinals, 1.0, weight)


def same(found: list[float], wanted: list[float]) -> None:
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


NAN = float("nan")


def test_nothing_was_asked(snapshot: Snapshot) -> None:
    found = columns(snapshot)
    assert found.pop("certainty") == [0.0] * 5
    for name, values in found.items():
        assert np.isnan(values).all(), name


def test_a_brand_and_readings_by_weight(snapshot: Snapshot) -> None:
    brand = Entity("lumo", 0, 1, (reading(snapshot, "brand", "Lumo", 1.0),))
    same(columns(snapshot, brand)["brand_named"], [1, 0, 1, 0, 0])
    as_colour = reading(snapshot, "attributes.colour", "red", 0.75)
    as_brand = reading(snapshot, "brand", "Brava", 0.25)
    either = Entity("red", 0, 1, (as_colour, as_brand))
    found = columns(snapshot, either)
    same(found["attributes_named"], [0.75, 0.25, 0.75, 0, 0])
    assert np.isnan(found["brand_named"]).all()


def test_the_mean_of_several_attributes_numbers_too(snapshot: Snapshot) -> None:
    red = Entity("red", 0, 1, (reading(snapshot, "attributes.colour", "red", 1.0),))
    watts = Entity("9 watts", 1, 2, (Reading("attributes.watts", 9.0, (), 1.0, 1.0),))
    same(columns(snapshot, red, watts)["attributes_named"], [0.5, 0.5, 0.5, 0, 0])


def test_a_named_category_holds_its_tree(snapshot: Snapshot) -> None:
    home = Entity("home", 0, 1, (reading(snapshot, "category", "Home", 1.0),))
    same(columns(snapshot, home)["category_named"], [1, 1, 1, 0, 0])


def test_the_predicted_category_and_the_one_above(snapshot: Snapshot) -> None:
    model, values = snapshot.categories, snapshot.columns.keywords["category"].values
    given = {"Home > Lamps": 0.6, "Home > Rugs": 0.1, "Toys > Balls": 0.3}
    own = np.array([given[values[int(o)]] for o in model.classes], dtype=np.float32)
    found = columns(snapshot, prediction=Prediction(own, 1.3, None))
    same(found["category_fit"], [1, 1, 1 / 6, 0.5, NAN])
    same(found["category_near"], [1, 1, 1, 3 / 7, NAN])
    same(found["certainty"], [0.6] * 5)
    unsure = columns(snapshot, prediction=Prediction(own, 9.0, None))
    assert np.isnan(unsure["category_fit"]).all()


def test_every_feature_of_what_is_asked_is_worked_here() -> None:
    source = Path(__file__).read_text("utf-8")
    assert all(f'["{name}"]' in source for name in ASKED.names)


def test_prices(snapshot: Snapshot) -> None:
    between = PriceWish(0, 1, (15.0, 30.0), True)
    same(columns(snapshot, price=between)["price_fit"], [10 / 15, 30 / 40, NAN, 1, NAN])
    cheap = PriceWish(0, 1, (None, None), False, soft=-1)
    same(columns(snapshot, price=cheap)["price_fit"], [5 / 6, 1 / 6, NAN, 0.5, NAN])
    expensive = PriceWish(0, 1, (None, None), False, soft=1)
    same(columns(snapshot, price=expensive)["price_fit"], [1 / 6, 5 / 6, NAN, 0.5, NAN])
