from pathlib import Path

import pytest

from indexing.completions.build import CompletionsBuilder
from indexing.completions.completions import (
    BRAND,
    CATEGORY,
    PHRASE,
    QUERY_LOG,
    TYPO_FACTOR,
    Completions,
)
from indexing.completions.keys import typing_key


def built(folder: Path, *entries: tuple[str, float, int]) -> Completions:
    builder = CompletionsBuilder()
    for text, weight, source in entries:
        builder.add_entry(text, weight, source)
    return builder.finish(folder)


@pytest.fixture
def shop(tmp_path: Path) -> Completions:
    return built(
        tmp_path,
        ("iphone", 100.0, QUERY_LOG),
        ("iphone case", 40.0, QUERY_LOG),
        ("phone case", 30.0, QUERY_LOG),
        ("Crème Brûlée Set", 5.0, PHRASE),
        ("sunglasses", 20.0, QUERY_LOG),
        ("苹果手机壳", 50.0, QUERY_LOG),
        ("Café", 3.0, BRAND),
        ("wi-fi router", 7.0, CATEGORY),
        ("Women's shoes", 9.0, PHRASE),
    )


def texts(shop: Completions, typed: str, k: int = 10, typo: bool = True) -> list[str]:
    return [hit.text for hit in shop.search(typed, k, typo)]


def test_beginnings_of_entries_weigh_more_than_beginnings_of_words(shop: Completions) -> None:
    hits = shop.search("phone", 3)
    assert [(hit.text, hit.matched) for hit in hits] == [("phone case", "prefix")]
    case = shop.search("case", 2)
    assert [(hit.text, hit.weight, hit.matched) for hit in case] == [
        ("iphone case", pytest.approx(4.0), "word"),
        ("phone case", pytest.approx(3.0), "word"),
    ]


def test_one_letter_finds_the_heaviest(shop: Completions) -> None:
    assert texts(shop, "i", 2) == ["iphone", "iphone case"]


@pytest.mark.parametrize("typed", ["creme br", "CRÈME  BR", "cre\u0300me bru\u0302", "brulee"])
def test_case_accents_and_spaces_do_not_matter(shop: Completions, typed: str) -> None:
    assert texts(shop, typed) == ["Crème Brûlée Set"]


def test_a_space_ends_the_word(shop: Completions) -> None:
    assert texts(shop, "iphone ") == ["iphone", "iphone case"]
    assert texts(shop, "phone ") == ["phone case"]


@pytest.mark.parametrize("typed", ["wi-f", "wi f", "WI_F", "wif"])
def test_hyphens_are_spaces_and_may_be_missing(shop: Completions, typed: str) -> None:
    assert texts(shop, typed) == ["wi-fi router"]


def test_apostrophes_do_not_matter(shop: Completions) -> None:
    assert texts(shop, "womens sh") == texts(shop, "women’s sh") == ["Women's shoes"]


@pytest.mark.parametrize(
    ("typed", "matched"),
    [("苹果", "prefix"), ("手机", "word"), ("pingguo", "pinyin"), ("pgsj", "initials")],
)
def test_chinese_is_found_as_written_and_by_sound(
    shop: Completions, typed: str, matched: str
) -> None:
    assert [(hit.text, hit.matched) for hit in shop.search(typed)] == [("苹果手机壳", matched)]


def test_who_has_chinese_entries_knows(shop: Completions, tmp_path: Path) -> None:
    assert shop.speaks_chinese
    builder = CompletionsBuilder()
    builder.add_entry("desk lamp", 1.0, QUERY_LOG)
    assert not builder.finish(tmp_path).speaks_chinese


def test_homophones_are_typos(shop: Completions) -> None:
    assert [(hit.text, hit.matched) for hit in shop.search("平果")] == [("苹果手机壳", "typo")]
    assert texts(shop, "平果", typo=False) == []


@pytest.mark.parametrize("typed", ["ipohne", "iphome", "ipone", "ipphone", "iphnoe "])
def test_one_edit_is_forgiven_and_costs(shop: Completions, typed: str) -> None:
    hit = shop.search(typed)[0]
    assert (hit.text, hit.matched) == ("iphone", "typo")
    assert hit.weight <= 100.0 * TYPO_FACTOR
    assert texts(shop, typed, typo=False) == []


