"""Building the correction index."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from indexing.analysis.pinyin import is_han
from indexing.arrays import save_array
from indexing.spelling.deletions import MAX_LENGTH, build_deletions
from indexing.spelling.spelling import (
    HOMOPHONES,
    LAST_PLANE_0,
    Spelling,
    blurred_sound,
    codes_of,
    exact_sound,
    has_digit,
)


def build_spelling(
    words: Iterable[tuple[str, int]], bigrams: Iterable[tuple[str, str, int]], folder: Path
) -> Spelling:
    """Write the index of (word, frequency) pairs and (word, next word, times) triples.

    Words must be folded as query words will be. Left out are words of more than MAX_LENGTH
    characters, with digits, with characters beyond the basic plane, and frequencies below 1;
    of a repeated word the frequencies are added. Bigrams of unknown words are left out.
    """
    counts: dict[str, int] = {}
    for word, frequency in words:
        if frequency > 0 and 0 < len(word) <= MAX_LENGTH and not has_digit(word):
            counts[word] = counts.get(word, 0) + frequency
    kept = sorted(word for word in counts if max(word) <= LAST_PLANE_0)
    numbers = {word: number for number, word in enumerate(kept)}
    offsets = np.zeros(len(kept) + 1, dtype=np.uint32)
    np.cumsum([len(word) for word in kept], out=offsets[1:])
    characters = codes_of("".join(kept))
    capped = (min(counts[word], 0xFFFFFFFF) for word in kept)
    frequencies = np.fromiter(capped, dtype=np.uint32, count=len(kept))
    buckets, listed, tags = build_deletions(characters, offsets)

    pairs: dict[int, int] = {}
    for left, right, times in bigrams:
        if times > 0 and left in numbers and right in numbers:
            pair = numbers[left] << 32 | numbers[right]
            pairs[pair] = pairs.get(pair, 0) + times
    pair_keys = np.array(sorted(pairs), dtype=np.uint64)
    pair_times = np.array([min(pairs[pair], 0xFFFFFFFF) for pair in sorted(pairs)], np.uint32)

    sounds = sorted(
        (key, numbers[word])
        for word in kept
        if len(word) in HOMOPHONES and is_han(word)
        for key in (exact_sound(word), blurred_sound(word))
    )
    save_array(folder / "characters.npy", characters)
    save_array(folder / "offsets.npy", offsets)
    save_array(folder / "frequencies.npy", frequencies)
    save_array(folder / "buckets.npy", buckets)
    save_array(folder / "listed.npy", listed)
    save_array(folder / "tags.npy", tags)
    save_array(folder / "pairs.npy", pair_keys)
    save_array(folder / "pair_times.npy", pair_times)
    save_array(folder / "sounds.npy", np.array([key for key, _ in sounds], dtype=np.uint64))
    save_array(folder / "sound_words.npy", np.array([word for _, word in sounds], np.uint32))
    save_array(folder / "total.npy", np.array([frequencies.sum(dtype=np.int64)], dtype=np.int64))
    return Spelling.load(folder)
