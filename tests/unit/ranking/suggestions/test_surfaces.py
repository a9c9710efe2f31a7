"""Hint, discover, after-click, related on the shop of tests/query_shop.py."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from query_shop import PERSONAL

from ranking.generation import Generation
from ranking.rules.blocklist import Blocklist
from ranking.rules.hints import Hints, ScheduledHint
from ranking.rules.rules import Rules
from ranking.suggestions.after_click import after_click
from ranking.suggestions.discover import discover
from ranking.suggestions.hint import hint
from ranking.suggestions.item import QueryItem, suggestion_id
from ranking.suggestions.recent import Recent
from ranking.suggestions.related import related
from ranking.suggestions.suggest import suggest

NOTHING = Recent()


def texts(items: Iterable[QueryItem]) -> list[str]:
    return [item.text for item in items]


def recent(shop: Generation, queries: list[str], products: list[str] | None = None) -> Recent:
    return Recent.of(queries, products or [], shop)


def ruled(shop: Generation, blocked: tuple[str, ...], *hints: ScheduledHint) -> Generation:
    return replace(shop, rules=Rules(None, Blocklist.of(blocked), Hints(hints)))


def everything(shop: Generation) -> list[QueryItem]:
    """What every surface says to many different askers."""
    items: list[QueryItem] = []
    asked = ["lamp", "desk lamp", "running shoes", "苹果", "nonsense", *PERSONAL]
    for text in asked:
        just = recent(shop, [text], ["red", "手机", "none"])
        items += [*hint(just, 50, 0.0, shop), *discover(just, 50, shop)]
        items += related(text, None, [0, 1], 50, shop)
        items += after_click(text, "garden", 50, shop)
        items += suggest(text[:3], 50, shop, just, scopes=True, categories=9).items
    return items


def test_hot_queries_fill_the_empty_box(logged: Generation) -> None:
    items = hint(NOTHING, 3, 0.0, logged)
    assert texts(items) == ["sunglasses", "running shoes", "lamp"]
    assert {item.more["reason"] for item in items} == {"hot"}
    assert items[0].suggestion_id == suggestion_id("hint", "query_log", "sunglasses")


def test_a_hint_continues_and_never_repeats(logged: Generation) -> None:
    items = hint(recent(logged, ["lamp"]), 2, 0.0, logged)
    # Asked next: solar lamp 6 / (14 + 5), desk lamp 8 / 19. Shared clicks add for solar lamp
    # 0.5 · √(6/19 · 6/11) = 0.21, more than the 2/19 that it lacks.
    assert texts(items) == ["solar lamp", "desk lamp"]
    assert {item.more["reason"] for item in items} == {"session"}
    for asked in ("lamp", "LAMPS", "sun glasses", "chair office"):
        shown = texts(hint(recent(logged, [asked]), 50, 0.0, logged))
        assert not {"lamp", "Lamps"} & set(shown) or "lamp" not in asked.lower()
        assert "sunglasses" not in shown or "sun" not in asked
        assert "office chair" not in shown or "chair" not in asked


def test_the_newest_query_counts_most(logged: Generation) -> None:
    first = hint(recent(logged, ["lamp", "office chair"]), 1, 0.0, logged)
    then = hint(recent(logged, ["office chair", "lamp"]), 1, 0.0, logged)
    assert (texts(first), texts(then)) == (["oak desk"], ["solar lamp"])


def test_a_product_hints_at_what_leads_to_it(logged: Generation) -> None:
    items = hint(recent(logged, [], ["garden"]), 2, 0.0, logged)
    # P(garden | solar lamp) = 6 / (6 + 5); P(garden | lamp) = 6 / (14 + 5)
    assert texts(items) == ["solar lamp", "lamp"]


def test_scheduled_hints_come_first_in_their_time(logged: Generation) -> None:
    shop = ruled(logged, (), ScheduledHint("oak desk", 100.0, 200.0))
    assert texts(hint(NOTHING, 2, 150.0, shop)) == ["oak desk", "sunglasses"]
    assert hint(NOTHING, 1, 150.0, shop)[0].source == "scheduled"
    assert texts(hint(NOTHING, 1, 200.0, shop)) == ["sunglasses"]
    asked = recent(shop, ["oak desk"])
    assert "oak desk" not in texts(hint(asked, 9, 150.0, shop))


def test_discover_ranks_and_tags(logged: Generation) -> None:
    items = discover(NOTHING, 3, logged)
    told = [(item.text, item.more["rank"], item.more.get("tag")) for item in items]
    # One a department as three are asked for: running shoes is Fashion as sunglasses are.
    assert told == [("sunglasses", 1, "new"), ("lamp", 2, None), ("solar lamp", 3, None)]
    tags = {item.text: item.more.get("tag") for item in discover(NOTHING, 9, logged)}
    assert (tags["sunglasses"], tags["running shoes"], tags["lamp"]) == ("new", "rising", None)


def test_discover_for_you(logged: Generation) -> None:
    items = discover(recent(logged, ["office chair"]), 2, logged)
    mine = [item for item in items if item.more["section"] == "for_you"]
    assert mine[0].text == "oak desk"
    assert not set(texts(mine)) & {i.text for i in items if i.more["section"] == "hot"}


def test_after_a_click(logged: Generation) -> None:
    items = after_click("lamp", "garden", 3, logged)
    assert items[0].text == "solar lamp"
    assert items[0].more["reason"] == "returned"
    assert "lamp" not in texts(after_click("lamp", "garden", 50, logged))
    only_product = after_click("", "garden", 9, logged)
    assert texts(only_product)[:2] == ["solar lamp", "lamp"]
    assert texts(after_click("office chair", "no such id", 1, logged)) == ["oak desk"]
    assert after_click("zzz", "no such id", 9, logged) == []


def test_related_shares_clicks_and_sessions_but_says_nothing_twice(logged: Generation) -> None:
    found = related("lamp", None, [], 9, logged)
    assert texts(found)[:2] == ["solar lamp", "desk lamp"]  # clicks and session; session
    assert not {"lamp", "Lamps"} & set(texts(found))
    assert related("  ", None, [0], 9, logged) == []


def test_an_unknown_query_is_related_by_what_it_finds(logged: Generation) -> None:
    garden = logged.snapshot.documents.find("garden")
    assert garden is not None
    found = related("sun powered light", None, [garden], 2, logged)
    assert found[0].text == "solar lamp"
    assert found[0].more["reason"] == "clicks"


@pytest.mark.parametrize("shop", ["logged", "unlogged"])
def test_nothing_is_said_twice_blocked_or_personal(
    shop: str, request: pytest.FixtureRequest
) -> None:
    generation: Generation = request.getfixturevalue(shop)
    blocked = ruled(generation, ("desk", "手机壳"))
    for item in everything(blocked):
        assert "desk" not in item.text.lower().split()
        assert "手机壳" not in item.text
        assert not any(text in item.text for text in PERSONAL)
        assert item.source
        assert len(item.suggestion_id) == 16
    for items in (hint(NOTHING, 50, 0.0, generation), discover(NOTHING, 50, generation)):
        assert len(set(texts(items))) == len(items)


def test_every_offer_finds_something(logged: Generation, unlogged: Generation) -> None:
    from indexing.postings.strict_match import StrictMatch

    for shop in (logged, unlogged):
        strict = StrictMatch(shop.snapshot.analyzer, shop.snapshot.index)
        for text in {item.text for item in everything(shop)}:
            assert strict.finds(strict.terms(text)), text


def test_the_catalogue_alone_has_something_to_say(unlogged: Generation) -> None:
    assert hint(NOTHING, 5, 0.0, unlogged)
    assert discover(recent(unlogged, ["lamp"], ["red"]), 5, unlogged)
    assert related("lamp", None, [0], 5, unlogged)
    assert after_click("lamp", "red", 5, unlogged)
    assert all(item.source != "query_log" for item in everything(unlogged))
