"""How likely words of a title are what the product is, by their places."""

import numpy as np
import pytest

from indexing.analysis.analyzer import Analyzer
from indexing.types.candidates import ANY_NOUN, LATER, Lists, all_candidates
from indexing.types.pairs import NO_PAIRS
from indexing.types.phrases import Titles


def chances(title: str, *kinds: str) -> dict[str, float]:
    """kinds: stems that may be kinds; none if that is not known."""
    titles = Titles(Analyzer(("en",)))
    titles.add(title)
    codes, starts = titles.arrays()
    is_noun = np.array([word in kinds for word in titles.words]) if kinds else ANY_NOUN
    brand_of = np.full(1, -1, dtype=np.int32)
    own, _ = all_candidates(codes, starts, False, brand_of, Lists.of([]), NO_PAIRS, is_noun)
    words = list(titles.words)
    return {words[item]: float(c) for item, c in zip(own.items, own.chances, strict=True)}


def test_a_series_before_a_model_number_makes_no_later_noun_less_likely() -> None:
    title = "LifeCam HD-5001 Webcam"
    assert chances(title)["webcam"] == pytest.approx(LATER)
    assert chances(title, "webcam")["webcam"] == 1.0
    assert chances(title, "webcam", "lifecam")["webcam"] == pytest.approx(LATER)


@pytest.mark.parametrize("title", ["EliteBook 320 GB HDD", "EliteBook, HDD", "EliteBook - HDD"])
def test_behind_a_measure_or_in_another_part_nouns_are_less_likely(title: str) -> None:
    assert chances(title, "hdd")["hdd"] == pytest.approx(LATER)


def test_a_letter_of_an_english_title_is_no_word_of_another_language() -> None:
    assert chances("Class D Amplifier")["amplifi"] == 1.0
