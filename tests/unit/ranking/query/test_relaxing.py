"""What is given up when too little has all words, in which order, and that it is told."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ranking.generation import Generation
from ranking.query.entities import Entity, Reading
from ranking.query.query import Slot
from ranking.query.synonyms import Synonyms
from ranking.query.term_weights import with_noun
from ranking.query.type_wish import TypeWish
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
    assert "velvet" in found.relaxed.dropped
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


def test_what_was_given_up_is_told_as_it_was_typed(shop: Generation) -> None:
    found = run(shop, "Velvet Sofas zzxqv")
    assert found.relaxed is not None
    lacking = {"zzxqv"} | ({"Velvet"} if _some_lack(found, "velvet") else set())
    assert set(found.relaxed.dropped) - {"Sofas"} == lacking
    assert ("Sofas" in found.relaxed.dropped) == _some_lack(found, "sofa")


def _some_lack(found: SearchResult, word: str) -> bool:
    by_words = [hit for hit in found.hits if 0 < hit.level < 4]
    return any(word not in str(hit.product).casefold() for hit in by_words)


@pytest.mark.parametrize("text", ["zzxqv", "blorptang zzyvex", "the blorptang", "zzxqv 5"])
def test_letters_without_a_meaning_find_nothing(shop: Generation, text: str) -> None:
    found = run(shop, text, correct=False)
    assert found.relaxed is not None
    assert found.relaxed.scope in ("popular", "category")


def test_a_word_of_the_language_is_still_searched_by_meaning(shop: Generation) -> None:
    assert run(shop, "couch").hits[0].channels
    found = run(shop, "trainers", synonyms=False, correct=False)
    assert found.relaxed is None or found.relaxed.scope != "popular"


def test_the_noun_of_the_kind_counts_as_the_category_that_other_words_name() -> None:
    slots = tuple(
        Slot(text, 2.0, (), place) for place, text in enumerate(("dress", "pant", "woman"))
    )
    category = Reading("category", "Women", (0,), 1.0, 1.0)
    women, pants = (Entity("", place, 1, (category,)) for place in (2, 1))
    kind = TypeWish(
        np.zeros(1, dtype=np.int32), np.ones(1, dtype=np.float32), "pant", "name", 1.0,
        phrase=("dress", "pant"),
    )  # fmt: skip

    def weights(*entities: Entity, meant: TypeWish = kind) -> list[float]:
        return [slot.weight for slot in with_noun(slots, entities, meant)]

    assert weights(women) == pytest.approx([2.8, 2.8, 2.0])  # `weighed` has raised the category
    assert weights(pants) == [2.0, 2.0, 2.0]
    assert weights() == [2.0, 2.0, 2.0]
    assert weights(women, meant=replace(kind, certainty=0.4)) == [2.0, 2.0, 2.0]
    assert weights(women, meant=replace(kind, how="likeness")) == [2.0, 2.0, 2.0]
