"""The field `kind`: names of types as values, a kind of two words under its noun too."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexing.arrays import Int32Array
from indexing.columns.keyword import KeywordTable
from indexing.types.kind_column import Kinds, _by_document, _column, _placed

NAMES = ["card", "memory card", "graphics card", "reader", "card reader", "reader"]


def test_a_kind_of_two_words_is_of_its_noun_too() -> None:
    names, places = _placed(NAMES, head_first=False)
    assert names == ["card", "card reader", "graphics card", "memory card", "reader"]
    held = [[names[place] for place in row if place >= 0] for row in places.tolist()]
    assert held == [
        ["card"], ["card", "memory card"], ["card", "graphics card"], ["reader"],
        ["card reader", "reader"], ["reader"],
    ]  # fmt: skip
    first = _placed(["carte", "carte mémoire"], head_first=True)[1]
    assert first.tolist() == [[0, -1], [0, 1]]


@given(st.lists(st.integers(-1, len(NAMES) - 1), max_size=30))
def test_products_hold_what_their_type_does(types: list[int]) -> None:
    type_of: Int32Array = np.array(types, dtype=np.int32)
    names, places = _placed(NAMES, head_first=False)
    offsets, ordinals = _by_document(type_of, places)
    whole = KeywordTable.of(names, offsets, ordinals, ())
    here = Kinds(_column(whole), places).of_segment(type_of).table
    for doc, kind in enumerate(types):
        held = ordinals[int(offsets[doc]) : int(offsets[doc + 1])].tolist()
        assert held == [place for place in places[kind].tolist() if place >= 0 and kind >= 0]
    for ordinal in range(len(names)):
        assert here.holders_of(ordinal).tolist() == whole.holders_of(ordinal).tolist()
        assert int(here.freqs[ordinal]) == len(whole.holders_of(ordinal))


def test_a_snapshot_without_it() -> None:
    nothing = Kinds.nothing(3)
    assert len(nothing.column.table) == 0
    assert nothing.of_segment(np.full(2, -1, dtype=np.int32)).table.offsets.tolist() == [0, 0, 0]
