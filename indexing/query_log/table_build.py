"""The part of a build that suggestions and all other query products read: completions/, queries/.

The shop's query log first, with its variants merged; what the catalogue itself suggests fills up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.pinyin import has_han
from indexing.arrays import (
    BoolArray,
    Float32Array,
    Float64Array,
    Int32Array,
    Int64Array,
    UInt32Array,
    save_array,
)
from indexing.catalogue.documents import Documents
from indexing.columns import Columns
from indexing.columns.priors import PRIOR_NAMES
from indexing.completions.build import CompletionsBuilder
from indexing.completions.completions import BRAND, CATEGORY, PHRASE, QUERY_LOG
from indexing.completions.phrases import brand_counts, category_counts, title_phrases
from indexing.postings.postings import InvertedIndex
from indexing.postings.strict_match import StrictMatch
from indexing.query_log.links import KeyedLinks, Links
from indexing.query_log.log_rows import QueryLog
from indexing.query_log.personal import is_personal
from indexing.query_log.sessions import save_no_sessions, save_sessions
from indexing.query_log.table import hash_of
from indexing.query_log.table_rows import LEFT_OUT, TOPS, UNFOUND, RowCollector
from indexing.query_log.trends import STEADY, Trends, trends
from indexing.query_log.variants import corrections, leaders, merged
from indexing.spelling.spelling import Spelling
from indexing.strings import StringTable
from indexing.vectors.encoder import Encoder
from indexing.written.written_words import WrittenWords, is_turkish

LEAST_USERS: Final = 5
HOT: Final = 200
VECTORS: Final = 100_000
_OF_CATEGORY: Final = 64
_OF_WORD: Final = 64
_LEAST_TITLES: Final = 3

# A query of the log comes before anything of the catalogue; there, sources stand in bands.
_SCALE: Final = 1e6
_CATEGORY, _BRAND, _PHRASE = 3e-3, 2e-3, 1e-3


@dataclass(frozen=True, slots=True)
class QueryCounts:
    """Rows by source; variants: logged queries merged into others; unfound: logged queries left
    out because they find nothing.
    """

    logged: int
    catalogue: int
    variants: int
    unfound: int


@dataclass(frozen=True, slots=True)
class Shop:
    """What a build has made of the catalogue when the queries' turn comes.

    hidden: bool[n], products that no search shows, or None.
    """

    documents: Documents
    columns: Columns
    index: InvertedIndex
    analyzer: Analyzer
    spelling: Spelling
    encoder: Encoder
    priors: Float32Array
    written: WrittenWords
    hidden: BoolArray | None = None


def build_queries(
    staging: Path, log: QueryLog | None, titles: Iterable[str], shop: Shop
) -> QueryCounts:
    """Write completions/ and queries/ into the staging folder. titles: a sample of the shop's."""
    folder = staging / "queries"
    for made in (folder, staging / "completions"):
        made.mkdir(parents=True)
    strict = StrictMatch(shop.analyzer, shop.index, shop.hidden)
    rows = RowCollector(strict, shop.analyzer, shop.columns, merit(shop.priors))
    unfound = variants = logged = 0
    growth, tags, heat = np.ones(0), np.zeros(0, dtype=np.uint8), np.zeros(0)
    if log is not None:
        together, number = merged(log, leaders(log.keys, log.decayed, _corrector(shop)))
        trend = trends(
            together.daily, together.decayed, together.recent_users, together.now, LEAST_USERS
        )
        row_of = _add_logged(rows, together, trend)
        logged, unfound = len(rows), int((row_of == UNFOUND).sum())
        variants = len(log) - len(together)
        for key, new in zip(log.keys, number.tolist(), strict=True):
            if row_of[new] >= 0:
                rows.numbers.setdefault(key, int(row_of[new]))
        by_row = np.argsort(np.where(row_of < 0, len(row_of), row_of), kind="stable")[:logged]
        growth, tags, heat = trend.growth[by_row], trend.tags[by_row], trend.heat[by_row]
        save_sessions(folder, together, row_of, shop.documents)
    else:
        save_no_sessions(folder)
    _add_catalogue(rows, titles, shop)
    _save_rows(folder, rows, shop)
    missing = len(rows) - logged
    save_array(folder / "growth.npy", np.concatenate((growth, np.ones(missing))))
    save_array(folder / "tags.npy", np.concatenate((tags, np.zeros(missing, dtype=np.uint8))))
    save_array(folder / "hot.npy", _hottest(rows, heat))
    _save_vectors(folder, rows, shop.encoder)
    _save_completions(staging / "completions", rows)
    return QueryCounts(logged, missing, variants, unfound)


