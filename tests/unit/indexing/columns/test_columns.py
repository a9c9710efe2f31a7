from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from columns_of import columns_of, product

from indexing.columns import Columns, attributes
from indexing.errors import BuildError, CorruptSnapshotError

ALL = np.arange(3, dtype=np.uint32)


def texts(columns: Columns, field: str, doc: int) -> list[str]:
    column = columns.keywords[field]
    return [column.values[ordinal] for ordinal in column.ordinals_of(doc)]


def test_core_numbers_keep_their_exact_value_and_missing_is_nan(tmp_path: Path) -> None:
    columns = columns_of(
        tmp_path,
        [
            product(0, price=19.99, stock=-2),
            product(1, created_at=datetime(2024, 1, 1, tzinfo=UTC)),
            product(2, price=0.0, rating=4.3),
        ],
    )
    np.testing.assert_array_equal(columns.numbers["price"].at(ALL), [19.99, np.nan, 0.0])
    np.testing.assert_array_equal(columns.dense("stock"), [-2, np.nan, np.nan])
    np.testing.assert_array_equal(columns.dense("created_at"), [np.nan, 1_704_067_200, np.nan])
    assert columns.numeric("colour") is None


def test_documents_follow_the_order_and_dropped_rows_leave_nothing(tmp_path: Path) -> None:
    products = [
        product(0, price=1.0, brand="Gone", attributes={"colour": "violet", "watts": 1.0}),
        product(1, price=2.0, brand="Acme", attributes={"colour": "red", "watts": 2.0}),
        product(2, price=3.0, brand="Zeta", attributes={"colour": "blue", "watts": 3.0}),
    ]
    columns = columns_of(tmp_path, products, np.array([2, 1], dtype=np.uint32))
    assert columns.doc_count == 2
    assert columns.dense("price").tolist() == [3.0, 2.0]
    assert columns.dense("attributes.watts").tolist() == [3.0, 2.0]
    assert list(columns.keywords["brand"].values) == ["Acme", "Zeta"]
    assert list(columns.keywords["attributes.colour"].values) == ["blue", "red"]
    assert texts(columns, "brand", 0) == ["Zeta"]


def test_rare_numbers_are_sparse_and_answer_the_same(tmp_path: Path) -> None:
    products = [
        product(i, attributes={"watts": float(i)} if i % 10 == 3 else {}) for i in range(90)
    ]
    column = columns_of(tmp_path, products).numbers["attributes.watts"]
    assert not column.dense and len(column.docs) == 9
    asked = np.array([13, 3, 4, 89, 83, 83, 0], dtype=np.uint32)
    np.testing.assert_array_equal(column.at(asked), [13, 3, np.nan, np.nan, 83, 83, np.nan])
    np.testing.assert_array_equal(column.all()[[3, 4]], [3, np.nan])
    for docs in (asked[:0], ALL + 3, np.arange(80, dtype=np.uint32)):  # few and many
        assert column.held_by(docs) == np.count_nonzero(~np.isnan(column.at(docs)))


def test_attribute_kinds(tmp_path: Path) -> None:
    columns = columns_of(
        tmp_path,
        [
            product(0, attributes={"watts": 5.0, "mixed": 5.0, "new": True, "size": ("M", "L")}),
            product(1, attributes={"watts": 7.5, "mixed": "5", "new": False, "size": "M"}),
            product(2, attributes={"mixed": 0.25}),
        ],
    )
    kinds = columns.fields()
    assert kinds["attributes.watts"] == "number"
    assert {kinds[f"attributes.{name}"] for name in ("mixed", "new", "size")} == {"keyword"}
    assert texts(columns, "attributes.mixed", 0) == texts(columns, "attributes.mixed", 1) == ["5"]
    assert texts(columns, "attributes.mixed", 2) == ["0.25"]
    assert texts(columns, "attributes.new", 0) == ["true"]
    assert texts(columns, "attributes.size", 0) == ["L", "M"]
    assert texts(columns, "attributes.size", 2) == []
    assert columns.keywords["attributes.size"].table.freqs[-2:].tolist() == [1, 2]


def test_what_is_too_long_or_on_too_few_products_is_no_column(tmp_path: Path) -> None:
    def attributes_of(i: int) -> dict[str, object]:
        return {
            "common": "yes",
            **({"rare": "x"} if i < 19 else {}),
            **({"enough": "x"} if i < 20 else {}),
            **({"few_numbers": 1.0} if i < 19 else {}),
            "prose": "w" * (64 if i < 20 else 65),
            "long": "w" * 65,
        }

    products = [product(i, attributes=attributes_of(i)) for i in range(2_100)]
    columns = columns_of(tmp_path, products)
    kept = [name for name in columns.fields() if name.startswith("attributes.")]
    assert kept == ["attributes.common", "attributes.enough", "attributes.prose"]
    assert texts(columns, "attributes.prose", 30) == []


def test_in_a_small_catalogue_one_percent_is_enough(tmp_path: Path) -> None:
    products = [product(i, attributes={"rare": "x"} if i == 7 else {}) for i in range(100)]
    assert "attributes.rare" in columns_of(tmp_path, products).fields()
    products.append(product(100))
    assert "attributes.rare" not in columns_of(tmp_path / "larger", products).fields()


