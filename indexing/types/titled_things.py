"""While building: titles that only name a known thing: `Apple - MacBook Pro - 4GB Memory`.

`general_kinds.txt` knows what a macbook is, and the catalogue what it calls that: laptop. What ends
with the name of a console behind a dash is a game for it: `Mario Kart - Wii`.
"""

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Int32Array, Int64Array
from indexing.types.candidates import Lists
from indexing.types.general_kinds import (
    Stems,
    general_names,
    known_names,
    known_things,
    long_names,
    stems_of,
)
from indexing.types.phrases import (
    AND,
    CLOSE,
    COMMON,
    CUT,
    DASH,
    FILLER,
    FOR,
    MODEL,
    NUMBER,
    OFF,
    OPEN,
    PLUS,
    Titles,
)

THING_WORTH: Final = 0.7
"""Chance of the kinds of a thing that a title names, with no noun behind it."""
INSIDE_THING: Final = 0.001
"""Chance of a word of the thing's own name."""
LEAST_GAMES: Final = 5
LEAST_FITTING: Final = 0.2
"""Share of a kind's titles that say what they fit, from which it is an accessory."""
_ENDS: Final = (CUT, DASH, OPEN, CLOSE, FOR, PLUS, OFF, COMMON)
_GAME: Final = "game"
_CONSOLE: Final = "games console"


def kinds_of_things(
    codes: Int32Array, starts: Int64Array, titles: Titles, nouns: Int64Array, skipped: BoolArray
) -> tuple[Int32Array, Lists]:
    """int32[n]: row of the thing that each title names, or -1; by row, nouns that it may be.

    A title that says a noun behind the thing is of that: `iPhone 4 Case`, `PlayStation 3 - Wireless
    Microphone`; but `MacBook - 4GB Memory` has a number there. skipped: bool[n], titles without.
    """
    named = np.full(len(starts) - 1, -1, dtype=np.int32)
    rows: list[list[tuple[int, float]]] = []
    is_noun = np.zeros(len(titles.words) + 1, dtype=np.bool_)
    is_noun[nouns] = True
    signs = _Signs(codes, is_noun)
    for thing, kinds in _longest_first(known_things(titles.analyzer)):
        found = sorted(set(_nouns_of(kinds, titles, is_noun)))
        if not found:
            continue
        places = _places(thing, codes, titles.words)
        docs = np.searchsorted(starts, places, side="right") - 1
        free = (
            signs.free(places, places + len(thing), starts[docs], starts[docs + 1]) & ~skipped[docs]
        )
        docs = docs[free]
        named[docs[named[docs] < 0]] = len(rows)
        rows.append([(noun, 1.0) for noun in found])
    return named, Lists.of(rows)


def without_things(
    lists: Lists, codes: Int32Array, starts: Int64Array, titles: Titles, nouns: Int64Array
) -> Lists:
    """The candidates, words of the things that titles name the least likely, where the catalogue
    has their kinds: of a `MacBook Air` is `air` no kind.
    """
    inside: list[Int64Array] = []
    is_noun = np.zeros(len(titles.words) + 1, dtype=np.bool_)
    is_noun[nouns] = True
    for thing, kinds in known_things(titles.analyzer).items():
        if not _nouns_of(kinds, titles, is_noun):
            continue
        said = {name[-1] for name in kinds}
        places = _places(thing, codes, titles.words)
        docs = np.searchsorted(starts, places, side="right") - 1
        words = (titles.words[stem] for stem in thing if stem in titles.words and stem not in said)
        inside += [docs << 32 | word for word in words]
    if not inside:
        return lists
    rows = np.repeat(np.arange(len(lists.starts) - 1, dtype=np.int64), np.diff(lists.starts))
    chances = lists.chances.copy()
    chances[np.isin(rows << 32 | lists.items, np.concatenate(inside))] = INSIDE_THING
    return Lists(lists.starts, lists.items, chances)


def words_of_things(titles: Titles) -> list[int]:
    """Words of known things' names that are no kinds' names: `xbox`, and `air` of a MacBook Air."""
    kinds = {name[0] for name in known_names(titles.analyzer) if len(name) == 1}
    stems = {stem for thing in known_things(titles.analyzer) for stem in thing} - kinds
    return sorted(titles.words[stem] for stem in stems if stem in titles.words)


class _Signs:
    """Where phrases end, and how many nouns stand before each place."""

    def __init__(self, codes: Int32Array, is_noun: BoolArray) -> None:
        says = (codes >= 0) & is_noun[np.maximum(codes, -1)]
        self._ends = np.flatnonzero(np.isin(codes, _ENDS))
        self._fits = np.flatnonzero(np.isin(codes, (FOR, PLUS, OFF)))
        self._nouns = _before(says)
        self._dashes, self._opened = _before(codes == DASH), _before(codes == OPEN)
        begins = np.append(0, self._ends[:-1] + 1)
        numbers = _before(np.isin(codes, (NUMBER, MODEL)))
        last = says[np.maximum(self._ends - 1, 0)] & (self._ends > begins)
        self._named = _before(last & (numbers[self._ends] == numbers[begins]))

    def free(
        self, first: Int64Array, behind: Int64Array, begin: Int64Array, end: Int64Array
    ) -> BoolArray:
        """bool[k]: things that no noun stands behind, and of which nothing before says that they
        are only fitted; behind a brand at most: `Saints Row (Game Guide) - Xbox 360` is none.
        """
        fits = np.append(self._fits, np.iinfo(np.int64).max)
        until = self._ends[np.searchsorted(self._ends, behind)]
        zone = np.minimum(fits[np.searchsorted(fits, behind)], end)
        phrase, after = np.searchsorted(self._ends, until), np.searchsorted(self._ends, zone)
        free: BoolArray = (
            (fits[np.searchsorted(fits, begin)] >= first)
            & (self._dashes[first] <= self._dashes[begin] + 1)
            & (self._opened[first] == self._opened[begin])
            & (self._nouns[until] == self._nouns[behind])
            & (self._named[np.maximum(after, phrase + 1)] == self._named[phrase + 1])
        )
        return free