def merit(priors: Float32Array) -> Float32Array:
    """float32[n]: popularity, rating and stock in equal parts; what is unknown counts half."""
    names = ("popularity_percentile", "rating", "in_stock")
    parts = priors[:, [PRIOR_NAMES.index(name) for name in names]]
    total: Float32Array = np.nan_to_num(parts, nan=0.5).sum(axis=1, dtype=np.float32)
    return total


def suggestion_weights(log: QueryLog, trend: Trends) -> Float64Array:
    """float64[n]: decayed count × clicks × trend.

    Clicks: 0.5 … 1.5, 1 for a query clicked as often as the mean one. Trend: for rising and new
    queries 1 + log2 of the growth, at most 4.
    """
    weights = np.maximum(log.decayed, 1e-6)
    if log.clicks.any():
        mean = log.clicks.sum() / log.counts.sum()
        rate = (log.clicks + 2 * mean) / (log.counts + 2)
        weights = weights * (0.5 + np.minimum(rate / mean, 2.0) / 2)
    lift = 1 + np.clip(np.log2(np.maximum(trend.growth, 1.0)), 0, 3)
    return np.where(trend.tags != STEADY, weights * lift, weights)


def _corrector(shop: Shop) -> Callable[[str], str | None]:
    """Chinese is left alone: a query without spaces is no word of the speller."""
    brands = {word for name, _ in brand_counts(shop.columns) for word in name.casefold().split()}
    correct = corrections(shop.spelling, brands)
    return lambda word: None if has_han(word) else correct(word)


def _add_logged(rows: RowCollector, log: QueryLog, trend: Trends) -> Int64Array:
    """int64[n], the row of each query of the log, or UNFOUND or LEFT_OUT."""
    weights = suggestion_weights(log, trend)
    row_of = np.full(len(log), LEFT_OUT, dtype=np.int64)
    for number in np.argsort(-weights, kind="stable").tolist():
        row_of[number] = rows.add(log.texts[number], float(weights[number]), QUERY_LOG)
    return row_of


def _add_catalogue(rows: RowCollector, titles: Iterable[str], shop: Shop) -> None:
    columns = shop.columns
    whole = np.log1p(max(columns.doc_count, 1))
    parents = set(columns.keywords["category"].parents.tolist())
    least = _LEAST_TITLES if columns.doc_count >= 100 else 1
    found = [
        (_CATEGORY * (0.5 if ordinal in parents else 1.0), count, name, CATEGORY)
        for name, ordinal, count in category_counts(columns)
    ]
    found += [(_BRAND, count, name, BRAND) for name, count in brand_counts(columns)]
    turkish = is_turkish(shop.analyzer)
    phrases = title_phrases(titles, shop.analyzer.stop_words, least, turkish)
    found += [
        (_PHRASE, count, shop.written.capitalised(phrase), PHRASE) for phrase, count in phrases
    ]
    weighed = [
        (band * float(np.log1p(count) / whole), text, source)
        for band, count, text, source in found
        if count > 0
    ]
    weighed.sort(key=lambda each: (-each[0], each[2], each[1]))
    for weight, text, source in weighed:
        if not is_personal(text):
            rows.add(text, weight, source)


