"""Features of texts against plain Python on random catalogues, and by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from feature_inputs import inputs_of_texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_slots import slots_of

from indexing.analysis.analyzer import Analyzer
from indexing.postings.inversion import invert
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.postings import FIELD_COUNT, InvertedIndex
from indexing.postings.statistics import Statistics
from indexing.postings.token_stream import EXTRA, TermNumbers, TokenStream
from ranking.features.text import TEXT
from ranking.features.title import TITLE
from ranking.query.query import Slot

WORDS = ["red", "lamp", "chair", "desk", "oak", "usb-c", "灯具"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=0, max_size=7).map(" ".join)
ANALYZER = Analyzer()


def build(folder: Path, rows: list[tuple[str, str]]) -> InvertedIndex:
    numbers = TermNumbers(ANALYZER)
    stream = TokenStream(folder / "tokens", FIELD_COUNT)
    for title, brand in rows:
        stream.add(numbers, [[title], [brand], [], [], [], []])
    order = np.arange(len(rows), dtype=np.uint32)
    return invert(folder, stream.finish(), order, list(numbers.ids))


def rows_of(index: InvertedIndex, slots: tuple[Slot, ...]) -> list[dict[str, float]]:
    """Every document's features of its texts, by name."""
    inputs = inputs_of_texts(index, slots)
    values = TEXT.values(inputs) | TITLE.values(inputs)
    return [
        {name: float(column[doc]) for name, column in values.items()} for doc in range(len(inputs))
    ]


def row_of(index: InvertedIndex, query: str, doc: int) -> dict[str, float]:
    return rows_of(index, slots_of(query, ANALYZER, index.lexicon, index.statistics))[doc]


def test_an_exact_title_by_hand(tmp_path: Path) -> None:
    index = build(tmp_path, [("red oak lamp", "oak"), ("chair", "x")])
    row = row_of(index, "red oak lamp", 0)
    assert row["matched_count"] == 3
    assert row["title_matched_share"] == pytest.approx(1)
    assert row["title_exact"] == row["title_phrase"] == 1
    assert row["title_adjacent_share"] == row["title_order_share"] == row["title_window"] == 1
    assert row["title_first_position"] == 1
    assert row["title_unmatched_share"] == 0
    assert row["brand_filled_share"] == 1
    assert row["last_term_prefix"] == 1


def test_shares_weigh_words_by_the_statistics_of_the_whole_collection(tmp_path: Path) -> None:
    own = build(tmp_path, [("red lamp", "lamp"), ("red chair", "x"), ("red", "x")])
    freqs = np.full(len(own.lexicon), 1, dtype=np.uint32)
    freqs[own.lexicon.id_of("lamp")] = 500  # common there, though rarer than red here
    index = replace(own, statistics=Statistics(1000, own.statistics.mean_lengths, freqs))
    common, rare = index.statistics.idf(index.lexicon.id_of("lamp")), index.statistics.idf(UNKNOWN)
    row = row_of(index, "red lamp", 0)
    red = index.statistics.idf(index.lexicon.id_of("red"))
    assert red == pytest.approx(rare, rel=0.2)
    assert red > 5 * common
    assert row["covered_brand"] == pytest.approx(common / (red + common), rel=1e-4)
    norm = 0.5 + 0.5 * 2 / own.statistics.mean_lengths[0]
    each = 2.2 / norm / (1.2 + 1 / norm)
    assert row["bm25_title"] == pytest.approx(each * (red + common) / (2.2 * (red + common)))
    brand = row["bm25_brand"] / row["bm25_title"]
    assert brand == pytest.approx(2.2 / (1.2 + 1) * common / (each * (red + common)), rel=1e-3)


def test_a_scattered_title_by_hand(tmp_path: Path) -> None:
    index = build(tmp_path, [("lamp of the desk red", "x"), ("chair", "x")])
    row = row_of(index, "red lamp", 0)
    assert row["title_order_share"] == row["title_adjacent_share"] == row["title_phrase"] == 0
    assert row["title_window"] == pytest.approx(2 / 5)
    assert row["title_first_position"] == 1
    assert row["title_unmatched_share"] == pytest.approx(3 / 5)
    assert row["brand_filled_share"] == 0


def test_no_match_is_all_unmatched(tmp_path: Path) -> None:
    index = build(tmp_path, [("chair", "x"), ("lamp", "x")])
    row = row_of(index, "lamp", 0)
    assert row["matched_count"] == row["bm25_title"] == 0
    assert row["title_unmatched_share"] == 1


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8), TEXTS)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], query: str
) -> None:
    index = build(tmp_path_factory.mktemp("index"), rows)
    slots = slots_of(query, ANALYZER, index.lexicon, index.statistics)
    found = rows_of(index, slots)
    required = [slot for slot in slots if slot.weight > 0]
    for doc, (title, brand) in enumerate(rows):
        row = found[doc]
        assert np.isfinite(list(row.values())).all()
        fields = [_terms(title), _terms(brand)]
        matched = [slot for slot in required if _satisfied(slot, index, fields[0] | fields[1])]
        assert row["matched_count"] == len(matched)
        in_title = _title_slots(required, index, doc, fields)
        share = len(in_title) / len(required) if required else 0.0
        assert row["title_matched_share"] == pytest.approx(share, abs=1e-5)
        assert -1e-6 <= row["title_unmatched_share"] <= 1
        assert 0 <= row["title_window"] <= 1


def _terms(text: str) -> set[str]:
    return {token.term for token in ANALYZER.tokens(text)}


def _names(slot: Slot, index: InvertedIndex) -> list[set[str]]:
    return [{index.lexicon.terms[t] for t in each.term_ids} for each in slot.alternatives]


def _satisfied(slot: Slot, index: InvertedIndex, terms: set[str]) -> bool:
    return any(names <= terms for names in _names(slot, index))


def _title_slots(
    required: list[Slot], index: InvertedIndex, doc: int, fields: list[set[str]]
) -> list[Slot]:
    """Slots whose first alternative that the document satisfies stands in the title."""
    found = []
    for slot in required:
        first = next((n for n in _names(slot, index) if n <= fields[0] | fields[1]), None)
        if first is not None and first <= fields[0]:
            found.append(slot)
    return found


def test_extras_do_not_count_as_positions(tmp_path: Path) -> None:
    index = build(tmp_path, [("usb-c cable", "x")])
    assert int((index.titles.terms & np.uint32(EXTRA) == 0).sum()) == 3
    assert row_of(index, "usb-c cable", 0)["title_length"] == pytest.approx(np.log1p(3))
