"""Typing mistakes of demo queries."""

from collections.abc import Set

from indexing.demo.phrasing import Picker

_SHORTEST = 5
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbour(letter: str) -> str:
    for row in _ROWS:
        place = row.find(letter)
        if place >= 0:
            return row[place + 1] if place + 1 < len(row) else row[place - 1]
    return letter


def mistyped(pick: Picker, query: str, known: Set[str]) -> str | None:
    """The query with one mistake in one word: a swap, a loss, a repeat or a neighbouring key.

    None if no word has five letters, or the mistake makes a known word, which none could see.
    """
    words = query.split(" ")
    long = [
        place
        for place, word in enumerate(words)
        if len(word) >= _SHORTEST and word.isascii() and word.isalpha()
    ]
    if not long:
        return None
    place = pick.one(long)
    word = words[place]
    at = 1 + (pick.draw() * (len(word) - 2) >> 16)
    mistake = pick.draw() % 4
    if mistake == 0:
        wrong = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif mistake == 1:
        wrong = word[:at] + word[at + 1 :]
    elif mistake == 2:
        wrong = word[:at] + word[at] + word[at:]
    else:
        wrong = word[:at] + _neighbour(word[at]) + word[at + 1 :]
    if wrong == word or wrong in known:
        return None
    return " ".join([*words[:place], wrong, *words[place + 1 :]])
