"""LightGBM's trees as flat arrays, and a kernel that adds them up.

LightGBM's own predict is the reference; equal to the last bit, as both add float64 leaves tree by
tree. Only trees that split on numbers (`tree_text.py` refuses others).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int32Array
from ranking.rankers.tree_text import TreeText

_DEFAULT_LEFT, _MISSING_SHIFT, _ZERO_MISSING, _NAN_MISSING = 2, 2, 1, 2


@dataclass(frozen=True, slots=True)
class FlatTrees:
    """All trees, one after the other: a tree's inner nodes, then its leaves.

    roots, first_leaves: int32[t], places of each tree's root and first leaf. feature: int32[n].
    threshold: float32[n]; values up to it go left. children: int32[2n], left and right of node i
    at 2i and 2i + 1; a leaf is its own child. nan_right: int32[n], 1 if a missing value goes
    right. values: float64[n], of leaves.
    """

    roots: Int32Array
    first_leaves: Int32Array
    feature: Int32Array
    threshold: Float32Array
    children: Int32Array
    nan_right: Int32Array
    values: Float64Array

    def scores(self, features: Float32Array) -> Float64Array:
        """float64[k] of float32[k, features]; NaN is a missing value."""
        out = np.zeros(len(features), dtype=np.float64)
        add_trees(
            np.ascontiguousarray(features, dtype=np.float32),
            self.roots, self.first_leaves, self.feature, self.threshold, self.children,
            self.nan_right, self.values, out,
        )  # fmt: skip
        return out


def flat_trees(read: TreeText, columns: Int32Array) -> FlatTrees | None:
    """None for what only LightGBM knows how to add up.

    columns: int32[features of the trees], the place of each in the rows that will be scored.
    """
    kinds = [tree.kinds >> _MISSING_SHIFT & 3 for tree in read.trees]
    if read.averaged or any((kind == _ZERO_MISSING).any() for kind in kinds):
        return None
    roots, first_leaves = [], []
    features, thresholds, children, nan_right, values = [], [], [], [], []
    base = 0
    for tree in read.trees:
        count, leaves = len(tree.features), len(tree.leaves)
        roots.append(base)
        first_leaves.append(base + count)
        left = np.where(  # where missing values were not seen in training, they count as 0
            tree.kinds >> _MISSING_SHIFT & 3 == _NAN_MISSING,
            tree.kinds & _DEFAULT_LEFT > 0,
            tree.thresholds >= 0,
        )
        both = np.stack([tree.left, tree.right], axis=1).ravel()
        own = np.repeat(np.arange(base + count, base + count + leaves), 2)
        children += [base + np.where(both >= 0, both, count + ~both), own]
        features += [columns[tree.features], np.zeros(leaves, dtype=np.int32)]
        thresholds += [tree.thresholds, np.zeros(leaves)]
        nan_right += [~left, np.zeros(leaves, dtype=np.bool_)]
        values += [np.zeros(count), tree.leaves]
        base += count + leaves
    return FlatTrees(
        np.array(roots, dtype=np.int32),
        np.array(first_leaves, dtype=np.int32),
        _joined(features, np.int32),
        _rounded_down(_joined(thresholds, np.float64)),
        _joined(children, np.int32),
        _joined(nan_right, np.int32),
        _joined(values, np.float64),
    )


def _joined(parts: Sequence[np.ndarray], dtype: type) -> Any:
    return np.concatenate([np.empty(0), *parts]).astype(dtype)


def _rounded_down(thresholds: Float64Array) -> Float32Array:
    """The largest float32 up to each: a float32 is at most one if it is at most the other."""
    with np.errstate(over="ignore"):
        near = thresholds.astype(np.float32)
        below: Float32Array = np.nextafter(near, np.float32(-np.inf))
    return np.where(near > thresholds, below, near).astype(np.float32)


@njit(nogil=True, cache=True, inline="always")
def _next(
    node: int, row: Float32Array, feature: Int32Array, threshold: Float32Array,
    children: Int32Array, nan_right: Int32Array,
) -> int:  # fmt: skip
    """No branches: a processor guesses every second one wrong, and that was two thirds of the time.

    Comparisons with NaN are false, so NaN goes right unless `nan_right` is 0.
    """
    value = row[feature[node]]
    right = np.int32(not (value <= threshold[node])) & (nan_right[node] | np.int32(value == value))  # noqa: PLR0124
    return int(children[2 * node + right])


@njit(nogil=True, cache=True)
def add_trees(
    rows: Float32Array,
    roots: Int32Array,
    first_leaves: Int32Array,
    feature: Int32Array,
    threshold: Float32Array,
    children: Int32Array,
    nan_right: Int32Array,
    values: Float64Array,
    out: Float64Array,
) -> None:
    """Add every tree's leaf to out. Four rows at a time: while one waits for memory, three go on;
    one that has reached its leaf stays there. Tree by tree, as one tree fits the nearest cache.
    """
    count = len(rows)
    whole = count - count % 4
    for tree in range(len(roots)):
        root, leaf = roots[tree], first_leaves[tree]
        for i in range(0, whole, 4):
            a, b, c, d = root, root, root, root
            first, second, third, fourth = rows[i], rows[i + 1], rows[i + 2], rows[i + 3]
            while min(a, b, c, d) < leaf:
                a = _next(a, first, feature, threshold, children, nan_right)
                b = _next(b, second, feature, threshold, children, nan_right)
                c = _next(c, third, feature, threshold, children, nan_right)
                d = _next(d, fourth, feature, threshold, children, nan_right)
            out[i] += values[a]
            out[i + 1] += values[b]
            out[i + 2] += values[c]
            out[i + 3] += values[d]
        for i in range(whole, count):
            a = root
            while a < leaf:
                a = _next(a, rows[i], feature, threshold, children, nan_right)
            out[i] += values[a]
