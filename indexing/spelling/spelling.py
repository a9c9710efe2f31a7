"""The correction index: a word → the known words that may have been meant, memory-mapped."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from indexing.analysis.pinyin import blurred, is_han, syllables
from indexing.arrays import (
    Int64Array,
    UInt8Array,
    UInt16Array,
    UInt32Array,
    UInt64Array,
    load_array,
)
from indexing.spelling.deletions import MAX_DISTANCE, MAX_LENGTH, near_words
from indexing.spelling.rank import EDIT_WEIGHT, rank_words
from indexing.spelling.word_breaks import best_split, find_word, pair_count

MIN_LENGTH: Final = 3  # shorter words are one edit from too many others
LAST_PLANE_0: Final = "\uffff"  # beyond are emoji and rare characters: never corrected
LONG_WORD: Final = 5  # from here on two edits are looked for
HOMOPHONES: Final = range(2, 5)  # characters of Chinese words that are corrected by sound
_MAX_NEAR: Final = 4096
REMEMBERED: Final = 16_384  # words that were looked up
# Costs, in edits, of what is no single letter.
JOIN_COST: Final = 0.5
SAME_PINYIN: Final = 0.5
LIKE_PINYIN: Final = 0.8

# `confident`: see there.
LEAST_FREQUENCY: Final = 2
ONCE_SEEN: Final = 20_000
"""Running words of a shop in which a word seen once is no likelier a typo than one seen twice."""
FEW_WORDS: Final = 0.2
"""Millions of running words; fewer say too little of how rare a word is to make it likely."""
LEAST_SCORE: Final = -5.0
LETTER_WORTH: Final = 1.5
LEAST_SCORE_CHINESE: Final = 0.0
LEAST_LENGTH_KNOWN: Final = 6
TIMES_RARER: Final = 400.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A known word that may have been meant.

    distance: edits between the two (for Chinese: differing characters). frequency: of the known
    word. score: ln of (1 + frequency) in a million words, - EDIT_WEIGHT x cost of the edits.
    """

    word: str
    distance: int
    frequency: int
    score: float


@dataclass(frozen=True, slots=True)
class Split:
    """Two known words that were run together.

    together: times the two were seen side by side. score: natural log of their probability.
    """

    left: str
    right: str
    together: int
    score: float


def has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def max_distance(word: str) -> int:
    """Edits within which corrections of a word are looked for."""
    if not MIN_LENGTH <= len(word) <= MAX_LENGTH or has_digit(word) or max(word) > LAST_PLANE_0:
        return 0
    return MAX_DISTANCE if len(word) >= LONG_WORD else 1


def confident(
    word: str, frequency: int, candidate: Candidate, least: int = LEAST_FREQUENCY
) -> bool:
    """Whether a word of this frequency (0: unknown) is likelier a typo of the candidate.

    Never for words with digits. An unknown word is corrected when the candidate was seen
    `least` times and its score is over LEAST_SCORE for six letters, LETTER_WORTH less
    for each letter more (long words are near to another seldom by chance), and over
    LEAST_SCORE_CHINESE for a Chinese word. A known word only when it has LEAST_LENGTH_KNOWN
    letters, and the candidate is one edit away, keeps the first letter, and is TIMES_RARER as
    frequent. Known brands and the like are for the caller to keep.
    """
    if has_digit(word) or candidate.word == word:
        return False
    if frequency > 0:
        return (
            len(word) >= LEAST_LENGTH_KNOWN
            and candidate.distance == 1
            and candidate.word[0] == word[0]
            and candidate.frequency >= TIMES_RARER * frequency
        )
    if candidate.frequency < least:
        return False
    if is_han(word):
        return candidate.score > LEAST_SCORE_CHINESE
    return candidate.score > LEAST_SCORE - LETTER_WORTH * (len(word) - 6)


def codes_of(word: str) -> UInt16Array:
    return np.frombuffer(word.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)


