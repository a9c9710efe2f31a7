import pytest

from ranking.generation import Generation
from ranking.query.correct import Change, propose
from ranking.query.understand import understand
from ranking.search.request import SearchRequest


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("velvt sofa", Change("velvt", "velvet", "spelling")),
        ("runing shoes", Change("runing", "running", "spelling")),
        ("desklamp", Change("desklamp", "desk lamp", "split")),
        ("平果 手机壳", Change("平果", "苹果", "sound")),
        ("shouji lamp", Change("shouji", "手机", "pinyin")),
    ],
)
def test_each_kind(shop: Generation, text: str, change: Change) -> None:
    correction = propose(text, shop.snapshot)
    assert correction is not None
    assert correction.changes == (change,)
    assert correction.text == text.replace(change.typed, change.meant)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "velvet sofa", "lumo", "zeta lamp", "13w lamp", "LM-1003x", "42 43", "手机壳", "x y",
     "a" * 500, "🙂🙂🙂", "sofa\u0301", "blue s"],
)  # fmt: skip
def test_what_is_never_corrected(shop: Generation, text: str) -> None:
    assert propose(text, shop.snapshot) is None


def test_taken_silently_only_if_the_query_finds_too_little(shop: Generation) -> None:
    found = understand(SearchRequest(text="velvt sofa"), shop.snapshot)
    assert (found.corrected, found.text, found.typed) == (True, "velvet sofa", "velvt sofa")
    offered = understand(SearchRequest(text="velvt sofa"), shop.snapshot, min_matches=0)
    assert not offered.corrected
    assert offered.correction is not None
    assert offered.text == "velvt sofa"
    literal = understand(SearchRequest(text="velvt sofa", correct=False), shop.snapshot)
    assert literal.correction is None


def test_corrected_words_weigh_a_little_less(shop: Generation) -> None:
    slots = understand(SearchRequest(text="velvt sofa"), shop.snapshot).required
    assert [(a.origin, a.boost) for slot in slots for a in slot.alternatives] == [
        ("correction", 0.9), ("literal", 1.0),
    ]  # fmt: skip


def test_mixed_scripts(shop: Generation) -> None:
    correction = propose("lumo 平果手机壳 velvt", shop.snapshot)
    assert correction is not None
    assert correction.text == "lumo 苹果手机壳 velvet"


def test_where_neither_finds_all_words_the_new_word_must_fit_another(shop: Generation) -> None:
    fits = understand(SearchRequest(text="runing shoes zzqq"), shop.snapshot)
    assert (fits.corrected, fits.text) == (True, "running shoes zzqq")
    strange = understand(SearchRequest(text="velvt lamp zzqq"), shop.snapshot)
    assert not strange.corrected  # no lamp is of velvet
    assert strange.correction is not None
