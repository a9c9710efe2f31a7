"""What a person's latest products say of their taste, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from catalogs import build_index
from feature_inputs import plain_candidates
from hypothesis import given
from hypothesis import strategies as st
from made_facts import made_facts

from indexing.catalogue.row_order import hash_of_id
from indexing.snapshot import Snapshot, open_snapshot
from ranking.behaviour.facts import Facts, RowMap
from ranking.behaviour.neighbours import Neighbours
from ranking.behaviour.profile import (
    BELIEF,
    NOTHING_RECENT,
    Profile,
    Recent,
    price_taste,
    profile_of,
)
from ranking.learning.behaviour.usual_price import usual_price
from ranking.query.query import Query
from ranking.recall.personal import marked
from ranking.search.candidates import Candidates

SHOP = [
    {"id": "lamp", "title": "Lamp", "brand": "Lumo", "category": "Home > Lamps", "price": 10},
    {"id": "lamp-2", "title": "Lamp", "brand": "Acme", "category": "Home > Lamps", "price": 20},
    {"id": "lamp-3", "title": "Lamp", "brand": "Acme", "category": "Home > Lamps", "price": 30},
    {"id": "sofa", "title": "Sofa", "brand": "Acme", "category": "Home > Sofas", "price": 900},
    {"id": "hat", "title": "Hat", "category": "Clothes"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    index = tmp_path_factory.mktemp("shop") / "main"
    return open_snapshot(index / "snapshots" / build_index(index, SHOP))


def recent(*products: str, days: int = 0, worth: int = 1) -> Recent:
    names = b"".join(hash_of_id(each) for each in products)
    count = len(products)
    return Recent(
        np.frombuffer(names, dtype=np.uint64), np.full(count, days), np.full(count, worth, np.uint8)
    )


def known(of: Recent, shop: Snapshot, facts: Facts | None = None) -> Profile:
    profile = profile_of(of, (shop,), facts)
    assert profile is not None
    return profile


def facts_of(**lists: Neighbours) -> Facts:
    """Row i is the product i of SHOP."""
    return made_facts([str(each["id"]) for each in SHOP], **lists)


def test_of_nobody_and_of_unknown_products_nothing_follows(shop: Snapshot) -> None:
    assert profile_of(NOTHING_RECENT, (shop,), None) is None
    assert profile_of(recent("gone", "unknown"), (shop,), None) is None


def test_shares_by_hand(shop: Snapshot) -> None:
    profile = known(recent("lamp", "gone", "lamp-2", "sofa"), shop)
    one, two, three = 1.0, 0.9, 0.81  # what the catalogue has not takes no place
    whole = one + two + three + BELIEF
    brand = shop.columns.keywords["brand"]
    lumo, acme = brand.ordinal("Lumo"), brand.ordinal("Acme")
    shares = profile.brands.of(np.array([lumo, acme, 999]))
    assert shares == pytest.approx([one / whole, (two + three) / whole, 0])
    lamps = shop.columns.keywords["category"].ordinal("Home > Lamps")
    assert profile.categories.of(np.array([lamps])) == pytest.approx([(one + two) / whole])
    assert profile.prices is None  # two of three are in the middle


def test_a_taste_of_prices_by_hand() -> None:
    dear = price_taste(np.array([0.9, np.nan, 0.8, 0.9, 1.0]), np.ones(5), usual=0.5)
    off, squares = 0.4, 0.4**2 * 4 * 12
    assert dear is not None
    assert dear.lean == pytest.approx(12 * off * (1 - 4 / squares))
    likelier = dear.of(np.array([0.5, 1.0, np.nan], dtype=np.float32))
    assert likelier == pytest.approx([0, dear.lean / 2, np.nan], nan_ok=True)
    cheap = price_taste(np.array([0.1, 0.2, 0.1, 0.0]), np.ones(4), usual=0.5)
    assert cheap is not None
    assert cheap.lean == pytest.approx(-dear.lean)


@pytest.mark.parametrize(
    ("prices", "weight", "usual"),
    [
        ([1.0], 2.4, 0.5),  # one product, be it bought
        ([0.3, 0.8, 0.6, 0.9], 1.0, 0.5),  # may be chance
        ([0.8, 0.8, 0.8, 0.8], 1.0, 0.75),  # everybody likes what is dear here
        ([0.9, 0.9, 0.9, 0.9], 0.05, 0.5),  # long ago
        ([np.nan, np.nan], 1.0, 0.5),
        ([], 1.0, 0.5),
    ],
)
def test_no_taste_of_prices(prices: list[float], weight: float, usual: float) -> None:
    assert price_taste(np.array(prices), np.full(len(prices), weight), usual) is None


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=32),
    st.floats(0.01, 1.0),
    st.floats(0.3, 0.7),
)
def test_a_taste_is_weaker_than_it_looks_and_of_its_side(
    prices: list[float], weight: float, usual: float
) -> None:
    found = price_taste(np.array(prices), np.full(len(prices), weight), usual)
    off = float(np.mean(prices)) - usual
    if found is not None:
        assert 0 < found.lean * np.sign(off) < 12 * abs(off)
        more = price_taste(np.array(prices), np.full(len(prices), 2 * weight), usual)
        assert more is not None
        assert abs(more.lean) >= abs(found.lean) - 1e-9  # what is surer says no less


def test_the_usual_price_is_told_by_the_facts(shop: Snapshot) -> None:
    facts = facts_of()
    assert facts.usual_price == 0.5
    for told, usual in ((0.25, 0.25), ("dear", 0.5), (float("nan"), 0.5), (7.0, 0.5), (None, 0.5)):
        facts.manifest["usual_price"] = told
        assert facts.usual_price == usual


def test_the_usual_price_by_hand(shop: Snapshot) -> None:
    docs = [shop.find(name) for name in ("lamp", "lamp-3", "hat")]
    groups = np.array(sorted(int(shop.columns.group_of[doc]) for doc in docs if doc is not None))
    clicks = np.zeros(len(groups))
    for doc, count in zip(docs, (3.0, 1.0, 5.0), strict=True):  # the hat has no price
        assert doc is not None
        clicks[np.searchsorted(groups, shop.columns.group_of[doc])] = count
    assert usual_price(clicks, groups, shop) == pytest.approx((3 / 6 + 5 / 6) / 4, abs=1e-3)
    assert usual_price(0 * clicks, groups, shop) == 0.5


def test_age_and_worth(shop: Snapshot) -> None:
    (lumo,) = known(recent("lamp", days=14), shop).brands.shares
    assert lumo == pytest.approx(0.5 / 1.5)
    (lumo,) = known(recent("lamp", worth=4), shop).brands.shares
    assert lumo == pytest.approx((1 + np.log(4)) / (2 + np.log(4)))


def test_the_digest_is_of_what_counts(shop: Snapshot) -> None:
    digest = known(recent("lamp", "sofa"), shop).digest
    assert digest == known(recent("gone", "lamp", "sofa"), shop).digest
    others = [recent("sofa", "lamp"), recent("lamp"), recent("lamp", "sofa", days=1)]
    assert len({digest, *(known(each, shop).digest for each in others)}) == 4


def test_related_and_marks(shop: Snapshot) -> None:
    related = Neighbours.best([0, 0, 1], [1, 3, 3], [1.0, 3.0, 1.0], len(SHOP), 30)
    facts = facts_of(related=related)
    profile = known(recent("lamp", "lamp-2"), shop, facts)
    sofa = 3 / 4 + 0.9 * 1 / 2
    assert dict(zip(profile.related_rows.tolist(), profile.related.tolist(), strict=True)) == (
        pytest.approx({3: min(sofa, 1.0)})  # lamp-2 was seen itself
    )
    query = Query("", (), None, None, facts=facts, profile=profile)
    docs = np.array([shop.find(str(each["id"])) for each in SHOP], dtype=np.uint32)
    found = np.sort(docs[[1, 2, 4]])  # neither the first lamp nor the sofa
    marks = marked(query, found, shop)
    ids = [[shop.documents.id_at(int(found[place])) for place in mark.places] for mark in marks]
    assert ids[0] == []
    assert sorted(ids[1]) == ["lamp-2", "lamp-3"]
    assert ids[2:] == [[], []]
    assert isinstance(facts.rows_in(shop), RowMap)
    assert marked(Query("", (), None, None), found, shop) == ()


def test_candidates_that_no_personal_channel_saw_join_those_that_one_did() -> None:
    plain = plain_candidates(np.array([1, 2], dtype=np.uint32))
    wide = replace(
        plain,
        scores=np.pad(plain.scores, ((0, 0), (0, 4)), constant_values=0.5),
        ranks=np.pad(plain.ranks, ((0, 0), (0, 4)), constant_values=1),
    )
    for parts in ([wide, plain], [plain, wide]):
        joined = Candidates.joined(parts)
        assert joined.ranks[:, -1].tolist() == [int(part is wide) for part in parts for _ in "ab"]
        assert np.isnan(joined.scores[:, -1]).tolist() == [
            part is plain for part in parts for _ in "ab"
        ]
