"""While building: the type model, from titles, categories and attributes. See docs/types.md."""

import html
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.pinyin import has_han
from indexing.arrays import BoolArray, Float32Array, Int32Array, Int64Array, UInt64Array
from indexing.catalogue.documents import Documents
from indexing.columns import Columns
from indexing.forms.forms import WordForms
from indexing.postings.lexicon import UNKNOWN, Lexicon
from indexing.postings.postings import InvertedIndex
from indexing.strings import StringTable
from indexing.types.candidates import (
    AT_END,
    Lists,
    only,
    raise_lone,
    with_extra,
)
from indexing.types.compound_heads import together
from indexing.types.compounds import Compounds, divided, find_compounds, renamed, with_nouns
from indexing.types.features import features_of
from indexing.types.formats import label_formats
from indexing.types.general_kinds import Stems, known_names, long_names, stems_of
from indexing.types.kind_writing import KindWriting
from indexing.types.learning import label
from indexing.types.levels import levels_and_means
from indexing.types.named import NamedTypes, named_types
from indexing.types.names import (
    called_accessories,
    fitting,
    single_words,
)
from indexing.types.phrases import COMMON, Titles, written_in
from indexing.types.series import before, never_heads, series
from indexing.types.signs import DESCRIBING, HEAD_FIRST, PURPOSE, WITH
from indexing.types.strangers import strangers
from indexing.types.title_roles import TitleRoles
from indexing.types.titled_things import (
    THING_WORTH,
    game_word,
    kinds_of_things,
    label_games,
    without_things,
    words_of_things,
)
from indexing.types.titles_read import UNSAID_WORTH, TitlesRead, read_titles
from indexing.types.type_model import NO_TYPE, TypeModel, types_by_noun
from indexing.vectors.encoder import Encoder
from indexing.vectors.index import VectorIndex
from indexing.written.written_words import WrittenWords

MAX_TYPES: Final = 4096
LEAST_SHARE: Final = 0.05
"""Share of a word's occurrences that stand where heads do, or it is no type."""
LONE_WORTH: Final = 0.6
"""Its chance there."""
MANY_BRANDS: Final = 4
"""From so many, a word of one brand alone is a series."""
MOSTLY_SMALL: Final = 0.5
"""Share of a word's places as a head that are in small letters behind capitals, from which it is
no series, though one brand alone has it.
"""
SURE: Final = 0.5
SMALL: Final = 10_000


def build_types(
    folder: Path,
    documents: Documents,
    columns: Columns,
    index: InvertedIndex,
    analyzer: Analyzer,
    encoder: Encoder,
    vectors: VectorIndex,
    liked: Float32Array,
    forms: WordForms,
    general: bool,
    shown: WrittenWords,
) -> TypeModel:
    """Write the model into the folder. O(words of all titles); a word costs about a microsecond.

    general: names of two words that kinds have everywhere are kinds, though few titles say them.
    shown: how names are written.
    """
    titles = Titles(analyzer)
    for doc in range(len(documents)):
        titles.add(_title(documents, doc))
    known = known_names(analyzer) if general else ()
    one_word = frozenset(name[0] for name in known if len(name) == 1)
    read = read_titles(titles, columns, forms, index.lexicon, one_word)
    head_first = analyzer.languages[0] in HEAD_FIRST
    if general and not head_first:
        known = (*known, *long_names(analyzer.languages))
    nouns = _types(read, titles, columns, one_word)
    read = read.told(_may_be_kinds(nouns, titles, general), head_first)
    number_of = np.full(len(titles.words), NO_TYPE, dtype=np.int32)
    number_of[nouns] = np.arange(len(nouns), dtype=np.int32)
    lists = read.lists
    if general:
        of_thing, kinds = kinds_of_things(read.codes, read.starts, titles, nouns, read.games)
        lists = without_things(lists, read.codes, read.starts, titles, nouns)
        lists = with_extra(lists, of_thing, kinds, THING_WORTH)
    typed = only(lists, number_of >= 0, number_of)
    raise_lone(typed, UNSAID_WORTH, LONE_WORTH)
    starts, features, count = features_of(
        read.codes, read.starts, len(titles.words), columns, read.brand_of, read.named
    )
    others = _most_likely_other(read.lists, number_of >= 0)
    labels, chances = label(typed, others, len(nouns), starts, features, count, nouns)
    labels[chances < SURE] = NO_TYPE
    fits = fitting(read.codes, read.starts, columns)
    fits |= np.append(called_accessories(nouns, titles), False)[labels]  # the last one is NO_TYPE's
    labels[strangers(labels, nouns, read.fitted, fits)] = NO_TYPE
    label_games(labels, read.games, fits, int(number_of[game_word(titles)]))
    label_formats(labels, chances, number_of, read.codes, read.starts)
    compounds = _compounds(
        read, nouns, labels, len(titles.words), _pairs(known, titles, head_first)
    )
    labels = divided(labels, nouns, compounds, read.own, read.beside, (starts, features, count))
    words = list(titles.words)
    written = [titles.written.get(word, word) for word in words]
    made = _Labelled(
        [(words[noun],) for noun in nouns.tolist()]
        + [(words[noun], words[other]) for other, noun in compounds.both()],
        [written[noun] for noun in nouns.tolist()]
        + _full_names(compounds, titles, written, head_first),
        labels, chances, read.games | fits,
        TitleRoles(analyzer).all_of(map(_titled, map(documents.product_at, range(len(documents))))),
    )  # fmt: skip
    words += compounds.names(words, head_first)
    joined = compounds.inside(read.own.items, read.beside)
    own = with_nouns(Lists(read.own.starts, joined, read.own.chances), compounds)
    lists = with_nouns(renamed(read.lists, read.own, joined), compounds)
    own, lists = together(own, read.also), together(lists, read.also)
    is_noun = np.zeros(len(words), dtype=np.bool_)
    is_noun[nouns] = True
    is_noun[len(titles.words) :] = True
    is_noun[read.also.items] = True
    model = _model(
        made, named_types(own, lists, labels, words, is_noun), columns, index, analyzer, encoder,
        vectors, liked,
    )  # fmt: skip
    writing = KindWriting(model, index.lexicon, analyzer, documents, shown, head_first=head_first)
    model = replace(model, names=StringTable.of(writing.names()))
    model.save(folder)
    return model


