"""Beside the kind that is typed, what goes with it: of made-up shops in four languages."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from kinds_shop import shop_of

from indexing.postings.strict_match import StrictMatch
from indexing.types.companions import Companions
from ranking.generation import Generation
from ranking.rules.blocklist import Blocklist
from ranking.rules.rules import Rules
from ranking.suggestions.companions import companions_of
from ranking.suggestions.suggest import Typed, suggest

GERMAN = (
    "{brand} Wanduhr {n}", "{brand} Quarz Uhr {n}", "{brand} Uhrenarmband {n}",
    "{brand} Batterie für Uhr {n}", "{brand} Armband {n}", "{brand} Damen Uhr {n}",
)  # fmt: skip
FRENCH = (
    "Vélo enfant {brand} {n} pouces", "Vélo pliant {brand} {n}", "Casque de vélo {brand} {n}",
    "Antivol pour vélo {brand} {n}", "Casque audio {brand} {n}",
)  # fmt: skip
CHINESE = (
    "{brand} 手机 {n}", "{brand} 智能 手机 {n}", "{brand} 手机壳 {n}", "{brand} 手机支架 {n}",
)  # fmt: skip


def known(shop: Generation, text: str) -> list[str]:
    return [each for each, _ in companions_of(text, shop.snapshot)]


def beside(found: Typed) -> list[str]:
    return [item.text for item in found.items if "beside" in item.more]


def test_what_titles_name_beside_their_head_and_behind_for(kettles: Generation) -> None:
    assert set(known(kettles, "kettle")) == {"kettle cosy", "kettle descaler"}
    assert known(kettles, "kettles") == known(kettles, "kettle")
    assert known(kettles, "fountain")[0] == "fountain pump"
    assert known(kettles, "descaler") == known(kettles, "blue") == known(kettles, "") == []


def test_each_finds_something_strictly(kettles: Generation) -> None:
    snapshot = kettles.snapshot
    strict = StrictMatch(snapshot.analyzer, snapshot.index)
    assert len(snapshot.companions.texts)
    for text in snapshot.companions.texts:
        assert strict.finds(strict.terms(text)), text


def test_they_come_last_are_marked_and_take_a_third_at_most(kettles: Generation) -> None:
    for limit in (1, 2, 3, 4, 6, 10):
        plain = replace(kettles, snapshot=replace(kettles.snapshot, companions=Companions.of({})))
        before = [item.text for item in suggest("kettle", limit, plain).items]
        found = suggest("kettle", limit, kettles)
        kept = limit - min(3, limit // 3)
        assert [item.text for item in found.items][: min(kept, len(before))] == before[:kept]
        assert len(found.items) <= limit
        assert len(beside(found)) <= 3
        added = [item.source == "kind" for item in found.items]
        assert not any(one and not other for one, other in pairwise(added))
        texts = [item.text for item in found.items]
        assert len(set(texts)) == len(texts)
    item = suggest("kettle", 10, kettles).items[-1]
    assert item.source == "kind"
    assert item.more == {"matched": "beside", "beside": "kettle"}


def test_while_the_word_is_typed_the_first_completion_is_asked(kettles: Generation) -> None:
    assert set(beside(suggest("kett", 10, kettles))) == {"kettle cosy", "kettle descaler"}
    assert beside(suggest("pump", 10, kettles)) == []


def test_blocked_ones_are_not_offered(kettles: Generation) -> None:
    rules = Rules(None, Blocklist.of(["descaler"]))
    assert "kettle descaler" not in beside(suggest("kettle", 10, replace(kettles, rules=rules)))


def test_compounds_name_what_their_first_part_does(tmp_path: Path) -> None:
    assert {"uhrenarmband", "uhr batterie"} <= set(
        known(shop_of(tmp_path / "de", GERMAN, "de"), "Uhr")
    )


def test_where_heads_stand_first(tmp_path: Path) -> None:
    shop = shop_of(tmp_path / "fr", FRENCH, "fr")
    assert set(known(shop, "vélo")) == {"casque de vélo", "antivol pour vélo"}


def test_chinese_names_that_begin_with_another(tmp_path: Path) -> None:
    assert {"手机壳", "手机支架"} & set(known(shop_of(tmp_path / "zh", CHINESE, "zh"), "手机"))
