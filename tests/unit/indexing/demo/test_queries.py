"""Demo queries and events: what they mean is what they say."""

import gzip
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
import pytest

from indexing.demo.grades import Intent, grade
from indexing.demo.phrasing import Picker
from indexing.demo.pricing import chinese_price_query, english_price_query
from indexing.demo.queries import read_intents
from indexing.demo.shop import DEMO_UNTIL, DemoShop, write_demo_shop
from indexing.demo.typos import mistyped

COUNT = 8000
KINDS = {"head", "torso", "tail", "synonym", "typo", "identifier"}
KINDS |= {"attribute", "price", "chinese"}


class Shop(NamedTuple):
    files: DemoShop
    products: dict[str, dict[str, Any]]
    intents: dict[str, Intent]
    events: list[list[str]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    files = write_demo_shop(tmp_path_factory.mktemp("shop"), COUNT, 4)
    with gzip.open(files.products) as lines:
        products = [orjson.loads(line) for line in lines]
    return Shop(
        files,
        {product["id"]: product for product in products},
        {intent.query: intent for intent in read_intents(files.intents)},
        [line.split("\t") for line in files.events.read_text(encoding="utf-8").splitlines()],
    )


def test_every_query_has_a_perfect_product(shop: Shop) -> None:
    by_leaf = defaultdict(list)
    by_brand = defaultdict(list)
    by_identifier = defaultdict(list)
    for product in shop.products.values():
        by_leaf[tuple(product["category"])].append(product)
        by_brand[product["brand"]].append(product)
        for identifier in product["identifiers"]:
            by_identifier[identifier].append(product)
    for intent in shop.intents.values():
        if intent.identifier is not None:
            candidates = by_identifier[intent.identifier]
        elif intent.category is not None:
            candidates = by_leaf[intent.category]
        else:
            candidates = by_brand[intent.brand or ""]
        assert any(grade(intent, product) == 3 for product in candidates), intent


def test_every_kind_is_there(shop: Shop) -> None:
    counts = Counter(intent.kind for intent in shop.intents.values())
    assert set(counts) == KINDS
    assert min(counts.values()) >= 20
    assert len(shop.intents) == shop.files.intent_count


def test_what_the_kinds_promise(shop: Shop) -> None:
    for intent in shop.intents.values():
        assert intent.weight > 0
        assert (intent.identifier is not None) == (intent.kind == "identifier")
        assert (intent.price is not None) == (intent.kind == "price")
        assert (intent.corrected is not None) == (intent.kind == "typo")
        assert intent.corrected != intent.query
        if intent.kind in ("attribute", "tail"):
            assert intent.attributes
        if intent.kind in ("head", "synonym"):
            assert (intent.attributes, intent.brand) == ({}, None)
    dear = {kind: mean_weight(shop, kind) for kind in ("head", "torso", "tail")}
    assert dear["head"] > dear["torso"] > dear["tail"]


def mean_weight(shop: Shop, kind: str) -> float:
    weights = [intent.weight for intent in shop.intents.values() if intent.kind == kind]
    return sum(weights) / len(weights)


def test_query_counts_have_a_long_tail(shop: Shop) -> None:
    lines = shop.files.queries.read_text(encoding="utf-8").splitlines()
    counts = {query: int(count) for query, count in (line.split("\t") for line in lines)}
    assert set(counts) == set(shop.intents)
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    ranked = list(counts.values())
    assert sum(ranked[: len(ranked) // 10]) > 0.4 * sum(ranked)


def test_events_are_thirty_days_in_order(shop: Shop) -> None:
    assert len(shop.events) == shop.files.event_count == COUNT * 3 // 2
    times = [datetime.fromisoformat(event[0]) for event in shop.events]
    assert times == sorted(times)
    assert DEMO_UNTIL - timedelta(days=30) <= times[0] < times[-1] < DEMO_UNTIL
    assert len({time.date() for time in times}) == 30


def test_clicked_products_match_the_query(shop: Shop) -> None:
    clicked = 0
    for _, _, query, product in shop.events:
        if product:
            clicked += 1
            assert grade(shop.intents[query], shop.products[product]) == 3, query
    assert 0.5 < clicked / len(shop.events) < 0.7


def test_rising_queries_rise(shop: Shop) -> None:
    late = (DEMO_UNTIL - timedelta(days=2)).isoformat()
    assert len(shop.files.rising) == 6
    for query in shop.files.rising:
        times = [event[0] for event in shop.events if event[2] == query]
        recent = sum(time >= late for time in times)
        assert recent >= 8
        assert recent / 2 > 10 * (len(times) - recent) / 28
        assert len({event[1] for event in shop.events if event[2] == query}) >= 6


def test_personal_lines_come_from_few_users(shop: Shop) -> None:
    users = defaultdict(set)
    for _, user, query, _ in shop.events:
        if query not in shop.intents:
            users[query].add(user)
    assert len(users) == 12
    assert any("@" in query for query in users)
    assert any(sum(letter.isdigit() for letter in query) >= 10 for query in users)
    assert max(map(len, users.values())) <= 3


def test_users_ask_related_queries_minutes_apart(shop: Shop) -> None:
    related = 0
    for before, after in zip(shop.events, shop.events[1:], strict=False):
        first, second = shop.intents.get(before[2]), shop.intents.get(after[2])
        if before[1] == after[1] and first and second and first.category == second.category:
            gap = datetime.fromisoformat(after[0]) - datetime.fromisoformat(before[0])
            related += gap < timedelta(minutes=5)
    assert related > len(shop.events) / 20


def test_price_phrases() -> None:
    # Draws: one for each neighbour, one for the form, one for the wording.
    assert english_price_query(Picker([0, 0, 0, 0]), "sofa", 47.0) == (
        "sofa under $50",
        (None, 50.0),
    )
    assert english_price_query(Picker([1, 1, 6, 0]), "sofa", 47.0) == (
        "sofa $30-$60",
        (30.0, 60.0),
    )
    assert english_price_query(Picker([0, 0, 4, 0]), "sofa", 47.0) == (
        "sofa over $40",
        (40.0, None),
    )
    assert chinese_price_query(Picker([0, 0, 0, 0]), "沙发", 299.0) == (
        "300元以下沙发",
        (None, 300.0),
    )


def test_mistakes() -> None:
    # Draws: which long word, which letter, which mistake.
    assert mistyped(Picker([0, 0, 0]), "red sofas", set()) == "red sfoas"
    assert mistyped(Picker([0, 0, 1]), "red sofas", set()) == "red sfas"
    assert mistyped(Picker([0, 0, 2]), "red sofas", set()) == "red soofas"
    assert mistyped(Picker([0, 0, 3]), "red sofas", set()) == "red spfas"
    assert mistyped(Picker([0, 0, 1]), "red sofas", {"sfas"}) is None
    assert mistyped(Picker([]), "red mug", set()) is None
