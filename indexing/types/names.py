"""While building: nouns of categories and product types, words of brands, names of types."""

import html
import re
from typing import Final

import numpy as np

from indexing.analysis.chunks import is_cjk
from indexing.arrays import BoolArray, Int32Array, Int64Array
from indexing.catalogue.attributes import PREFIX
from indexing.columns import Columns
from indexing.columns.keyword import SEPARATOR
from indexing.types.candidates import ANY_NOUN, MOST, Lists, title_candidates
from indexing.types.general_kinds import stems_of
from indexing.types.pairs import NO_PAIRS
from indexing.types.phrases import FOR, Titles
from indexing.types.signs import ACCESSORIES

_PRODUCT_TYPE: Final = re.compile(
    r"(?:[a-z]_)?(?:(?:product|item|article|goods?)[ _-]?(?:type|kind|category)|type|kind"
    r"|produkttyp|produktart|artikeltyp|type[ _]de[ _]produit|tipo(?:[ _]de[ _]producto)?"
    r"|tipologia|类型|类目|品类|产品类型|商品类型)",
    re.IGNORECASE,
)
"""Names of attributes that say what kind of product it is."""
LEAST_END: Final = 6
"""Letters of an accessory's word from which it counts at the end of another one."""
_FITS: Final = re.compile(
    r"(?:compatibilit|kompatibilit|suitable[ _]for|geeignet|passend|适用)", re.IGNORECASE
)
LEAST_OF_BRAND: Final = 3
_LEAST: Final = 0.2


def category_heads(columns: Columns, leaf: Int32Array, titles: Titles, head_first: bool) -> Lists:
    """Nouns of each category that is the deepest of some product; rows are ordinals."""
    column = columns.keywords["category"]
    rows: list[list[tuple[int, float]]] = [[] for _ in range(len(column.values))]
    for ordinal in np.unique(leaf[leaf >= 0]).tolist():
        name = column.values[ordinal].rsplit(SEPARATOR, 1)[-1]
        rows[ordinal] = heads(name, titles, head_first)
    return Lists.of(rows)


def product_type_heads(
    columns: Columns, titles: Titles, head_first: bool
) -> tuple[Int32Array, Lists]:
    """int32[n]: row of what an attribute calls the kind of each product, or -1; nouns by row."""
    named = np.full(columns.doc_count, -1, dtype=np.int32)
    rows: list[list[tuple[int, float]]] = []
    for name, column in columns.keywords.items():
        if not name.startswith(PREFIX) or not _PRODUCT_TYPE.fullmatch(name.removeprefix(PREFIX)):
            continue
        for ordinal in range(column.first, column.last):
            holders = column.table.holders_of(ordinal)
            named[holders[named[holders] < 0]] = len(rows)
            rows.append(heads(column.values[ordinal], titles, head_first))
    return named, Lists.of(rows)


def words_of_brands(columns: Columns, titles: Titles) -> Lists:
    """Codes of each brand, signs too, as it stands in titles; rows are ordinals."""
    values = columns.keywords["brand"].values
    return Lists.of(
        [[(code, 1.0) for code in titles.codes_of(html.unescape(value))] for value in values]
    )


def single_words(columns: Columns, titles: Titles) -> list[int]:
    """Codes of brands of one word that several products have: no kind of thing."""
    column = columns.keywords["brand"]
    found = []
    for ordinal in np.flatnonzero(column.table.freqs >= LEAST_OF_BRAND).tolist():
        codes = titles.codes_of(html.unescape(column.values[ordinal]))
        found += codes if len(codes) == 1 and codes[0] >= 0 else []
    return found


def heads(name: str, titles: Titles, head_first: bool) -> list[tuple[int, float]]:
    """Nouns of a name, each for certain: `Cups, Mugs & Tumblers` has three."""
    codes = np.array(titles.codes_of(name), dtype=np.int32)
    places, chances = np.empty(MOST, dtype=np.int64), np.empty(MOST, dtype=np.float32)
    found = title_candidates(
        codes, head_first, NO_PAIRS.keys, NO_PAIRS.counts, ANY_NOUN, places, chances
    )
    return [(int(codes[places[i]]), 1.0) for i in range(found) if chances[i] >= _LEAST]


def fitting(codes: Int32Array, starts: Int64Array, columns: Columns) -> BoolArray:
    """bool[n]: products that say what they fit, in the title or by an attribute."""
    count = np.concatenate([[0], np.cumsum(codes == FOR)])
    says: BoolArray = count[starts[1:]] > count[starts[:-1]]
    for name, column in columns.keywords.items():
        if name.startswith(PREFIX) and _FITS.search(name):
            for ordinal in range(column.first, column.last):
                says[column.table.holders_of(ordinal)] = True
    return says


def called_accessories(nouns: Int64Array, titles: Titles) -> BoolArray:
    """bool[t]: types that are called accessories, whatever they are."""
    said = {stem for word in ACCESSORIES for stem in stems_of(word, titles.analyzer)}
    ends = tuple(stem for stem in said if len(stem) >= LEAST_END or is_cjk(stem))
    words = list(titles.words)
    return np.array(
        [words[noun] in said or words[noun].endswith(ends) for noun in nouns.tolist()],
        dtype=np.bool_,
    )
