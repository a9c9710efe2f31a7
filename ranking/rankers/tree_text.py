"""LightGBM's model text, read by us first: its own reader takes what leads it out of its arrays.

What is refused here never reaches it: a cut text, a child that is its own ancestor, indexes out of
range, sizes that do not fit, numbers that are none, and kinds of trees that Vitrina does not use.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from indexing.arrays import Float64Array, Int64Array
from ranking.errors import ModelError
from ranking.rankers.manifest import MAX_WEIGHT, RETRAIN

MAX_LEAVES = 1 << 17
"""Of one tree, as in LightGBM."""
END = "end of trees\n"
_WHOLE = re.compile(r"-?[0-9]{1,9}(?: -?[0-9]{1,9})*")
_NUMBERS = re.compile(
    r"-?(?:[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|inf)"
    r"(?: -?(?:[0-9]+(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|inf))*"
)
_VERSIONS = ("v3", "v4")
_OF_NODES = (
    "split_feature", "split_gain", "threshold", "decision_type", "left_child", "right_child",
    "internal_value", "internal_weight", "internal_count",
)  # fmt: skip
_OF_LEAVES = ("leaf_value", "leaf_weight", "leaf_count")
_OF_TREE = ("num_leaves", "num_cat", "is_linear", "shrinkage")
_WHOLE_KEYS = frozenset(
    ("split_feature", "decision_type", "left_child", "right_child", "num_leaves")
)
_CATEGORY, _MISSING_SHIFT, _MISSING_KINDS = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Tree:
    """features, kinds, left, right: int64[n] of the inner nodes, the root first. thresholds:
    float64[n]. leaves: float64[n + 1]. A child c ≥ 0 is an inner node, one below 0 the leaf ~c.
    kinds: LightGBM's `decision_type`.
    """

    features: Int64Array
    thresholds: Float64Array
    kinds: Int64Array
    left: Int64Array
    right: Int64Array
    leaves: Float64Array


@dataclass(frozen=True, slots=True)
class TreeText:
    """features: names of the trees' columns, in order. averaged: the trees' mean is the score."""

    features: tuple[str, ...]
    trees: tuple[Tree, ...]
    objective: str
    averaged: bool

    @property
    def split_on(self) -> frozenset[str]:
        """Names of the features that any tree asks for."""
        return frozenset(
            self.features[place] for tree in self.trees for place in set(tree.features.tolist())
        )


def read_trees(text: str, name: str) -> TreeText:
    """Raises ModelError, in which `name` stands, for what LightGBM would not have written."""
    try:
        return _read(text)
    except _TextError as fault:
        raise ModelError(f"model {name}: model.txt {fault}. {RETRAIN}") from None


class _TextError(ValueError):
    """What is wrong, to be said after the file's name."""


def _read(text: str) -> TreeText:
    head, gap, rest = text.partition("\n\n")
    if not text.startswith("tree\n") or not gap or f"\n{END}" not in text:
        raise _TextError("is truncated")
    if not text.isascii():
        raise _TextError("holds signs that LightGBM does not write")
    facts = _facts(head.split("\n")[1:], "its head")
    if facts.get("version") not in _VERSIONS:
        raise _TextError(f"has version {facts.get('version')!r}; known are {', '.join(_VERSIONS)}")
    if facts.get("num_class") != "1" or facts.get("num_tree_per_iteration") != "1":
        raise _TextError("gives several scores a product")
    features = tuple(facts.get("feature_names", "").split())
    if facts.get("max_feature_idx") != str(len(features) - 1):
        raise _TextError("counts other features than it names")
    if len(set(features)) != len(features):
        raise _TextError("names a feature twice")
    for key in ("feature_infos", "monotone_constraints"):
        if key in facts and len(facts[key].split()) != len(features):
            raise _TextError(f"has {key} of another number of features")
    blocks = _blocks(rest, _whole(facts.get("tree_sizes", ""), "tree_sizes"))
    trees = tuple(_tree(block, len(features)) for block in blocks)
    return TreeText(features, trees, facts.get("objective", ""), "average_output" in facts)


def _blocks(rest: str, sizes: Int64Array) -> Iterator[list[str]]:
    """Lines of each tree, cut where LightGBM's reader will cut."""
    begin = 0
    for number, size in enumerate(sizes.tolist()):
        block = rest[begin : begin + size] if size > 0 else ""
        first, *lines = block.split("\n")
        if first != f"Tree={number}" or lines[-3:] != ["", "", ""] or "" in lines[:-3]:
            raise _TextError(f"has a false size for tree {number}")
        yield lines[:-3]
        begin += size
    if not rest.startswith(END, begin):
        raise _TextError("holds more trees than it has sizes for, or is truncated")


