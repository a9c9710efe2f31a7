"""Lists of products: for each of many things, the products that belong to it, best first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from indexing.arrays import Float32Array, UInt32Array

PARTS: Final = {"begins": "uint32", "rows": "uint32", "scores": "float32"}


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """begins: uint32[n + 1]. rows: uint32[m], of the facts' products; scores: float32[m], above 0,
    never increasing within a list. List i stands at begins[i] … begins[i + 1].
    """

    begins: UInt32Array
    rows: UInt32Array
    scores: Float32Array

    def __len__(self) -> int:
        return len(self.begins) - 1

    def of(self, place: int) -> tuple[UInt32Array, Float32Array]:
        begin, end = int(self.begins[place]), int(self.begins[place + 1])
        return self.rows[begin:end], self.scores[begin:end]

    @classmethod
    def none(cls, count: int) -> Self:
        """So many empty lists."""
        empty = np.zeros(count + 1, dtype=np.uint32)
        return cls(empty, np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.float32))

    @classmethod
    def taken(cls, arrays: dict[str, Any], name: str) -> Self:
        """Its parts, taken out of arrays that are called `{name}_begins` and so on."""
        return cls(*(arrays.pop(f"{name}_{part}") for part in PARTS))

    @classmethod
    def best(cls, at: Any, rows: Any, scores: Any, count: int, most: int) -> Self:
        """Of triples in any order: the `most` best of each place, equal ones by row.

        at: int[k], below count. rows: int[k]. scores: float[k], above 0.
        """
        order = np.lexsort((rows, -np.asarray(scores, dtype=np.float32), at))
        of = np.asarray(at)[order]
        ranks = np.arange(len(order)) - np.searchsorted(of, of, "left")
        kept = order[ranks < most]
        sizes = np.bincount(np.asarray(at)[kept], minlength=count) if len(kept) else np.zeros(count)
        begins = np.concatenate([[0], np.cumsum(sizes)]).astype(np.uint32)
        return cls(
            begins,
            np.asarray(rows)[kept].astype(np.uint32),
            np.asarray(scores)[kept].astype(np.float32),
        )

    def arrays(self, name: str) -> dict[str, Any]:
        return {f"{name}_{part}": getattr(self, part) for part in PARTS}

    def fits(self, lists: int, rows: int) -> bool:
        """Whether it has so many lists, of products below `rows`, and its arrays fit each other."""
        return (
            len(self.begins) == lists + 1
            and len(self.rows) == len(self.scores) == int(self.begins[-1])
            and bool((np.diff(self.begins.astype(np.int64)) >= 0).all())
            and int(self.rows.max(initial=0)) < max(rows, 1)
            and bool(np.isfinite(self.scores).all())
        )


def arrays_of(names: Sequence[str]) -> dict[str, str]:
    """Name → dtype of the arrays that hold these."""
    return {f"{name}_{part}": kind for name in names for part, kind in PARTS.items()}
