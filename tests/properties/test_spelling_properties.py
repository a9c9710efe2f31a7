"""The deletion index must find what comparing with every word finds."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from indexing.spelling.build import build_spelling
from indexing.spelling.deletions import MAX_LENGTH, build_deletions, near_words, osa_distance
from indexing.spelling.rank import sound, typing_cost
from indexing.spelling.spelling import Spelling, codes_of
from indexing.spelling.word_breaks import find_word

LETTERS = st.text(alphabet="abcé", max_size=12)


def random_words(rng: random.Random, count: int) -> list[str]:
    return sorted({"".join(rng.choices("abcd", k=rng.randint(2, 12))) for _ in range(count)})


def misspelt(word: str, rng: random.Random) -> str:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(word))
        word = rng.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + rng.choice("abcd") + word[at:],
                word[:at] + rng.choice("abcd") + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            ]
        )
        word = word or "a"
    return word


@given(LETTERS, LETTERS, st.integers(0, 3))
def test_osa_distance_is_that_of_rapidfuzz(left: str, right: str, limit: int) -> None:
    rows = np.zeros((3, MAX_LENGTH + 1), dtype=np.int64)
    found = osa_distance(codes_of(left), codes_of(right), limit, rows)
    assert found == min(OSA.distance(left, right), limit + 1)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("distance", [1, 2])
def test_near_words_are_those_of_a_full_scan(seed: int, distance: int) -> None:
    rng = random.Random(seed)
    words = random_words(rng, 3000)
    characters = codes_of("".join(words))
    offsets = np.cumsum([0, *map(len, words)]).astype(np.uint32)
    buckets, listed, tags = build_deletions(characters, offsets)
    found = np.empty((4096, 2), dtype=np.int64)
    for _ in range(150):
        typed = misspelt(rng.choice(words), rng)
        count = near_words(
            codes_of(typed), distance, characters, offsets, buckets, listed, tags, found
        )
        got = {(words[number], edits) for number, edits in found[:count].tolist()}
        # Words of up to three letters are listed for one edit only
        everything = {
            (word, edits)
            for word in words
            if (edits := OSA.distance(typed, word)) <= (distance if len(word) > 3 else 1)
        }
        assert len(got) == count
        assert everything <= got
        assert got <= {(word, OSA.distance(typed, word)) for word in words}


@given(LETTERS.filter(bool), LETTERS.filter(bool))
def test_typing_cost_is_zero_for_equal_words_only_and_below_the_distance(
    left: str, right: str
) -> None:
    rows = np.zeros((3, MAX_LENGTH + 1), dtype=np.float64)
    cost = typing_cost(codes_of(left), codes_of(right), rows)
    assert (cost == 0) == (left == right)
    assert cost <= OSA.distance(left, right) * 1.25


@given(st.lists(LETTERS.filter(bool), min_size=1, unique=True), LETTERS)
def test_words_are_found_by_bisection(words: list[str], other: str) -> None:
    kept = sorted(words)
    offsets = np.cumsum([0, *map(len, kept)]).astype(np.uint32)
    characters = codes_of("".join(kept))
    for word in [*kept, other]:
        place = find_word(characters, offsets, codes_of(word))
        assert place == (kept.index(word) if word in kept else -1)


@given(st.text(alphabet="abcdefghknopqrstuwxy", min_size=1, max_size=20))
def test_sound_ignores_doubling_and_silent_h(word: str) -> None:
    doubled = "".join(letter * 2 if letter not in "aeiouyc" else letter for letter in word)
    if word[0] not in "kgwp" and "p" not in word and not doubled.startswith(("kn", "gn", "wr")):
        assert sound(codes_of(doubled)) == sound(codes_of(word))


@pytest.mark.parametrize("seed", range(2))
def test_splits_are_those_of_a_full_scan(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    words = {word: rng.randint(1, 40) for word in random_words(rng, 300)}
    pairs = [(*rng.sample(sorted(words), 2), rng.randint(1, 9)) for _ in range(300)]
    times = {}
    for left, right, count in pairs:
        times[left, right] = times.get((left, right), 0) + count
    spelling: Spelling = build_spelling(words.items(), pairs, tmp_path)
    total = sum(words.values())

    def probability(left: str, right: str) -> float:
        if (left, right) in times:
            return times[left, right] / total
        if left not in words or right not in words or min(len(left), len(right)) < 3:
            return 0.0
        rarest = min(words[left], words[right])
        return words[left] * words[right] / total**2 if rarest >= 5 else 0.0

    for left, right, _ in pairs:
        typed = left + right
        best = max(probability(typed[:cut], typed[cut:]) for cut in range(1, len(typed)))
        split = spelling.split(typed)
        assert split is not None
        assert split.score == pytest.approx(np.log(best))
        assert split.left + split.right == typed
        assert split.together == times.get((split.left, split.right), 0)
