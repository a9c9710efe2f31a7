"""What a query denies, and what becomes of products that have it."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from catalogs import build_index, open_index
from divided import divided
from feature_inputs import plain_candidates

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.folding import fold
from indexing.catalogue.index_config import IndexConfig
from ranking.features.denied import DENIED
from ranking.features.inputs import Inputs
from ranking.generation import Generation
from ranking.query.denial_words import ENDS, words_after, words_before, words_between
from ranking.query.understand import understand
from ranking.recall.denied import lacks
from ranking.search.request import SearchRequest, Sort
from ranking.search.result import SearchResult
from ranking.search.root import search

TITLES = {
    "plain": "Chewing gum mint",
    "with": "Chewing gum with sugar",
    "said": "Chewing gum mint sugar-free",
    "added": "Chewing gum without any added sugar",
    "name": "No Sugar Company mug",
    "case": "Tool case, empty",
    "tools": "Tool case with hammer tools",
    "wool": "Wool blanket",
    "cotton": "Cotton blanket",
    "chanel": "Chanel no 5 perfume",
    "jeans": "Jeans W34 sky blue",
}
MATERIALS = {"wool": "Wool", "cotton": "Cotton"}
FILLER = [
    {"id": f"b{n}", "title": f"Blanket {n}", "attributes": {"material": ("Wool", "Cotton")[n % 2]}}
    for n in range(30)
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    index = tmp_path_factory.mktemp("negation") / "main"
    lines: list[dict[str, Any]] = [
        {"id": name, "title": title, "price": 1.0 + place}
        | ({"attributes": {"material": MATERIALS[name]}} if name in MATERIALS else {})
        for place, (name, title) in enumerate(TITLES.items())
    ]
    build_index(index, [*lines, *FILLER], config=IndexConfig(languages=("en", "de", "zh")))
    return open_index(index)


def denied(shop: Generation, text: str) -> list[str]:
    query = understand(SearchRequest(text=text), shop.snapshot)
    return [each.slot.text for each in query.denied]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gum without sugar", ["sugar"]),
        ("gum no sugar", ["sugar"]),
        ("gum -sugar", ["sugar"]),
        ("gum - sugar", []),
        ("gum w/o sugar", ["sugar"]),
        ("gum außer sugar", ["sugar"]),
        ("gum W/O sugar", ["sugar"]),
        ("drill without 18v", ["18v"]),
        ("drill except 18 v", ["18 v"]),
        ("drill no 18v", []),
        ("drill other than 18v cordless", ["18v"]),
        ("perfume not 5", []),
        ("gloves except size 9", ["size 9"]),
        ("sugar free gum", ["sugar"]),
        ("sugar-free gum", ["sugar-free"]),
        ("gum free of sugar", ["sugar"]),
        ("gum without any added sugar", ["sugar"]),
        ("no sugar gum", ["sugar"]),
        ("kaugummi ohne zucker", ["zucker"]),
        ("gum without sugar for kids", ["sugar"]),
        ("gum without sugar and mint", ["sugar"]),
        ("gum without sugar under $3", ["sugar"]),
        ("gum free of sugar under $3", ["sugar"]),
        ("gum under $3 without any sugar", ["sugar"]),
        ("gum without hammer without sugar", ["hammer", "sugar"]),
        ("gum without hammer no sugar", ["hammer", "sugar"]),
        ("gum without hammer -sugar", ["hammer", "sugar"]),
        ("gum no hammer w/o sugar", ["hammer", "sugar"]),
        ("不含糖口香糖", ["糖"]),
        ("无线耳机", []),
        ("free gum", []),
        ("chanel no 5", []),
        ("without sugar", []),  # nothing would be left to look for
        ("tool case without tools", []),  # it is asked for as well
        ("gum", []),
    ],
)
def test_what_is_denied(shop: Generation, text: str, expected: list[str]) -> None:
    assert denied(shop, text) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "gum other than mint", "mint"),
        ("en", "gum anything but mint", "mint"),
        ("en", "gum not made of mint", "mint"),
        ("en", "sugarless gum", "sugar"),
        ("de", "kaugummi frei von zucker", "zucker"),
        ("fr", "gomme exempte de sucre", "sucre"),
        ("es", "chicle que no sea menta", "menta"),
        ("es", "chicle libre de azúcar", "azucar"),
        ("it", "gomma priva di zucchero", "zucchero"),
        ("pt", "chiclete que não seja menta", "menta"),
        ("pt", "chiclete livre de açúcar", "acucar"),
        ("nl", "kauwgom anders dan munt", "munt"),
        ("sv", "tuggummi fri från socker", "socker"),
        ("da", "tyggegummi fri for sukker", "sukker"),
        ("ru", "жвачка кроме мяты", "мяты"),
        ("tr", "sakız nane olmayan", "nane"),
        ("tr", "sakız nane hariç", "nane"),
        ("hu", "rágó menta nélkül", "menta"),
        ("en", "علكة بدون سكر", "سكر"),
        ("en", "علكة من غير سكر", "سكر"),
        ("en", "علكة خالية من سكر", "سكر"),
        ("en", "gum without mint please", "mint"),
        ("pl", "guma bez cukru", "cukru"),
        ("cs", "žvýkačka bez cukru", "cukru"),
        ("uk", "гумка без цукру", "цукру"),
        ("el", "τσίχλα χωρίς ζάχαρη", "ζαχαρη"),
        ("en", "ガム 砂糖ではない", "砂糖"),
        ("en", "껌 설탕 말고", "설탕"),
        ("en", "砂糖を使わないガム", "砂糖"),
        ("en", "砂糖なしガム", "砂糖"),
        ("en", "껌 설탕 제외", "설탕"),
        ("en", "不添加糖的口香糖", "糖"),
    ],
)
def test_what_is_denied_in_other_languages(
    shop: Generation, language: str, text: str, expected: str
) -> None:
    analyzer = Analyzer((language,))
    snapshot = replace(shop.snapshot, analyzer=analyzer)
    query = understand(SearchRequest(text=text, correct=False), snapshot)
    assert [each.slot.text for each in query.denied] == [expected]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "gum neither mint nor lemon"),
        ("de", "kaugummi weder mint noch lemon"),
        ("fr", "gomme ni mint ni lemon"),
        ("es", "chicle ni mint ni lemon"),
        ("it", "gomma né mint né lemon"),
        ("sv", "tuggummi varken mint eller lemon"),
        ("pl", "guma ani mint ani lemon"),
        ("ru", "жвачка ни mint ни lemon"),
    ],
)
def test_neither_denies_both(shop: Generation, language: str, text: str) -> None:
    snapshot = replace(shop.snapshot, analyzer=Analyzer((language,)))
    query = understand(SearchRequest(text=text, correct=False), snapshot)
    assert [each.slot.text for each in query.denied] == ["mint", "lemon"]


def test_what_some_have_and_some_have_not_is_denied(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    titles = ("Dog food no grain", "Dog food with grain", "No Name dog food", "Dog food plain")
    index = tmp_path_factory.mktemp("grain") / "main"
    build_index(index, [{"id": str(n), "title": title} for n, title in enumerate(titles)])
    opened = open_index(index)
    assert denied(opened, "no grain dog food") == ["grain"]
    assert denied(opened, "no name dog food") == []


def test_a_name_may_stand_in_any_segment(shop: Generation) -> None:
    groups = len(shop.snapshot.columns.groups)
    doc = shop.snapshot.documents.find("name")
    assert doc is not None
    for part in (0, 1):
        part_of = np.full(groups, 1 - part, dtype=np.int64)
        part_of[shop.snapshot.columns.group_of[doc]] = part
        segments = divided(shop, part_of, 2).segments
        asked = SearchRequest(text="no sugar company mug")
        assert not understand(asked, shop.snapshot, segments=segments).denied
        without = [segments[1 - part]]  # the segment that does not hold the name
        assert understand(asked, shop.snapshot, segments=without).denied


def test_words_are_known_as_they_are_folded() -> None:
    for languages in (("pt",), ("fr",), ("ro",), ("sv",), ("ru",)):
        for word in words_before(languages) | words_between(languages) | words_after(languages):
            assert word == fold(word)
    assert {"nao", "excepte", "fara", "ausser"} <= words_before(("pt", "fr", "ro", "de"))
    assert {"fur", "och"} <= ENDS


def test_what_is_denied_is_not_asked_for(shop: Generation) -> None:
    query = understand(SearchRequest(text="mint gum without sugar"), shop.snapshot)
    assert [slot.text for slot in query.slots] == ["mint", "gum"]
    assert query.denied[0].text == "without sugar"
    plain = understand(SearchRequest(text="mint gum"), shop.snapshot)
    assert plain.vector is not None
    np.testing.assert_allclose(query.vector, plain.vector, atol=1e-6)


def test_who_has_it_and_who_says_that_it_lacks_it(shop: Generation) -> None:
    query = understand(SearchRequest(text="gum without sugar"), shop.snapshot)
    docs = np.arange(len(TITLES) + len(FILLER), dtype=np.uint32)
    found = lacks(query.denied, docs, shop.snapshot)
    ids = [shop.snapshot.documents.id_at(int(doc)) for doc in docs]
    assert {ids[i] for i in np.flatnonzero(found.held[:, 0])} == {"with"}
    assert {ids[i] for i in np.flatnonzero(found.said[:, 0])} == {"said", "added", "name"}
    values = DENIED.values(
        Inputs.of(query, plain_candidates(docs), shop.snapshot, shop.segments, shop.policy.bm25)
    )
    assert dict(zip(ids, values["denied_held"].tolist(), strict=True))["with"] == 1.0
    assert dict(zip(ids, values["lack_said"].tolist(), strict=True))["said"] == 1.0
    assert values["denied_held"].sum() == 1.0
    assert values["lack_said"].sum() == 3.0
    nothing = understand(SearchRequest(text="gum"), shop.snapshot)
    plain = Inputs.of(
        nothing, plain_candidates(docs), shop.snapshot, shop.segments, shop.policy.bm25
    )
    assert np.isnan(DENIED.values(plain)["denied_held"]).all()
    assert np.isnan(DENIED.values(plain)["lack_said"]).all()


def run(shop: Generation, text: str, **given: Any) -> SearchResult:
    asked = SearchRequest(text=text, budget_ms=60_000, page_size=50, **given)
    return search(asked, shop, time.perf_counter)


def test_it_comes_last_and_says_no_first(shop: Generation) -> None:
    ids = [hit.id for hit in run(shop, "chewing gum without sugar").hits]
    assert ids[:2] in (["said", "added"], ["added", "said"])
    assert ids.index("plain") < ids.index("with") == len(ids) - 1


def test_no_letter_of_a_size_is_a_denial(shop: Generation) -> None:
    query = understand(SearchRequest(text="jeans -blue"), shop.snapshot)
    doc = shop.snapshot.documents.find("jeans")
    assert doc is not None
    found = lacks(query.denied, np.array([doc], dtype=np.uint32), shop.snapshot)
    assert (found.held.tolist(), found.said.tolist()) == ([[True]], [[False]])


def test_a_sort_does_not_know_of_it(shop: Generation) -> None:
    found = run(shop, "chewing gum without sugar", sort=Sort("price"), semantic=False)
    assert [hit.id for hit in found.hits] == ["plain", "with", "said", "added"]


def test_a_value_is_excluded_and_told_and_can_be_kept(shop: Generation) -> None:
    found = run(shop, "blanket without wool", facets=("attributes.material",))
    assert found.query["denied"] == ["without wool"]
    assert found.query["filters"] == [
        {"text": "without wool", "field": "attributes.material", "none": ["Wool"], "applied": True}
    ]
    assert found.total == 16
    kept = run(shop, "blanket without wool", implied=False)
    assert kept.total == 32
    assert kept.query["filters"][0]["why_not"] == "switched off: implied=off"
    assert all(hit.id != "wool" for hit in kept.hits[:16])


def test_with_entities_off_every_word_is_a_word(shop: Generation) -> None:
    assert run(shop, "chewing gum without sugar", entities=False).query["denied"] == []


def test_a_denied_number_is_what_stands_right_behind_the_denial(tmp_path: Path) -> None:
    titles = {
        "lacks": "Gloves without latex size 9", "has": "Gloves of latex size 10",
        "volts": "Drill 18V with case", "corded": "Drill 750 W", "spelled": "Drill 18 V",
    }  # fmt: skip
    build_index(tmp_path / "main", [{"id": name, "title": said} for name, said in titles.items()])
    shop = open_index(tmp_path / "main")

    def found(text: str) -> list[str]:
        request = SearchRequest(text=text)
        return [hit.id for hit in search(request, shop, time.perf_counter).hits]

    assert found("gloves except size 9")[:2] == ["has", "lacks"]
    assert found("gloves without latex")[:2] == ["lacks", "has"]
    assert found("drill without 18v")[0] == "corded"
    assert found("drill not 750 w")[-1] == "corded"


def test_korean_says_what_something_lacks_at_the_head_of_a_word(tmp_path: Path) -> None:
    titles = {"plain": "딸기 잼 500g", "lacks": "무설탕 잼 300g", "sweet": "설탕 잼 500g"}
    lines = [{"id": name, "title": said} for name, said in titles.items()]
    build_index(tmp_path / "main", lines, config=IndexConfig(languages=("ko",)))
    shop = open_index(tmp_path / "main")
    hits = search(SearchRequest(text="설탕 없는 잼"), shop, time.perf_counter).hits
    assert [hit.id for hit in hits] == ["lacks", "plain", "sweet"]


def test_japanese_says_what_something_lacks_behind_the_word(tmp_path: Path) -> None:
    titles = {
        "sweet": "砂糖 ジャム 500g",
        "plain": "いちごジャム 500g",
        "lacks": "砂糖不使用 ジャム 150g",
    }
    lines = [{"id": name, "title": said} for name, said in titles.items()]
    build_index(tmp_path / "main", lines, config=IndexConfig(languages=("ja",)))
    shop = open_index(tmp_path / "main")
    hits = search(SearchRequest(text="砂糖なし ジャム"), shop, time.perf_counter).hits
    assert hits[-1].id == "sweet"
    assert hits[0].id == "lacks"