def _titled(product: Mapping[str, Any]) -> tuple[str, str]:
    """Its title and brand."""
    return str(product.get("title") or ""), str(product.get("brand") or "")


def _title(documents: Documents, doc: int) -> str:
    title = str(documents.product_at(doc).get("title", ""))
    return html.unescape(title) if "&#" in title else title


def _may_be_kinds(nouns: Int64Array, titles: Titles, general: bool) -> BoolArray:
    """bool[words]: nouns of kinds, less what is only part of a known thing's name; and all Chinese
    words, which may stand before a number as anything.
    """
    found = np.zeros(len(titles.words), dtype=np.bool_)
    found[nouns] = True
    if general:
        found[words_of_things(titles)] = False
    found |= np.array([has_han(word) for word in titles.words], dtype=np.bool_)
    return found


def _compounds(
    read: TitlesRead, nouns: Int64Array, labels: Int32Array, word_count: int, known: Int64Array
) -> Compounds:
    noun_of = np.append(nouns, -1)[labels]
    several = _several(read.brand_of)
    return find_compounds(read.own, read.beside, noun_of, read.brand_of, word_count, several, known)


def _full_names(
    compounds: Compounds, titles: Titles, written: list[str], head_first: bool
) -> list[str]:
    """As titles write them, those of three words whole."""
    words, long = list(titles.words), long_names(titles.analyzer.languages)
    names = compounds.names(written, head_first)
    for place, (other, noun) in enumerate(compounds.both()):
        whole = long.get((words[other], words[noun]))
        if whole is not None and not head_first:
            names[place] = " ".join(titles.written.get(stem, stem) for stem in whole)
    return names


def _pairs(known: Iterable[Stems], titles: Titles, head_first: bool) -> Int64Array:
    """Names of two words, as the describing word << 32 | noun."""
    words = titles.words
    both = [name[::-1] if head_first else name for name in known if len(name) == 2]
    found = [words[a] << 32 | words[b] for a, b in both if a in words and b in words]
    return np.array(sorted(found), dtype=np.int64)


def _several(brand_of: Int32Array) -> int:
    """Brands that must say a kind, or it is a series."""
    return 2 if len(np.unique(brand_of[brand_of >= 0])) >= MANY_BRANDS else 1


def _numbers(stems: Iterable[str], titles: Titles) -> list[int]:
    return [titles.words[stem] for stem in stems if stem in titles.words]


