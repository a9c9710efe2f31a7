"""How the shop writes its words: what is folded for looking up is shown with marks and capitals."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.surface_words import surface_words
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.strings import StringTable

WRITTEN: Final = "written"
_TURKISH: Final = "tr"
_NOT_TURKISH: Final = frozenset("QWXqwxEÖÜİeöüi")
"""Letters that no Turkish word has, and vowels that seldom stand in one with ı: `Iphone`."""


@dataclass(frozen=True, slots=True)
class WrittenWords:
    """words: folded ones that the shop writes otherwise. forms: how it writes each."""

    words: Lexicon
    forms: StringTable

    @classmethod
    def of(cls, forms: Mapping[str, str]) -> "WrittenWords":
        words = sorted(forms, key=str.encode)
        table = StringTable.of(forms[word] for word in words)
        return cls(Lexicon(StringTable.of(words)), table)

    @classmethod
    def load(cls, folder: Path) -> "WrittenWords":
        return cls(Lexicon.load(folder), StringTable.load(folder, "forms"))

    def save(self, folder: Path) -> None:
        self.words.save(folder)
        self.forms.save(folder, "forms")

    def __len__(self) -> int:
        return len(self.forms)

    def form(self, word: str) -> str:
        """Of a folded word; itself if the shop writes it so, or does not know it."""
        row = self.words.id_of(word)
        return word if row == UNKNOWN else self.forms[row]

    def shown(self, text: str) -> str:
        """A text with each word as the shop writes it; words that it does not know stay."""
        return self._written(text, True)

    def capitalised(self, text: str) -> str:
        """A text whose marks are right, with the shop's capitals."""
        return self._written(text, False)

    def _written(self, text: str, marks: bool) -> str:
        pieces, end = [], 0
        for word, start, stop in surface_words(text):
            said, form = text[start:stop], self.form(word)
            if form not in (said, word) and (marks or form.lower() == said):
                pieces += [text[end:start], form]
                end = stop
        return "".join([*pieces, text[end:]]) if pieces else text


def is_turkish(analyzer: Analyzer) -> bool:
    """Whether I without a point is a capital ı."""
    return analyzer.languages[0] == _TURKISH


def lowered(text: str, turkish: bool) -> str:
    """In small letters; in Turkish I is ı, but in words that are none (WIFI, Iphone)."""
    if text.isascii() and not (turkish and "I" in text):
        return text.lower()
    if turkish and _NOT_TURKISH.isdisjoint(text):
        text = text.replace("I", "ı")
    return text.replace("İ", "i").lower()
