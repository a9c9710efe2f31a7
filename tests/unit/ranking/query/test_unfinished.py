"""Words while they are typed."""

from pathlib import Path

import pytest

from indexing.catalogue.index_config import IndexConfig
from ranking.generation import Generation
from ranking.query.unfinished import completed
from tests.catalogs import build_index, open_index

TITLES = (
    ["wireless headphones"] * 3 + ["wireless mouse"] * 2 + ["mousetrap wood"] * 4
    + ["head torch", "lamp red", "lamp blue", "lampshade", "USB-C cable AB-1234", "无线 耳机"]
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index: Path = tmp_path_factory.mktemp("unfinished") / "main"
    products = [{"id": str(n), "title": title} for n, title in enumerate(TITLES)]
    build_index(index, products, config=IndexConfig(min_matches=1))
    return open_index(index)


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("headph", "headphones"),
        ("Headph", "headphones"),
        ("la", "lamp"),
        ("mou", "mousetrap"),  # the most frequent
        ("wireless mou", "wireless mouse"),  # what follows the word before it
        ("unknown mou", "unknown mousetrap"),
        ("blue lam", "blue lamp"),
        ("head", "head"),  # a word of its own
        ("headph ", "headph "),  # finished
        ("h", "h"),
        ("zzz", "zzz"),
        ("lampp", "lampp"),
        ("ab-12", "ab-12"),
        ("a1", "a1"),
        ("无", "无"),
        ("无线 headph", "无线 headphones"),
        ("", ""),
        ("-", "-"),
        ("headph\ud800", "headph\ud800"),
    ],
)
def test_what_is_searched(shop: Generation, typed: str, searched: str) -> None:
    assert completed(typed, shop.snapshot) == searched


def test_the_words_that_begin_so(shop: Generation) -> None:
    spelling = shop.snapshot.spelling
    words = [spelling.word(number) for number in range(len(spelling))]
    for prefix in [
        "",
        "m",
        "mo",
        "mouse",
        "mousetrap",
        "mousetraps",
        "z",
        "a",
        "无",
        "无线",
        "\uffff",
    ]:
        low, high = spelling.beginning(prefix)
        assert words[low:high] == [word for word in words if word.startswith(prefix)], prefix