def _save_rows(folder: Path, rows: RowCollector, shop: Shop) -> None:
    StringTable.of(rows.texts).save(folder, "texts")
    weights = np.frombuffer(rows.weights, dtype=np.float32)
    save_array(folder / "weights.npy", weights)
    save_array(folder / "sources.npy", np.frombuffer(rows.sources, dtype=np.uint8))
    save_array(folder / "signatures.npy", np.frombuffer(rows.signatures, dtype=np.uint64))
    save_array(folder / "tops.npy", np.frombuffer(rows.tops, dtype=np.uint32).reshape(-1, TOPS))
    named = rows.numbers
    hashes = np.fromiter(map(hash_of, named), dtype=np.uint64, count=len(named))
    order = np.argsort(hashes, kind="stable")
    save_array(folder / "hashes.npy", hashes[order])
    numbers = np.fromiter(named.values(), dtype=np.uint32, count=len(named))
    save_array(folder / "hashed.npy", numbers[order])

    listed = [(row, o, share) for row, each in enumerate(rows.scopes) for o, share in each]
    at = np.array([row for row, _, _ in listed], dtype=np.int64)
    ordinals = np.array([ordinal for _, ordinal, _ in listed], dtype=np.int64)
    shares = np.array([share for _, _, share in listed], dtype=np.float64)
    Links.of(len(rows), at, ordinals, shares, 8).save(folder, "scopes")
    category = shop.columns.keywords["category"]
    _by_category(at, ordinals, shares * weights[at], category.parents).save(folder, "by_category")
    terms = np.frombuffer(rows.terms, dtype=np.uint32).astype(np.uint64)
    term_rows = np.frombuffer(rows.term_rows, dtype=np.uint32).astype(np.int64)
    by_word = KeyedLinks.of(terms, term_rows, weights[term_rows].astype(np.float64), _OF_WORD)
    by_word.save(folder, "words")


def _by_category(
    rows: Int64Array, ordinals: Int64Array, weights: Float64Array, parents: Int32Array
) -> Links:
    """A query of a category is one of all categories above it, too."""
    above, whose, weighs = [], [], []
    while len(rows):
        above.append(ordinals)
        whose.append(rows)
        weighs.append(weights)
        ordinals = parents[ordinals].astype(np.int64)
        kept = ordinals >= 0
        rows, ordinals, weights = rows[kept], ordinals[kept], weights[kept]
    none = [np.zeros(0, dtype=np.int64)]
    return Links.of(
        len(parents),
        np.concatenate(above or none),
        np.concatenate(whose or none),
        np.concatenate(weighs or [np.zeros(0)]),
        _OF_CATEGORY,
    )


def _hottest(rows: RowCollector, heat: Float64Array) -> UInt32Array:
    """uint32[≤ HOT]: logged rows by heat and weight, then the catalogue's; rewordings once."""
    weights = np.frombuffer(rows.weights, dtype=np.float32)[: len(heat)]
    logged = np.lexsort((-weights, -heat)).tolist()
    order = [*logged, *range(len(heat), len(rows))]
    seen: set[int] = set()
    hot: list[int] = []
    for row in order:
        if len(hot) == HOT:
            break
        if rows.signatures[row] not in seen:
            seen.add(rows.signatures[row])
            hot.append(row)
    return np.array(hot, dtype=np.uint32)


def _save_vectors(folder: Path, rows: RowCollector, encoder: Encoder) -> None:
    vectors = encoder.encode(rows.texts[:VECTORS])
    if not vectors.any():  # an encoder that encodes no texts
        vectors = vectors[:0]
    save_array(folder / "vectors.npy", np.rint(vectors * 127).astype(np.int8))


def _save_completions(folder: Path, rows: RowCollector) -> None:
    builder = CompletionsBuilder()
    for row, text in enumerate(rows.texts):
        weight, source = rows.weights[row] * _SCALE, rows.sources[row]
        builder.add_entry(text, weight, source, rows.scopes[row], row)
    builder.finish(folder)
