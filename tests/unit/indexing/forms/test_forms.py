"""Words written as one and apart, and compounds by their heads."""

from pathlib import Path

import pytest
from catalogs import build_index, open_index

from indexing.catalogue.index_config import IndexConfig
from indexing.forms.forms import MOST, WordForms
from indexing.snapshot import Snapshot
from ranking.search.request import SearchRequest
from ranking.search.root import search


def product(number: int, title: str, category: str) -> dict[str, str]:
    return {"id": f"p{number}", "title": title, "category": category}


ENGLISH = [
    ("Powerbank 10000", "Power"),
    ("Power bank 20000", "Power"),
    ("Power strip, river bank blue", "Power"),
    ("Persian carpet", "Rugs"),
    ("Car pet barrier", "Auto"),
    ("T shirt black", "Tops"),
    ("Tshirt white", "Tops"),
    ("Wifi router", "Network"),
    ("Wi-Fi repeater", "Network"),
]
GERMAN = [
    ("Handtasche Nora", "Mode"),
    ("Tasche Leinen", "Mode"),
    ("Taschenlampe hell", "Licht"),
    ("Holzschraube 4 mm", "Eisenwaren"),
    ("Schrauben für Holz", "Eisenwaren"),
    ("Vollmilchschokolade", "Essen"),
    ("Lade aus Eiche", "Möbel"),
    ("Fahrrad Kurier", "Räder"),
    ("Rat und Tat", "Spiele"),
    ("Rohr Kupfer", "Eisenwaren"),
    ("Ohr Thermometer", "Eisenwaren"),
    ("Arbeitshandschuhe Leder", "Schutz"),
    ("Handschuhe Wolle", "Mode"),
    ("Druckerpapier 500 Blatt", "Büro"),
    ("Drucker Laser", "Büro"),
]


def built(folder: Path, rows: list[tuple[str, str]], config: IndexConfig) -> dict[str, set[str]]:
    build_index(folder, [product(n, *row) for n, row in enumerate(rows)], config=config)
    shop = open_index(folder)
    titles = {f"p{n}": title for n, (title, _) in enumerate(rows)}

    def strict(text: str) -> set[str]:
        found = search(SearchRequest(text=text), shop, lambda: 0.0)
        return {titles[hit.id] for hit in found.hits if hit.level == 0}

    return {text: strict(text) for text in QUERIES[config.languages[0]]}


QUERIES = {
    "en": ("powerbank", "power bank", "carpet", "tshirt", "t shirt", "wifi", "wi fi"),
    "de": (
        "tasche",
        "holzschraube",
        "schraube holz",
        "lade",
        "rat",
        "ohr",
        "handschuhe",
        "papier für drucker",
    ),
}


def test_what_is_written_as_one_and_apart_meets_where_it_is_the_same(tmp_path: Path) -> None:
    found = built(tmp_path / "index", ENGLISH, IndexConfig())
    both = {"Powerbank 10000", "Power bank 20000"}
    assert found["powerbank"] == both
    assert both <= found["power bank"]
    assert found["carpet"] == {"Persian carpet"}
    assert found["tshirt"] == found["t shirt"] == {"T shirt black", "Tshirt white"}
    assert found["wifi"] == found["wi fi"] == {"Wifi router", "Wi-Fi repeater"}


def test_compounds_are_found_by_their_heads_and_parts(tmp_path: Path) -> None:
    found = built(tmp_path / "index", GERMAN, IndexConfig(languages=("de",)))
    assert found["tasche"] == {"Handtasche Nora", "Tasche Leinen"}
    screws = {"Holzschraube 4 mm", "Schrauben für Holz"}
    assert found["holzschraube"] == found["schraube holz"] == screws
    assert found["lade"] == {"Lade aus Eiche"}
    assert found["rat"] == {"Rat und Tat"}
    assert found["ohr"] == {"Ohr Thermometer"}
    assert found["handschuhe"] == {"Arbeitshandschuhe Leder", "Handschuhe Wolle"}
    assert found["papier für drucker"] == {"Druckerpapier 500 Blatt"}


def test_compounds_can_be_switched_off(tmp_path: Path) -> None:
    config = IndexConfig(languages=("de",), word_forms=("spellings",))
    assert built(tmp_path / "index", GERMAN, config)["tasche"] == {"Tasche Leinen"}


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    rows = [product(n, f"{chr(97 + n // 26)}{chr(97 + n % 26)}omtasche", "T") for n in range(60)]
    rows.append(product(99, "Tasche", "T"))
    build_index(tmp_path / "index", rows, config=IndexConfig(languages=("de",)))
    return open_index(tmp_path / "index").snapshot


def test_a_head_keeps_a_bounded_number_of_compounds(snapshot: Snapshot) -> None:
    head = snapshot.index.lexicon.id_of(snapshot.analyzer.stem("tasche"))
    assert len(snapshot.forms.ending_in(head)) == MOST


def test_no_forms_say_nothing() -> None:
    forms = WordForms.nothing()
    assert forms.whole(1, 2) is None
    assert forms.ending_in(1) == []
    assert forms.parts_of(1) is None
