"""Titles as words with what stands between them."""

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.types.phrases import AND, COLOUR, COMMON, DASH, FOR, MODEL, NUMBER, OFF, Titles

SIGNS = {AND: "&", COLOUR: "=", COMMON: ".", DASH: "-", FOR: ">", MODEL: "#", NUMBER: "0", OFF: "<"}


def said(title: str, language: str = "en") -> str:
    titles = Titles(Analyzer((language,)))
    codes = titles.codes_of(title)
    words = list(titles.words)
    return " ".join(words[code] if code >= 0 else SIGNS.get(code, "?") for code in codes)


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        ("Brother FAX-275 fax machine Thermal 9", "brother # fax machin . thermal 0"),
        (
            "HP Elite notebook dock/port replicator Wired",
            "hp elit notebook dock port replic . wire",
        ),
        ("Sleeve for Kodak - Black", "sleev > kodak - ="),
        ("Lord of the Rings", "lord < the ring"),
        ("phone case black", "phone case ="),
        ("Phone case black", "phone case = ."),
        ("Nikora P950", "nikora #"),
    ],
)
def test_small_letters_behind_capitals_end_a_phrase(title: str, meant: str) -> None:
    assert said(title) == meant


def test_where_every_noun_has_a_capital_small_letters_say_nothing() -> None:
    assert "." not in said("Makita Bohrschrauber kabellos Set", "de")


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("ja", "コードレス掃除機", ["こーどれす", "扫除机"]),
        ("ja", "掃除機のノズル", ["扫除机", "のずる"]),
        ("ja", "掃除機用フィルター", ["ふぃるたー"]),
        ("ko", "무선 이어폰", ["무선", "이어폰"]),
        ("fi", "Suodatin pölynimurille", ["suodat", FOR, "polynimur"]),
        ("cs", "Zámek na kolo", ["zamk", FOR, "kol"]),
    ],
)
def test_words_of_scripts_and_what_they_fit(language: str, title: str, words: list[object]) -> None:
    titles = Titles(Analyzer((language,)))
    codes = [code for code in titles.codes_of(title) if code >= 0 or code == FOR]
    assert [list(titles.words)[code] if code >= 0 else code for code in codes] == words
