"""What words find beside themselves, and what they must not."""

from pathlib import Path

import pytest
from catalogs import build_index, open_index

from indexing.analysis.spellings import other_spellings
from indexing.analysis.units import other_measures
from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation
from ranking.query.glued import apart
from ranking.rules.synonyms import shipped_rules
from ranking.search.request import SearchRequest
from ranking.search.root import search

PRODUCTS = [
    {"id": "13", "title": "Rope knot guide", "identifiers": ["WK800NC5"]},
    {"id": "4", "title": "Headset WK800NC4", "identifiers": ["WK800NC4"]},
    {"id": "a", "title": "Phone 13"},
    {"id": "b", "title": "Grey cardigan"},
    {"id": "c", "title": "Gray scarf"},
    {"id": "d", "title": "Bottle 0.5 l"},
    {"id": "e", "title": "Bottle 500 ml"},
    {"id": "f", "title": "Television 55 inch tv"},
    {"id": "g", "title": "Charger 65 W for tv"},
    {"id": "h", "title": "Newborn diapers"},
    {"id": "i", "title": "Poster 50 × 70"},
    {"id": "j", "title": "Poster 50x70cm"},
    {"id": "k", "title": "Poster 50 x 75 cm"},
    {"id": "l", "title": "プリンタ用紙"},
    {"id": "m", "title": "カレー粉"},
    {"id": "n", "title": "カレンダ"},
    {"id": "o", "title": "Pipe 1/2 in copper"},
    {"id": "p", "title": "Memory card 32 GB"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    folder = tmp_path_factory.mktemp("forms") / "index"
    build_index(folder, PRODUCTS)
    return open_index(folder)


def strict(shop: Generation, text: str) -> set[str]:
    found = search(SearchRequest(text=text), shop, lambda: 0.0)
    return {hit.id for hit in found.hits if hit.level == 0}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("gray", {"b", "c"}),
        ("grey cardigan", {"b"}),
        ("bottle 500ml", {"d", "e"}),
        ("bottle 50 cl", {"d", "e"}),
        ("phone 13", {"a"}),
        ("13", {"13", "a"}),
        ("WK800-NC4", {"4"}),
        ("rope wk800nc5", {"13"}),
        ("headset wk800nc5", set()),
        ("55inchtv", {"f"}),
        ("65wcharger", {"g"}),
        ("nappies", {"h"}),
        ("poster 50 x 70 cm", {"i", "j"}),
        ("poster 50x70cm", {"i", "j"}),
        ("poster 50*70", {"i", "j"}),
        ("プリンター", {"l"}),
        ("カレー", {"m"}),
        ("pipe 0.5 inch", {"o"}),
    ],
)
def test_what_is_found_strictly(shop: Generation, text: str, ids: set[str]) -> None:
    assert strict(shop, text) == ids


def test_an_article_typed_apart_is_no_word(tmp_path: Path) -> None:
    titles = ("Housse d'ordinateur", "Vitamine D enfant", "Vitamine C enfant")
    rows = [{"id": str(n), "title": title} for n, title in enumerate(titles)]
    build_index(tmp_path / "index", rows, config=IndexConfig(languages=("fr",)))
    shop = open_index(tmp_path / "index")
    assert strict(shop, "housse d ordinateur") == {"0"}
    assert strict(shop, "vitamine d enfant") == {"1"}


def test_a_letter_is_a_name_where_other_letters_are(tmp_path: Path) -> None:
    titles = ("Vitamin A cream", "Vitamin E cream", "Cream for a baby", "Vitamin cream")
    rows = [{"id": str(n), "title": title} for n, title in enumerate(titles)]
    build_index(tmp_path / "index", rows)
    shop = open_index(tmp_path / "index")
    assert strict(shop, "vitamin a cream") == {"0"}
    assert strict(shop, "cream a baby") == {"2"}
    assert strict(shop, "a vitamin cream") == {"0", "1", "3"}


def test_spellings_and_other_words_can_be_switched_off(tmp_path: object) -> None:
    folder = Path(str(tmp_path)) / "index"
    build_index(folder, PRODUCTS, config=IndexConfig(word_forms=()))
    shop = open_index(folder)
    assert strict(shop, "gray") == {"c"}
    assert strict(shop, "nappies") == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("colours", "colors"),
        ("tires", "tyres"),
        ("jewellery", "jewelry"),
        ("organiser", "organizer"),
        ("modeling", "modelling"),
        ("theaters", "theatres"),
        ("pajamas", "pyjamas"),
    ],
)
def test_british_and_american_spellings(one: str, other: str) -> None:
    assert other in other_spellings(one, ("en",))
    assert one in other_spellings(other, ("en",))


def test_umlauts_are_also_typed_as_two_letters() -> None:
    assert "schlussel" in other_spellings("schluessel", ("de",))
    assert other_spellings("schluessel", ("en",)) == ()


def test_measures_in_other_units() -> None:
    assert set(other_measures("500ml")) == {"50cl", "5dl", "0.5l"}
    assert set(other_measures("1.5kg")) == {"1500g"}
    assert list(other_measures("55in")) == ["4.5833ft", "1.5278yd"]
    assert not list(other_measures("m6x20"))


def test_shipped_words_are_valid_rules() -> None:
    rules = shipped_rules(("en",))
    assert len(rules) > 100
    assert all(rule.language is None and rule.line == 0 for rule in rules)


def test_what_is_glued_falls_apart_only_into_known_words(shop: Generation) -> None:
    found = apart("55inchtv", shop.snapshot)
    assert found is not None
    assert found.text == "55 inch tv"
    three = apart("64gbmemorycard", shop.snapshot)
    assert three is not None
    assert three.text == "64 gb memory card"
    assert apart("64gbcardmemory", shop.snapshot) is None  # never said so
    assert apart("wk800nc4", shop.snapshot) is None
    assert apart("sb750mk2", shop.snapshot) is None
    assert apart("cheap tv", shop.snapshot) is None
