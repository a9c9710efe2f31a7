"""Words and phrases that are never suggested."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from indexing.completions.keys import typing_key

# Words as they stand, Chinese, Japanese and Korean texts character by character.
_PIECES = re.compile(r"[\u2e80-\U0003134f]|[^\s\u2e80-\U0003134f]+")


@dataclass(frozen=True, slots=True)
class Blocklist:
    """phrases: each as its pieces; longest: pieces of the longest phrase."""

    phrases: frozenset[tuple[str, ...]]
    longest: int

    @classmethod
    def of(cls, phrases: Iterable[str]) -> "Blocklist":
        pieces = (tuple(_PIECES.findall(typing_key(phrase))) for phrase in phrases)
        kept = frozenset(phrase for phrase in pieces if phrase)
        return cls(kept, max(map(len, kept), default=0))

    @classmethod
    def parse(cls, text: str) -> "Blocklist":
        """One word or phrase a line; empty lines and those that begin with # are skipped."""
        return cls.of(line for line in text.splitlines() if not line.startswith("#"))

    def blocks(self, text: str) -> bool:
        """Whether a phrase stands in the text, in whole words, whatever its case and accents."""
        if not self.phrases:
            return False
        pieces = _PIECES.findall(typing_key(text))
        return any(
            tuple(pieces[begin:end]) in self.phrases
            for begin in range(len(pieces))
            for end in range(begin + 1, min(begin + self.longest, len(pieces)) + 1)
        )


NO_BLOCKLIST = Blocklist(frozenset(), 0)
