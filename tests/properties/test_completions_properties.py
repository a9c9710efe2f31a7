"""The suggestion index must equal a plain search through all entries."""

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from indexing.completions.build import KIND_FACTORS, CompletionsBuilder
from indexing.completions.completions import Completions
from indexing.completions.keys import key_rows, sort_keys, typing_key
from indexing.completions.topk import block_maxima, range_argmax


def all_keys(texts: list[str]) -> list[tuple[bytes, int, int]]:
    """(key, kind, entry), of every entry."""
    return [
        (row[start:], kind + (start > 0), entry)
        for entry, text in enumerate(texts)
        for row, kind, starts in key_rows(typing_key(text))
        for start in starts
    ]


def expected(texts: list[str], weights: list[float], typed: str) -> dict[str, float]:
    """Entry text → weight, for all entries found exactly."""
    best: dict[str, float] = {}
    for key, kind, entry in all_keys(texts):
        if key.startswith(typing_key(typed).encode()):
            weight = float(np.float32(weights[entry]) * np.float32(KIND_FACTORS[kind]))
            best[texts[entry]] = max(best.get(texts[entry], 0.0), weight)
    return best


def built(folder: Path, texts: list[str], weights: list[float]) -> Completions:
    builder = CompletionsBuilder()
    for text, weight in zip(texts, weights, strict=True):
        assert builder.add_entry(text, weight, 0)
    return builder.finish(folder)


def random_texts(rng: random.Random, count: int) -> list[str]:
    words = ["".join(rng.choices("abc", k=rng.randint(1, 5))) for _ in range(40)]
    words += ["手机", "壳", "é1", "c-3"]
    texts = {" ".join(rng.choices(words, k=rng.randint(1, 4))) for _ in range(count)}
    return sorted({typing_key(text): text for text in sorted(texts)}.values())


@pytest.mark.parametrize("seed", range(4))
def test_search_finds_the_heaviest_entries_of_a_full_scan(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    texts = random_texts(rng, 400)
    weights = [rng.choice([1.0, 2.0, 3.0, rng.random() * 50]) for _ in texts]
    index = built(tmp_path, texts, weights)
    for _ in range(150):
        text = typing_key(rng.choice(texts))
        start = rng.randrange(len(text))
        typed = text[start : start + rng.randint(1, 6)]
        if not typed.strip():
            continue
        typed = typed.strip()
        k = rng.choice([1, 5, 10, 50])
        best = expected(texts, weights, typed)
        found = index.search(typed, k, typo=False)
        assert [hit.weight for hit in found] == pytest.approx(
            sorted(best.values(), reverse=True)[:k]
        )
        assert {hit.text: hit.weight for hit in found}.items() <= {
            text: pytest.approx(weight) for text, weight in best.items()
        }.items()
        assert len({hit.entry for hit in found}) == len(found)


@pytest.mark.parametrize("seed", range(4))
def test_typos_reach_exactly_the_keys_one_edit_away(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    texts = random_texts(rng, 150)
    index = built(tmp_path, texts, [1.0 + rng.random() for _ in texts])
    keys = all_keys(texts)
    for _ in range(60):
        typed = "".join(rng.choices("abc", k=rng.randint(3, 7)))
        near = {
            texts[entry]
            for key, _, entry in keys
            if _begins_near(key.decode(), typed) or key.startswith(typed.encode())
        }
        assert {hit.text for hit in index.search(typed, 1000)} == near


def _begins_near(key: str, typed: str) -> bool:
    """Whether a beginning of the key is one edit from the text, after its first character."""
    return key[:1] == typed[0] and any(
        OSA.distance(key[1:size], typed[1:]) <= 1
        for size in range(max(1, len(typed) - 1), min(len(key), len(typed) + 1) + 1)
    )


@given(st.lists(st.sampled_from(["", "a", "ab", "ab" * 9, "b", "é", "手机", "a b"]), min_size=1))
def test_keys_are_sorted_by_bytes_and_equal_ones_keep_their_order(texts: list[str]) -> None:
    rows = [text.encode() for text in texts]
    starts = np.cumsum([0, *[len(row) + 1 for row in rows[:-1]]]).astype(np.uint32)
    blob = np.frombuffer(b"".join(row + b"\0" for row in rows) + bytes(8), dtype=np.uint8)
    order = sort_keys(blob, starts).tolist()
    assert order == sorted(range(len(rows)), key=lambda number: rows[number])


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 700))
def test_range_argmax_is_the_first_greatest(seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 50, size).astype(np.float32)
    maxima = block_maxima(weights)
    for _ in range(20):
        low = int(rng.integers(0, size))
        high = int(rng.integers(low + 1, size + 1))
        assert range_argmax(weights, maxima, low, high) == low + np.argmax(weights[low:high])
