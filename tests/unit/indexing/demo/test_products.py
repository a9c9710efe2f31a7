"""The demo shop's products agree with themselves, whatever is drawn."""

import gzip
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import orjson
import pytest

from indexing.catalogue.product_parsing import parse_product
from indexing.demo.identifiers import gtins, model_number
from indexing.demo.leaves import Leaf, departments
from indexing.demo.products import ProductStream
from indexing.demo.shop import DEMO_UNTIL, write_demo_shop

COUNT = 4000
FIELDS = ["id", "title", "description", "brand", "category", "price", "list_price", "currency"]
FIELDS += ["rating", "rating_count", "stock", "image", "url", "created_at", "group_id"]
FIELDS += ["popularity", "identifiers", "attributes"]
LEAVES = {leaf.path: leaf for department in departments() for leaf in department.leaves}

Product = dict[str, Any]


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> list[Product]:
    shop = write_demo_shop(tmp_path_factory.mktemp("shop"), COUNT, 11)
    with gzip.open(shop.products) as lines:
        return [orjson.loads(line) for line in lines]


def leaf_of(product: Product) -> Leaf:
    return LEAVES[tuple(product["category"])]


def chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_exactly_so_many_with_exactly_these_fields(products: list[Product]) -> None:
    assert len(products) == COUNT
    assert all(list(product) == FIELDS for product in products)
    assert len({product["id"] for product in products}) == COUNT


def test_the_catalogue_takes_every_line(products: list[Product]) -> None:
    for product in products:
        parsed = parse_product(product)
        assert parsed.category == tuple(product["category"])
        assert set(parsed.attributes) == set(product["attributes"])


def test_only_attributes_of_the_category(products: list[Product]) -> None:
    for product in products:
        leaf = leaf_of(product)
        allowed: dict[str, list[Any]] = {
            attribute.name: [option.value for option in attribute.options]
            for attribute in leaf.attributes
        }
        allowed["colour"] = [colour.name for colour in leaf.colours]
        allowed["material"] = [option.value for option in leaf.materials]
        if leaf.sizes:
            allowed[leaf.sizes.attribute] = [option.value for option in leaf.sizes.sizes]
        for name, value in product["attributes"].items():
            values = value if isinstance(value, list) else [value]
            assert set(values) <= set(allowed[name]), (product["id"], name)


def test_colour_and_size_of_the_title(products: list[Product]) -> None:
    for product in products:
        leaf, title = leaf_of(product), product["title"]
        told = {colour.name: (colour.name, colour.chinese) for colour in leaf.colours}
        if leaf.colours:
            assert told[product["attributes"]["colour"]][chinese(title)] in title, title
        if leaf.sizes:
            size = product["attributes"][leaf.sizes.attribute]
            [option] = [option for option in leaf.sizes.sizes if option.value == size]
            assert (option.chinese if chinese(title) else option.english) in title, title


def test_no_other_colour_in_the_title(products: list[Product]) -> None:
    for product in products:
        leaf, rest = leaf_of(product), product["title"]
        for attribute in leaf.attributes:
            for option in attribute.options:
                rest = rest.replace(option.english, "").replace(option.chinese, "")
        if not leaf.colours or chinese(product["title"]):
            continue
        others = {colour.name for colour in leaf.colours} - {product["attributes"]["colour"]}
        rest = rest.replace(product["attributes"]["colour"], "")
        assert not others & set(re.findall(r"\w+", rest)), product["title"]


def test_title_names_the_brand_and_the_noun(products: list[Product]) -> None:
    for product in products:
        leaf, title = leaf_of(product), product["title"]
        assert product["brand"] in title
        assert any(noun in title for noun in (leaf.chinese if chinese(title) else leaf.nouns))


def test_prices_are_within_the_leafs_range(products: list[Product]) -> None:
    for product in products:
        low, high = leaf_of(product).price
        assert low <= product["price"] <= product["list_price"] <= high
        assert round(product["price"], 2) == product["price"]
    cut = sum(product["price"] < product["list_price"] for product in products)
    assert 0.25 < cut / COUNT < 0.5


