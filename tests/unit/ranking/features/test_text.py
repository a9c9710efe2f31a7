"""Features of words and fields, with hand-worked values."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from feature_inputs import inputs_of_texts
from worked import check_group

from indexing.analysis.analyzer import Analyzer
from indexing.postings.inversion import invert
from indexing.postings.postings import FIELD_COUNT, InvertedIndex
from indexing.postings.token_stream import TermNumbers, TokenStream
from ranking.features.text import TEXT
from ranking.query.query import Alternative, Slot

# title, brand, category, attributes, description, identifiers
ROWS = [
    ("ant bee cow", "ant", "bee", "cow", "ant bee", "kid9"),
    ("fox fox fox", "fox", "fox", "fox", "fox fox", "fox9"),
    ("ant fox fox", "fox", "fox", "fox", "fox fox", "fox9"),
    ("fox fox fox", "fox", "fox", "fox", "ant ant", "fox9"),
]
"""Fields of one length each, so that no length counts. An identifier is a term of its own."""


def index_of(folder: Path, rows: list[tuple[str, ...]]) -> InvertedIndex:
    numbers = TermNumbers(Analyzer())
    stream = TokenStream(folder / "tokens", FIELD_COUNT)
    for row in rows:
        stream.add(numbers, [[text] for text in row])
    order = np.arange(len(rows), dtype=np.uint32)
    index = invert(folder, stream.finish(), order, list(numbers.ids))
    equal = np.full_like(index.statistics.doc_freqs, 2)  # all words are equally rare
    return replace(index, statistics=replace(index.statistics, doc_freqs=equal))


def slot(
    index: InvertedIndex, text: str, weight: float, boost: float, origin: str = "literal"
) -> Slot:
    term_id = index.lexicon.id_of(text)
    assert term_id >= 0
    return Slot(text, weight, (Alternative((term_id,), boost, origin),), 0)


@pytest.fixture
def index(tmp_path: Path) -> InvertedIndex:
    return index_of(tmp_path, ROWS)


def test_every_feature_of_the_text(index: InvertedIndex) -> None:
    slots = (
        slot(index, "ant", 1.0, 1.0),
        slot(index, "bee", 2.0, 0.5, "synonym"),
        slot(index, "cow", 4.0, 0.25, "correction"),
        slot(index, Analyzer().identifier_term("kid9"), 8.0, 2.0),
    )
    # The best possible score is 3.75 · idf · (k1 + 1); a word that stands once in a field of usual
    # length gives boost · idf · (k1 + 1) · 1/(k1 + 1): boost / (3.75 · 2.2) of it.
    best = 3.75 * 2.2
    twice = 2 * 2.2 / (1.2 + 2)  # "ant ant", of a tf of 2
    worked = {
        "bm25_title": [1.75 / best, 0, 1 / best, 0],
        "bm25_brand": [1 / best, 0, 0, 0],
        "bm25_category": [0.5 / best, 0, 0, 0],
        "bm25_attributes": [0.25 / best, 0, 0, 0],
        "bm25_description": [1.5 / best, 0, 0, twice / best],
        "bm25_identifiers": [2 / best, 0, 0, 0],
        "covered_title": [7 / 15, 0, 1 / 15, 0],
        "covered_brand": [1 / 15, 0, 0, 0],
        "covered_category": [2 / 15, 0, 0, 0],
        "covered_attributes": [4 / 15, 0, 0, 0],
        "covered_description": [3 / 15, 0, 0, 1 / 15],
        "covered_identifiers": [8 / 15, 0, 0, 0],
        "matched_count": [4, 0, 1, 1],
        "matched_share": [1, 0, 1 / 4, 1 / 4],
        "title_matched_share": [3 / 4, 0, 1 / 4, 0],
        "synonym_share": [2 / 15, 0, 0, 0],
        "correction_share": [4 / 15, 0, 0, 0],
    }
    check_group(TEXT, inputs_of_texts(index, slots), worked)


def test_a_long_field_counts_less_and_a_field_that_is_not_measured_does_not(tmp_path: Path) -> None:
    index = index_of(
        tmp_path, [("ant", "ant", "", "", "", ""), ("ant fox fox", "ant fox fox", *[""] * 4)]
    )
    found = inputs_of_texts(index, (slot(index, "ant", 1.0, 1.0),))
    # Titles are 2 long on average, b = 0.5: norms 0.5 + 0.5 · 1/2 and 0.5 + 0.5 · 3/2.
    short, long = 1 / 0.75, 1 / 1.25
    worked = {
        "bm25_title": [short / (1.2 + short), long / (1.2 + long)],
        "bm25_brand": [1 / 2.2, 1 / 2.2],
    }
    check_group(TEXT, found, worked, all_of_it=False)


def test_slots_that_only_score_match_nothing(index: InvertedIndex) -> None:
    slots = (slot(index, "ant", 1.0, 1.0), slot(index, "bee", 0.0, 1.0))
    worked = {
        "matched_count": [1, 0, 1, 1],
        "matched_share": [1, 0, 1, 1],
        "title_matched_share": [1, 0, 1, 0],
        "covered_title": [1, 0, 1, 0],
        "bm25_title": [2 / 4.4, 0, 1 / 4.4, 0],
    }
    check_group(TEXT, inputs_of_texts(index, slots), worked, all_of_it=False)


def test_the_first_alternative_that_is_there_counts_whole_or_not_at_all(
    index: InvertedIndex,
) -> None:
    ant, bee, fox = (index.lexicon.id_of(word) for word in ("ant", "bee", "fox"))
    both = Alternative((ant, bee), 1.0, "parts")
    either = Slot("antbee", 3.0, (both, Alternative((fox,), 0.5, "synonym")), 0)
    # Two words of weight 1 together are worth 2: the best possible score is 2 · 2.2.
    once = 2.2 / 2.2
    worked = {
        "bm25_title": [2 * once / 4.4, 0.5 * (3 * 2.2 / 4.2) / 4.4, 0.5 * (2 * 2.2 / 3.2) / 4.4,
                       0.5 * (3 * 2.2 / 4.2) / 4.4],
        "bm25_brand": [0, 0.5 / 4.4, 0.5 / 4.4, 0.5 / 4.4],  # "ant" alone is not "ant bee"
        "synonym_share": [0, 1, 1, 1],
        "matched_count": [1, 1, 1, 1],
    }  # fmt: skip
    check_group(TEXT, inputs_of_texts(index, (either,)), worked, all_of_it=False)