def test_the_most_frequent_names_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attributes, "MAX_NAMES", 2)
    products = [
        product(0, attributes={"a": "x", "b": "x", "c": 1.0}),
        product(1, attributes={"b": "x", "c": 1.0}),
    ]
    fields = columns_of(tmp_path, products).fields()
    assert "attributes.a" not in fields and "attributes.b" in fields and "attributes.c" in fields


def test_the_most_varied_attribute_is_given_up_before_memory_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attributes, "MAX_COLLECTED_VALUES", 10)
    products = [
        product(i, attributes={"serial": f"s{i}", "colour": ("red", "blue")[i % 2]})
        for i in range(50)
    ]
    columns = columns_of(tmp_path, products)
    assert "attributes.serial" not in columns.fields()
    assert texts(columns, "attributes.colour", 49) == ["blue"]


def test_a_category_holds_its_ancestors_parents_first(tmp_path: Path) -> None:
    products = [
        product(0, category=("Home", "Kitchen", "Pots")),
        product(1, category=("Home", "Bath")),
        product(2),
    ]
    columns = columns_of(tmp_path, products)
    column = columns.keywords["category"]
    assert list(column.values) == [
        "Home",
        "Home > Bath",
        "Home > Kitchen",
        "Home > Kitchen > Pots",
    ]
    assert column.parents.tolist() == [-1, 0, 0, 2]
    assert texts(columns, "category", 0) == ["Home", "Home > Kitchen", "Home > Kitchen > Pots"]
    assert texts(columns, "category", 2) == []
    assert column.table.holders_of(0).tolist() == [0, 1]


def test_values_are_found_as_written_else_folded(tmp_path: Path) -> None:
    brands = ["Nestlé", "ACME", "Acme", "小米"]
    columns = columns_of(tmp_path, [product(i, brand=brand) for i, brand in enumerate(brands)])
    column = columns.keywords["brand"]

    def found(value: str) -> list[str]:
        return [column.values[ordinal] for ordinal in column.matching(value)]

    assert found("ACME") == ["ACME"]
    assert found("acme") == ["ACME", "Acme"]
    assert found("nestle") == ["Nestlé"]
    assert found("小米") == ["小米"]
    assert found("acme inc") == [] and column.ordinal("acme inc") == -1
    assert column.values[column.ordinal("acme")] == "ACME"


def test_a_category_may_be_named_by_its_last_level_if_that_is_clear(tmp_path: Path) -> None:
    paths = [("Home", "Pots"), ("Garden", "Pots"), ("Garden", "Tools")]
    columns = columns_of(tmp_path, [product(i, category=path) for i, path in enumerate(paths)])
    column = columns.keywords["category"]
    assert [column.values[o] for o in column.matching("tools")] == ["Garden > Tools"]
    assert column.matching("Pots") == []
    assert [column.values[o] for o in column.matching("home>pots")] == ["Home > Pots"]


def test_one_value_of_two_attributes_is_two_values(tmp_path: Path) -> None:
    products = [product(0, attributes={"new": "yes"}), product(1, attributes={"used": "yes"})]
    columns = columns_of(tmp_path, products)
    new, used = columns.keywords["attributes.new"], columns.keywords["attributes.used"]
    assert new.table is used.table
    assert new.matching("yes") == [0] and used.matching("yes") == [1]


def test_groups_are_runs(tmp_path: Path) -> None:
    products = [
        product(0, group_id="a"),
        product(1, group_id="a"),
        product(2),
        product(3),
        product(4, group_id="b"),
    ]
    columns = columns_of(tmp_path, products)
    assert columns.group_of.tolist() == [0, 0, 1, 2, 3]
    assert columns.group_sizes.tolist() == [2, 1, 1, 1]
    assert len(columns.groups) == 4


def test_a_torn_group_stops_the_build(tmp_path: Path) -> None:
    products = [product(0, group_id="a"), product(1), product(2, group_id="a")]
    with pytest.raises(BuildError, match="tears product groups apart"):
        columns_of(tmp_path, products)


def test_completeness_is_the_share_of_ten_core_fields(tmp_path: Path) -> None:
    columns = columns_of(tmp_path, [product(0), product(1, brand="A", price=0.0, stock=0)])
    np.testing.assert_allclose(columns.completeness, [0.0, 0.3], rtol=1e-6)


@pytest.mark.parametrize("products", [[], [product(0)]])
def test_hardly_anything_still_has_all_core_fields(tmp_path: Path, products: list) -> None:
    columns = columns_of(tmp_path, products)
    assert list(columns.fields()) == [
        "price",
        "list_price",
        "rating",
        "rating_count",
        "stock",
        "popularity",
        "created_at",
        "brand",
        "category",
    ]
    docs = np.arange(len(products), dtype=np.uint32)
    assert np.isnan(columns.numbers["price"].at(docs)).all()
    assert len(columns.keywords["category"].offsets) == len(products) + 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    columns_of(tmp_path, [product(0)])
    (tmp_path / "made" / "brand.ordinals.npy").unlink()
    with pytest.raises(CorruptSnapshotError, match=r"brand\.ordinals\.npy is missing"):
        Columns.load(tmp_path / "made")
