"""What alone stands behind the last dash of a title."""

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.types.formats import label_formats
from indexing.types.phrases import Titles

SONGS = [f"Song {name} - CD" for name in ("alpha", "bravo", "charlie", "delta") * 5]


def labelled(titles: list[str], labels: list[str]) -> tuple[list[str], list[float]]:
    """Labels by name, and how sure they are, from the labels that learning gave."""
    read = Titles(Analyzer(("en",)))
    for title in titles:
        read.add(title)
    codes, starts = read.arrays()
    kinds = [read.words[name] for name in sorted(set(labels) & set(read.words))]
    number_of = np.full(len(read.words), -1, dtype=np.int32)
    number_of[kinds] = np.arange(len(kinds))
    found = np.array([number_of[read.words[label]] for label in labels], dtype=np.int32)
    chances = np.full(len(labels), 0.6, dtype=np.float32)
    label_formats(found, chances, number_of, codes, starts)
    words = list(read.words)
    return [words[kinds[kind]] for kind in found.tolist()], [
        round(chance, 1) for chance in chances.tolist()
    ]


def test_what_most_of_such_titles_are_all_of_them_are() -> None:
    titles = [*SONGS, "Lamp - CD", "CD Lamp - Red", "Lamp - CD Rack", "CD"]
    kinds, chances = labelled(titles, ["cd"] * 20 + ["lamp", "lamp", "lamp", "cd"])
    assert kinds == ["cd"] * 20 + ["cd", "lamp", "lamp", "cd"]
    assert chances == [1.0] * 21 + [0.6] * 3


def test_half_of_them_are_enough_and_fewer_not() -> None:
    assert labelled(SONGS, ["cd"] * 10 + ["song"] * 10)[0] == ["cd"] * 20
    kinds = ["cd"] * 9 + ["song"] * 11
    assert labelled(SONGS, kinds)[0] == kinds


def test_nineteen_titles_are_no_habit_of_the_shop() -> None:
    kinds = ["cd"] * 18 + ["song"]
    assert labelled(SONGS[1:], kinds)[0] == kinds


def test_what_names_no_kind_behind_the_dash_changes_nothing() -> None:
    titles = [f"{name} tea - Lemon" for name in ("green", "black", "white", "mint") * 6]
    assert labelled(titles, ["tea"] * 24) == (["tea"] * 24, [0.6] * 24)
