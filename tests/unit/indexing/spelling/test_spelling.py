import math
from pathlib import Path

import pytest

from indexing.spelling.build import build_spelling
from indexing.spelling.spelling import Candidate, Spelling, confident, max_distance

WORDS = {
    "headphones": 900, "headphone": 300, "iphone": 800, "phone": 900, "case": 500, "sun": 40,
    "glasses": 90, "sunglasses": 200, "memory": 80, "foam": 70, "keyboard": 60, "cat": 30,
    "accessories": 900, "accesories": 2, "the": 5000, "shoe": 50, "shoes": 400,
    "苹果": 50, "手机": 60, "手表": 30, "是": 5, "思": 5, "诗词": 9, "四次": 3,
    "wh1000xm4": 99, "x" * 33: 4,
}  # fmt: skip
BIGRAMS = [("memory", "foam", 60), ("sun", "glasses", 5), ("iphone", "case", 20), ("no", "one", 9)]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Spelling:
    return build_spelling(WORDS.items(), BIGRAMS, tmp_path_factory.mktemp("spelling"))


@pytest.mark.parametrize(
    ("typed", "meant", "distance"),
    [
        ("hedphones", "headphones", 1),
        ("haedphones", "headphones", 1),
        ("headphoness", "headphones", 1),
        ("hedfones", "headphones", 0),
        ("keybpard", "keyboard", 1),
        ("keyborad", "keyboard", 1),
        ("kyeboadr", "keyboard", 2),
        ("jeyboard", "keyboard", 1),
        ("ipone", "iphone", 1),
    ],
)
def test_candidates(shop: Spelling, typed: str, meant: str, distance: int) -> None:
    found = shop.candidates(typed, 3)
    if distance == 0:
        assert all(candidate.word != meant for candidate in found)  # three edits
    else:
        assert (found[0].word, found[0].distance) == (meant, distance)
        assert found[0].frequency == WORDS[meant]


def test_candidates_are_ordered_and_leave_out_the_word_itself(shop: Spelling) -> None:
    found = shop.candidates("headphones", 5)
    assert [candidate.word for candidate in found] == ["headphone"]
    scores = [candidate.score for candidate in shop.candidates("shoess", 5)]
    assert scores == sorted(scores, reverse=True)
    assert len(shop.candidates("shoess", 1)) == 1


@pytest.mark.parametrize(
    "word", ["wh1000xm5", "wh1000xm4", "4k", "at", "", "y" * 33, "500ml", "😀" * 32]
)
def test_no_candidates_for_identifiers_short_and_endless_words(shop: Spelling, word: str) -> None:
    assert shop.candidates(word) == []
    assert max_distance(word) == 0


def test_frequency_and_bigrams(shop: Spelling) -> None:
    assert shop.frequency("iphone") == 800
    assert shop.frequency("wh1000xm4") == 0  # words with digits are not in the index
    assert shop.frequency("") == shop.frequency("zzz") == 0
    assert shop.bigram("memory", "foam") == 60
    assert shop.bigram("foam", "memory") == shop.bigram("no", "one") == 0


def test_splits(shop: Spelling) -> None:
    split = shop.split("iphonecase")
    assert split is not None
    assert (split.left, split.right, split.together) == ("iphone", "case", 20)
    unseen = shop.split("headphonecase")
    assert unseen is not None
    assert (unseen.left, unseen.right, unseen.together) == ("headphone", "case", 0)
    assert shop.split("sunx") is None
    assert shop.split("case4") is None
    assert shop.split("a") is None
    assert shop.split("iphone😀case") is None


def test_joins_only_what_is_commoner_together(shop: Spelling) -> None:
    joined = shop.join("sun", "glasses")
    assert joined is not None
    assert (joined.word, joined.frequency) == ("sunglasses", 200)
    assert shop.join("memory", "foam") is None


def test_chinese_words_are_corrected_by_sound(shop: Spelling) -> None:
    assert [c.word for c in shop.candidates("平果")] == ["苹果"]
    assert [c.word for c in shop.candidates("守机")] == ["手机"]
    assert [c.word for c in shop.candidates("手机")] == []
    assert [c.word for c in shop.candidates("是")] == []  # single characters never
    blurred = shop.candidates("诗次")  # shi ci; si ci sounds alike to many
    assert [c.word for c in blurred] == ["诗词", "四次"]
    assert blurred[0].score > blurred[1].score


def test_pinyin_typed_in_letters(shop: Spelling) -> None:
    assert [c.word for c in shop.pinyin_words("shouji")] == ["手机"]
    assert shop.pinyin_words("phone") == []


@pytest.mark.parametrize(
    ("word", "frequency", "candidate", "sure"),
    [
        ("hedphones", 0, Candidate("headphones", 1, 900, 0.5), True),
        ("hedphones", 0, Candidate("headphones", 1, 1, 0.5), False),  # seen once, itself odd
        ("lamp", 0, Candidate("lamb", 1, 20, -3.0), False),  # short and rare
        ("accesories", 2, Candidate("accessories", 1, 900, 1.0), True),
        ("accesories", 3, Candidate("accessories", 1, 900, 1.0), False),  # not rare enough
        ("ccessories", 1, Candidate("accessories", 1, 900, 1.0), False),  # first letter
        ("form", 1, Candidate("for", 1, 90000, 9.0), False),  # known and short
        ("wh1000xm5", 0, Candidate("wh1000xm4", 1, 99999, 9.0), False),
        ("iphone", 0, Candidate("iphone", 0, 99, 9.0), False),
    ],
)
def test_confident(word: str, frequency: int, candidate: Candidate, sure: bool) -> None:
    assert confident(word, frequency, candidate) is sure


def test_a_word_seen_once_counts_where_there_are_few(tmp_path: Path) -> None:
    for name in ("few", "many"):
        (tmp_path / name).mkdir()
    few = build_spelling([("umbrella", 1), ("belt", 3)], [], tmp_path / "few")
    assert few.least_frequency == 1
    near = few.candidates("umberella")[0]
    assert confident("umberella", 0, near, few.least_frequency)
    assert not confident("umberella", 0, near)  # seen once, itself odd
    many = build_spelling([("umbrella", 1), ("belt", 20_000)], [], tmp_path / "many")
    assert many.least_frequency == 2


def test_few_words_make_none_of_them_likely(tmp_path: Path) -> None:
    # Two edits of five letters, in a shop of nine words, nothing is sure.
    few = build_spelling([("stool", 4), ("lamp", 5)], [], tmp_path)
    near = few.candidates("stpok")[0]
    assert (near.word, near.distance) == ("stool", 2)
    assert near.score == pytest.approx(math.log(5 / 0.2) - 6 * 2 * 0.75)  # neighbouring keys
    assert not confident("stpok", 0, near, few.least_frequency)


def test_an_empty_index_answers(tmp_path: Path) -> None:
    empty = build_spelling([], [], tmp_path)
    assert len(empty) == 0
    assert empty.candidates("phone") == []
    assert empty.candidates("苹果") == []
    assert empty.split("iphonecase") is None
    assert empty.join("a", "b") is None


def test_repeated_words_add_up_and_odd_ones_are_left_out(tmp_path: Path) -> None:
    words = [("lamp", 2), ("lamp", 3), ("none", 0), ("less", -4), ("😀😀😀", 5), ("a1", 7)]
    index = build_spelling(words, [("lamp", "lamp", 2), ("lamp", "lamp", 1)], tmp_path)
    assert len(index) == 1
    assert index.frequency("lamp") == 5
    assert index.bigram("lamp", "lamp") == 3
    assert index.candidates("😀😀😀x") == []
