from pathlib import Path

import numpy as np
import pytest

from indexing.spelling.trigrams import TrigramIndex, trigrams

WORDS = ["headphones", "headphone", "phones", "refrigerator", "a"]


def test_a_word_has_a_trigram_a_letter() -> None:
    assert len(trigrams("phones")) == 6
    assert len(trigrams("aaaa")) == 3  # ^aa, aaa, aa$
    assert len(trigrams("a")) == 1
    assert len(trigrams("x" * 1000)) < 256


def test_nearest_words_by_dice() -> None:
    found = TrigramIndex.of(WORDS).nearest("hedphones")
    # "hedphones" has 9 trigrams, "headphones" 10, and 7 are shared; "phones" shares 5 of 6
    assert found[0] == (0, pytest.approx(2 * 7 / 19))
    assert found[1] == (2, pytest.approx(2 * 5 / 15))
    assert found[2] == (1, pytest.approx(2 * 5 / 18))


def test_unlike_words_borrow_nothing() -> None:
    assert TrigramIndex.of(WORDS).nearest("xylophagous") == []
    assert TrigramIndex.of([]).nearest("word") == []


def test_equally_near_words_come_in_order_and_the_first_three_stay() -> None:
    words = ["abcde1", "abcde2", "abcde3", "abcde4"]
    assert [row for row, _ in TrigramIndex.of(words).nearest("abcde")] == [0, 1, 2]


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    index = TrigramIndex.of(WORDS)
    index.save(tmp_path)
    loaded = TrigramIndex.load(tmp_path)
    for name in ("keys", "offsets", "words", "sizes"):
        np.testing.assert_array_equal(getattr(index, name), getattr(loaded, name))
    assert loaded.nearest("hedphones") == index.nearest("hedphones")
