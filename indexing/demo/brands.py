"""The demo shop's brands: invented names, a price level, the departments they sell in."""

import zlib
from dataclasses import dataclass
from functools import cache

import numpy as np

from indexing.demo.leaves import Department, departments

_LINES_PER_BRAND = 6
_VOWELS = "aeiouy"
# Budget, middle, premium: middle of a brand's prices in the leaf's price table of 256 steps.
LEVELS = (70, 118, 172)


@dataclass(frozen=True, slots=True)
class Brand:
    """level: 0 budget, 1 middle, 2 premium. departments: where it sells, its own first.

    lines: names of its product lines.
    """

    name: str
    level: int
    departments: tuple[str, ...]
    lines: tuple[str, ...]


def _joined(first: str, second: str) -> str:
    """One word; of two vowels that would meet, the first is dropped."""
    return (first[:-1] if first[-1] in _VOWELS and second[0] in _VOWELS else first) + second


def _coined(department: Department, taken: set[str]) -> list[Brand]:
    # Raw 64-bit words are the same in every NumPy, its distributions need not be.
    draws = np.random.PCG64(zlib.crc32(department.name.encode()))
    words = department.brands
    brands: list[Brand] = []
    while len(brands) < words.count:
        pick = [int(number) for number in draws.random_raw(8)]
        suffix = words.suffixes[pick[2] % len(words.suffixes)]
        stem = _joined(
            words.first[pick[0] % len(words.first)], words.second[pick[1] % len(words.second)]
        )
        if stem in taken:
            continue
        taken.add(stem)
        # A name that says what it sells, such as "Audio", stays at home.
        kin = (
            [] if suffix else [k for place, k in enumerate(department.kin) if pick[3] >> place & 1]
        )
        start, step = pick[4] % len(department.lines), 1 + pick[5] % 3
        lines = dict.fromkeys(
            department.lines[(start + place * step) % len(department.lines)]
            for place in range(_LINES_PER_BRAND)
        )
        level = (0, 1, 1, 2, 0, 1)[pick[6] % 6]
        brands.append(Brand(stem + suffix, level, (department.name, *kin), tuple(lines)))
    return brands


@cache
def brands() -> tuple[Brand, ...]:
    """All brands, each department's own ones together. No two share their first word."""
    taken: set[str] = set()
    known = {department.name for department in departments()}
    return tuple(
        Brand(
            brand.name,
            brand.level,
            tuple(name for name in brand.departments if name in known),
            brand.lines,
        )
        for department in departments()
        for brand in _coined(department, taken)
    )


def brands_of(leaf: tuple[str, ...]) -> list[Brand]:
    """Brands that sell in the leaf with this path, best-known first; never fewer than four.

    A brand sells in about two of three leaves of its departments.
    """
    able = [brand for brand in brands() if leaf[0] in brand.departments]
    # Those at home in the department are better known there than the others.
    able.sort(
        key=lambda brand: (
            brand.departments[0] != leaf[0],
            zlib.crc32(f"{brand.name} in {leaf[0]}".encode()),
        )
    )
    selling = [
        brand for brand in able if zlib.crc32(f"{brand.name} sells {leaf}".encode()) % 3 != 0
    ]
    return selling if len(selling) >= 4 else able
