"""While building: how often each written word stands in the catalogue, and which follow which."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.memory import remember_chunk, remember_text
from indexing.analysis.pinyin import is_han
from indexing.analysis.surface_words import chunk_words, surface_words
from indexing.catalogue.product import Product
from indexing.spelling.spelling import has_digit
from indexing.written.build import INSIDE, OUTSIDE, SHOUTED, WrittenForms, is_shouted

MAX_WORDS = 500_000
_PRUNE_WORDS, _PRUNE_PAIRS = 2_000_000, 2_000_000
_SMALL = 200_000  # words in all, below which a pair seen once is worth keeping


class WordCounter:
    """Counts words of titles, brands, categories and attributes; memory is bounded.

    When too many are distinct, the rarest are forgotten. Single Chinese characters and
    words with digits are no words to be corrected to; they only separate others. written: how the
    words are written.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._counts: dict[int, int] = {}
        self._pairs: dict[int, int] = {}  # left << 32 | right
        self._chunks: dict[str, tuple[int, ...]] = {}
        self._texts: dict[str, tuple[int, ...]] = {}
        self._next = 0
        self.written = WrittenForms()

    def add(self, product: Product) -> None:
        self._add(self._title(product.title))
        if product.brand:
            self._add(self._repeated(product.brand, INSIDE))
        for level in {level: None for path in product.paths() for level in path}:
            self._add(self._repeated(level))
        for value in product.attributes.values():
            for text in value if isinstance(value, tuple) else (value,):
                if isinstance(text, str):
                    self._add(self._repeated(text))

    def _title(self, title: str) -> Iterator[int]:
        """Numbers of the words, in order; -1 for what is none."""
        chunks, written = CHUNK.findall(title), self.written
        shouted = is_shouted(title, chunks)
        for place, chunk in enumerate(chunks):
            numbers = self._words(chunk)
            if numbers and numbers[0] >= 0 and (chunk.isascii() or not is_cjk(chunk)):
                written.add(chunk, SHOUTED if shouted else INSIDE if place else OUTSIDE)
            yield from numbers

    def _words(self, chunk: str) -> tuple[int, ...]:
        known = self._chunks.get(chunk)
        return self._numbered(chunk) if known is None else known

    def _repeated(self, text: str, place: int = OUTSIDE) -> tuple[int, ...]:
        """The same of a text that is likely to come again. How it is written counts once."""
        known = self._texts.get(text)
        if known is None:
            made: list[int] = []
            for chunk in CHUNK.findall(text):
                made += self._words(chunk)
                if made and made[-1] >= 0 and not is_cjk(chunk):
                    self.written.add(chunk, place)
            known = tuple(made)
            remember_text(self._texts, text, known)
        return known

    def _add(self, numbers: Iterable[int]) -> None:
        counts, pairs = self._counts, self._pairs
        before = -1
        for number in numbers:
            if number >= 0:
                counts[number] = counts.get(number, 0) + 1
                if before >= 0:
                    pair = before << 32 | number
                    pairs[pair] = pairs.get(pair, 0) + 1
            before = number
        if len(pairs) > _PRUNE_PAIRS:
            self._pairs = _frequent(pairs, _PRUNE_PAIRS // 2)
        if len(counts) > _PRUNE_WORDS:
            self._forget()

    def _numbered(self, chunk: str) -> tuple[int, ...]:
        made = []
        for word, start, end in chunk_words(chunk):
            number = -1
            if not has_digit(word) and (len(word) > 1 or not is_han(word)):
                known = self._numbers.get(word)
                if known is None:
                    known = self._numbers[word] = self._next
                    self._next += 1
                number = known
                if not word.isascii() and is_cjk(word):
                    self.written.add_piece(word, chunk[start:end])
            made.append(number)
        numbers = tuple(made)
        remember_chunk(self._chunks, chunk, numbers)
        return numbers

    def _forget(self) -> None:
        counts = _frequent(self._counts, _PRUNE_WORDS // 2)
        self._numbers = {word: n for word, n in self._numbers.items() if n in counts}
        self._counts = counts
        self._chunks.clear()
        self._texts.clear()

    def add_queries(self, logged: Iterable[tuple[str, float]]) -> None:
        """Searches count as well, but only for words that the catalogue has.

        What it lacks finds nothing and cannot be a correction; in a log it may be a typo.
        """
        for query, weight in logged:
            times = max(1, round(weight))
            numbers = [self._numbers.get(word, -1) for word, _, _ in surface_words(query)]
            known = [number for number in numbers if number in self._counts]
            for number in known:
                self._counts[number] += times
            for left, right in pairwise(numbers):
                if left in self._counts and right in self._counts:
                    pair = left << 32 | right
                    self._pairs[pair] = self._pairs.get(pair, 0) + times

    def words(self) -> Iterator[tuple[str, int]]:
        """(word, times), the most frequent MAX_WORDS of them."""
        counted = [(self._counts.get(n, 0), word) for word, n in self._numbers.items()]
        counted.sort(key=lambda each: (-each[0], each[1]))
        yield from ((word, times) for times, word in counted[:MAX_WORDS] if times)

    def pairs(self) -> Iterator[tuple[str, str, int]]:
        """(word, next word, times); in large catalogues those seen at least twice."""
        words = {number: word for word, number in self._numbers.items()}
        least = 1 if sum(self._counts.values()) < _SMALL else 2
        for pair, times in self._pairs.items():
            left, right = words.get(pair >> 32), words.get(pair & 0xFFFFFFFF)
            if times >= least and left is not None and right is not None:
                yield left, right, times


def _frequent(counts: dict[int, int], most: int) -> dict[int, int]:
    """At most so many: those seen twice or more, four times or more, and so on."""
    least = 2
    while len(counts) > most:
        counts = {key: count for key, count in counts.items() if count >= least}
        least *= 2
    return counts
