"""The head queries are readable, and their halves stay what they are."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.head_queries import FILE, Share, attainable, halves, read_head_queries

SETS = {"demo", "retrotech", "chorus_icecat", "bigbasket", "taobao_beauty"}


def test_a_hundred_queries_over_five_catalogues() -> None:
    found = read_head_queries(FILE)
    assert set(found) == SETS
    assert sum(map(len, found.values())) == 100
    assert (
        max(Counter((q.catalogue, q.text) for each in found.values() for q in each).values()) == 1
    )


@pytest.mark.parametrize("path", sorted(FILE.parent.glob("*head_queries.tsv")))
def test_the_halves_do_not_depend_on_the_order_of_the_file(path: Path) -> None:
    for queries in read_head_queries(path).values():
        tuned, untouched = halves(queries)
        assert halves(queries[::-1]) == (tuned, untouched)
        assert not set(map(id, tuned)) & set(map(id, untouched))
        assert abs(len(tuned) - len(untouched)) <= 1


def test_a_rule_tells_the_thing_from_its_accessory() -> None:
    laptop = next(q for q in read_head_queries(FILE)["retrotech"] if q.text == "laptop")
    assert laptop.holds({"title": "HP - Pavilion Laptop / Intel&#xAE; Core&#x2122; i3 - Black"})
    assert not laptop.holds({"title": "Init&#x2122; - Laptop Sleeve - Gray"})
    assert not laptop.holds({"title": "Lenmar - Lithium-Ion Battery for Select Acer Laptops"})


def test_where_the_shop_has_few_of_a_kind_the_share_is_of_those() -> None:
    laptop = next(q for q in read_head_queries(FILE)["retrotech"] if q.text == "laptop")
    few = [{"title": "HP - Pavilion Laptop - Black"}, {"title": "Init - Laptop Sleeve - Gray"}]
    assert attainable(laptop, few) == 1
    assert attainable(laptop, few * 12) == 10
    assert Share(laptop, 0.1, 1, ()).share == 1.0
    assert Share(laptop, 0.3, 4, ()).share == 0.75
    assert Share(laptop, 0.3, 10, ()).share == 0.3
