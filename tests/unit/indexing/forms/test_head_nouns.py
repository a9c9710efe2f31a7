"""Compounds by nouns that goods are called by, though no product says the noun alone."""

import time
from pathlib import Path

import pytest
from catalogs import build_index, open_index

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.folding import fold
from indexing.catalogue.index_config import IndexConfig
from indexing.forms.head_nouns import heads_at_end
from ranking.search.request import SearchRequest
from ranking.search.root import search

ENDS = {
    "de": "laserdrucker drucker, handcreme creme, rosenscheren schere, bürostühle stuhl, "
    "esstisch tisch, kinderfahrräder fahrrad, mikrofasertücher tuch, zahnpasta pasta",
    "nl": "regenjas jas, steelstofzuiger stofzuiger, kinderfiets fiets, koksmes mes",
    "sv": "regnjacka jacka, skrivbordslampa lampa, sovsäck säck",
    "da": "regnjakke jakke, køkkenkniv kniv",
    "no": "vinterjakke jakke, barnesykkel sykkel",
}
NONE = {
    "de": "kreis preis schokolade kaffee hering elektrisch fantastisch kosmetisch pastell "
    "vertrag figur temperatur kamille pistazie staffel löffel drehbar unterarm toilette emaille",
    "nl": "terras ananas kras atlas games",
    "sv": "tomat matta",
}


@pytest.mark.parametrize("language", ENDS)
def test_compounds_end_in_nouns(language: str) -> None:
    analyzer = Analyzer((language,))
    pairs = [tuple(each.split()) for each in ENDS[language].split(", ")]
    found = heads_at_end([(fold(word), 1) for word, _ in pairs], analyzer)
    expected = {analyzer.stem(fold(word)): analyzer.stem(fold(noun)) for word, noun in pairs}
    assert found == expected


@pytest.mark.parametrize("language", NONE)
def test_words_that_only_look_so_do_not(language: str) -> None:
    words = [(fold(word), 1) for word in NONE[language].split()]
    assert not heads_at_end(words, Analyzer((language,)))


def test_only_languages_that_join_words_have_them() -> None:
    assert not heads_at_end([("laserdrucker", 1), ("notebook", 1)], Analyzer(("en", "fr")))


def test_a_noun_that_no_product_says_finds_its_compounds(tmp_path: Path) -> None:
    titles = {
        "rose": "Rosenschere klein", "garden": "Gartenschere Profi", "oil": "Scherenöl 50 ml",
        "robot": "Akkustaubsauger Quirli", "floor": "Bodenstaubsauger Tornix",
    }  # fmt: skip
    lines = [{"id": name, "title": said} for name, said in titles.items()]

    def strict(folder: Path, config: IndexConfig, text: str) -> set[str]:
        build_index(folder, lines, config=config)
        found = search(SearchRequest(text=text), open_index(folder), time.perf_counter)
        return {hit.id for hit in found.hits if hit.level == 0}

    german = IndexConfig(languages=("de",))
    assert strict(tmp_path / "shears", german, "schere") == {"rose", "garden"}
    assert strict(tmp_path / "vacuum", german, "staubsauger") == {"robot", "floor"}
    plain = IndexConfig(languages=("de",), word_forms=())
    assert not strict(tmp_path / "off", plain, "schere")


def test_what_the_shop_keeps_apart_by_its_categories_is_no_compound(tmp_path: Path) -> None:
    lines = [
        {"id": "table", "title": "Bord vitt", "category": "Möbler > Bord"},
        {"id": "sofa", "title": "Soffbord ek", "category": "Möbler > Bord"},
        {"id": "desk", "title": "Skrivbord med låda", "category": "Möbler > Skrivbord"},
    ]
    build_index(tmp_path / "main", lines, config=IndexConfig(languages=("sv",)))
    found = search(SearchRequest(text="bord"), open_index(tmp_path / "main"), time.perf_counter)
    assert {hit.id for hit in found.hits if hit.level == 0} == {"table", "sofa"}
