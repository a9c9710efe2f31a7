from itertools import pairwise

import pytest

from indexing.catalogue.product import Product
from indexing.spelling import word_counts
from indexing.spelling.word_counts import WordCounter


def counted(titles: list[str]) -> WordCounter:
    counter = WordCounter()
    for number, title in enumerate(titles):
        counter.add(Product(id=str(number), title=title))
    return counter


def test_words_and_pairs() -> None:
    counter = counted(["red lamp", "red sofa", "blue lamp 5mm"])
    assert dict(counter.words()) == {"red": 2, "lamp": 2, "sofa": 1, "blue": 1}
    assert set(counter.pairs()) == {("red", "lamp", 1), ("red", "sofa", 1), ("blue", "lamp", 1)}


def test_repeated_texts_count_each_time() -> None:
    counter = WordCounter()
    for number in range(3):
        counter.add(
            Product(id=str(number), title="x", brand="Acme Lamps", category=("Home", "Home Lamps"))
        )
    assert dict(counter.words()) == {"x": 3, "acme": 3, "lamps": 6, "home": 6}
    assert ("acme", "lamps", 3) in set(counter.pairs())


def test_the_rarest_pairs_are_forgotten_and_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where every pair is seen often: a rebuild a title would take for ever."""
    monkeypatch.setattr(word_counts, "_PRUNE_PAIRS", 40)
    rebuilt = []
    frequent = word_counts._frequent
    monkeypatch.setattr(
        word_counts, "_frequent", lambda *given: rebuilt.append(1) or frequent(*given)
    )
    letters = [chr(97 + a) + chr(97 + b) for a in range(10) for b in range(10)]
    titles = [f"{one} {other}" for one, other in pairwise(letters)]
    counter = counted(["aa ab"] * 500 + titles * 3)
    assert len(list(counter.pairs())) <= 40
    assert ("aa", "ab", 503) in set(counter.pairs())
    assert len(rebuilt) < 30
