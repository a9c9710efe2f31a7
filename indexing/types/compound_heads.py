"""While building: compounds as the things that they are: a Gartenstuhl is a chair (Stuhl).

What ends another word of the catalogue is known from the word forms. A compound that few titles
say is read as its head, so that Bürostuhl and Gartenstuhl make one kind; one that many say is a
kind by itself, and its head's name stands for it too.
"""

from collections.abc import Set
from dataclasses import dataclass
from typing import Final

import numpy as np

from indexing.analysis.chunks import is_cjk
from indexing.arrays import BoolArray, Int32Array
from indexing.forms.forms import NONE, WordForms
from indexing.forms.head_nouns import head_nouns
from indexing.postings.lexicon import Lexicon
from indexing.types.candidates import Lists
from indexing.types.phrases import Titles

LEAST_OWN: Final = 5
"""Titles that say a compound, from which it is a kind by itself."""
LEAST_KNOWN: Final = 2
"""The same of one that is a kind everywhere."""
SHORTEST_HEAD: Final = 2
"""Signs of a Chinese word that ends a longer one: 智能手机 is a 手机."""


@dataclass(frozen=True, slots=True)
class CompoundHeads:
    """head_of: int32[words], number of the word that each ends in, or -1. rare: bool[words].
    several: bool[words], those that several compounds end in.
    """

    head_of: Int32Array
    rare: BoolArray
    several: BoolArray

    def __bool__(self) -> bool:
        return bool((self.head_of >= 0).any())

    def read(self, codes: Int32Array) -> Int32Array:
        """The codes, with the heads of rare compounds in their place."""
        inside = (codes >= 0) & self.rare[np.maximum(codes, 0)]
        return np.where(inside, self.head_of[np.maximum(codes, 0)], codes).astype(np.int32)

    def names(self, own: Lists) -> Lists:
        """Other names of the candidates of titles as written: of a rare compound itself, of
        another one its head.
        """
        known = self.head_of[own.items] >= 0
        count = np.concatenate([[0], np.cumsum(known)])
        items = own.items[known]
        other = np.where(self.rare[items], items, self.head_of[items]).astype(np.int32)
        return Lists(count[own.starts], other, own.chances[known])


def compound_heads(
    codes: Int32Array, titles: Titles, forms: WordForms, lexicon: Lexicon, known: Set[str]
) -> CompoundHeads:
    """known: stems of kinds that are so called everywhere."""
    words, nouns = titles.words, head_nouns(titles.analyzer.languages).nouns
    for head in forms.heads.tolist():  # those that no title says, too
        titles.add_word(stem := lexicon[head], nouns.get(stem, stem))
    head_of = np.full(len(words), -1, dtype=np.int32)
    for compound, (_, head) in zip(forms.split.tolist(), forms.parts.tolist(), strict=True):
        if head == NONE:
            continue
        whole, ending = words.get(lexicon[compound]), words.get(lexicon[head])
        if whole is not None and ending is not None:
            head_of[whole] = ending
    for word, number in words.items():
        if len(word) > SHORTEST_HEAD and is_cjk(word):
            ends_in = (words.get(word[cut:]) for cut in range(1, len(word) - SHORTEST_HEAD + 1))
            head_of[number] = next((each for each in ends_in if each is not None), -1)
    seen = np.bincount(codes[codes >= 0], minlength=len(words))
    ends = np.bincount(head_of[head_of >= 0], minlength=len(words))
    least = np.full(len(words), LEAST_OWN)
    least[[words[stem] for stem in known if stem in words]] = LEAST_KNOWN
    return CompoundHeads(head_of, (head_of >= 0) & (seen < least), ends > 1)


def together(one: Lists, other: Lists) -> Lists:
    """The rows of both, side by side."""
    rows = np.concatenate(
        [np.repeat(np.arange(len(each.starts) - 1), np.diff(each.starts)) for each in (one, other)]
    )
    order = np.argsort(rows, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(one.starts) - 1))])
    return Lists(
        starts.astype(np.int64),
        np.concatenate([one.items, other.items])[order],
        np.concatenate([one.chances, other.chances])[order],
    )