def test_identifiers(products: list[Product]) -> None:
    seen: Counter[str] = Counter()
    for product in products:
        sku, gtin, model = product["identifiers"]
        assert sku.startswith(model)
        digits = [int(digit) for digit in gtin]
        assert len(digits) == 13
        assert (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0
        seen.update((sku, gtin) if sku != model else (gtin,))
    assert max(seen.values()) == 1
    models = {(product["identifiers"][2], product["group_id"]) for product in products}
    assert len(models) == len({model for model, _ in models})


def test_check_digit_by_hand() -> None:
    # 20 3141592653: 2+0·3+3+1·3+4+1·3+5+9·3+2+6·3+5+3·3 = 81, so the check digit is 9.
    assert gtins(1, 1) == ["2031415926539"]
    assert gtins(10_000_000, 2)[0] == gtins(9_999_999, 2)[1]


def test_model_numbers_beyond_the_first_turn() -> None:
    assert re.fullmatch(r"[A-Z]{2}-\d{4}", model_number(5_759_999, 3))
    assert model_number(5_760_000, 3) == model_number(0, 3) + "A"


def test_variants_are_consecutive_and_share_what_they_must(products: list[Product]) -> None:
    groups = [list(group) for _, group in groupby(products, key=lambda each: each["group_id"])]
    assert len(groups) == len({product["group_id"] for product in products})
    for group in groups:
        for name in ("brand", "category", "created_at", "rating"):
            assert len({str(product[name]) for product in group}) == 1
        assert len({str(product["attributes"]) for product in group}) == len(group) <= 12
    assert 1.5 < COUNT / len(groups) < 5


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_a_tenth_is_chinese_even_in_the_smallest_shop(seed: int) -> None:
    stream = ProductStream(seed, DEMO_UNTIL)
    titles = (product["title"] for group in stream.groups() for product in group)
    share = sum(map(chinese, islice(titles, 1000))) / 1000
    assert 0.08 <= share <= 0.12


def test_tails_stock_and_dates(products: list[Product]) -> None:
    sales = sorted(product["popularity"] for product in products)
    assert sales[-1] > 20 * sales[COUNT // 2] > 0
    assert 0.02 < sum(product["stock"] == 0 for product in products) / COUNT < 0.15
    assert all(1 <= product["rating"] <= 5 for product in products if product["rating_count"])
    assert all(product["rating"] is None for product in products if not product["rating_count"])
    created = [datetime.fromisoformat(product["created_at"]) for product in products]
    assert max(created) < DEMO_UNTIL
    assert min(created) > datetime(2021, 11, 1, tzinfo=UTC)


def test_size_of_a_line(products: list[Product]) -> None:
    lengths = [len(orjson.dumps(product)) for product in products]
    assert 500 <= sum(lengths) / COUNT <= 800


def test_the_same_seed_makes_the_same_bytes(tmp_path: Path) -> None:
    first = write_demo_shop(tmp_path / "a", 1000, 5)
    second = write_demo_shop(tmp_path / "b", 1000, 5)
    other = write_demo_shop(tmp_path / "c", 1000, 6)
    for name in ("products", "queries", "intents", "events"):
        written = getattr(first, name).read_bytes()
        assert written == getattr(second, name).read_bytes()
        assert written != getattr(other, name).read_bytes()
    assert first.products.read_bytes()[4:8] == b"\0\0\0\0"  # no time in the gzip header


def test_a_smaller_shop_is_the_beginning_of_a_larger_one(
    products: list[Product], tmp_path: Path
) -> None:
    shop = write_demo_shop(tmp_path, 1234, 11)
    with gzip.open(shop.products) as lines:
        assert [orjson.loads(line) for line in lines] == products[:1234]


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    told: list[int] = []
    write_demo_shop(tmp_path, 2000, 1, told.append)
    assert told == sorted(told)
    assert told[-1] == 2000
    assert len(told) > 2


@pytest.mark.parametrize(("count", "seed"), [(0, 1), (10_000_001, 1), (1000, -1)])
def test_impossible_shops(tmp_path: Path, count: int, seed: int) -> None:
    with pytest.raises(ValueError, match="choose"):
        write_demo_shop(tmp_path, count, seed)
