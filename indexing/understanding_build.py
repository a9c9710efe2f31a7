"""The part of a build that query understanding reads: spelling/, categories/, entities/."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.catalogue.documents import Documents
from indexing.columns import Columns
from indexing.columns.keyword import SEPARATOR
from indexing.columns.single_values import leaf_categories
from indexing.entities.build import build_entity_names
from indexing.entities.category_build import NAME_WORTH, Example, build_categories
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import InvertedIndex
from indexing.query_log.log_rows import QueryLog
from indexing.spelling.build import build_spelling
from indexing.spelling.word_counts import WordCounter

MOST_CLICKS = 20.0
"""A query's clicks on one product count as so many titles at most."""


def build_understanding(
    staging: Path,
    documents: Documents,
    columns: Columns,
    index: InvertedIndex,
    analyzer: Analyzer,
    words: WordCounter,
    log: QueryLog | None,
) -> None:
    """Write the three folders. words: of the whole catalogue. log: of the shop, if there is one."""
    for name in ("spelling", "categories", "entities"):
        (staging / name).mkdir()
    if log is not None:
        words.add_queries(log.weighted())
    build_spelling(words.words(), words.pairs(), staging / "spelling")
    leaves = leaf_categories(columns, np.arange(columns.doc_count, dtype=np.uint32))
    examples = list(_category_names(columns, index, analyzer))
    if log is not None:
        examples += _clicked(log, leaves, documents, index, analyzer)
    categories = build_categories(staging / "categories", index, columns, leaves, examples)
    build_entity_names(staging / "entities", columns, index, analyzer, categories.class_of)


def _category_names(
    columns: Columns, index: InvertedIndex, analyzer: Analyzer
) -> Iterator[Example]:
    column = columns.keywords["category"]
    for ordinal in range(column.first, column.last):
        name = column.values[ordinal].rsplit(SEPARATOR, 1)[-1]
        yield _known_terms(name, index, analyzer), ordinal, NAME_WORTH


def _clicked(
    log: QueryLog,
    leaves: "np.ndarray[tuple[int], np.dtype[np.int64]]",
    documents: Documents,
    index: InvertedIndex,
    analyzer: Analyzer,
) -> Iterator[Example]:
    """What shoppers clicked after a query says what the query's words mean."""
    doc_of = [documents.find(product) for product in log.products]
    terms = [_known_terms(text, index, analyzer) for text in log.texts]
    for (query, product), times in zip(log.clicked.tolist(), log.click_counts, strict=True):
        doc = doc_of[product]
        if doc is not None and leaves[doc] >= 0 and terms[query]:
            yield terms[query], int(leaves[doc]), min(float(times), MOST_CLICKS)


def _known_terms(text: str, index: InvertedIndex, analyzer: Analyzer) -> list[int]:
    ids = {index.lexicon.id_of(token.term) for token in analyzer.tokens(text)}
    return sorted(ids - {UNKNOWN})
