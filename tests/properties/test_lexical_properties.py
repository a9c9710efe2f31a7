"""The lexical channel against a plain reference on random catalogues."""

import math
from array import array
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_slots import slots_of

from indexing.analysis.analyzer import Analyzer
from indexing.postings.doc_sets import intersect, unite
from indexing.postings.inversion import invert
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import FIELD_COUNT, Field, InvertedIndex
from indexing.postings.statistics import Statistics
from indexing.postings.token_stream import EXTRA, TermNumbers, TokenStream
from ranking.bm25 import Bm25Weights
from ranking.query.query import Slot
from ranking.recall import lexical
from ranking.recall.lexical import (
    LEVELS,
    LexicalMatches,
    Scoring,
    cover,
    level_of,
    scored,
    strict,
)

WORDS = ["red", "lamp", "chair", "usb-c", "500 ml", "灯具", "wh-1000xm4", "desk", "3/4 in", "oak"]
TITLES = st.lists(st.sampled_from(WORDS), min_size=0, max_size=6).map(" ".join)
ANALYZER = Analyzer()
WEIGHTS = Bm25Weights()


def build(folder: Path, titles: list[str]) -> InvertedIndex:
    numbers = TermNumbers(ANALYZER)
    stream = TokenStream(folder / "tokens", FIELD_COUNT)
    for title in titles:
        stream.add(numbers, [[title], [], [], [], [title[:20]], []])
    order = np.arange(len(titles), dtype=np.uint32)
    return invert(folder, stream.finish(), order, list(numbers.ids))


def match(
    slots: tuple[Slot, ...], index: InvertedIndex, min_matches: int, relax: bool = True
) -> LexicalMatches:
    """What a root asks of its only leaf."""
    docs, level = strict(slots, index), 0
    if relax and len(docs) < min_matches and any(slot.weight > 0 for slot in slots):
        covered = cover(slots, index)
        level = level_of([covered.counts], min_matches)
        docs = covered.reaching(level)
    return scored(docs, Scoring.of(slots, WEIGHTS, index.statistics), index, level)


def found(index: InvertedIndex, query: str, min_matches: int, relax: bool = True) -> LexicalMatches:
    slots = slots_of(query, ANALYZER, index.lexicon, index.statistics)
    return match(slots, index, min_matches, relax)


@pytest.mark.parametrize("few", [0.0, lexical.FEW, 9.0])  # whether holders are looked at, or all
@given(st.lists(TITLES, min_size=1, max_size=20), TITLES, st.integers(0, 5))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_matches_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    few: float,
    titles: list[str],
    query: str,
    min_matches: int,
) -> None:
    monkeypatch.setattr(lexical, "FEW", few)
    index = build(tmp_path_factory.mktemp("index"), titles)
    slots = slots_of(query, ANALYZER, index.lexicon, index.statistics)
    result = match(slots, index, min_matches)
    terms = [
        {t.term for t in ANALYZER.tokens(x)} | {t.term for t in ANALYZER.tokens(x[:20])}
        for x in titles
    ]
    total = sum(slot.weight for slot in slots)
    covered = []
    for doc in range(len(titles)):
        share, by_words = 0.0, all(slot.is_amount for slot in slots)
        for slot in slots:
            ids = [
                {index.lexicon.terms[t] for t in alternative.term_ids}
                for alternative in slot.alternatives
            ]
            if any(each <= terms[doc] for each in ids):
                share += slot.weight
                by_words |= not slot.is_amount
        covered.append(share / total if total and by_words else 0.0)
    for level, threshold in enumerate(LEVELS):
        expected = [d for d, share in enumerate(covered) if share > 0 and share >= threshold - 1e-3]
        if len(expected) >= min_matches or level == len(LEVELS) - 1:
            break
    assert result.hits.doc_ids.tolist() == (expected if total else [])
    if total:
        assert result.level == level
    assert np.isfinite(result.hits.scores).all()
    assert (result.hits.scores > 0).all()
    assert result.coverage.tolist() == pytest.approx(
        [covered[d] for d in result.hits.doc_ids], abs=1e-4
    )


