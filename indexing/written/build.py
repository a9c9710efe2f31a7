"""While building: which of the ways to write a word is the shop's commonest."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.folding import visible
from indexing.analysis.surface_words import chunk_words
from indexing.written.written_words import WrittenWords, is_turkish, lowered

MOST_FORMS: Final = 1_000_000
LEAST_SMALL: Final = 0.2
"""Share of words in small letters inside titles, from which a capital says something."""
MOST_SHOUTED: Final = 0.5
"""Share of words in capitals throughout, up to which they say something: USB."""
LEAST_SHOUTED: Final = 3
"""Words of a title in capitals throughout, from which they say nothing."""
INSIDE, OUTSIDE, SHOUTED = range(3)
"""Inside a title or in a brand's name; at a beginning; in a title in capitals throughout."""


class WrittenForms:
    """Counts how words are written: inside titles, where capitals tell names and nouns, and
    elsewhere, where everything begins with one. Memory is bounded: rare forms are forgotten.
    """

    def __init__(self) -> None:
        self.places: tuple[dict[str, int], ...] = ({}, {}, {})
        self.pieces: dict[str, Counter[str]] = {}
        """Folded word → its forms, for scripts without spaces, where a form differs."""

    def add(self, chunk: str, place: int) -> None:
        counts = self.places[place]
        counts[chunk] = counts.get(chunk, 0) + 1
        if len(counts) > MOST_FORMS:
            kept = {form: count for form, count in counts.items() if count > 1}
            counts.clear()
            counts.update(kept if len(kept) <= MOST_FORMS // 2 else {})

    def add_piece(self, word: str, form: str) -> None:
        if len(word) < 2:
            return
        if word in self.pieces or (form != word and len(self.pieces) < MOST_FORMS):
            self.pieces.setdefault(word, Counter())[form] += 1


def is_shouted(title: str, chunks: list[str]) -> bool:
    """Whether a title is in capitals throughout."""
    return title.isupper() and sum(map(str.isupper, chunks)) >= LEAST_SHOUTED


def written_words(counted: WrittenForms, analyzer: Analyzer) -> WrittenWords:
    """Of each word that is not written as it is folded, its commonest form."""
    turkish = is_turkish(analyzer)
    marks: dict[str, Counter[str]] = {}
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    own: dict[str, Counter[str]] = {}
    seen: Counter[str] = Counter()
    for place, counts in enumerate(counted.places):
        for chunk, times in counts.items():
            for word, start, end in chunk_words(chunk):
                form = visible(chunk[start:end])
                marks.setdefault(word, Counter())[lowered(form, turkish)] += times
                if place == SHOUTED or word in analyzer.stop_words or len(form) < 2:
                    continue
                seen[word] += times
                if not form[1:].islower():
                    own.setdefault(word, Counter())[form] += times
                elif place == INSIDE:
                    (capital if form[0].isupper() else small)[word] += times
    for word, forms in counted.pieces.items():
        marks.setdefault(word, Counter()).update(forms)
    told = _what_capitals_tell(small, capital, own, seen)
    found = {}
    for word, forms in marks.items():
        form = _commonest(forms)
        if told and word in own and 2 * own[word].total() > seen[word]:
            form = _commonest(own[word])
        elif told and capital[word] > small[word]:
            form = form[:1].upper() + form[1:] if len(form[:1].upper()) == 1 else form
        if form != word and (len(word) > 1 or word in analyzer.stop_words):
            found[word] = form
    return WrittenWords.of(found)


def _what_capitals_tell(
    small: Counter[str],
    capital: Counter[str],
    own: Mapping[str, Counter[str]],
    seen: Counter[str],
) -> bool:
    """Not where titles begin every word with a capital, or are written in capitals."""
    shouted = sum(forms.total() for forms in own.values())
    if shouted > MOST_SHOUTED * max(seen.total(), 1):
        return False
    return small.total() >= LEAST_SMALL * (small.total() + capital.total())


def _commonest(forms: Counter[str]) -> str:
    return min(forms, key=lambda form: (-forms[form], form))
