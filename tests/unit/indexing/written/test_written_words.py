from pathlib import Path

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.catalogue.product import Product
from indexing.spelling.word_counts import WordCounter
from indexing.written.build import written_words
from indexing.written.written_words import WrittenWords, lowered


def written(titles: list[str], language: str = "en", brand: str | None = None) -> WrittenWords:
    counter = WordCounter()
    for number, title in enumerate(titles):
        counter.add(Product(id=str(number), title=title, brand=brand))
    return written_words(counter.written, Analyzer((language,)))


def test_bare_words_get_the_marks_that_most_titles_have() -> None:
    found = written(["grüne zahnbürste", "zahnbürste weiß", "zahnburste rot"], "de")
    assert found.shown("zahnburste weiss rot blau") == "zahnbürste weiß rot blau"
    assert found.form("rot") == "rot"


def test_only_words_that_the_shop_writes_otherwise_change() -> None:
    found = written(["une pêche", "la pêche", "un péché", "cafe"], "fr")
    assert found.shown("peche péché, café") == "pêche pêche, café"
    assert found.capitalised("péché") == "péché"


@pytest.mark.parametrize(
    ("language", "title", "typed"),
    [
        ("en", "łóżko białe", "lozko biale"),
        ("tr", "kablosuz kulaklık", "kablosuz kulaklik"),
        ("en", "bàn phím không dây", "ban phim khong day"),
        ("da", "blå rødvinsglas", "bla rodvinsglas"),
        ("ru", "зелёный чай", "зеленыи чаи"),
        ("en", "καρέκλα κουζίνας", "καρεκλα κουζινασ"),
        ("en", "ساعة ذكية", "ساعه ذكيه"),
        ("zh", "無線耳機", "无线耳机"),
        ("es", "muñeca de salón", "muneca de salon"),
    ],
)
def test_letters_of_many_languages(language: str, title: str, typed: str) -> None:
    assert written([title, title], language).shown(typed) == title


def test_capitals_are_kept_where_they_tell_something() -> None:
    titles = ["Kabel USB weiß für iPhone", "Stabiles Regal aus Holz", "Kleines Regal grau"]
    found = written(titles, "de")
    assert found.capitalised("regal usb kabel iphone grau") == "Regal USB kabel iPhone grau"


def test_capitals_of_titles_that_begin_every_word_with_one_tell_nothing() -> None:
    titles = ["Red Desk Lamp", "Blue Desk Lamp", "Green Floor Lamp with Shade"]
    assert len(written(titles)) == 0


def test_titles_in_capitals_throughout_tell_their_marks_only() -> None:
    found = written(["GRÜNE ZAHNBÜRSTE GROSS", "BLAUE ZAHNBÜRSTE KLEIN"], "de")
    assert found.shown("zahnburste klein") == "zahnbürste klein"


def test_brands_are_written_as_their_own() -> None:
    found = written(["Bosch lampe grün"] * 2 + ["Lampe rot klein"], "de", "Bosch")
    assert found.shown("bosch lampe grun") == "Bosch lampe grün"


def test_small_letters_of_turkish() -> None:
    assert lowered("Işık", True) == "ışık"
    assert lowered("Iphone", True) == "iphone"
    assert lowered("İğne", False) == "iğne"


def test_saved_and_loaded(tmp_path: Path) -> None:
    found = written(["grüne lampe"], "de")
    found.save(tmp_path)
    assert WrittenWords.load(tmp_path).shown("grune") == "grüne"
