"""What the catalogue itself suggests: brands, categories, and phrases of its titles."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from indexing.analysis.chunks import CHUNK, is_cjk
from indexing.analysis.folding import fold, visible
from indexing.analysis.pinyin import han_words
from indexing.columns import Columns
from indexing.written.written_words import lowered

MAX_PHRASES = 200_000
_PRUNE_AT = 2_000_000
_LONGEST = 3
_VARIETY = 3
_UNFINISHED = frozenset("不的了和与及很最更")
"""Words that something must follow."""
_KANA = re.compile("[\u3041-\u30fa]")
_RUNS = re.compile("[\u3041-\u309f]+|[\u30a0-\u30ff\uff66-\uff9f]+|[^\u3041-\u30ff\uff66-\uff9f]+")
_GLUED = "0"
"""Stands for a number or a Latin word without a space between: 2022年新款."""
_FREE = frozenset("123")
"""As many neighbours as are asked for."""


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
    titles: Iterable[str], stop_words: frozenset[str], least: int, turkish: bool = False
) -> list[tuple[str, int]]:
    """Phrases of one to three words that at least `least` titles hold, most frequent first.

    In small letters, with the marks that most titles have. Numbers end a phrase, and so do
    punctuation and stop words. Chinese is cut into words, and a pair with a word of one character
    in it must stand free on that side: with three different neighbours there (accessor variety,
    Feng et al. 2004) or at the end of a run. 肤面膜 is always part of 嫩肤面膜, 男面膜 is not part
    of anything.
    """
    counts: Counter[str] = Counter()
    beside: dict[str, set[str]] = {}
    for title in titles:
        counts.update(set(_phrases_of(title, stop_words, beside, turkish)))
        if len(counts) > _PRUNE_AT:  # rare ones cannot matter, and memory is bounded
            counts = Counter({p: n for p, n in counts.items() if n > 1})
            beside = {phrase: seen for phrase, seen in beside.items() if phrase in counts}
    _merge_forms(counts, beside)
    kept = [
        (phrase, n)
        for phrase, n in counts.items()
        if n >= least and len(beside.get(phrase, _FREE)) >= min(_VARIETY, least)
    ]
    kept.sort(key=lambda each: (-each[1], each[0]))
    return kept[:MAX_PHRASES]


def _merge_forms(counts: Counter[str], beside: dict[str, set[str]]) -> None:
    """What differs in its marks is one phrase, as it is written most often."""
    forms: dict[str, list[str]] = {}
    for phrase in counts:
        if not phrase.isascii():
            forms.setdefault(fold(phrase), []).append(phrase)
    for folded, alike in forms.items():
        written = alike if folded in alike or folded not in counts else [*alike, folded]
        if len(written) > 1:
            best = min(written, key=lambda phrase: (-counts[phrase], phrase))
            seen = [beside.pop(phrase) for phrase in written if phrase in beside]
            counts[best] = sum(counts.pop(phrase) for phrase in written)
            if seen:
                beside[best] = set().union(*seen)


def _phrases_of(
    title: str, stop_words: frozenset[str], beside: dict[str, set[str]], turkish: bool
) -> Iterator[str]:
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
            around = title[found.start() - 1 : found.start()], title[end : end + 1]
            yield from _chinese(chunk, around, beside)
            continue
        word = fold(chunk)
        if word in stop_words or any(sign.isdigit() for sign in word) or len(word) < 2:
            yield from _runs(run)
            run = []
        else:
            run.append(lowered(visible(chunk), turkish))
    yield from _runs(run)


def _runs(words: list[str]) -> Iterator[str]:
    for start in range(len(words)):
        for length in range(1, min(_LONGEST, len(words) - start) + 1):
            yield " ".join(words[start : start + length])


def _chinese(chunk: str, around: tuple[str, str], beside: dict[str, set[str]]) -> Iterator[str]:
    """Words and pairs of words. around: the signs before and after the chunk, empty at an end.

    beside: what stood beside pairs that may be pieces, added to.
    """
    words = [word.strip() for word in _cut(chunk) if word.strip()]
    ends = [_GLUED if sign.isalnum() else "" for sign in around]
    yield from (word for word in words if len(word) > 1)
    for place, (left, right) in enumerate(pairwise(words)):
        pair = left + right
        if len(right) == 1 and fold(right) in _UNFINISHED:
            continue
        if len(left) == 1 or len(right) == 1:
            neighbours = [ends[0], *words, ends[1]]
            single_left = len(left) == 1
            outside = neighbours[place if single_left else place + 3]
            seen = beside.setdefault(pair, set())
            if len(seen) < _VARIETY:  # an end is another neighbour each time
                seen.add(outside or f"{pair} {len(seen)}")
        yield pair


def _cut(chunk: str) -> Iterator[str]:
    """Words as they are written; Japanese falls apart where its scripts change."""
    if _KANA.search(chunk):
        yield from (visible(run) for run in _RUNS.findall(chunk))
        return
    folded = fold(chunk)
    if len(folded) != len(chunk):
        yield from han_words(folded)
        return
    end = 0
    for word in han_words(folded):
        yield visible(chunk[end : end + len(word)])
        end += len(word)
