from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexing.analysis.analyzer import Analyzer
from indexing.postings.inversion import invert
from indexing.postings.postings import BITS, FIELD_COUNT, MAX_TF, Field, InvertedIndex
from indexing.postings.token_stream import EXTRA, TermNumbers, TokenStream

Row = Sequence[Sequence[str]]


def row(title: str = "", brand: str = "", description: str = "") -> Row:
    texts: list[list[str]] = [[] for _ in range(FIELD_COUNT)]
    texts[Field.TITLE] = [title]
    texts[Field.BRAND] = [brand]
    texts[Field.DESCRIPTION] = [description]
    return texts


def inverted(folder: Path, rows: Sequence[Row], order: Sequence[int]) -> InvertedIndex:
    numbers = TermNumbers(Analyzer())
    stream = TokenStream(folder / "tokens", FIELD_COUNT)
    for each in rows:
        stream.add(numbers, each)
    return invert(folder, stream.finish(), np.array(order, dtype=np.uint32), list(numbers.ids))


def postings(index: InvertedIndex, term: str) -> dict[int, dict[str, int]]:
    docs, tfs = index.postings(index.lexicon.id_of(term))
    return {
        int(doc): {
            field.name.lower(): tf
            for field in Field
            if (tf := int(packed) >> (BITS * field) & MAX_TF)
        }
        for doc, packed in zip(docs, tfs, strict=True)
    }


def test_postings_hold_frequencies_by_field(tmp_path: Path) -> None:
    rows = [
        row("red lamp", "Lumo", "a red red lamp"),
        row("blue lamp", "Lumo"),
        row("red chair", "Sitwell", "for lamp lovers"),
    ]
    index = inverted(tmp_path, rows, [0, 1, 2])
    assert postings(index, "red") == {0: {"title": 1, "description": 2}, 2: {"title": 1}}
    assert postings(index, "lamp") == {
        0: {"title": 1, "description": 1}, 1: {"title": 1}, 2: {"description": 1},
    }  # fmt: skip
    assert index.statistics.doc_count == 3
    assert index.statistics.mean_lengths[Field.TITLE] == 2.0
    assert index.lengths[0].tolist() == [2, 1, 0, 0, 4, 0]


def test_rows_are_dropped_and_reordered(tmp_path: Path) -> None:
    index = inverted(tmp_path, [row("old lamp"), row("blue chair"), row("new lamp")], [2, 1])
    assert postings(index, "lamp") == {0: {"title": 1}}
    assert postings(index, "chair") == {1: {"title": 1}}
    assert index.lexicon.id_of("old") == -1


def test_frequencies_saturate_without_spilling_into_the_next_field(tmp_path: Path) -> None:
    index = inverted(tmp_path, [row("spam " * 100, "spam")], [0])
    assert postings(index, "spam") == {0: {"title": MAX_TF, "brand": 1}}
    assert index.lengths[0, Field.TITLE] == 100


def test_title_terms_keep_order_and_extras(tmp_path: Path) -> None:
    index = inverted(tmp_path, [row("usb-c cable")], [0])
    terms = [
        (index.lexicon.terms[int(code & ~np.uint32(EXTRA))], bool(code & np.uint32(EXTRA)))
        for code in index.titles.terms
    ]
    assert terms == [("usb", False), ("usbc", True), ("c", False), ("cabl", False)]


def test_an_empty_catalogue_makes_an_empty_index(tmp_path: Path) -> None:
    index = inverted(tmp_path, [], [])
    assert index.statistics.doc_count == 0
    assert len(index.lexicon) == 0


def test_prefix_ranges(tmp_path: Path) -> None:
    index = inverted(tmp_path, [row("lamp lampe lan 灯 灯具 zoo")], [0])
    first, end = index.lexicon.prefix_range("lam")
    names = [index.lexicon.terms[i] for i in range(first, end)]
    assert names and all(name.startswith("lam") for name in names)
    first, end = index.lexicon.prefix_range("灯")
    assert [index.lexicon.terms[i] for i in range(first, end)] == ["灯", "灯具"]
    assert index.lexicon.prefix_range("q") == (index.lexicon.prefix_range("q")[0],) * 2
