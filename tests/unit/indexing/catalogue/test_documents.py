from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from indexing.catalogue.documents import Documents, DocumentsBuilder, shown_json
from indexing.catalogue.product import Product
from indexing.catalogue.row_order import group_order


def built(tmp_path: Path, *products: Product) -> Documents:
    scratch, folder = tmp_path / "scratch", tmp_path / "documents"
    scratch.mkdir()
    folder.mkdir()
    builder = DocumentsBuilder(scratch)
    for product in products:
        builder.add(product)
    assert len(builder.id_hashes) == len(products)
    builder.finish(folder, group_order(builder.id_hashes, builder.group_hashes))
    assert list(scratch.iterdir()) == []
    return Documents.load(folder)


def test_what_a_result_page_shows() -> None:
    product = Product(
        id="1", title="Mug", price=0.0, stock=0, vector=(1.0,), category=("A", "B"),
        created_at=datetime(2024, 5, 31, tzinfo=UTC), attributes={"new": False, "w": 2.0},
    )  # fmt: skip
    assert shown_json(product) == (
        b'{"id":"1","title":"Mug","category":["A","B"],"price":0.0,"stock":0,'
        b'"created_at":"2024-05-31T00:00:00Z","attributes":{"new":false,"w":2.0}}'
    )


def test_documents_by_number_and_id(tmp_path: Path) -> None:
    documents = built(
        tmp_path,
        Product(id="b", title="Mug", group_id="g"),
        Product(id="a", title="Cup"),
        Product(id='c"\\é', title="Mug, blue", group_id="g"),
    )
    assert len(documents) == 3
    assert [documents.id_at(doc) for doc in range(3)] == ["b", 'c"\\é', "a"]
    assert documents.product_at(1)["title"] == "Mug, blue"
    assert [documents.find(name) for name in ("a", "b", 'c"\\é')] == [2, 0, 1]


def test_a_group_of_the_name_of_a_product_is_not_that_product(tmp_path: Path) -> None:
    documents = built(
        tmp_path,
        Product(id="1", title="x"),
        Product(id="2", title="y"),
        Product(id="3", title="z", group_id="1"),
    )
    assert [documents.id_at(doc) for doc in range(3)] == ["1", "2", "3"]


@pytest.mark.parametrize("unknown", ["", "nobody", "\ud800", "x" * 5000])
def test_unknown_ids(tmp_path: Path, unknown: str) -> None:
    assert built(tmp_path, Product(id="1", title="Mug")).find(unknown) is None


def test_the_last_of_equal_ids_is_shown(tmp_path: Path) -> None:
    documents = built(
        tmp_path,
        Product(id="1", title="old"),
        Product(id="2", title="other"),
        Product(id="1", title="new"),
    )
    assert len(documents) == 2
    doc = documents.find("1")
    assert doc is not None
    assert documents.product_at(doc) == {"id": "1", "title": "new"}


def test_no_products(tmp_path: Path) -> None:
    documents = built(tmp_path)
    assert len(documents) == 0
    assert documents.find("1") is None


def test_many_products_in_any_order(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    products = [
        Product(id=f"p{number}", title="t" * int(random.integers(0, 50)), group_id=str(group))
        for number, group in enumerate(random.integers(0, 100, 500))
    ]
    documents = built(tmp_path, *products)
    for product in products:
        doc = documents.find(product.id)
        assert doc is not None
        assert documents.json_at(doc) == shown_json(product)
    groups = [documents.product_at(doc)["group_id"] for doc in range(500)]
    changes = sum(left != right for left, right in pairwise(groups))
    assert changes + 1 == len(set(groups))
