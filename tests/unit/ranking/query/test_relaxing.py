"""What is given up when too little has all words, in which order, and that it is told."""

import time
from dataclasses import replace
from typing import Any

import pytest

from ranking.generation import Generation
from ranking.query.synonyms import Synonyms
from ranking.rules.rules import Rules
from ranking.search.request import SearchRequest
from ranking.search.result import SearchResult
from ranking.search.root import search


def run(shop: Generation, text: str, **request: Any) -> SearchResult:
    asked = SearchRequest(text=text, budget_ms=60_000, page_size=100, **request)
    return search(asked, shop, time.perf_counter)


def test_the_attribute_is_dropped_before_the_brand_and_the_noun(shop: Generation) -> None:
    found = run(shop, "lumo velvet running shoes")
    assert found.relaxed is not None
    assert found.relaxed.dropped[0] == "velvet"
    assert {"shoe", "lumo"}.isdisjoint(found.relaxed.dropped[:1])
    assert found.total_strict == 0
    assert found.hits[0].id.startswith("shoe")


def test_farther_synonyms_only_where_dropping_found_too_little(shop: Generation) -> None:
    rules = Synonyms.parse("sofa => canape", shop.snapshot)
    wide = replace(shop, rules=Rules(synonyms=rules))
    found = run(wide, "canape")
    assert found.query["expansions"] == [{"said": "canape", "also": "sofa", "widened": True}]
    assert found.hits[0].id.startswith("sofa")
    assert run(wide, "canape", relax=False).query["expansions"] == []
    assert run(wide, "canape", synonyms=False).query["expansions"] == []
    assert run(wide, "sofa").query["expansions"] == []


@pytest.mark.parametrize("text", ["zzxqv", "zzxqv qqqq", "\u200b", "?!", "🙂", "sofa\u0301", "ﾗﾝﾌﾟ"])
def test_some_answer_for_anything_typed_unless_relaxing_is_off(shop: Generation, text: str) -> None:
    assert run(shop, text).total > 0
    assert isinstance(run(shop, text, relax=False), SearchResult)


def test_an_honest_empty_list_with_relaxing_off(shop: Generation) -> None:
    found = run(shop, "zzxqv sofa", relax=False, correct=False)
    assert (found.total, found.relaxed) == (0, None)


def test_the_last_resort_is_told(shop: Generation) -> None:
    found = run(shop, "zzxqv", semantic=False)
    assert found.relaxed is not None
    assert (found.relaxed.scope, found.relaxed.dropped) == ("popular", ("zzxqv",))


def test_identifiers_are_not_relaxed(shop: Generation) -> None:
    found = run(shop, "LMX-99812")
    assert found.total == 0


def test_long_and_empty_queries(shop: Generation) -> None:
    assert run(shop, "lamp " * 100).total_strict == 15
    assert run(shop, "   ").total == 81  # browsing
