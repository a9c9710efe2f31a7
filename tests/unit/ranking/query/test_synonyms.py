import time

from ranking.generation import Generation
from ranking.query.query import Expansion, Query
from ranking.query.synonyms import BOOST, Synonyms
from ranking.query.understand import understand
from ranking.query.widening import widened
from ranking.search.request import SearchRequest


def asked(shop: Generation, rules: str, text: str, on: bool = True) -> Query:
    synonyms = Synonyms.parse(rules, shop.snapshot)
    return understand(SearchRequest(text=text, synonyms=on), shop.snapshot, synonyms)


def origins(query: Query) -> dict[str, list[tuple[str, float]]]:
    return {
        slot.text: [(each.origin, round(each.boost, 3)) for each in slot.alternatives]
        for slot in query.required
    }


def test_a_synonym_stands_beside_the_word_and_is_worth_less(shop: Generation) -> None:
    query = asked(shop, "couch => sofa", "red couch")
    assert origins(query) == {"red": [("literal", 1.0)], "couch": [("synonym", BOOST)]}
    assert query.expansions == (Expansion("couch", "sofa"),)
    assert asked(shop, "couch => sofa", "red couch", on=False).expansions == ()


def test_one_way_is_not_the_other_way_but_both_ways_are(shop: Generation) -> None:
    assert asked(shop, "sofa => lamp", "lamp").expansions == ()
    assert asked(shop, "sofa => lamp", "sofa").expansions == (Expansion("sofa", "lamp"),)
    assert asked(shop, "sofa, lamp", "lamp").expansions == (Expansion("lamp", "sofa"),)


def test_a_phrase_of_two_words_shares_the_worth(shop: Generation) -> None:
    query = asked(shop, "jogging trainers => running shoes", "jogging trainers")
    half = round(BOOST / 2, 3)
    assert origins(query) == {"jog": [("synonym", half)], "trainer": [("synonym", half)]}
    assert len(query.required[0].alternatives[0].term_ids) == 2  # run and shoe
    assert asked(shop, "jogging trainers => running shoes", "jogging").expansions == ()


def test_the_longest_phrase_wins(shop: Generation) -> None:
    query = asked(shop, "desk lamp, sofa\nlamp, shoes", "desk lamp")
    assert query.expansions == (Expansion("desk lamp", "sofa"),)


def test_chinese(shop: Generation) -> None:
    query = asked(shop, "zh: 保护套 => 手机壳", "红色保护套")
    assert query.expansions == (Expansion("保护套", "手机壳"),)


def test_a_language_that_the_index_does_not_have_is_idle(shop: Generation) -> None:
    synonyms = Synonyms.parse("de: sofa, lamp\nsofa, unobtainium\n", shop.snapshot)
    assert synonyms.idle == (1,)  # of the second line the right finds the left
    assert set(synonyms.also) == {("unobtainium",)}


def test_rules_are_not_followed_so_loops_end(shop: Generation) -> None:
    query = asked(shop, "sofa => lamp\nlamp => shoes\nshoes => sofa", "sofa")
    assert query.expansions == (Expansion("sofa", "lamp"),)


def test_known_phrases_are_no_typos(shop: Generation) -> None:
    assert asked(shop, "", "sofo").corrected
    assert not asked(shop, "sofo => lamp", "sofo").corrected


def test_ten_thousand_rules(shop: Generation) -> None:
    rules = "".join(f"thing{n} big, lamp, word{n}\n" for n in range(10_000))
    begun = time.thread_time()
    synonyms = Synonyms.parse(rules, shop.snapshot)
    assert time.thread_time() - begun < 10
    assert synonyms.problems == ()
    request = SearchRequest(text="word9999")
    assert understand(request, shop.snapshot, synonyms).expansions == (
        Expansion("word9999", "lamp"),
    )


def test_widened_goes_backwards_and_one_step_farther(shop: Generation) -> None:
    synonyms = Synonyms.parse("sofa => lamp\nshoes => sofa", shop.snapshot)
    query = understand(SearchRequest(text="shoes"), shop.snapshot, synonyms)
    wider = widened(query, synonyms, shop.snapshot)
    assert wider is not None
    assert wider.expansions == (Expansion("shoes", "sofa"), Expansion("shoes", "lamp", wide=True))
    query = understand(SearchRequest(text="lamp"), shop.snapshot, synonyms)
    wider = widened(query, synonyms, shop.snapshot)
    assert wider is not None
    assert {each.also for each in wider.expansions} == {"sofa"}  # who says sofa also means lamp
    assert widened(query, Synonyms(), shop.snapshot) is None