def _types(read: TitlesRead, titles: Titles, columns: Columns, known: Set[str]) -> Int64Array:
    """Numbers of the words that may be a type, ascending.

    known: nouns that kinds have everywhere: one brand alone may say those.
    """
    none = [stem for word in DESCRIBING for stem in stems_of(word, titles.analyzer)]
    count = len(titles.words)
    lists = read.lists
    at_end = (lists.chances >= AT_END) | (lists.chances == np.float32(UNSAID_WORTH))
    docs = np.repeat(np.arange(columns.doc_count, dtype=np.int64), np.diff(lists.starts))
    ends = np.bincount(lists.items[at_end], minlength=count)
    seen = np.bincount(lists.items, minlength=count)
    brands = read.brand_of[docs[at_end]].astype(np.int64)
    brands = np.where(brands >= 0, brands, (1 << 31) - 1 - docs[at_end] % (1 << 30))  # any other
    pairs = np.unique(lists.items[at_end].astype(np.int64) << 32 | brands)
    variety = np.bincount(pairs >> 32, minlength=count)
    least = 2 if columns.doc_count < SMALL else 3
    small = np.bincount(read.codes[:-1][before(read.codes, COMMON)], minlength=count)
    several = (variety >= _several(read.brand_of)) | (
        small >= np.maximum(least, MOSTLY_SMALL * ends)
    )
    several[: len(read.joined)] |= read.joined
    several[_numbers(known, titles)] = True
    good = (ends >= least) & several & (ends >= LEAST_SHARE * seen)
    good[single_words(columns, titles)] = False
    good[_numbers(none, titles)] = False
    good[series(read.codes, read.starts, read.leaf, read.called, titles)] = False
    good[never_heads(read.codes, read.own, read.called, good, titles)] = False
    kinds = np.flatnonzero(good)
    if len(kinds) > MAX_TYPES:
        kinds = np.sort(kinds[np.argsort(-ends[kinds], kind="stable")[:MAX_TYPES]])
    return kinds.astype(np.int64)


def _most_likely_other(lists: Lists, is_type: BoolArray) -> Float32Array:
    """float32[n]: the best chance of a candidate that is no type."""
    best = np.zeros(len(lists.starts) - 1, dtype=np.float32)
    docs = np.repeat(np.arange(len(best)), np.diff(lists.starts))
    other = ~is_type[lists.items]
    np.maximum.at(best, docs[other], lists.chances[other])
    return best


@dataclass(frozen=True, slots=True)
class _Labelled:
    """stems: of the types, the noun first. names: of them. labels: int32[n], chances: float32[n].
    fitting: bool[n]. roles: uint64[n, 2] (`title_roles.py`).
    """

    stems: list[tuple[str, ...]]
    names: list[str]
    labels: Int32Array
    chances: Float32Array
    fitting: BoolArray
    roles: UInt64Array


def _model(
    made: _Labelled,
    named: NamedTypes,
    columns: Columns,
    index: InvertedIndex,
    analyzer: Analyzer,
    encoder: Encoder,
    vectors: VectorIndex,
    liked: Float32Array,
) -> TypeModel:
    labels, known = made.labels, made.labels >= 0
    sizes = np.bincount(labels[known], minlength=len(made.names)).astype(np.float32)
    fitting = np.bincount(labels[known & made.fitting], minlength=len(made.names))
    levels, means = levels_and_means(labels, len(made.names), columns, vectors)
    names = [encoder.encode_query(name) for name in made.names]
    members = np.lexsort((np.arange(len(labels)), -liked, labels))[np.count_nonzero(~known) :]
    every = np.arange(len(made.names) + 1)
    purposes = {
        index.lexicon.id_of(token.term)
        for word in written_in(PURPOSE | WITH, analyzer)
        for token in analyzer.tokens(word)
    }
    heads, beside = (
        np.array(
            [index.lexicon.id_of(stems[i]) if i < len(stems) else UNKNOWN for stems in made.stems],
            dtype=np.int32,
        )
        for i in range(2)
    )
    return TypeModel(
        StringTable.of(made.names), Lexicon(StringTable.of(named.words)), labels,
        np.round(255 * np.where(known, made.chances, 0)).astype(np.uint8), sizes, levels, means,
        named.starts, named.types, named.chances, named.heads,
        np.array(names, dtype=np.float32).reshape(len(names), vectors.dimension),
        (fitting / np.maximum(sizes, 1)).astype(np.float32),
        heads,
        np.array(sorted(purposes - {UNKNOWN}), dtype=np.uint32),
        members.astype(np.uint32), np.searchsorted(labels[members], every).astype(np.uint32),
        beside, types_by_noun(heads), made.roles,
    )  # fmt: skip
