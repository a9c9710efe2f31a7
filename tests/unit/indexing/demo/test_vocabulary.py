"""The words of the demo shop."""

from collections import Counter

from indexing.demo.brands import brands, brands_of
from indexing.demo.draws import draw_rows, falling, spread
from indexing.demo.leaves import Leaf, departments
from indexing.demo.shelves import price_table, shop_price
from indexing.demo.titles import compile_pattern

LEAVES = [leaf for department in departments() for leaf in department.leaves]


def test_at_least_150_leaves_of_two_or_three_levels() -> None:
    assert len({leaf.path for leaf in LEAVES}) == len(LEAVES) >= 150
    assert {len(leaf.path) for leaf in LEAVES} <= {2, 3}


def test_a_few_hundred_brands_with_price_levels() -> None:
    assert len({brand.name for brand in brands()}) == len(brands()) >= 200
    assert {brand.level for brand in brands()} == {0, 1, 2}
    assert Counter(len(brand.departments) for brand in brands()).keys() == {1, 2, 3, 4}
    assert min(len(brands_of(leaf.path)) for leaf in LEAVES) >= 4


def test_kin_exists() -> None:
    names = {department.name for department in departments()}
    assert all(set(department.kin) <= names for department in departments())


def test_a_noun_names_one_leaf() -> None:
    owners: dict[str, set[tuple[str, ...]]] = {}
    for leaf in LEAVES:
        for noun in (*leaf.nouns, *leaf.also, *leaf.chinese):
            owners.setdefault(noun.lower(), set()).add(leaf.path)
    assert {noun for noun, paths in owners.items() if len(paths) > 1} == set()


def test_leaves_can_be_drawn_from() -> None:
    for leaf in LEAVES:
        assert leaf.price[0] < leaf.price[1], leaf.path
        assert len(leaf.attributes) >= 2, leaf.path
        assert all(len(attribute.options) <= 32 for attribute in leaf.attributes), leaf.path
        names = attribute_names(leaf)
        assert len(set(names)) == len(names), leaf.path


def attribute_names(leaf: Leaf) -> list[str]:
    scale = [leaf.sizes.attribute] if leaf.sizes else []
    return ["colour", "material", *scale, *(attribute.name for attribute in leaf.attributes)]


def test_chinese_words_are_chinese() -> None:
    for leaf in LEAVES:
        for noun in leaf.chinese:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in noun), (leaf.path, noun)


def test_optional_parts_of_a_pattern() -> None:
    pattern = "{brand} {noun}[ - {colour}][, {size}]"
    assert compile_pattern(pattern, frozenset({"brand", "noun", "size"})) == (
        "%(brand)s %(noun)s, %(size)s"
    )
    assert compile_pattern("[{colour} ]{noun} 5%", frozenset({"noun"})) == "%(noun)s 5%%"


def test_prices_that_shops_write() -> None:
    assert [shop_price(price) for price in (7.2, 7.8, 23.1, 189.7, 1244.0)] == [
        7.49,
        7.99,
        23.99,
        189.0,
        1249.0,
    ]
    table = price_table(5.0, 2000.0)
    assert len(table) == 256
    assert table == sorted(table)
    assert (table[0], table[-1]) == (5.49, 2000.0)


def test_spread_holds_every_value_in_its_share() -> None:
    table = spread("abc", (6, 1, 1), 16)
    assert len(table) == 16
    assert Counter(table) == {"a": 11, "b": 2, "c": 3}
    assert set(spread(range(30), falling(30, 3), 64)) == set(range(30))


def test_rows_of_draws() -> None:
    rows, again, others = draw_rows(7, 0, 8), draw_rows(7, 0, 8), draw_rows(7, 1, 8)
    first = [next(rows) for _ in range(3000)]
    assert first == [next(again) for _ in range(3000)]
    assert first != [next(others) for _ in range(3000)]
    assert {len(row) for row in first} == {8}
    assert 0 <= min(map(min, first)) < 100
    assert 65_436 < max(map(max, first)) < 65_536
