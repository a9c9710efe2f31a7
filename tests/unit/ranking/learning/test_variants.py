from pathlib import Path

import pytest
from catalogs import build_index, open_index

from ranking.generation import Generation
from ranking.learning.dataset import rows_of
from ranking.learning.judgments import Judgments
from ranking.learning.served import product_ids, served
from ranking.learning.variants import VariantGroups

PRODUCTS = [
    {"id": "red", "title": "Desk lamp red", "group_id": "lamp"},
    {"id": "chair", "title": "Oak chair"},
    {"id": "blue", "title": "Desk lamp blue", "group_id": "lamp"},
    {"id": "floor", "title": "Floor lamp"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index: Path = tmp_path_factory.mktemp("shop") / "main"
    build_index(index, PRODUCTS)
    return open_index(index)


def test_the_first_stands_for_its_group(shop: Generation) -> None:
    groups = VariantGroups.of(shop.snapshot)
    first = {shop.snapshot.documents.id_at(int(doc)) for doc in groups.first_of}
    assert first == {"red", "chair", "floor"}
    assert sorted(product_ids(shop.snapshot)) == ["chair", "floor", "red"]
    judged = groups.judged(Judgments({"q": "lamp"}, {"q": {"red": 1, "blue": 3, "gone": 2}}))
    assert judged.qrels == {"q": {"red": 3, "gone": 2}}


def test_whichever_variant_is_shown_counts_as_what_was_judged(shop: Generation) -> None:
    assert "red" in served(shop, diversity=False)("blue desk lamp")
    rows = rows_of("q", "blue desk lamp", {"red": 2.0, "chair": 1.0}, shop)
    by_id = {
        shop.snapshot.documents.id_at(int(doc)): place for place, doc in enumerate(rows.doc_ids)
    }
    assert "red" not in by_id  # blue is shown for both
    assert rows.grades[by_id["blue"]] == 2.0
    assert rows.judged[by_id["blue"]]
    assert not rows.judged[by_id["floor"]]
