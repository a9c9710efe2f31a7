"""Which category a query is about: naive Bayes over the words of the catalogue's titles."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Int32Array, UInt32Array, load_array

SMOOTHING: Final = 10.0
"""Products of average words that every category is credited with."""
PRIOR: Final = 0.5
"""Power of a category's size: shoppers ask for small categories more often than shops fill them."""


@dataclass(frozen=True, slots=True)
class CategoryModel:
    """classes: int32[c], the ordinal of each category that is the deepest of some product.

    sizes: float32[c], its products. class_of: int32[n], each document's place in classes, -1
    without a category. terms: uint32[t], ascending term ids; starts: uint32[t + 1] into
    places: uint32, classes that have the term, ascending, and counts: float32, products there.
    totals: float32[t], products with the term. parents: int32[v], of all category ordinals.
    """

    classes: Int32Array
    sizes: Float32Array
    class_of: Int32Array
    terms: UInt32Array
    starts: UInt32Array
    places: UInt32Array
    counts: Float32Array
    totals: Float32Array
    parents: Int32Array

    @classmethod
    def load(cls, folder: Path) -> "CategoryModel":
        return cls(*(load_array(folder / f"{name}.npy") for name in cls.__slots__))

    def __len__(self) -> int:
        return len(self.classes)

    def predict(self, term_ids: Sequence[int]) -> Float32Array:
        """float32[c], the probability of each class; empty where no term is known.

        P(c | q) ∝ P(c)^PRIOR · Π P(t | c), with P(t | c) = (n_tc + μ p_t) / (n_c + μ), where n_tc
        are products of the category that have the term (Dirichlet smoothing, Zhai and Lafferty
        2004). O(terms × classes).
        """
        wanted = np.array(term_ids, dtype=np.uint32)
        rows = np.searchsorted(self.terms, wanted)
        inside = rows < len(self.terms)
        rows = rows[inside][self.terms[rows[inside]] == wanted[inside]]
        if not len(rows) or not len(self.classes):
            return np.empty(0, dtype=np.float32)
        scores = np.empty(len(self.classes), dtype=np.float32)
        posterior(
            rows, self.sizes, self.starts, self.places, self.counts, self.totals, SMOOTHING, PRIOR,
            scores,
        )  # fmt: skip
        return scores

    def by_node(self, probabilities: Float32Array) -> Float32Array:
        """float32[v], the probability of every category of the tree: of all classes below it."""
        nodes = np.zeros(len(self.parents), dtype=np.float32)
        nodes[self.classes] = probabilities
        gather_up(self.parents, nodes)
        return nodes


@njit(nogil=True, cache=True)
def posterior(
    rows: np.ndarray,
    sizes: Float32Array,
    starts: UInt32Array,
    places: UInt32Array,
    counts: Float32Array,
    totals: Float32Array,
    smoothing: float,
    prior: float,
    out: Float32Array,
) -> None:
    """Fill out with the classes' probabilities; see `CategoryModel.predict`."""
    everything = 0.0
    for size in sizes:
        everything += size
    for place in range(len(sizes)):
        size = sizes[place]
        out[place] = prior * np.log(size) - len(rows) * np.log(size + smoothing)
    for row in rows:
        share = smoothing * totals[row] / everything
        for at in range(starts[row], starts[row + 1]):
            out[places[at]] += np.log1p(counts[at] / share)
    best = out[0]
    for value in out:
        best = max(best, value)
    total = 0.0
    for place in range(len(out)):
        out[place] = np.exp(out[place] - best)
        total += out[place]
    for place in range(len(out)):
        out[place] /= total


@njit(nogil=True, cache=True)
def gather_up(parents: Int32Array, nodes: Float32Array) -> None:
    """Add each category to its parent; parents come before their children."""
    for node in range(len(parents) - 1, -1, -1):
        if parents[node] >= 0:
            nodes[parents[node]] += nodes[node]