def _before(marked: BoolArray) -> Int64Array:
    """int64[n + 1]: how many are marked before each place."""
    return np.concatenate([[0], np.cumsum(marked)])


def join_long_names(codes: Int32Array, titles: Titles) -> None:
    """Put the first word of known names of three words beside the noun, in the codes."""
    for name in long_names(titles.analyzer.languages).values():
        places = _places(name, codes, titles.words)
        codes[places + 1] = codes[places]
        codes[places] = FILLER


def with_games(codes: Int32Array, starts: Int64Array, titles: Titles, brands: Lists,
               brand_of: Int32Array) -> BoolArray:  # fmt: skip
    """bool[n]: games, whose titles end with the name of a console; it becomes `game` in the codes.

    brands: codes of each. brand_of: int32[n], row of them or -1. A brand and a console are none.
    """
    console = stems_of(_CONSOLE, titles.analyzer)
    games = np.zeros(len(starts) - 1, dtype=np.bool_)
    found: list[tuple[int, int, int]] = []
    for thing, kinds in _longest_first(known_things(titles.analyzer)):
        if console in kinds:
            found += _ended(thing, codes, starts, titles.words)
    found = [
        (doc, first, last)
        for doc, first, last in found
        if not _only_brand(codes[starts[doc] : first - 1], brands, int(brand_of[doc]))
    ]
    if len(found) < LEAST_GAMES:
        return games
    game = titles.words.setdefault(stems_of(_GAME, titles.analyzer)[0], len(titles.words))
    for doc, first, last in found:
        codes[first:last] = FILLER
        codes[last] = game
        games[doc] = True
    return games


def label_games(labels: Int32Array, games: BoolArray, fitting: BoolArray, game: int) -> None:
    """Label games so, but for kinds that often say what they fit: `Headset - PlayStation 3`.

    labels: int32[n], changed. fitting: bool[n]. game: its label, or -1.
    """
    if game < 0 or not games.any():
        return
    known = labels >= 0
    sizes = np.bincount(labels[known])
    fits = np.bincount(labels[known & fitting], minlength=len(sizes)) > LEAST_FITTING * sizes
    labels[games & ~(known & fits[labels])] = game


def game_word(titles: Titles) -> int:
    return titles.words.get(stems_of(_GAME, titles.analyzer)[0], -1)


def _ended(
    thing: Stems, codes: Int32Array, starts: Int64Array, words: Mapping[str, int]
) -> Iterator[tuple[int, int, int]]:
    """Titles that end behind a dash with the thing, a word before it at most, or begin a list
    there with it; and its first and last place.
    """
    places = _places(thing, codes, words)
    for doc, place in zip(
        (np.searchsorted(starts, places, side="right") - 1).tolist(), places.tolist(), strict=True
    ):
        last = place + len(thing) - 1
        rest = codes[last + 1 : starts[doc + 1] - 1]
        first = place if codes[place - 1] == DASH else place - 1
        if first - 1 > starts[doc] and codes[first - 1] == DASH and _ends_there(rest):
            yield doc, first, last


def _ends_there(rest: Int32Array) -> bool:
    """`Xbox 360`, `Xbox 360, PlayStation 3`"""
    others = rest[rest != NUMBER]
    return not len(others) or int(others[0]) in (CUT, AND)


def _only_brand(title: Int32Array, brands: Lists, brand: int) -> bool:
    if brand < 0:
        return False
    said = brands.items[brands.starts[brand] : brands.starts[brand + 1]]
    return len(said) == len(title) and bool((said == title).all())


def _places(thing: Stems, codes: Int32Array, words: Mapping[str, int]) -> Int64Array:
    """Where the words of a name stand side by side."""
    numbers = [words.get(stem, -1) for stem in thing]
    if min(numbers) < 0:
        return np.empty(0, dtype=np.int64)
    places = np.flatnonzero(codes[: len(codes) - len(numbers) + 1] == numbers[0])
    for step, number in enumerate(numbers[1:], 1):
        places = places[codes[places + step] == number]
    return places


def _longest_first(
    things: Mapping[Stems, tuple[Stems, ...]],
) -> list[tuple[Stems, tuple[Stems, ...]]]:
    return sorted(
        ((thing, kinds) for thing, kinds in things.items() if thing), key=lambda x: (-len(x[0]), x)
    )


def _nouns_of(kinds: tuple[Stems, ...], titles: Titles, is_noun: BoolArray) -> list[int]:
    """Names of one word that are kinds of the catalogue; without any, the nouns of longer ones, if
    those are no other things: a tablet PC is no PC.
    """
    words = titles.words
    numbers = [words.get(name[-1], -1) for name in kinds if len(name) == 1]
    found = [number for number in numbers if number >= 0 and is_noun[number]]
    if found:
        return found
    nouns = {name[-1] for name in kinds if len(name) > 1}
    numbers = [
        words.get(noun, -1) for noun in nouns if not general_names((noun,), titles.analyzer).said
    ]
    return sorted(number for number in numbers if number >= 0 and is_noun[number])
