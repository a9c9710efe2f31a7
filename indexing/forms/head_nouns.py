"""Nouns that compounds of goods end in, whether or not a product says them by themselves."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.folding import fold

_FILE: Final = Path(__file__).with_name("head_nouns.txt")
_LANGUAGE, _WHOLE = ":", "="
LEAST_NOUN: Final = 3
MOST_ENDING: Final = 3
"""Letters that a noun has more than in the list, in a case or number: Scheren."""
LEAST_BEFORE: Final = 3
"""Letters before a noun, some of them a vowel."""
_ENDINGS: Final = ("en", "er", "et")
_VOWEL: Final = re.compile("[aeiouy]")


@dataclass(frozen=True, slots=True)
class HeadNouns:
    """nouns: stem → the noun, folded. whole: stems of those that are no compounds though another
    noun ends them. begins: first letters of all.
    """

    nouns: Mapping[str, str]
    whole: frozenset[str]
    begins: frozenset[str]

    def head_of(self, word: str, analyzer: Analyzer) -> str:
        """Stem of the longest noun that a folded word ends in; "" if there is none.

        None behind what is no word, nor in a word that only looks like a compound.
        """
        word = self.nouns.get(analyzer.stem(word), word)
        for begin in range(len(word) - LEAST_NOUN + 1):
            if word[begin : begin + LEAST_NOUN] not in self.begins:
                continue
            stem = analyzer.stem(word[begin:])
            noun = self.nouns.get(stem)
            if noun is None or len(word) - begin > len(noun) + MOST_ENDING:
                continue
            bare = word[begin:] == noun and not noun.endswith(_ENDINGS)
            if len(stem) == LEAST_NOUN and not bare and not analyzer.stem(word).endswith(stem):
                continue  # no pen in stampen
            if begin >= LEAST_BEFORE and _VOWEL.search(word[:begin]):
                return stem
            if stem in self.whole:
                return ""
        return ""


@lru_cache(maxsize=16)
def head_nouns(languages: tuple[str, ...]) -> HeadNouns:
    """Of the languages that join words; folded words of the list, and the stems of all of them."""
    analyzer = Analyzer(languages)
    nouns: dict[str, str] = {}
    whole = set()
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        language, _, written = line.partition(_LANGUAGE)
        for noun in written.split() if language in languages else ():
            folded = fold(noun.removeprefix(_WHOLE))
            nouns.setdefault(analyzer.stem(folded), folded)
            if noun.startswith(_WHOLE):
                whole.add(analyzer.stem(folded))
    begins = frozenset(noun[:LEAST_NOUN] for noun in nouns.values())
    return HeadNouns(nouns, frozenset(whole), begins)


def heads_at_end(words: Iterable[tuple[str, int]], analyzer: Analyzer) -> dict[str, str]:
    """Stem of each folded word (with its count) that ends in a noun of the list → the noun's."""
    known = head_nouns(analyzer.languages)
    if not known.nouns:
        return {}
    found: dict[str, str] = {}
    for word, _ in words:
        if len(word) >= LEAST_NOUN + LEAST_BEFORE and word.isalpha():
            head = known.head_of(word, analyzer)
            if head:
                found.setdefault(analyzer.stem(word), head)
    return {stem: head for stem, head in found.items() if stem != head}