def _sound_key(kind: str, text: str) -> int:
    return int.from_bytes(blake2b(f"{kind}{text}".encode(), digest_size=8).digest(), "big")


def exact_sound(word: str) -> int:
    return _sound_key("=", "".join(syllables(word)))


def blurred_sound(word: str) -> int:
    return _sound_key("~", " ".join(blurred(syllable) for syllable in syllables(word)))


def _number(characters: UInt16Array, offsets: UInt32Array, word: str) -> int:
    return int(find_word(characters, offsets, codes_of(word)))


@dataclass(frozen=True, slots=True)
class Spelling:
    """The correction index over memory-mapped arrays. Lookups are remembered (bounded).

    Words, sorted by their UTF-16 codes: characters uint16[c], offsets uint32[n + 1],
    frequencies uint32[n]. Deletion neighbourhoods (`build_deletions`): buckets uint32[b + 1]
    into listed uint32[l] and tags uint8[l]. Neighbours: pairs uint64[p] (left << 32 | right,
    sorted), pair_times uint32[p]. Chinese by sound: sounds uint64[s], sorted, sound_words
    uint32[s]. total: int64[1], the sum of all frequencies.
    """

    characters: UInt16Array
    offsets: UInt32Array
    frequencies: UInt32Array
    buckets: UInt32Array
    listed: UInt32Array
    tags: UInt8Array
    pairs: UInt64Array
    pair_times: UInt32Array
    sounds: UInt64Array
    sound_words: UInt32Array
    total: Int64Array
    _numbers: Callable[[str], int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Not of a bound method: that would be a cycle, and keep a replaced snapshot mapped.
        found = lru_cache(REMEMBERED)(partial(_number, self.characters, self.offsets))
        object.__setattr__(self, "_numbers", found)

    @classmethod
    def load(cls, folder: Path) -> "Spelling":
        names = [each.name for each in fields(cls) if each.init]
        return cls(*(load_array(folder / f"{name}.npy") for name in names))

    def __len__(self) -> int:
        return len(self.frequencies)

    def word(self, number: int) -> str:
        codes = self.characters[int(self.offsets[number]) : int(self.offsets[number + 1])]
        return codes.tobytes().decode("utf-16-le", "surrogatepass")

    def number(self, word: str) -> int:
        """Number of a known word, or -1."""
        return self._numbers(word)

    def beginning(self, prefix: str) -> tuple[int, int]:
        """Numbers of the words that begin so: from the first to before the second. O(log n)."""
        wanted = codes_of(prefix).tolist()

        def edge(*, past: bool) -> int:
            low, high = 0, len(self)
            while low < high:
                middle = (low + high) // 2
                start, end = int(self.offsets[middle]), int(self.offsets[middle + 1])
                begun = self.characters[start : min(end, start + len(wanted))].tolist()
                if begun < wanted or (past and begun == wanted):
                    low = middle + 1
                else:
                    high = middle
            return low

        return edge(past=False), edge(past=True)

    def frequency(self, word: str) -> int:
        """0 for unknown words."""
        number = self.number(word)
        return int(self.frequencies[number]) if number >= 0 else 0

    def bigram(self, left: str, right: str) -> int:
        """How often the second word followed the first."""
        first, second = self.number(left), self.number(right)
        if first < 0 or second < 0:
            return 0
        return pair_count(self.pairs, self.pair_times, first, second)

    def candidates(self, word: str, k: int = 5) -> list[Candidate]:
        """The k likeliest known words near a folded word, without itself; score down.

        One edit (optimal string alignment) for words of MIN_LENGTH letters on, two from LONG_WORD
        on; Chinese words by their sound. Empty for words with digits.
        """
        if is_han(word):
            return self._homophones(word, k)
        distance = max_distance(word)
        if distance == 0 or k < 1:
            return []
        typed = codes_of(word)
        found = np.empty((_MAX_NEAR, 2), dtype=np.int64)
        count = near_words(
            typed, distance, self.characters, self.offsets, self.buckets, self.listed, self.tags,
            found,
        )  # fmt: skip
        best = np.empty(k + 1, dtype=np.int64)
        scores = np.empty(k + 1, dtype=np.float64)
        kept = rank_words(
            typed, self.characters, self.offsets, self.frequencies, found, count,
            self._millions, best, scores,
        )  # fmt: skip
        ranked = zip(found[best[:kept]].tolist(), scores[:kept].tolist(), strict=True)
        return [
            Candidate(self.word(number), edits, int(self.frequencies[number]), score)
            for (number, edits), score in ranked
            if edits > 0
        ][:k]

    def split(self, word: str) -> Split | None:
        """The likeliest two known words that, written together, are this word."""
        if not 2 <= len(word) <= MAX_LENGTH or has_digit(word) or max(word) > LAST_PLANE_0:
            return None
        answer = np.zeros(2, dtype=np.float64)
        cut = best_split(
            codes_of(word), self.characters, self.offsets, self.frequencies, self.pairs,
            self.pair_times, float(self.total[0]), answer,
        )  # fmt: skip
        if cut == 0:
            return None
        return Split(word[:cut], word[cut:], int(answer[1]), float(answer[0]))

    def join(self, left: str, right: str) -> Candidate | None:
        """The known word that the two make when written together, if that is the commoner way."""
        word = left + right
        frequency = self.frequency(word)
        if frequency == 0 or has_digit(word) or frequency <= self.bigram(left, right):
            return None
        return Candidate(word, 1, frequency, self._score(frequency, JOIN_COST))

    def pinyin_words(self, letters: str, k: int = 5) -> list[Candidate]:
        """Chinese words whose pinyin, without tones and spaces, is what was typed."""
        numbers = (
            number
            for number in self._sounding(_sound_key("=", letters))
            if "".join(syllables(self.word(number))) == letters
        )
        return self._ranked([(number, 0, 0.0) for number in numbers], k)

    @property
    def least_frequency(self) -> int:
        """Times that a word must have been seen to be what another was meant to be."""
        return 1 if int(self.total[0]) <= ONCE_SEEN else LEAST_FREQUENCY

    @property
    def _millions(self) -> float:
        return max(int(self.total[0]) / 1e6, FEW_WORDS)

    def _score(self, frequency: int, cost: float) -> float:
        return math.log((1 + frequency) / self._millions) - EDIT_WEIGHT * cost

    def _homophones(self, word: str, k: int) -> list[Candidate]:
        if len(word) not in HOMOPHONES:
            return []
        heard = syllables(word)
        costs: dict[int, float] = {}
        for number in self._sounding(blurred_sound(word)):
            other = syllables(self.word(number))
            if [blurred(sound) for sound in other] == [blurred(sound) for sound in heard]:
                costs[number] = SAME_PINYIN if other == heard else LIKE_PINYIN
        words = ((number, self.word(number), cost) for number, cost in costs.items())
        near = [
            (number, sum(map(str.__ne__, word, other)), cost)
            for number, other, cost in words
            if other != word
        ]
        return self._ranked(near, k)

    def _sounding(self, key: int) -> list[int]:
        wanted = np.uint64(key)
        begin = np.searchsorted(self.sounds, wanted, side="left")
        end = np.searchsorted(self.sounds, wanted, side="right")
        return [int(number) for number in self.sound_words[begin:end]]

    def _ranked(self, near: list[tuple[int, int, float]], k: int) -> list[Candidate]:
        """(word number, distance, cost) rows as candidates, score down, then word up."""
        found = [
            Candidate(
                self.word(number),
                distance,
                int(self.frequencies[number]),
                self._score(int(self.frequencies[number]), cost),
            )
            for number, distance, cost in near
        ]
        return sorted(found, key=lambda candidate: (-candidate.score, candidate.word))[:k]
