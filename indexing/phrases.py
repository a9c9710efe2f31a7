"""What the catalogue itself suggests: brands, categories, and phrases of its titles."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

import rjieba

from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.folding import fold
from indexing.columns import Columns

MAX_PHRASES = 200_000
_PRUNE_AT = 2_000_000
_LONGEST = 3


def brand_counts(columns: Columns) -> Iterator[tuple[str, int]]:
    """Each brand with its number of products."""
    brand = columns.keywords["brand"]
    for ordinal in range(brand.first, brand.last):
        yield brand.values[ordinal], int(brand.table.freqs[ordinal])


def category_counts(columns: Columns) -> Iterator[tuple[str, int, int]]:
    """Each category's own name, its ordinal, its number of products."""
    category = columns.keywords["category"]
    for ordinal in range(category.first, category.last):
        name = category.values[ordinal].rsplit(" > ", 1)[-1]
        yield name, ordinal, int(category.table.freqs[ordinal])


def title_phrases(
    titles: Iterable[str], stop_words: frozenset[str], least: int
) -> list[tuple[str, int]]:
    """Phrases of one to three words that at least `least` titles hold, most frequent first.

    Numbers end a phrase, and so do punctuation and stop words. Chinese is cut into words.
    """
    counts: Counter[str] = Counter()
    for title in titles:
        counts.update(set(_phrases_of(title, stop_words)))
        if len(counts) > _PRUNE_AT:  # rare ones cannot matter, and memory is bounded
            counts = Counter({p: n for p, n in counts.items() if n > 1})
    kept = [(phrase, n) for phrase, n in counts.items() if n >= least]
    kept.sort(key=lambda each: (-each[1], each[0]))
    return kept[:MAX_PHRASES]


def _phrases_of(title: str, stop_words: frozenset[str]) -> Iterator[str]:
    run: list[str] = []
    end = 0
    for found in CHUNK.finditer(title):
        gap = title[end : found.start()]
        end = found.end()
        if gap.strip():
            yield from _runs(run)
            run = []
        chunk = found.group()
        if is_cjk(chunk):
            yield from _runs(run)
            run = []
            yield from _chinese(chunk)
            continue
        word = fold(chunk)
        if word in stop_words or any(sign.isdigit() for sign in word) or len(word) < 2:
            yield from _runs(run)
            run = []
        else:
            run.append(word)
    yield from _runs(run)


def _runs(words: list[str]) -> Iterator[str]:
    for start in range(len(words)):
        for length in range(1, min(_LONGEST, len(words) - start) + 1):
            yield " ".join(words[start : start + length])


def _chinese(chunk: str) -> Iterator[str]:
    words = [word for word in rjieba.cut(fold(chunk)) if word.strip()]
    yield from (word for word in words if len(word) > 1)
    yield from (left + right for left, right in pairwise(words))