@given(TITLES)
def test_the_build_path_equals_the_analyzer(text: str) -> None:
    numbers = TermNumbers(ANALYZER)
    codes = array("I")
    numbers.append(text, codes)
    names = list(numbers.ids)
    tokens = ANALYZER.tokens(text)
    assert [names[code & ~EXTRA] for code in codes] == [token.term for token in tokens]
    firsts = [not code & EXTRA for code in codes]
    positions = (np.cumsum(firsts) - 1).tolist()
    assert positions == [token.position for token in tokens]


def scores_of(folder: Path, titles: list[str], query: str) -> list[float]:
    result = found(build(folder, titles), query, 1)
    scores = [0.0] * len(titles)
    for doc, score in zip(result.hits.doc_ids, result.hits.scores, strict=True):
        scores[doc] = float(score)
    return scores


def test_score_by_hand(tmp_path: Path) -> None:
    index = build(tmp_path, ["red lamp", "blue chair", "desk"])
    result = found(index, "lamp", 1)
    # Two fields hold it once: title (2 positions, mean 5/3) and description (the same text).
    worth = 0.0
    for field in (Field.TITLE, Field.DESCRIPTION):
        b = WEIGHTS.b[field]
        worth += WEIGHTS.weights[field] / (1 - b + b * 2 / (5 / 3))
    expected = math.log1p(2.5 / 1.5) * worth * 2.2 / (1.2 + worth)
    assert result.hits.doc_ids.tolist() == [0]
    assert float(result.hits.scores[0]) == pytest.approx(expected, rel=1e-5)


def test_score_by_hand_with_the_statistics_of_a_larger_collection(tmp_path: Path) -> None:
    own = build(tmp_path, ["red lamp", "blue chair", "desk"])
    freqs = np.full(len(own.lexicon), 7, dtype=np.uint32)
    freqs[own.lexicon.id_of("lamp")] = 20
    index = replace(own, statistics=Statistics(1000, np.full(FIELD_COUNT, 4.0), freqs))
    slots = slots_of("lamp chair", ANALYZER, index.lexicon, index.statistics)
    rarity = {"lamp": math.log1p(980.5 / 20.5), "chair": math.log1p(993.5 / 7.5)}
    assert {slot.text: slot.weight for slot in slots} == pytest.approx(rarity)
    worth = 0.0
    for field in (Field.TITLE, Field.DESCRIPTION):
        b = WEIGHTS.b[field]
        worth += WEIGHTS.weights[field] / (1 - b + b * 2 / 4)
    result = match(slots, index, 1)
    assert result.hits.doc_ids.tolist() == [1]  # the rarer word may not be dropped, the other may
    assert result.coverage[0] == pytest.approx(rarity["chair"] / sum(rarity.values()))
    expected = rarity["chair"] * worth * 2.2 / (1.2 + worth)
    assert float(result.hits.scores[0]) == pytest.approx(expected, rel=1e-5)


def test_more_occurrences_never_score_lower(tmp_path: Path) -> None:
    scores = scores_of(tmp_path, ["lamp desk oak chair", "lamp lamp desk oak"], "lamp")
    assert scores[1] >= scores[0]


def test_longer_fields_never_score_higher(tmp_path: Path) -> None:
    titles = ["lamp" + " oak" * n for n in range(8)]
    scores = scores_of(tmp_path, titles, "lamp")
    assert all(a >= b for a, b in pairwise(scores))


def test_rarer_terms_never_weigh_less() -> None:
    freqs = np.arange(1001, dtype=np.uint32)
    statistics = Statistics(1000, np.ones(FIELD_COUNT), freqs)
    weights = [statistics.idf(term) for term in range(1001)]
    assert all(a >= b > 0 for a, b in pairwise(weights))
    assert statistics.idf(UNKNOWN) == weights[0]  # not the last term's


@given(st.sets(st.integers(0, 50)), st.sets(st.integers(0, 50)))
def test_set_kernels_equal_python_sets(left: set[int], right: set[int]) -> None:
    a = np.array(sorted(left), dtype=np.uint32)
    b = np.array(sorted(right), dtype=np.uint32)
    assert intersect(a, b).tolist() == sorted(left & right)
    assert unite(a, b).tolist() == sorted(left | right)
