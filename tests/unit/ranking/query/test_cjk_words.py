"""Where Japanese words end: at spaces, at other scripts, and kanji stay together."""

import pytest

from indexing.spelling.spelling import Spelling
from ranking.query.cjk_words import _cut, _kanji_sizes


class NothingSeen:
    """A catalogue without any word."""

    total = (0,)

    def frequency(self, word: str) -> int:
        return 0


NOTHING: Spelling = NothingSeen()  # type: ignore[assignment]


@pytest.mark.parametrize("word", ["自転車", "炊飯器", "掃除機", "電子辞書"])
def test_short_runs_of_kanji_are_one_word(word: str) -> None:
    assert _kanji_sizes(word, NOTHING) == [len(word)]


def test_no_kanji_is_left_alone_behind_a_word() -> None:
    sizes = _kanji_sizes("電動自転車", NOTHING)
    assert sum(sizes) == 5
    assert 1 not in sizes[1:]


@pytest.mark.parametrize(
    ("written", "folded", "sizes"),
    [
        ("青いコート", "青いこーと", [2, 3]),
        ("新しい靴の", "新しい靴の", [3, 1, 1]),
        ("こーと", "こーと", [3]),
        ("自転車用ライト", "自転車用らいと", [3, 1, 3]),
        ("", "", []),
    ],
)
def test_runs_of_a_script_are_words(written: str, folded: str, sizes: list[int]) -> None:
    assert list(_cut(folded, written, NOTHING, japanese=True)) == sizes
