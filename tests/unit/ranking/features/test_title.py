"""Features of the title and of the short fields, with hand-worked values."""

from math import log
from pathlib import Path

import numpy as np
from feature_inputs import inputs_of_texts
from plain_slots import slots_of
from worked import check_group

from indexing.analysis.analyzer import Analyzer
from indexing.postings.inversion import invert
from indexing.postings.postings import FIELD_COUNT, InvertedIndex
from indexing.postings.token_stream import TermNumbers, TokenStream
from ranking.features.title import MAX_POSITIONS, TITLE
from ranking.query.query import Alternative, Slot

ANALYZER = Analyzer()


def index_of(folder: Path, rows: list[tuple[str, str, str]]) -> InvertedIndex:
    """Title, brand, category."""
    numbers = TermNumbers(ANALYZER)
    stream = TokenStream(folder / "tokens", FIELD_COUNT)
    for title, brand, category in rows:
        stream.add(numbers, [[title], [brand], [category], [], [], []])
    order = np.arange(len(rows), dtype=np.uint32)
    return invert(folder, stream.finish(), order, list(numbers.ids))


def slots(index: InvertedIndex, query: str) -> tuple[Slot, ...]:
    return slots_of(query, ANALYZER, index.lexicon, index.statistics)


def test_every_feature_of_the_title(tmp_path: Path) -> None:
    index = index_of(
        tmp_path,
        [
            ("new ant cow fox bee dog", "fox hill", "ant bee hill"),
            ("fox bee ant dog", "hill", "hill"),
            ("new fox bee ant dog", "fox", "fox bee"),
            ("doghouse", "fox fox fox", "hill bee"),
            ("hill", "hill", ""),
            ("", "", ""),
        ],
    )
    query = slots(index, "fox bee ant dog")
    worked = {
        # fox bee: side by side and in order; bee ant: neither; ant dog: in order.
        "title_adjacent_share": [1 / 3, 1, 1, 0, 0, 0],
        "title_order_share": [2 / 3, 1, 1, 0, 0, 0],
        "title_window": [4 / 5, 1, 1, 0, 0, 0],
        "title_first_position": [1 / 2, 1, 1 / 2, 0, 0, 0],
        "title_unmatched_share": [2 / 6, 0, 1 / 5, 1, 1, 1],
        "title_length": [log(7), log(5), log(6), log(2), log(2), 0],
        "title_exact": [0, 1, 0, 0, 0, 0],
        "title_phrase": [0, 1, 1, 0, 0, 0],
        "brand_filled_share": [1 / 2, 0, 1, 1, 0, 0],
        "category_filled_share": [2 / 3, 0, 1, 1 / 2, 0, 0],
        "last_term_prefix": [1, 1, 1, 1, 0, 0],
    }
    check_group(TITLE, inputs_of_texts(index, query), worked)


def test_one_word_is_side_by_side_with_itself(tmp_path: Path) -> None:
    index = index_of(tmp_path, [("old fox", "", ""), ("fox", "", ""), ("hill", "", "")])
    worked = {
        "title_adjacent_share": [1, 1, 0],
        "title_order_share": [1, 1, 0],
        "title_window": [1, 1, 0],
        "title_first_position": [1 / 2, 1, 0],
        "title_unmatched_share": [1 / 2, 0, 1],
        "title_exact": [0, 1, 0],
        "title_phrase": [1, 1, 0],
        "last_term_prefix": [1, 1, 0],
    }
    check_group(TITLE, inputs_of_texts(index, slots(index, "fox")), worked, all_of_it=False)


def test_a_word_said_once_and_written_twice(tmp_path: Path) -> None:
    index = index_of(tmp_path, [("fox old fox bee", "", "")])
    worked = {
        "title_adjacent_share": 1.0,  # one of its places is beside the other word
        "title_order_share": 1.0,
        "title_window": 2 / 4,  # by the first place of each
        "title_first_position": 1.0,
        "title_unmatched_share": 1 / 4,
        "title_phrase": 1.0,
        "title_exact": 0.0,
    }
    check_group(TITLE, inputs_of_texts(index, slots(index, "fox bee")), worked, all_of_it=False)


def test_a_part_of_the_query_is_no_phrase(tmp_path: Path) -> None:
    index = index_of(tmp_path, [("fox bee", "", ""), ("ant", "", ""), ("bee fox", "", "")])
    worked = {
        "title_adjacent_share": [1 / 2, 0, 0],
        "title_order_share": [1 / 2, 0, 0],
        "title_window": [1, 1, 1],
        "title_unmatched_share": [0, 0, 0],
        "title_phrase": [0, 0, 0],
        "title_exact": [0, 0, 0],
    }
    check_group(TITLE, inputs_of_texts(index, slots(index, "fox bee ant")), worked, all_of_it=False)


def test_a_slot_of_two_places_is_followed_after_both(tmp_path: Path) -> None:
    index = index_of(tmp_path, [("usb-c fox", "", ""), ("usb-c old fox", "", "")])
    worked = {
        "title_adjacent_share": [1, 0],
        "title_phrase": [1, 0],
        "title_exact": [1, 0],
        "title_length": [log(4), log(5)],
        "title_unmatched_share": [0, 1 / 4],
    }
    check_group(TITLE, inputs_of_texts(index, slots(index, "usb-c fox")), worked, all_of_it=False)


def test_what_stands_beyond_the_first_positions_is_not_there(tmp_path: Path) -> None:
    long = " ".join(["hill"] * MAX_POSITIONS)
    index = index_of(tmp_path, [(f"{long} fox", "", ""), (f"{long[5:]} fox", "", "")])
    worked = {
        "title_first_position": [0, 1 / MAX_POSITIONS],
        "last_term_prefix": [0, 1],
        "title_unmatched_share": [1, 63 / 64],
    }
    check_group(TITLE, inputs_of_texts(index, slots(index, "fox")), worked, all_of_it=False)


def test_a_letter_begins_too_many_words(tmp_path: Path) -> None:
    index = index_of(tmp_path, [("fox", "", "")])
    worked = {"last_term_prefix": 0.0}
    check_group(TITLE, inputs_of_texts(index, slots(index, "f")), worked, all_of_it=False)
    check_group(TITLE, inputs_of_texts(index, ()), worked, all_of_it=False)


def test_slots_that_only_score_stand_nowhere(tmp_path: Path) -> None:
    index = index_of(tmp_path, [("bee fox", "bee", "bee")])
    bee = Slot("bee", 0.0, (Alternative((index.lexicon.id_of("bee"),), 1.0),), 0)
    worked = {
        "title_first_position": 1 / 2,
        "title_unmatched_share": 1 / 2,
        "title_window": 1.0,
        "brand_filled_share": 0.0,
        "category_filled_share": 0.0,
    }
    query = (bee, *slots(index, "fox"))
    check_group(TITLE, inputs_of_texts(index, query), worked, all_of_it=False)
