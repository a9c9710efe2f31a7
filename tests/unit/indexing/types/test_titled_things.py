"""Titles that only name a known thing, and games that name the console they are for."""

import numpy as np
import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.types.candidates import Lists
from indexing.types.phrases import FILLER, Titles
from indexing.types.titled_things import (
    game_word,
    join_long_names,
    kinds_of_things,
    label_games,
    with_games,
    without_things,
)

GAMES = ("Mario Kart - Wii", "Tetris - Nintendo Wii", "Skate 3 - Xbox 360", "Zelda - Wii",
         "Dead Space - Xbox 360, PlayStation 3")  # fmt: skip


def titles_of(*texts: str) -> Titles:
    titles = Titles(Analyzer(("en",)))
    for text in texts:
        titles.add(text)
    return titles


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Apple - MacBook Pro - 4GB Memory - 500GB Hard Drive", True),
        ("Apple - 15.4 MacBook - Intel i7 Processor - 17 Display", True),
        ("Apple iPhone 4 Case", False),
        ("Case for MacBook Pro", False),
        ("Sleeve with MacBook print", False),
        ("MacBook - Wireless Memory", False),
        ("Memory (MacBook)", False),
        ("Book - Rubber - MacBook", False),
    ],
)
def test_a_title_that_names_a_known_thing_and_no_noun_is_of_its_kind(
    title: str, named: bool
) -> None:
    titles = titles_of(title, "Dell Laptop", "Memory", "Case")
    codes, starts = titles.arrays()
    nouns = np.array(sorted(titles.words[x] for x in ("laptop", "memori", "case")), dtype=np.int64)
    of_thing, kinds = kinds_of_things(codes, starts, titles, nouns, np.zeros(4, dtype=np.bool_))
    assert (of_thing[0] >= 0) == named
    assert (of_thing[1:] == -1).all()
    if named:
        row = int(of_thing[0])
        assert kinds.items[kinds.starts[row] : kinds.starts[row + 1]].tolist() == [
            titles.words["laptop"]
        ]


def test_what_ends_with_a_console_behind_a_dash_is_a_game() -> None:
    titles = titles_of(*GAMES, "Sony - PlayStation 3", "Nintendo Wii Console", "Wii - Remote")
    codes, starts = titles.arrays()
    brands = Lists.of([[(code, 1.0) for code in titles.codes_of("Sony")]])
    brand_of = np.array([-1] * 5 + [0, -1, -1], dtype=np.int32)
    games = with_games(codes, starts, titles, brands, brand_of)
    assert games.tolist() == [True] * 5 + [False] * 3
    assert (codes == game_word(titles)).sum() == 5


def test_few_such_titles_are_no_habit_of_the_shop() -> None:
    titles = titles_of(*GAMES[:4])
    codes, starts = titles.arrays()
    before = codes.copy()
    games = with_games(codes, starts, titles, Lists.of([]), np.full(4, -1, dtype=np.int32))
    assert not games.any()
    assert (codes == before).all()


def test_accessories_keep_their_kind_where_a_game_would_be() -> None:
    # 0 party: says nothing of what it fits; 1 headset: two of three do; 2 game.
    labels = np.array([0, 1, 1, 1, 2, -1], dtype=np.int32)
    fitting = np.array([0, 1, 1, 0, 0, 0], dtype=np.bool_)
    label_games(labels, np.array([1, 0, 0, 1, 1, 1], dtype=np.bool_), fitting, 2)
    assert labels.tolist() == [2, 1, 1, 1, 2, 2]


def test_the_first_of_three_words_describes_the_last_where_the_last_two_are_another_thing() -> None:
    titles = titles_of("Uninterruptible Power Supply 700 VA", "Power Supply", "USB Flash Drive")
    codes, starts = titles.arrays()
    join_long_names(codes, titles)
    number = titles.words
    assert codes[:3].tolist() == [FILLER, number["uninterrupt"], number["suppli"]]
    assert codes[starts[1] : starts[1] + 2].tolist() == [number["power"], number["suppli"]]
    assert codes[starts[2] + 1] == number["flash"]


def test_a_word_of_a_things_own_name_is_no_kind_where_the_catalogue_has_its_kind() -> None:
    titles = titles_of("Apple - MacBook Air", "Air", "Dell Laptop", "Galaxy Tab")
    codes, starts = titles.arrays()
    air, tab, laptop = (titles.words[word] for word in ("air", "tab", "laptop"))
    lists = Lists(np.array([0, 1, 2, 3, 4]), np.array([air, air, laptop, tab], dtype=np.int32),
                  np.ones(4, dtype=np.float32))  # fmt: skip
    nouns = np.array(sorted((air, laptop, tab)), dtype=np.int64)
    found = without_things(lists, codes, starts, titles, nouns)
    assert (found.chances < 0.1).tolist() == [True, False, False, False]  # tablets are unknown here
    assert (lists.chances == 1).all()
