"""Kernels of understanding against plain Python."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from indexing.entities.category_model import CategoryModel, gather_up
from indexing.entities.names import EntityNames, name_key
from indexing.strings import StringTable
from ranking.query.near_identifiers import near_terms

_WORD = st.text("ab12", min_size=1, max_size=7)


@given(_WORD, st.lists(_WORD, min_size=1, max_size=12, unique=True), st.integers(1, 2))
def test_near_terms(typed: str, words: list[str], most: int) -> None:
    words = sorted(words)
    table = StringTable.of(words)
    found = np.empty((64, 2), dtype=np.int64)
    codes = np.frombuffer(typed.encode(), dtype=np.uint8)
    count = near_terms(codes, table.blob, table.offsets, 0, len(words), most, found)
    expected = [
        (distance, place)
        for place, word in enumerate(words)
        if 0 < (distance := OSA.distance(typed, word)) <= most
    ]
    assert sorted(map(tuple, found[:count].tolist())) == sorted(expected)


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=3), min_size=1, max_size=8),
    st.lists(st.integers(-1, 3), min_size=1, max_size=8),
)
def test_names_inside_a_sequence(names: list[list[int]], asked: list[int]) -> None:
    known = sorted({tuple(name) for name in names}, key=name_key)
    none = np.empty(0)
    entities = EntityNames(
        (), np.array([name_key(name) for name in known], dtype=np.uint64),
        none, none, none, none, (), none, none, none,
    )  # fmt: skip
    expected = [
        (start, length)
        for start in range(len(asked))
        for length in range(len(asked) - start, 0, -1)
        if tuple(asked[start : start + length]) in known
    ]
    assert [(hit.start, hit.length) for hit in entities.find(asked)] == expected


def test_the_posterior_by_hand() -> None:
    """Two categories of 90 and 10 products; a term in 9 of the one and 5 of the other."""
    model = CategoryModel(
        classes=np.array([1, 2], dtype=np.int32),
        sizes=np.array([90, 10], dtype=np.float32),
        class_of=np.empty(0, dtype=np.int32),
        terms=np.array([7], dtype=np.uint32),
        starts=np.array([0, 2], dtype=np.uint32),
        places=np.array([0, 1], dtype=np.uint32),
        counts=np.array([9, 5], dtype=np.float32),
        totals=np.array([14], dtype=np.float32),
        parents=np.array([-1, 0, 0], dtype=np.int32),
    )
    average = 10 * 14 / 100  # ten average products hold so many
    scores = [
        math.sqrt(size) * (count + average) / (size + 10) for size, count in ((90, 9), (10, 5))
    ]
    found = model.predict([7])
    assert np.allclose(found, np.array(scores) / sum(scores), rtol=1e-5)
    assert np.allclose(model.by_node(found), [1.0, *found])
    assert len(model.predict([8])) == 0


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=10), st.data())
def test_gather_up(values: list[float], data: st.DataObject) -> None:
    parents = [data.draw(st.integers(-1, place - 1)) for place in range(len(values))]
    nodes = np.array(values, dtype=np.float32)
    gather_up(np.array(parents, dtype=np.int32), nodes)

    def below(node: int) -> float:
        return values[node] + sum(below(n) for n, p in enumerate(parents) if p == node)

    assert np.allclose(nodes, [below(node) for node in range(len(values))], atol=1e-4)
