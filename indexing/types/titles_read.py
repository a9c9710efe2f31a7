"""While building: titles read, and what each product may be by its title, category and type."""

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from indexing.arrays import BoolArray, Int32Array, Int64Array
from indexing.columns import Columns
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.forms.forms import WordForms
from indexing.postings.lexicon import Lexicon
from indexing.types.candidates import Lists, all_candidates, fitted, verified, with_extra
from indexing.types.compound_heads import compound_heads
from indexing.types.names import (
    category_heads,
    product_type_heads,
    single_words,
    words_of_brands,
)
from indexing.types.pairs import Pairs
from indexing.types.phrases import FILLER, NUMBER, Titles
from indexing.types.signs import HEAD_FIRST
from indexing.types.titled_things import join_long_names, with_games

MOST_COUNTED: Final = 0.5
"""Share behind a number from which a word is a unit: `600 dpi`, `8 outlets`."""
CATEGORY_WORTH: Final = 0.5
TYPE_WORTH: Final = 0.9
"""Chance of a noun that the category, or an attribute for the kind of product, says."""
MIN_SAID: Final = 0.1
"""Share of a category's titles that say its noun, or it stands only for titles without any other:
`care` of face care.
"""
UNSAID_WORTH: Final = 0.02


@dataclass(frozen=True, slots=True)
class TitlesRead:
    """codes, starts: titles (`phrases.py`). lists: candidates by word; own: those of the title
    alone; beside: int32, the word that describes each of those, or -1. also: what they
    are called besides; joined: bool[words], what several compounds end in (`compound_heads.py`).
    brand_of: int32[n].
    games: bool[n], titles that name the console they are for. fitted: row << 32 | word, what they
    fit. leaf: int32[n], categories. called: words of categories' names.
    heads, first, pairs: codes, brands and neighbours that candidates are found by. extras: row of
    each title, candidates by row, their worth.
    """

    codes: Int32Array
    starts: Int64Array
    lists: Lists
    own: Lists
    beside: Int32Array
    also: Lists
    joined: BoolArray
    brand_of: Int32Array
    named: Int32Array
    games: BoolArray
    fitted: Int64Array
    leaf: Int32Array
    called: Int32Array
    heads: Int32Array
    first: Lists
    pairs: Pairs
    extras: tuple[tuple[Int32Array, Lists, float], ...]

    def told(self, is_noun: BoolArray, head_first: bool) -> "TitlesRead":
        """The same where it is known which words may be kinds. is_noun: bool[words]."""
        own, _ = all_candidates(
            self.heads, self.starts, head_first, self.brand_of, self.first, self.pairs, is_noun
        )
        return replace(self, own=own, lists=_with_extras(own, self.extras))


def read_titles(
    titles: Titles, columns: Columns, forms: WordForms, lexicon: Lexicon, known: Set[str]
) -> TitlesRead:
    """known: nouns that kinds have everywhere; none if general kinds are off."""
    head_first = titles.analyzer.languages[0] in HEAD_FIRST
    every = np.arange(columns.doc_count, dtype=np.uint32)
    brand_of = first_ordinals(columns.keywords["brand"], every)
    leaf = leaf_categories(columns, every).astype(np.int32)
    categories = category_heads(columns, leaf, titles, head_first)
    named, kinds = product_type_heads(columns, titles, head_first)
    brands = words_of_brands(columns, titles)
    written, starts = titles.arrays()
    compounds = compound_heads(written, titles, forms, lexicon, known)
    codes = compounds.read(written) if compounds else written
    games = np.zeros(columns.doc_count, dtype=np.bool_)
    if known:
        if not head_first:
            join_long_names(codes, titles)
        games = with_games(codes, starts, titles, brands, brand_of)
    codes[np.isin(codes, _units(codes, len(titles.words)))] = FILLER
    brand_words = np.zeros(len(titles.words), dtype=np.bool_)
    brand_words[single_words(columns, titles)] = True
    heads = _passed_over(codes, brand_words)
    first = replace(brands, items=_passed_over(brands.items, brand_words))
    pairs = Pairs.neighbours(heads)
    own, beside = all_candidates(heads, starts, head_first, brand_of, first, pairs)
    also = Lists(np.zeros_like(starts), own.items[:0], own.chances[:0])
    if compounds:
        said, _ = all_candidates(
            _passed_over(written, brand_words), starts, head_first, brand_of, first, pairs
        )
        also = compounds.names(said)
    in_category, elsewhere = verified(categories, leaf, own, MIN_SAID)
    in_type, unsaid = verified(kinds, named, own, MIN_SAID)
    extras = (
        (leaf, in_category, CATEGORY_WORTH), (leaf, elsewhere, UNSAID_WORTH),
        (named, in_type, TYPE_WORTH), (named, unsaid, UNSAID_WORTH),
    )  # fmt: skip
    return TitlesRead(
        codes, starts, _with_extras(own, extras), own, beside, also, compounds.several, brand_of,
        named, games, fitted(codes, starts, own), leaf,
        np.unique(np.append(categories.items, kinds.items)), heads, first, pairs, extras,
    )  # fmt: skip


def _with_extras(own: Lists, extras: tuple[tuple[Int32Array, Lists, float], ...]) -> Lists:
    for row_of, extra, worth in extras:
        own = with_extra(own, row_of, extra, worth)
    return own


def _passed_over(codes: Int32Array, brand_words: BoolArray) -> Int32Array:
    """Codes in which brands are fillers: a `hand strap Canon` is no Canon."""
    inside = (codes >= 0) & brand_words[np.maximum(codes, 0)]
    return np.where(inside, np.int32(FILLER), codes).astype(np.int32)


def _units(codes: Int32Array, count: int) -> Int64Array:
    """Words that mostly stand right behind a number: `600 dpi`, `3.6 cu. ft.`, `8 outlets`."""
    behind = (codes[:-1] == NUMBER) & (codes[1:] >= 0)
    counted = np.bincount(codes[1:][behind], minlength=count)
    everywhere = np.bincount(codes[codes >= 0], minlength=count)
    units: Int64Array = np.flatnonzero(counted > MOST_COUNTED * np.maximum(everywhere, 1))
    return units
