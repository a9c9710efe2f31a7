"""The list of general kinds, as titles and queries read it."""

from pathlib import Path

import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.types import general_kinds
from indexing.types.phrases import Titles
from indexing.types.signs import FILLERS

LIST = Path(general_kinds.__file__).with_name("general_kinds.txt")
COUNTED = {"two"}
"""`two way radio` is none of one way."""


def test_no_name_of_a_kind_loses_a_word_that_tells_it_from_another() -> None:
    """A mini fridge must not be read as a fridge, nor a power pack as a power."""
    analyzer = Analyzer(("en",))
    lines = LIST.read_text(encoding="utf-8").splitlines()
    names = [
        name.strip()
        for line in lines
        if not line.startswith("#")
        for name in line.partition(":")[0].split(",")
    ]
    lost = [
        name
        for name in names
        for word in name.split()
        if word in FILLERS - COUNTED and not _keeps(word, name, analyzer)
    ]
    assert lost == []


def _keeps(word: str, name: str, analyzer: Analyzer) -> bool:
    titles = Titles(analyzer)
    titles.codes_of(name)
    return any(token.term in titles.words for token in analyzer.tokens(word))


def test_a_filler_is_a_word_before_the_nouns_that_it_makes_a_kind_with() -> None:
    titles = Titles(Analyzer(("en",)))
    mini, fridge = titles.codes_of("Nordal Mini Fridge")[1:]
    assert (mini, fridge) == (titles.words["mini"], titles.words["fridg"])
    assert titles.codes_of("Pod Mini, Fridge")[1] < 0
    assert titles.codes_of("Fridge Mini")[1] < 0


def test_a_name_keeps_its_numbers() -> None:
    """An mp3 player is not any player."""
    analyzer = Analyzer(("en",))
    known = general_kinds.general_names(("music", "player"), analyzer)
    assert ("player",) not in known.names
    assert ("mp", "3", "player") in known.names


def test_nouns_that_stand_in_one_place_are_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cable and lead in two lines, brush and comb in one; names of one word tell of no other."""
    monkeypatch.setattr(
        general_kinds, "_names", lambda _: general_kinds_of(
            ("power cable", "power lead", "mains cable"), ("loop cable", "loop lead"),
            ("dog brush", "dog comb"), ("aerial", "antenna", "dish antenna"),
        ),
    )  # fmt: skip
    alike = general_kinds.nouns_alike.__wrapped__(("en",))
    assert alike == {"cable": ("lead",), "lead": ("cable",)}


def general_kinds_of(*lines: tuple[str, ...]) -> dict[tuple[str, ...], general_kinds.General]:
    """What the lines of a list say, words for stems."""
    named = [[tuple(name.split()) for name in line] for line in lines]
    return {
        name: general_kinds.General(name, tuple(other for other in line if other != name))
        for line in named
        for name in line
    }
