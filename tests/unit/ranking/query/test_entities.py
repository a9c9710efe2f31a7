import pytest

from ranking.generation import Generation
from ranking.query.query import Query
from ranking.query.synonyms import Synonyms
from ranking.query.understand import query_facts, understand
from ranking.search.request import SearchRequest


def asked(shop: Generation, text: str, rules: str = "") -> Query:
    synonyms = Synonyms.parse(rules, shop.snapshot)
    return understand(SearchRequest(text=text), shop.snapshot, synonyms)


def named(query: Query) -> set[tuple[str, str | float]]:
    return {(entity.best.field, entity.best.value) for entity in query.entities if entity.clear}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lumo lamp", {("brand", "Lumo"), ("category", "Home > Lamps")}),
        ("red sofa", {("attributes.colour", "Red"), ("category", "Home > Sofas")}),
        ("velvet sofas", {("attributes.material", "Velvet"), ("category", "Home > Sofas")}),
        ("sofa 170 cm", {("category", "Home > Sofas"), ("attributes.width_cm", 170.0)}),
        ("华为手机壳", {("brand", "华为"), ("category", "手机 > 手机壳")}),
        ("velvt sofa", {("attributes.material", "Velvet"), ("category", "Home > Sofas")}),
        ("zzz", set()),
        ("", set()),
    ],
)
def test_what_is_named(shop: Generation, text: str, expected: set[tuple[str, str | float]]) -> None:
    assert named(asked(shop, text)) == expected


def test_colours_in_the_other_language_are_learnt_from_titles(shop: Generation) -> None:
    assert ("attributes.colour", "Red") in named(asked(shop, "红色 手机壳"))


def test_what_is_denied_is_not_asked_for(shop: Generation) -> None:
    assert named(asked(shop, "sofa without velvet")) == {("category", "Home > Sofas")}
    assert ("attributes.style", "No Dimmer") in named(asked(shop, "no dimmer lamp"))


def test_a_synonym_names_what_the_word_means(shop: Generation) -> None:
    assert ("category", "Home > Sofas") in named(asked(shop, "red couch", "couch => sofa"))


@pytest.mark.parametrize("text", ["❶", "❶ 手机壳", "➀ lamp", "፩"])
def test_signs_that_are_digits_but_no_numbers(shop: Generation, text: str) -> None:
    assert all(entity.text != text[0] for entity in asked(shop, text).entities)


def test_switched_off(shop: Generation) -> None:
    request = SearchRequest(text="red sofa under $20", entities=False)
    query = understand(request, shop.snapshot)
    assert query.entities == ()
    assert query.price is None


def test_what_is_told(shop: Generation) -> None:
    facts = query_facts(asked(shop, "red sofa"), shop.snapshot)
    assert facts["original"] == "red sofa"
    assert facts["corrected"] is None
    assert [entity["kind"] for entity in facts["entities"]] == ["attribute", "category"]
    assert facts["entities"][0]["text"] == "red"
    assert facts["categories"][0]["value"] == "Home > Sofas"


def test_the_noun_and_the_brand_weigh_more_than_the_colour(shop: Generation) -> None:
    literal = {
        slot.text: slot.weight
        for slot in understand(
            SearchRequest(text="lumo red sofa without lamp", entities=False), shop.snapshot
        ).required
    }
    weights = {s.text: s.weight for s in asked(shop, "lumo red sofa without lamp").required}
    worth = {text: round(weights[text] / literal[text], 2) for text in weights}
    assert worth == {"lumo": 1.3, "red": 1.0, "sofa": 1.4}  # what is denied is not asked for
