"""Identifiers of demo products: every one once, whatever the size of the shop."""

from collections.abc import Iterator

import numpy as np

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
# The factors are coprime with their moduli, so that no number comes twice.
_MODEL_FACTOR, _MODELS = 1_963_793, len(_LETTERS) ** 2 * 10_000
_GTIN_FACTOR, _GTINS = 3_141_592_653, 10**10
_GTIN_PREFIX = 20 * 10**10  # 20…29 are for use inside a shop: never a real product's number
_BLOCK = 4096


def gtins(first: int, count: int) -> list[str]:
    """GTIN-13 of the products first, first + 1 …, check digits after GS1."""
    serial = np.arange(first, first + count, dtype=np.uint64)
    body = serial * np.uint64(_GTIN_FACTOR) % np.uint64(_GTINS) + np.uint64(_GTIN_PREFIX)
    total = np.zeros(count, dtype=np.uint64)
    rest = body.copy()
    for place in range(12):
        total += rest % np.uint64(10) * np.uint64(3 if place % 2 == 0 else 1)
        rest //= np.uint64(10)
    ten = np.uint64(10)
    return [str(code) for code in (body * ten + (ten - total % ten) % ten).tolist()]


def all_gtins() -> Iterator[str]:
    """GTIN-13 of product 1, 2, 3 …"""
    first = 1
    while True:
        yield from gtins(first, _BLOCK)
        first += _BLOCK


def model_number(group: int, seed: int) -> str:
    """Of a group, counted from 0: `QK-4821`; a letter more beyond 5.7 million."""
    turn, place = divmod(group, _MODELS)
    letters, digits = divmod((place * _MODEL_FACTOR + seed) % _MODELS, 10_000)
    first, second = divmod(letters, len(_LETTERS))
    return f"{_LETTERS[first]}{_LETTERS[second]}-{digits:04}{_LETTERS[turn - 1] if turn else ''}"
