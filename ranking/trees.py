"""LightGBM's trees as flat arrays, and a kernel that adds them up.

LightGBM's own predict is the reference; equal to the last bit, as both add float64 leaves tree by
tree. Only trees that split on numbers (`tree_text.py` refuses others).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit

from indexing.arrays import Float32Array, Float64Array, Int32Array, UInt8Array

_DEFAULT_LEFT, _MISSING_SHIFT, _ZERO_MISSING, _NAN_MISSING = 2, 2, 1, 2


@dataclass(frozen=True, slots=True)
class FlatTrees:
    """All trees, one after the other; a node below 0 is the leaf ~node.

    roots: int32[t]. feature: int32[n]. threshold: float64[n]; values up to it go left.
    children: int32[2n], left and right of node i at 2i and 2i + 1. nan_right: uint8[n], 1 if a
    missing value goes right. leaves: float64[l].
    """

    roots: Int32Array
    feature: Int32Array
    threshold: Float64Array
    children: Int32Array
    nan_right: UInt8Array
    leaves: Float64Array

    def scores(self, features: Float32Array) -> Float64Array:
        """float64[k] of float32[k, features]; NaN is a missing value."""
        out = np.zeros(len(features), dtype=np.float64)
        add_trees(
            np.ascontiguousarray(features, dtype=np.float32),
            self.roots, self.feature, self.threshold, self.children, self.nan_right, self.leaves,
            out,
        )  # fmt: skip
        return out


def flat_trees(text: str) -> FlatTrees | None:
    """Of LightGBM's model text; None for what only LightGBM knows how to add up."""
    head, *blocks = text.partition("\nend of trees\n")[0].split("\nTree=")
    if "\naverage_output" in head:
        return None
    roots: list[int] = []
    parts: dict[str, list[np.ndarray[tuple[int], np.dtype[np.float64]]]] = {
        "feature": [], "threshold": [], "children": [], "nan_right": [], "leaves": [],
    }  # fmt: skip
    nodes = leaves = 0
    for block in blocks:
        facts = dict(_numbers(block))
        values = facts["leaf_value"]
        parts["leaves"].append(values)
        roots.append(nodes if len(values) > 1 else ~leaves)
        if len(values) > 1:
            kinds = facts["decision_type"].astype(np.int64)
            missing = kinds >> _MISSING_SHIFT & 3
            if (kinds & 1).any() or (missing == _ZERO_MISSING).any():
                return None
            left = np.where(missing == _NAN_MISSING, kinds & _DEFAULT_LEFT > 0,
                            facts["threshold"] >= 0)  # fmt: skip  # elsewhere missing counts as 0
            both = np.stack([facts["left_child"], facts["right_child"]], axis=1).ravel()
            parts["feature"].append(facts["split_feature"])
            parts["threshold"].append(facts["threshold"])
            parts["children"].append(np.where(both >= 0, both + nodes, both - leaves))
            parts["nan_right"].append(~left)
            nodes += len(kinds)
        leaves += len(values)
    flat = {name: np.concatenate([np.empty(0), *each]) for name, each in parts.items()}
    return FlatTrees(
        np.array(roots, dtype=np.int32),
        flat["feature"].astype(np.int32),
        flat["threshold"],
        flat["children"].astype(np.int32),
        flat["nan_right"].astype(np.uint8),
        flat["leaves"],
    )


_WANTED = frozenset(
    ("split_feature", "threshold", "decision_type", "left_child", "right_child", "leaf_value")
)


def _numbers(block: str) -> Iterator[tuple[str, Float64Array]]:
    """Names and values of one tree's lines; indexes are exact as float64."""
    for line in block.splitlines():
        name, _, values = line.partition("=")
        if name in _WANTED:
            yield name, np.array([float(value) for value in values.split()], dtype=np.float64)


@njit(nogil=True, cache=True, inline="always")
def _next(
    node: int,
    value: np.float32,
    threshold: Float64Array,
    children: Int32Array,
    nan_right: UInt8Array,
) -> int:
    right = 0 if np.float64(value) <= threshold[node] else 1
    if np.isnan(value):
        right = nan_right[node]
    return int(children[2 * node + right])


@njit(nogil=True, cache=True)
def add_trees(
    rows: Float32Array,
    roots: Int32Array,
    feature: Int32Array,
    threshold: Float64Array,
    children: Int32Array,
    nan_right: UInt8Array,
    leaves: Float64Array,
    out: Float64Array,
) -> None:
    """Add every tree's leaf to out. Four rows at a time: while one waits for memory, three go on.

    Tree by tree, as one tree fits the nearest cache and a model does not.
    """
    count = len(rows)
    whole = count - count % 4
    for root in roots:
        for i in range(0, whole, 4):
            a, b, c, d = root, root, root, root
            while (a & b & c & d) >= 0:  # below 0 only if all four are leaves
                if a >= 0:
                    a = _next(a, rows[i, feature[a]], threshold, children, nan_right)
                if b >= 0:
                    b = _next(b, rows[i + 1, feature[b]], threshold, children, nan_right)
                if c >= 0:
                    c = _next(c, rows[i + 2, feature[c]], threshold, children, nan_right)
                if d >= 0:
                    d = _next(d, rows[i + 3, feature[d]], threshold, children, nan_right)
            out[i] += leaves[~a]
            out[i + 1] += leaves[~b]
            out[i + 2] += leaves[~c]
            out[i + 3] += leaves[~d]
        for i in range(whole, count):
            a = root
            while a >= 0:
                a = _next(a, rows[i, feature[a]], threshold, children, nan_right)
            out[i] += leaves[~a]
