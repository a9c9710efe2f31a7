from ranking.generation import Generation
from ranking.query.synonym_mining import from_clicks, mine
from ranking.query.synonyms import Synonyms

CLICKS = [
    ("red couch", {1: 3.0, 2: 1.0}),
    ("red sofa", {1: 2.0, 2: 2.0}),  # overlap with the couch: min(.75, .5) + min(.25, .5) = .75
    ("blue couch", {3: 4.0}),
    ("blue sofa", {3: 3.0, 4: 1.0}),  # overlap .75
    ("green sofa", {3: 1.0, 4: 9.0}),
    ("lumo sofa", {1: 4.0}),  # a brand is no other word for a colour
    ("rare divan", {1: 1.0}),  # one click says nothing
]


def test_words_in_which_queries_with_the_same_clicks_differ(shop: Generation) -> None:
    found = from_clicks(CLICKS, shop.snapshot)
    assert [(p.left, p.right, p.source, p.score, p.support) for p in found] == [
        ("couch", "sofa", "clicks", 0.75, 2)
    ]
    assert str(found[0]) == "couch, sofa  # clicks 0.75, 2 pairs of queries"


def test_what_is_a_rule_already_is_not_proposed(shop: Generation) -> None:
    assert [str(p).split("  #")[0] for p in mine(shop.snapshot, Synonyms(), CLICKS, 1)] == [
        "couch, sofa"
    ]
    known = Synonyms.parse("couch => sofa", shop.snapshot)
    assert all((p.left, p.right) != ("couch", "sofa") for p in mine(shop.snapshot, known, CLICKS))


def test_colours_are_rivals(shop: Generation) -> None:
    clicks = [("red sofa", {1: 5.0}), ("blue sofa", {1: 5.0})]
    assert from_clicks(clicks, shop.snapshot) == []
