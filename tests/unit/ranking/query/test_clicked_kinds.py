"""Clicks speak for kinds where the words do not, and shift what the words say; by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from kinds_shop import KETTLES, shop_of
from made_facts import after_query, made_facts

from ranking.generation import Generation
from ranking.query.type_wish import TypeWish
from ranking.search.context import Context
from ranking.search.matching import find
from ranking.search.request import SearchRequest
from ranking.search.root import rank

UNHEARD_OF = "tea time"
"""No title says it; the shop has kettles, cosies and fountains."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return shop_of(tmp_path_factory.mktemp("kettles"), KETTLES, "en")


def with_facts(shop: Generation, text: str, lifts: dict[str, tuple[float, float]]) -> Generation:
    """lifts: product → its lift after this query and the doubt of that."""
    known = after_query(text, *zip(*lifts.values(), strict=True), clicks=100.0)
    return replace(shop, facts=made_facts(list(lifts), **known))


def kind_of(shop: Generation, text: str) -> TypeWish:
    return find(Context.unhurried(SearchRequest(text=text), shop)).query.kind


def titled(shop: Generation, part: str, count: int) -> list[str]:
    """Ids of products whose titles have this part."""
    documents = shop.snapshot.documents
    found = (d for d in range(len(documents)) if part in documents.product_at(d)["title"])
    return [documents.id_at(doc) for doc, _ in zip(found, range(count), strict=False)]


def sure_of(shop: Generation, ids: list[str]) -> float:
    """The sum of how sure their types are."""
    docs = [shop.snapshot.documents.find(each) for each in ids]
    return float(shop.snapshot.types.sureness[docs].sum() / 255)


def test_what_was_clicked_says_what_is_meant(shop: Generation) -> None:
    assert kind_of(shop, UNHEARD_OF).how != "name"
    fountains = titled(shop, "Stone Fountain", 6)
    taught = with_facts(shop, UNHEARD_OF, dict.fromkeys(fountains, (1.5, 0.5)))
    meant = kind_of(taught, UNHEARD_OF)
    names = shop.snapshot.types.names
    assert "fountain" in names[int(meant.types[0])].casefold()
    n = (1 - np.exp(-1.0)) * sure_of(shop, fountains)
    assert meant.certainty == pytest.approx(n / (n + 5), rel=1e-5)
    told = meant.facts(shop.snapshot)[0]
    assert (told["by"], told["meant_by"]) == ("clicks", UNHEARD_OF)


def test_products_of_the_kind_that_nobody_clicked_are_found(shop: Generation) -> None:
    fountains = titled(shop, "Stone Fountain", 6)
    taught = with_facts(shop, UNHEARD_OF, dict.fromkeys(fountains, (1.5, 0.5)))

    def first(of: Generation) -> list[str]:
        context = Context.unhurried(SearchRequest(text=UNHEARD_OF), of)
        found = find(context)
        docs = rank(found.query, found.answer, context).candidates.doc_ids[:10]
        return [shop.snapshot.documents.product_at(int(doc))["title"] for doc in docs]

    assert all("Fountain" in title for title in first(taught))
    assert not all("Fountain" in title for title in first(shop))


def test_words_are_believed_until_clicks_say_more(shop: Generation) -> None:
    plain = kind_of(shop, "kettle")
    assert (plain.how, plain.certainty) == ("name", pytest.approx(1.0))
    named = shop.snapshot.types.names[int(plain.types[0])]
    cosies = titled(shop, "Cosy", 2)
    few = kind_of(with_facts(shop, "kettle", dict.fromkeys(cosies, (2.0, 0.5))), "kettle")
    assert shop.snapshot.types.names[int(few.types[0])] == named
    n = (1 - np.exp(-1.5)) * sure_of(shop, cosies)
    assert few.chances[0] == pytest.approx(5 * plain.chances[0] / (5 + n), rel=1e-3)
    assert (few.how, few.certainty) == ("name, clicks", pytest.approx(1.0))
    assert few.phrase == plain.phrase


@pytest.mark.parametrize("lift", [(0.5, 0.6), (-1.0, 0.1), (0.2, 0.1)])
def test_what_is_hardly_or_not_surely_liked_says_nothing(
    shop: Generation, lift: tuple[float, float]
) -> None:
    fountains = titled(shop, "Stone Fountain", 6)
    taught = with_facts(shop, UNHEARD_OF, dict.fromkeys(fountains, lift))
    plain, meant = kind_of(shop, UNHEARD_OF), kind_of(taught, UNHEARD_OF)
    assert (meant.how, meant.certainty) == (plain.how, plain.certainty)


def test_products_that_are_gone_say_nothing(shop: Generation, tmp_path: Path) -> None:
    ids = [f"gone-{number}" for number in range(9)]
    taught = with_facts(shop, UNHEARD_OF, dict.fromkeys(ids, (2.0, 0.1)))
    assert kind_of(taught, UNHEARD_OF).how == kind_of(shop, UNHEARD_OF).how