def test_the_first_letter_and_short_prefixes_are_not_corrected(shop: Completions) -> None:
    assert texts(shop, "jphone") == []
    assert texts(shop, "ix") == []


def test_sun_glasses_are_sunglasses(shop: Completions) -> None:
    assert texts(shop, "sun glas") == ["sunglasses"]


@pytest.mark.parametrize("typed", ["", " ", "\t\n", "!!!", "\x00", "x" * 500, "手" * 500, "😀"])
def test_what_cannot_be_completed_gives_nothing(shop: Completions, typed: str) -> None:
    assert shop.search(typed) == []


def test_mixed_scripts(tmp_path: Path) -> None:
    index = built(tmp_path, ("iPhone 15手机壳", 2.0, QUERY_LOG), ("がま口 bag", 1.0, QUERY_LOG))
    assert texts(index, "iphone 15手") == ["iPhone 15手机壳"]
    assert texts(index, "iphone 15shouji") == ["iPhone 15手机壳"]
    assert texts(index, "sjk") == ["iPhone 15手机壳"]
    assert texts(index, "が") == ["がま口 bag"]
    assert texts(index, "か") == []


def test_equal_texts_become_one_with_the_first_source_and_the_greatest_weight(
    tmp_path: Path,
) -> None:
    index = built(
        tmp_path, ("Red  Shoes", 9.0, PHRASE), ("red shoes", 4.0, QUERY_LOG), ("boots", 5.0, BRAND)
    )
    assert len(index) == 2
    hit = index.search("red")[0]
    assert (hit.text, hit.weight, hit.source, hit.entry) == ("red shoes", 9.0, "query_log", 0)


@pytest.mark.parametrize(
    ("text", "weight"),
    [("", 1.0), ("?!", 1.0), ("x" * 121, 1.0), ("a", 0.0), ("a", -1.0), ("a", float("nan"))],
)
def test_useless_entries_are_refused(tmp_path: Path, text: str, weight: float) -> None:
    assert not CompletionsBuilder().add_entry(text, weight, QUERY_LOG)


def test_scopes_follow_their_entry(tmp_path: Path) -> None:
    builder = CompletionsBuilder()
    builder.add_entry("lamp", 1.0, QUERY_LOG, [(3, 0.5), (8, 0.25)], payload=-7)
    builder.add_entry("lantern", 2.0, QUERY_LOG)
    index = builder.finish(tmp_path)
    lamp = index.search("lamp")[0].entry
    assert index.scopes(lamp) == [(3, 0.5), (8, 0.25)]
    assert index.payloads[lamp] == -7
    assert index.scopes(index.search("lantern")[0].entry) == []


def test_an_empty_index_answers(tmp_path: Path) -> None:
    assert built(tmp_path).search("a") == []
    assert Completions.load(tmp_path).tails("a b") == []


def test_tails_complete_the_last_words_only(shop: Completions) -> None:
    assert texts(shop, "zebra pho") == []
    assert shop.tails("zebra pho") == ["zebra phone case"]
    assert shop.tails("zebra") == []
    assert shop.tails("白色手") == ["白色手机壳"]


def test_equal_weights_are_in_key_order(tmp_path: Path) -> None:
    index = built(tmp_path, *((text, 1.0, QUERY_LOG) for text in ("ac", "ab", "aa")))
    assert texts(index, "a") == ["aa", "ab", "ac"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  A\u3000B ", "a b"),
        ("ＮＩＫＥ", "nike"),
        ('15.6" laptop', "15.6 laptop"),
        ("3/4 inch. pipe", "3/4 inch pipe"),
        ("Dr. Martens", "dr martens"),
        ("H&M C++", "h&m c++"),
        ("STRASSE straße", "strasse strasse"),
        ("\u0915\u093f\u0924\u093e\u092c", "\u0915\u093f\u0924\u093e\u092c"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert typing_key(text) == folded
