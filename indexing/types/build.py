"""While building: the type model, from titles, categories and attributes. See docs/types.md."""

import html
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.arrays import BoolArray, Int32Array, Int64Array
from indexing.catalogue.documents import Documents
from indexing.columns import Columns
from indexing.columns.single_values import first_ordinals, leaf_categories
from indexing.postings.lexicon import Lexicon
from indexing.strings import StringTable
from indexing.types.candidates import AT_END, Lists, all_candidates, only, with_extra
from indexing.types.features import features_of
from indexing.types.learning import label
from indexing.types.named import NamedTypes, named_types
from indexing.types.names import category_heads, product_type_heads, words_of_brands
from indexing.types.phrases import NUMBER, Titles
from indexing.types.signs import HEAD_FIRST
from indexing.types.type_model import NO_TYPE, TypeModel
from indexing.vectors.index import VectorIndex

MAX_TYPES: Final = 4096
LEAST_SHARE: Final = 0.15
"""Share of a word's occurrences that stand where heads do, or it is no type."""
MOST_COUNTED: Final = 0.5
"""Share behind a number from which a word is a unit: `600 dpi`, `8 outlets`."""
CATEGORY_WORTH: Final = 0.5
TYPE_WORTH: Final = 0.9
"""Chance of a noun that the category, or an attribute for the kind of product, says."""
SURE: Final = 0.5
SMALL: Final = 10_000
VECTORS_A_TYPE: Final = 64


@dataclass(frozen=True, slots=True)
class _Read:
    """codes, starts: titles (`phrases.py`). lists: candidates by word. brand_of: int32[n]."""

    codes: Int32Array
    starts: Int64Array
    lists: Lists
    own: Lists
    brand_of: Int32Array
    named: Int32Array


def build_types(
    folder: Path,
    documents: Documents,
    columns: Columns,
    analyzer: Analyzer,
    vectors: VectorIndex,
) -> TypeModel:
    """Write the model into the folder. O(words of all titles); a word costs about a microsecond."""
    titles = Titles(analyzer)
    for doc in range(len(documents)):
        titles.add(_title(documents, doc))
    read = _candidates(titles, columns, analyzer)
    kinds = _types(read, titles, columns)
    number_of = np.full(len(titles.words), NO_TYPE, dtype=np.int32)
    number_of[kinds] = np.arange(len(kinds), dtype=np.int32)
    typed = only(read.lists, number_of >= 0, number_of)
    starts, features, count = features_of(
        read.codes, read.starts, len(titles.words), columns, read.brand_of, read.named
    )
    others = _most_likely_other(read.lists, number_of >= 0)
    labels, chances = label(typed, others, len(kinds), starts, features, count, kinds)
    labels[chances < SURE] = NO_TYPE
    words, written = list(titles.words), titles.written
    model = _model(
        [written.get(words[kind], words[kind]) for kind in kinds.tolist()],
        named_types(read.own, read.lists, labels, words),
        labels, chances, columns, vectors,
    )  # fmt: skip
    model.save(folder)
    return model


def _title(documents: Documents, doc: int) -> str:
    title = str(documents.product_at(doc).get("title", ""))
    return html.unescape(title) if "&" in title else title


def _candidates(titles: Titles, columns: Columns, analyzer: Analyzer) -> _Read:
    head_first = analyzer.languages[0] in HEAD_FIRST
    every = np.arange(columns.doc_count, dtype=np.uint32)
    brand_of = first_ordinals(columns.keywords["brand"], every)
    leaf = leaf_categories(columns, every).astype(np.int32)
    categories = category_heads(columns, leaf, titles, head_first)
    named, kinds = product_type_heads(columns, titles, head_first)
    brands = words_of_brands(columns, titles)
    codes, starts = titles.arrays()
    own = all_candidates(codes, starts, head_first, brand_of, brands)
    lists = with_extra(own, leaf, categories, CATEGORY_WORTH)
    lists = with_extra(lists, named, kinds, TYPE_WORTH)
    return _Read(codes, starts, lists, own, brand_of, named)


def _types(read: _Read, titles: Titles, columns: Columns) -> Int64Array:
    """Numbers of the words that may be a type, ascending."""
    count = len(titles.words)
    lists = read.lists
    at_end = lists.chances >= AT_END
    docs = np.repeat(np.arange(columns.doc_count, dtype=np.int64), np.diff(lists.starts))
    ends = np.bincount(lists.items[at_end], minlength=count)
    seen = np.bincount(lists.items, minlength=count)
    counted = np.bincount(read.codes[1:][_counted(read.codes)], minlength=count)
    everywhere = np.bincount(read.codes[read.codes >= 0], minlength=count)
    brands = read.brand_of[docs[at_end]].astype(np.int64) + 1
    pairs = np.unique(lists.items[at_end].astype(np.int64) << 32 | brands)
    variety = np.bincount(pairs >> 32, minlength=count)
    several = 2 if len(np.unique(read.brand_of)) >= 20 else 1
    least = 2 if columns.doc_count < SMALL else 3
    good = (ends >= least) & (variety >= several) & (ends >= LEAST_SHARE * seen)
    good &= counted < MOST_COUNTED * np.maximum(everywhere, 1)
    kinds = np.flatnonzero(good)
    if len(kinds) > MAX_TYPES:
        kinds = np.sort(kinds[np.argsort(-ends[kinds], kind="stable")[:MAX_TYPES]])
    return kinds.astype(np.int64)


def _counted(codes: Int32Array) -> BoolArray:
    """Words right behind a number, from the second code on."""
    behind: BoolArray = (codes[:-1] == NUMBER) & (codes[1:] >= 0)
    return behind


def _most_likely_other(lists: Lists, is_type: BoolArray) -> "np.ndarray":
    """float32[n]: the best chance of a candidate that is no type."""
    best = np.zeros(len(lists.starts) - 1, dtype=np.float32)
    docs = np.repeat(np.arange(len(best)), np.diff(lists.starts))
    other = ~is_type[lists.items]
    np.maximum.at(best, docs[other], lists.chances[other])
    return best


def _model(
    names: list[str],
    named: NamedTypes,
    labels: Int32Array,
    chances: "np.ndarray",
    columns: Columns,
    vectors: VectorIndex,
) -> TypeModel:
    count = len(names)
    sizes = np.bincount(labels[labels >= 0], minlength=count).astype(np.float32)
    prices = np.log(np.maximum(columns.dense("price"), 1e-9))
    prices[~(columns.dense("price") > 0)] = np.nan
    levels = np.full(count, np.nan, dtype=np.float32)
    means = np.zeros((count, vectors.dimension), dtype=np.float32)
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(count + 1))
    for kind in range(count):
        docs = np.sort(order[bounds[kind] : bounds[kind + 1]])
        known = prices[docs][~np.isnan(prices[docs])]
        if len(known):
            levels[kind] = np.median(known)
        step = max(1, len(docs) // VECTORS_A_TYPE)
        if len(docs):
            mean = vectors.vectors(docs[::step].astype(np.uint32)).mean(axis=0)
            length = float(np.linalg.norm(mean))
            means[kind] = mean / length if length else mean
    return TypeModel(
        StringTable.of(names), Lexicon(StringTable.of(named.words)), labels,
        np.round(255 * np.where(labels >= 0, chances, 0)).astype(np.uint8), sizes, levels, means,
        named.starts, named.types, named.chances, named.heads,
    )  # fmt: skip