def _facts(lines: Iterable[str], where: str) -> dict[str, str]:
    facts: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition("=")
        if key in facts:
            raise _TextError(f"has {key} twice in {where}")
        facts[key] = value
    return facts


def _tree(lines: list[str], feature_count: int) -> Tree:
    facts = _facts(lines, "a tree")
    absent = [key for key in _OF_TREE if key not in facts]
    if absent:
        raise _TextError(f"lacks {absent[0]} in a tree")
    if facts["num_cat"] != "0" or "cat_threshold" in facts:
        raise _TextError("splits on categories, which Vitrina's features do not have")
    if facts["is_linear"] != "0":
        raise _TextError("has linear leaves, which cannot be explained")
    unknown = facts.keys() - {*_OF_NODES, *_OF_LEAVES, *_OF_TREE}
    if unknown:
        raise _TextError(f"has {min(unknown)!r} in a tree, which is not understood")
    leaves = int(_arrays(facts, ("num_leaves", "shrinkage"), 1)["num_leaves"][0])
    if not 1 <= leaves <= MAX_LEAVES:
        raise _TextError(f"has a tree of {leaves} leaves")
    if leaves == 1:  # LightGBM leaves out what such a tree does not need
        values = _arrays(facts, ("leaf_value",), 1)["leaf_value"]
        none = np.empty(0, dtype=np.int64)
        return Tree(none, np.empty(0), none, none, none, _finite_leaves(values))
    of_nodes = _arrays(facts, _OF_NODES, leaves - 1)
    tree = Tree(
        of_nodes["split_feature"].astype(np.int64),
        of_nodes["threshold"],
        of_nodes["decision_type"].astype(np.int64),
        of_nodes["left_child"].astype(np.int64),
        of_nodes["right_child"].astype(np.int64),
        _finite_leaves(_arrays(facts, _OF_LEAVES, leaves)["leaf_value"]),
    )
    _check_nodes(tree, feature_count)
    return tree


def _check_nodes(tree: Tree, feature_count: int) -> None:
    """Every node but the root has one parent, and that came before it: no cycles, nothing lost."""
    if tree.features.min() < 0 or tree.features.max() >= feature_count:
        raise _TextError("splits on a feature that it does not name")
    if (tree.kinds & _CATEGORY).any():
        raise _TextError("splits on categories, which Vitrina's features do not have")
    if tree.kinds.min() < 0 or (tree.kinds >> _MISSING_SHIFT).max() >= _MISSING_KINDS:
        raise _TextError("has a decision of a kind that LightGBM does not make")
    count = len(tree.features)
    children = np.stack([tree.left, tree.right], axis=1)
    inner = children >= 0
    back = inner & (children <= np.arange(count)[:, None])
    out = np.where(inner, children >= count, ~children > count)
    if (back | out).any():
        raise _TextError("has a tree whose nodes lead back or out of it")
    places = np.where(inner, children, count + ~children)
    if (np.bincount(places.ravel(), minlength=2 * count + 1)[1:] != 1).any():
        raise _TextError("has a tree with a node that has no parent, or two")


def _finite_leaves(values: Float64Array) -> Float64Array:
    if not np.isfinite(values).all():
        raise _TextError("has a leaf that is not a finite number")
    if np.abs(values).max() > MAX_WEIGHT:
        raise _TextError(f"has a leaf beyond {MAX_WEIGHT:,.0f}")
    return values


def _arrays(facts: dict[str, str], keys: Iterable[str], count: int) -> dict[str, Float64Array]:
    """Numbers by key, each list so long."""
    found = {}
    for key in keys:
        value = facts.get(key, "")
        values = _whole(value, key) if key in _WHOLE_KEYS else _numbers(value, key)
        if len(values) != count:
            raise _TextError(f"has {len(values)} values of {key} where {count} belong")
        found[key] = values.astype(np.float64)
    return found


def _whole(value: str, key: str) -> Int64Array:
    if not _WHOLE.fullmatch(value):
        raise _TextError(f"has {key} that are no whole numbers")
    return np.array([int(each) for each in value.split()], dtype=np.int64)


def _numbers(value: str, key: str) -> Float64Array:
    if not _NUMBERS.fullmatch(value):
        if key == "threshold":
            raise _TextError("splits at a value that is not a number")
        what = "a leaf" if key == "leaf_value" else f"a {key}"
        raise _TextError(f"has {what} that is not a finite number")
    return np.array([float(each) for each in value.split()], dtype=np.float64)
