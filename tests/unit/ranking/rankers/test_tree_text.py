"""Forged model texts are refused by our own reader, before LightGBM sees them."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from forged_model import forged, with_sizes
from tiny_model import tiny_booster

from ranking.errors import ModelError
from ranking.features.features import NAMES
from ranking.rankers.tree_text import read_trees

LEFT, RIGHT = "left_child=1 2 -1", "right_child=-4 -3 -2"
"""A tree that goes down on its left: nodes 0, 1, 2, leaves 3, 2, and at its end 0 and 1."""


def text_of_three_trees() -> str:
    text = tiny_booster(trees=3, leaves=4).model_to_string()
    for line in (LEFT, RIGHT):
        text = re.sub(rf"(?m)^{line.partition('=')[0]}=.*$", line, text, count=1)
    return with_sizes(text)


TEXT = text_of_three_trees()


def without(key: str) -> str:
    return with_sizes(re.sub(rf"(?m)^{key}=.*\n", "", TEXT, count=1))


def twice(key: str) -> str:
    return with_sizes(re.sub(rf"(?m)^({key}=.*)\n", r"\1\n\1\n", TEXT, count=1))


FORGED: dict[str, tuple[str, str]] = {
    "nothing": ("", "truncated"),
    "half": (TEXT[: len(TEXT) // 2], "truncated"),
    "no end": (TEXT.replace("end of trees", ""), "truncated"),
    "no head": (TEXT.replace("\n\n", "\n", 1), "false size|truncated"),
    "not ASCII": (TEXT.replace("shrinkage=0.05", "shrinkage=٠.05", 1), "signs"),
    "a leaf that is no number": (forged(TEXT, "leaf_value", "nan"), "not a finite number"),
    "an endless leaf": (forged(TEXT, "leaf_value", "inf"), "not a finite number"),
    "a leaf in words": (forged(TEXT, "leaf_value", "much"), "not a finite number"),
    "a leaf too many": (forged(TEXT, "leaf_value", "1 1"), "5 values of leaf_value where 4"),
    "a threshold that is no number": (forged(TEXT, "threshold", "nan"), "splits at a value"),
    "a threshold too few": (forged(TEXT, "threshold", ""), "splits at a value|2 values"),
    "a node that is its own child": (forged(TEXT, "left_child", "0"), "lead back or out"),
    "a cycle": (forged(TEXT, "right_child", "0", at=2), "lead back or out"),
    "a child beyond the nodes": (forged(TEXT, "left_child", "3"), "lead back or out"),
    "a child far beyond": (forged(TEXT, "left_child", "99999999"), "lead back or out"),
    "a leaf beyond the leaves": (forged(TEXT, "left_child", "-99", at=2), "lead back or out"),
    "a node in a leaf's place": (forged(TEXT, "left_child", "3", at=2), "lead back or out"),
    "a node with two parents": (forged(TEXT, "left_child", "2"), "no parent, or two"),
    "a leaf just beyond": (forged(TEXT, "left_child", "-5", at=2), "lead back or out"),
    "a huge leaf": (forged(TEXT, "leaf_value", "-1e10"), "a leaf beyond"),
    "a leaf with two parents": (forged(TEXT, "right_child", "-1", at=2), "no parent, or two"),
    "a feature beyond the features": (
        forged(TEXT, "split_feature", str(len(NAMES))), "does not name"),
    "a feature before the first": (forged(TEXT, "split_feature", "-1"), "does not name"),
    "a feature that overflows": (forged(TEXT, "split_feature", "4294967297"), "no whole numbers"),
    "half a feature": (forged(TEXT, "split_feature", "0.5"), "no whole numbers"),
    "a size too small": (TEXT.replace("tree_sizes=", "tree_sizes=1"), "false size"),
    "a size of another tree": (
        re.sub(r"tree_sizes=(\d+) (\d+)", r"tree_sizes=\1 0", TEXT), "false size"),
    "a negative size": (TEXT.replace("tree_sizes=", "tree_sizes=-"), "false size"),
    "a size too few": (re.sub(r"tree_sizes=(\d+) \d+", r"tree_sizes=\1", TEXT),
                       "false size|more trees"),
    "no sizes": (without("tree_sizes"), "tree_sizes that are no whole numbers"),
    "trees in another order": (TEXT.replace("Tree=1", "Tree=7"), "false size"),
    "more leaves than there are": (forged(TEXT, "num_leaves", "400"), "values of"),
    "no leaves": (forged(TEXT, "num_leaves", "0"), "a tree of 0 leaves"),
    "leaves without end": (forged(TEXT, "num_leaves", "999999999"), "a tree of 999999999"),
    "leaves below none": (forged(TEXT, "num_leaves", "-3"), "a tree of -3"),
    "a list left out": (without("internal_count"), "internal_count"),
    "children left out": (without("left_child"), "left_child"),
    "no categories counted": (without("num_cat"), "lacks num_cat"),  # LightGBM aborts the process
    "no shrinkage": (without("shrinkage"), "lacks shrinkage"),
    "ranges of other features": (forged(TEXT, "feature_infos", "none none"), "feature_infos of"),
    "directions of other features": (
        forged(TEXT, "monotone_constraints", ""), "monotone_constraints of"),
    "a list twice": (twice("left_child"), "left_child twice in a tree"),
    "a head line twice": (twice("feature_names"), "feature_names twice in its head"),
    "features counted wrong": (forged(TEXT, "max_feature_idx", "5"), "counts other features"),
    "a feature named twice": (TEXT.replace(" bm25_brand ", " bm25_title ", 1), "a feature twice"),
    "categories": (forged(TEXT, "num_cat", "1"), "splits on categories"),
    "a decision on categories": (forged(TEXT, "decision_type", "1"), "splits on categories"),
    "a decision unheard of": (forged(TEXT, "decision_type", "14"), "decision of a kind"),
    "linear leaves": (forged(TEXT, "is_linear", "1"), "linear leaves"),
    "several scores": (forged(TEXT, "num_class", "3"), "several scores"),
    "several trees a score": (forged(TEXT, "num_tree_per_iteration", "2"), "several scores"),
    "another version": (forged(TEXT, "version", "v9"), "version 'v9'"),
    "a line unheard of": (with_sizes(TEXT.replace("num_cat", "num_dog\nnum_cat", 1)), "'num_dog'"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_text_is_refused(name: str) -> None:
    text, says = FORGED[name]
    assert text != TEXT
    with pytest.raises(ModelError, match=says) as refused:
        read_trees(text, "forged")
    assert str(refused.value).startswith("model forged: model.txt ")
    assert "Retrain with `vitrina train`" in str(refused.value)


def test_what_lightgbm_wrote_is_read_whole() -> None:
    assert with_sizes(TEXT) == TEXT
    read = read_trees(TEXT, "tiny")
    assert read.features == NAMES
    assert len(read.trees) == 3
    assert read.split_on <= set(NAMES)
    for tree in read.trees:
        assert len(tree.leaves) == len(tree.features) + 1 == 4
    assert read.objective == "lambdarank"


SIGNS = list("0123456789-. =\nein")
CHANGES: tuple[Callable[[str, int, np.random.Generator], str], ...] = (
    lambda text, at, _: text[:at] + text[at + 1 :],
    lambda text, at, _: text[:at] + text[at] + text[at:],
    lambda text, at, chance: (
        text[:at] + chance.choice(list("0123456789-. =\nein")) + text[at + 1 :]
    ),
)


@pytest.mark.parametrize("seed", range(300))
def test_any_changed_sign_is_refused_or_still_a_tree(seed: int) -> None:
    chance = np.random.default_rng(seed)
    end = TEXT.index("end of trees")
    text = CHANGES[seed % 3](TEXT, int(chance.integers(0, end)), chance)
    try:
        read = read_trees(with_sizes(text) if seed % 2 else text, "changed")
    except ModelError:
        return
    for tree in read.trees:  # every leaf is reached from the root
        reached, waiting = [], [0]
        while waiting:
            node = waiting.pop()
            for child in (int(tree.left[node]), int(tree.right[node])):
                (waiting if child >= 0 else reached).append(child)
        assert sorted(~leaf for leaf in reached) == list(range(len(tree.leaves)))
        assert tree.features.max() < len(read.features)
