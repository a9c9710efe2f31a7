import time
from math import isclose

import numpy as np
import pytest
from catalogs import build_index, open_index

from ranking.filters.url_syntax import parse_filters
from ranking.generation import Generation
from ranking.search.request import SearchRequest
from ranking.search.root import search
from ranking.suggestions.item import QueryItem
from ranking.suggestions.split import entropy, lift, sample_of

COLOURS = ["red"] * 20 + ["blue"] * 15 + ["green"] * 5


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = tmp_path_factory.mktemp("refine") / "main"
    lamps = [
        {
            "id": f"l{n}",
            "title": f"{'Desk' if n % 2 else 'Floor'} lamp {n}",
            "brand": "Lumo",
            "category": "Home > Lamps",
            "color": colour,
            "hue": colour.upper(),  # parts the products as the colour does
            "size": "one" if n else "two",
        }
        for n, colour in enumerate(COLOURS)
    ]
    chairs = [{"id": f"c{n}", "title": f"Chair {n}", "color": "red"} for n in range(5)]
    build_index(folder, [*lamps, *chairs])
    return open_index(folder)


def chips(shop: Generation, text: str, *filters: str) -> list[QueryItem]:
    request = SearchRequest(text, parse_filters(filters), extras=("refinements",), semantic=False)
    found = search(request, shop, time.perf_counter).refinements
    assert found is not None
    return list(found)


def test_entropy_and_lift_by_hand() -> None:
    assert [entropy(share) for share in (0.0, 0.5, 1.0)] == [0.0, 1.0, 0.0]
    assert isclose(entropy(0.25), 0.8112781, rel_tol=1e-6)
    # 6 of 10 clicks on a quarter of the products: (6 + 2.5) / (10 + 10) / 0.25
    assert isclose(lift(6, 10, 0.25), 1.7)
    assert lift(0, 0, 0.25) == 1.0
    assert (lift(0, 1000, 0.25), lift(1000, 1000, 0.01)) == (0.5, 3.0)


def test_what_halves_comes_first_and_alike_chips_are_one(shop: Generation) -> None:
    found = chips(shop, "lamp")
    words = {item.text for item in found if item.more["kind"] == "word"}
    assert words == {"desk", "floor"}
    facets = [item.more for item in found if item.more["kind"] == "filter"]
    values = [more["value"].lower() for more in facets]
    assert values == ["red", "blue", "green"]  # one of color and hue; size and brand part nothing
    assert [more["score"] for more in facets] == [
        round(entropy(share), 4) for share in (20 / 40, 15 / 40, 5 / 40)
    ]


def test_the_count_is_what_the_filter_leaves(shop: Generation) -> None:
    for item in chips(shop, "lamp"):
        if item.more["kind"] == "filter":
            filters = parse_filters([item.more["filter"]])
            request = SearchRequest("lamp", filters, semantic=False)
            assert search(request, shop, time.perf_counter).total == item.more["count"]


def test_filters_in_force_are_told_and_their_field_is_not_offered(shop: Generation) -> None:
    found = chips(shop, "lamp", "attributes.color:red")
    assert found[0].more == {
        "kind": "filter", "field": "attributes.color", "filter": "attributes.color:red",
        "selected": True,
    }  # fmt: skip
    assert found[0].text == "red"
    assert chips(shop, "lamp", "-brand:Acme")[0].text == "-brand:Acme"
    assert all(item.more.get("field") != "attributes.color" for item in found[1:])


@pytest.mark.parametrize("text", ["lamp 3", "zzzz", "", "  "])
def test_small_empty_and_whole_results(shop: Generation, text: str) -> None:
    assert all(item.more["count"] >= 1 for item in chips(shop, text))


def test_a_sample_has_one_document_a_group(shop: Generation) -> None:
    docs = np.arange(shop.snapshot.doc_count, dtype=np.uint32)
    sample = sample_of(docs, shop.snapshot.columns)
    groups = shop.snapshot.columns.group_of[sample]
    assert len(set(groups.tolist())) == len(sample) == shop.snapshot.doc_count


def test_chips_are_judged_on_what_holds_the_whole_query(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("judged") / "main"
    desk = [
        {"id": f"d{n}", "title": "Desk lamp", "brand": "Lumo" if n % 2 else "Acme"}
        for n in range(12)
    ]
    floor = [{"id": f"f{n}", "title": "Floor lamp", "brand": "Other"} for n in range(12)]
    odd = [{"id": f"o{n}", "title": "Floor lamp", "brand": "Zeta"} for n in range(12)]
    build_index(folder, [*desk, *floor, *odd])
    shop = open_index(folder)
    assert {item.text for item in chips(shop, "desk lamp")} == {"Acme", "Lumo"}
    assert {item.more["count"] for item in chips(shop, "desk lamp")} == {6}
    assert "Other" not in {item.text for item in chips(shop, "lamp")}


def test_kinds_of_things_are_chips_where_results_hold_several(kettles: Generation) -> None:
    found = [item for item in chips(kettles, "varo") if item.more.get("field") == "kind"]
    assert {"kettle", "fountain"} <= {item.text for item in chips(kettles, "varo", "brand:Varo")}
    assert found
    for item in found:
        filtered = SearchRequest("varo", parse_filters((item.more["filter"],)), semantic=False)
        assert search(filtered, kettles, time.perf_counter).total == item.more["count"]
        assert all(
            f"{item.more['filter']}" != other.more.get("filter")
            for other in found
            if other is not item
        )


def test_a_kind_is_narrowed_to_kinds_of_two_words(kettles: Generation) -> None:
    texts = {item.text for item in chips(kettles, "kettle") if item.more.get("field") == "kind"}
    assert "whistling kettle" in texts
    narrow, wide = (
        search(
            SearchRequest("kettle", parse_filters((f"kind:{kind}",)), semantic=False),
            kettles,
            time.perf_counter,
        ).total
        for kind in ("whistling kettle", "kettle")
    )
    assert 0 < narrow < wide


def test_the_field_is_counted_as_other_facets_are(kettles: Generation) -> None:
    whole = search(SearchRequest("varo", facets=("kind",)), kettles, time.perf_counter)
    for value in whole.facets["kind"].values:
        clause = parse_filters((f"kind:{value.value}",))
        total = search(SearchRequest("varo", clause), kettles, time.perf_counter).total
        assert total == value.count
