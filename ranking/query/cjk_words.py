"""Chinese, Japanese and Korean by words: what relaxation may drop is a word, never a character."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from indexing.analysis.chunks import is_cjk
from indexing.analysis.pinyin import is_han
from indexing.snapshot import Snapshot
from indexing.spelling.general_words import is_general_word
from indexing.spelling.spelling import Spelling
from ranking.query.analyse import CHAR_BOOST
from ranking.query.query import Alternative, Slot
from ranking.query.words import QueryWords

MOST_CHARACTERS: Final = 6
"""Of one word."""
_LANGUAGE_WORD: Final = 0.5
_CHARACTER: Final = 0.05
"""Times that a word of the language, and a lone character, count as seen in the catalogue."""
_SCRIPTS = re.compile(r"[\u3040-\u309f\u30fc]+|[\u30a0-\u30ff\uff66-\uff9f]+|[\uac00-\ud7af]+|.")
_LONGEST_HANGUL: Final = 4
_ENDING: Final = re.compile("[\u3041-\u3093]{0,2}[いな]")
"""Of a Japanese adjective, behind its kanji."""
_LONGEST_KANJI: Final = 4
_JAPANESE: Final = "ja"
_FOR: Final = "用"
_PARTICLES: Final = frozenset("のをにはがでともやへ")


def by_words(slots: tuple[Slot, ...], words: QueryWords, snapshot: Snapshot) -> tuple[Slot, ...]:
    """The slots with the characters of each word made one that weighs as much as they did.

    A product holds all of its characters, or not the word. Pairs go on scoring.
    """
    if not any(map(_is_character, slots)):
        return slots
    japanese = snapshot.analyzer.languages[0] == _JAPANESE
    particles = _PARTICLES | {_FOR} if japanese else _PARTICLES
    made: list[Slot] = []
    for run in _runs(slots):
        if len(run) == 1:
            made.append(run[0])
            continue
        place = 0
        for size in _sizes(run, words, snapshot.spelling, japanese=japanese):
            word = _word(run[place : place + size])
            unsaid = size == 1 and word.text in particles
            made.append(replace(word, weight=0.0) if unsaid else word)
            place += size
    return tuple(made)


def _is_character(slot: Slot) -> bool:
    return slot.weight > 0 and slot.span == 1 and len(slot.text) == 1 and is_cjk(slot.text)


def _runs(slots: Sequence[Slot]) -> Iterator[list[Slot]]:
    """Required neighbouring characters together; anything else by itself. In order of position."""
    characters: list[Slot] = []
    others: list[Slot] = []
    for slot in slots:
        (characters if _is_character(slot) else others).append(slot)
    run: list[Slot] = []
    for slot in characters:
        if run and slot.position != run[-1].position + 1:
            yield run
            run = []
        run.append(slot)
    if run:
        yield run
    yield from ([slot] for slot in others)


def _sizes(
    run: Sequence[Slot], words: QueryWords, spelling: Spelling, *, japanese: bool
) -> Iterator[int]:
    """Characters of each word."""
    text = "".join(slot.text for slot in run)
    start, end = words.spans[run[0].position][0], words.spans[run[-1].position][1]
    written = words.text[start:end]
    if len("".join(written.split())) != len(text):
        written = text
    at = 0
    for part in re.split(r"(\s+)", written):
        if part.strip():
            yield from _cut(text[at : at + len(part)], part, spelling, japanese=japanese)
            at += len(part)


def _cut(text: str, written: str, spelling: Spelling, *, japanese: bool) -> Iterator[int]:
    """Runs of one kana, short ones of Hangul and kanji, the likeliest words of Chinese signs."""
    sizes = _kanji_sizes if japanese else _han_sizes
    han = ""
    for found in _SCRIPTS.finditer(written):
        piece = text[found.start() : found.end()]
        if is_han(piece):
            han += piece
            continue
        before = sizes(han, spelling)
        han = ""
        if japanese and before and _ENDING.fullmatch(piece):
            before[-1] += len(piece)  # 青い is one word
            yield from before
            continue
        yield from before
        hangul = "\uac00" <= piece[0] <= "\ud7af"
        yield from [1] * len(piece) if hangul and len(piece) > _LONGEST_HANGUL else [len(piece)]
    yield from sizes(han, spelling)


def _kanji_sizes(text: str, spelling: Spelling) -> list[int]:
    """Japanese nouns are no Chinese words: short runs whole (掃除機), in longer ones no sign alone
    but the first. What ends in `for` (自転車用) is a word and that sign.
    """
    if text.endswith(_FOR) and len(text) > 1:
        return [*_kanji_sizes(text.removesuffix(_FOR), spelling), 1]
    if 0 < len(text) <= _LONGEST_KANJI:
        return [len(text)]
    sizes: list[int] = []
    for size in _han_sizes(text, spelling):
        if size == 1 and sizes and sizes[-1] < MOST_CHARACTERS:
            sizes[-1] += 1
        else:
            sizes.append(size)
    return sizes


def _han_sizes(text: str, spelling: Spelling) -> list[int]:
    """The likeliest cut by frequency in the catalogue, whose own words come first."""
    total = math.log(max(int(spelling.total[0]), 1) + 1)
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(text) + 1):
        options = []
        for size in range(1, min(MOST_CHARACTERS, end) + 1):
            word = text[end - size : end]
            seen = _CHARACTER if size == 1 else _seen(word, spelling)
            if seen:
                options.append((best[end - size][0] + math.log(seen) - total, size))
        best.append(max(options))
    sizes: list[int] = []
    end = len(text)
    while end:
        sizes.append(best[end][1])
        end -= best[end][1]
    return sizes[::-1]


def _seen(word: str, spelling: Spelling) -> float:
    frequency = spelling.frequency(word)
    return float(frequency) if frequency else _LANGUAGE_WORD * is_general_word(word)


def _word(characters: Sequence[Slot]) -> Slot:
    first = characters[0]
    if len(characters) == 1:
        return first
    literal = [slot.alternatives[0].term_ids for slot in characters if slot.alternatives]
    alternatives: dict[tuple[int, ...], Alternative] = {}
    if len(literal) == len(characters):
        term_ids = tuple(dict.fromkeys(term for ids in literal for term in ids))
        alternatives[term_ids] = Alternative(term_ids, CHAR_BOOST)
    for slot in characters:
        for each in slot.alternatives:
            if each.origin == "synonym":
                alternatives.setdefault(each.term_ids, each)
    return Slot(
        "".join(slot.text for slot in characters),
        sum(slot.weight for slot in characters),
        tuple(alternatives.values()),
        first.position,
        len(characters),
        "".join(slot.said for slot in characters),
    )
