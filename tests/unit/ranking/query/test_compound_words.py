"""Compounds of several parts that no product writes as one, in the languages that have them."""

from itertools import product
from pathlib import Path

import pytest
from catalogs import build_index, open_index
from hypothesis import given
from hypothesis import strategies as st

from indexing.analysis.analyzer import Analyzer
from indexing.catalogue.index_config import IndexConfig
from indexing.forms.compounds import LINKING
from indexing.postings.lexicon import Lexicon
from indexing.strings import StringTable
from ranking.generation import Generation
from ranking.query.compound_words import cuts_of, written_as_one
from ranking.query.understand import understand
from ranking.search.request import SearchRequest
from ranking.search.root import search

GERMAN = {
    "lid": "Deckel für Trinkflasche 1 l",
    "spare": "Ersatzdeckel Trinkflaschen Edelstahl",
    "drink": "Flaschendeckel zum Trinken",
    "bottle": "Flasche Trinkflasche 0,7 l",
    "pot": "Deckel Topf 24 cm",
    "bike": "Fahrrad 28 Zoll",
    "tact": "Rat und Tat",
    "tea": "Kannen Deckel Tee",
}
OTHERS = {
    "nl": ("Deksel voor drinkflessen", "drinkflessendeksel", ("Drinkfles 1 l", "Deksel pan")),
    "da": ("Låg til vandflaske", "vandflaskelåg", ("Vand flaske blå", "Låg gryde stor")),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return built(tmp_path_factory.mktemp("compounds") / "de", GERMAN, "de")


def built(folder: Path, titles: dict[str, str], language: str) -> Generation:
    products = ({"id": name, "title": title, "category": "K"} for name, title in titles.items())
    build_index(folder, products, config=IndexConfig(languages=(language,)))
    return open_index(folder)


def found(shop: Generation, text: str) -> tuple[set[str], list[str], tuple[str, ...]]:
    """Strict hits, all hits, and what was given up."""
    answer = search(SearchRequest(text=text, semantic=False), shop, lambda: 0.0)
    strict = {hit.id for hit in answer.hits if hit.level == 0}
    dropped = answer.relaxed.dropped if answer.relaxed is not None else ()
    return strict, [hit.id for hit in answer.hits], dropped


def test_a_compound_of_three_parts_meets_every_way_of_writing_it(shop: Generation) -> None:
    strict, every, dropped = found(shop, "Trinkflaschendeckel")
    assert strict == {"lid", "spare", "drink"}
    assert {"bottle", "pot"} <= set(every) - strict  # some of it
    assert dropped == ("Trinkflaschendeckel",)  # as it was typed


def test_short_modifiers_count_where_nothing_longer_is_known(shop: Generation) -> None:
    assert found(shop, "teekannendeckel")[0] == {"tea"}


def test_a_compound_in_two_words_is_no_kind_of_its_first(tmp_path: Path) -> None:
    """What is meant is the lock: of bicycles not all words are said."""
    brands = ("Rado", "Velo", "Tretwerk", "Kette", "Lenker", "Speiche", "Nabe", "Felge")
    titles = {brand: f"{brand} Fahrrad {number} Zoll" for number, brand in enumerate(brands, 20)}
    others = {"lock": "Fahrradschloss 90 cm", "pump": "Fahrradpumpe", "pad": "Sattel für Fahrrad"}
    shop = built(tmp_path, titles | others | {f"t{n}": f"Tisch {n} cm" for n in range(9)}, "de")
    assert understand(SearchRequest("fahrrad"), shop.snapshot).kind.word == "fahrrad"
    assert not understand(SearchRequest("fahrrad schloss"), shop.snapshot).kind
    assert written_as_one("rotes fahrrad schloss", shop.snapshot) == "rotes fahrradschloss"
    for text in ("damen fahrrad", "schloss fahrrad", "fahrrad 28 zoll", ""):
        assert written_as_one(text, shop.snapshot) == text


def test_no_word_is_seen_inside_another(shop: Generation) -> None:
    assert found(shop, "rat")[0] == {"tact"}
    assert found(shop, "fahrrad")[0] == {"bike"}
    assert found(shop, "xdeckelx")[0] == found(shop, "trinkx")[0] == set()


@pytest.mark.parametrize("language", sorted(OTHERS))
def test_other_languages_that_have_compounds(language: str, tmp_path: Path) -> None:
    title, text, others = OTHERS[language]
    shop = built(tmp_path / language, dict(numbered(title, *others)), language)
    assert "0" in found(shop, text)[0]


def numbered(*titles: str) -> list[tuple[str, str]]:
    return [(str(n), title) for n, title in enumerate(titles)]


WORDS = ("trink", "flasch", "deckel", "kind", "wagen", "schnur", "lampe", "schirm")
LETTERS = st.text("abdeiklmnrstu", min_size=2, max_size=14)


def lexicon_of(words: tuple[str, ...], language: str) -> tuple[Analyzer, Lexicon]:
    analyzer = Analyzer((language,))
    stems = sorted({analyzer.stem(word) for word in words})
    return analyzer, Lexicon(StringTable.of(stems))


@given(
    st.sampled_from(sorted(LINKING)),
    st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 9)), min_size=2, max_size=3),
)
def test_words_joined_by_links_are_known_again(
    language: str, joined: list[tuple[str, int]]
) -> None:
    analyzer, lexicon = lexicon_of(WORDS, language)
    links = LINKING[language]
    whole = "".join(word + links[n % len(links)] for word, n in joined[:-1]) + joined[-1][0]
    cuts = cuts_of(whole, analyzer, lexicon)
    heads = {lexicon.terms[cut[-1]] for cut in cuts}
    assert {len(cut) for cut in cuts} <= set(range(2, len(joined) + 1))
    assert analyzer.stem(joined[-1][0]) in heads


@given(st.sampled_from(sorted(LINKING)), LETTERS)
def test_a_cut_covers_the_word_with_words_and_links_alone(language: str, text: str) -> None:
    """Against a plain reference: every way to write at most four words with links between."""
    analyzer, lexicon = lexicon_of(("dane", "elbe", "kind", "radi", "line", "ast"), language)
    cuts = cuts_of(text, analyzer, lexicon)
    known = {text[i:j] for i, j in product(range(len(text)), range(len(text) + 1)) if j - i >= 3}
    known = {w for w in known if lexicon.id_of(analyzer.stem(w)) >= 0}
    assert bool(cuts) == reachable(text, known - analyzer.stop_words, LINKING[language])


def reachable(text: str, known: set[str], links: tuple[str, ...]) -> bool:
    ends = {0}  # where modifiers with their links may end
    for count in range(1, 4):
        ends = {
            begin + len(word + link)
            for begin in ends
            for word in known
            for link in links
            if text.startswith(word + link, begin)
        }
        if any(text[end:] in known for end in ends):
            return True
        if not ends or count == 3:
            break
    return False


def test_other_languages_have_none() -> None:
    analyzer, lexicon = lexicon_of(WORDS, "en")
    assert cuts_of("deckelschnur", analyzer, lexicon) == []
