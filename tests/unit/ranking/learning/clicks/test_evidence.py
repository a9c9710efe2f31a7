"""Clicks → evidence → grades: by hand, and against whoever wants to move them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_clicks import Simulated, simulated

from ranking.learning.clicks.click_judgments import (
    Estimate,
    attraction_of,
    grades_of,
    judgments_of,
)
from ranking.learning.clicks.click_log import (
    CART,
    CLICK,
    EXPLORED,
    NOTHING,
    PINNED,
    PURCHASE,
    RETURNED,
    SPONSORED,
    ClickLog,
    log_of_pages,
)
from ranking.learning.clicks.evidence import Evidence, evidence_of
from ranking.learning.clicks.people import MOST_OF_PERSON
from ranking.learning.clicks.propensities import Propensities
from ranking.learning.pair_order import count_right_pairs

HALF = Propensities(np.array([1.0, 0.5, 0.25]), np.full(3, 1e6))
DAY = 86_400.0
ESTIMATES: tuple[Estimate, ...] = ("clicks", "coec", "ips")


def pages(*outcomes: tuple[int, ...], **told: object) -> ClickLog:
    """Searches of one query for products 0, 1, 2 in this order, with what became of them."""
    became = np.array(outcomes or np.empty((0, 1)), dtype=np.uint8)
    shown = np.tile(np.arange(became.shape[1]), (len(outcomes), 1))
    ids = tuple(f"p{n}" for n in range(became.shape[1]))
    return log_of_pages(
        np.zeros(len(outcomes), dtype=np.int64), shown, became > 0, ("q",), ids,
        outcomes=became, **told,  # type: ignore[arg-type] - columns of the log, by name
    )  # fmt: skip


def evidence(log: ClickLog, **told: object) -> Evidence:
    return evidence_of(log, HALF, now=0.0, **told)  # type: ignore[arg-type] - options, by name


def test_the_worth_of_what_happened() -> None:
    log = pages((NOTHING, CLICK, CART), (PURCHASE, RETURNED, NOTHING))
    found = evidence(log, clip=10.0)
    assert found.gained.tolist() == [7.0, 1.0, 3.0]  # a return takes its click back, too
    assert found.people.tolist() == [2.0, 2.0, 2.0]
    assert found.looks.tolist() == [2.0, 1.0, 0.5]
    assert found.weighed.tolist() == [7.0, 2.0, 12.0]
    assert found.weighed_looks.tolist() == [2.0, 2.0, 2.0]


def test_clipped_weights_stay_unbiased() -> None:
    log = pages((CLICK, CLICK, CLICK))
    found = evidence(log, clip=2.0)
    assert (found.weighed / found.weighed_looks).tolist() == [1.0, 2.0, 4.0]
    assert found.weighed.tolist() == [1.0, 2.0, 2.0]


def test_one_person_counts_once_a_query_and_product() -> None:
    log = pages((CLICK, NOTHING), (NOTHING, CLICK), (CLICK, NOTHING), users=np.array([7, 7, 3]))
    found = evidence(log)
    assert found.people.tolist() == [2.0, 2.0]
    assert found.gained.tolist() == [1.5, 0.5]


def test_older_showings_count_less_and_clocks_ahead_like_now() -> None:
    log = pages((CLICK,), (CLICK,), (CLICK,), times=np.array([0.0, 30 * DAY, 90 * DAY]))
    assert evidence_of(log, HALF, now=60 * DAY).gained.tolist() == [1.75]


def test_what_others_placed_is_apart() -> None:
    marks = np.array([[0, PINNED, SPONSORED, EXPLORED]], dtype=np.uint8)
    log = pages((CLICK, CLICK, CLICK, CLICK), marks=marks)
    assert evidence(log).gained.tolist() == [1.0, 0.0, 0.0, 1.0]
    assert evidence(log, marks=(PINNED,)).gained.tolist() == [0.0, 1.0, 0.0, 0.0]
    ads = evidence(log, marks=(SPONSORED,))
    assert grades_of(log, ads).products.tolist() == []  # one click says nothing


def test_a_bot_with_a_million_events_moves_nothing() -> None:
    people = simulated(4_000, queries=5).log
    before = evidence(people)
    worst = int(before.pairs[np.argmin(attraction_of(before, "ips"))]) % 15
    once = joined(people, bot_of(people, worst, 1))
    often = joined(people, bot_of(people, worst, 100_000))  # of ten clicks: a million events
    one, many = evidence(once), evidence(often)
    assert many.gained == pytest.approx(one.gained)
    for estimate in ESTIMATES:
        found = grades_of(often, many, estimate)
        assert found.grades.tolist() == grades_of(once, one, estimate).grades.tolist()
        # and once it is one more person among hundreds
        calm = grades_of(people, before, estimate)
        assert np.abs(found.grades - calm.grades)[calm.gained > 20].max() <= 0.11


def bot_of(people: ClickLog, product: int, searches: int) -> ClickLog:
    """Puts all of a page in the cart, this product on top, over and over."""
    ten = np.tile(np.r_[product, (product + 1 + np.arange(9)) % 15], (searches, 1))
    return log_of_pages(
        np.zeros(searches, dtype=np.int64), ten, np.ones((searches, 10), dtype=np.bool_),
        people.query_texts, people.product_ids, users=np.full(searches, 10**6),
        outcomes=np.full((searches, 10), CART, dtype=np.uint8),
    )  # fmt: skip


def joined(a: ClickLog, b: ClickLog) -> ClickLog:
    names = ("queries", "users", "times", "rankers", "personal", "products", "positions", "clicked",
             "outcomes", "marks")  # fmt: skip
    columns = {name: np.concatenate([getattr(a, name), getattr(b, name)]) for name in names}
    begins = np.concatenate([a.begins, a.rows + b.begins[1:]])
    return ClickLog(begins=begins, query_texts=a.query_texts, product_ids=a.product_ids, **columns)


def test_who_clicks_everywhere_shares_one_weight() -> None:
    count = MOST_OF_PERSON * 4
    log = log_of_pages(
        np.arange(count), np.zeros((count, 1), dtype=np.int64), np.ones((count, 1), dtype=np.bool_),
        tuple(map(str, range(count))), ("p",), users=np.zeros(count, dtype=np.int64),
    )  # fmt: skip
    assert evidence(log).gained.sum() == pytest.approx(MOST_OF_PERSON)


def right_pairs(shop: Simulated, estimate: Estimate) -> float:
    """Share of the pairs of products that the grades have in their true order."""
    true = Propensities(shop.examined, np.ones(10))
    grades = grades_of(shop.log, evidence_of(shop.log, true, now=0.0), estimate)
    attracts = shop.attraction[grades.queries, grades.products]
    right = total = 0.0
    for query in range(20):
        mine = grades.queries == query
        ranks = np.unique(-grades.grades[mine], return_inverse=True)[1]
        share, pairs = count_right_pairs(ranks, attracts[mine])
        right, total = right + share, total + pairs
    return right / total


def test_ips_undoes_what_places_did() -> None:
    astray = simulated(20_000, queries=20, noise=0.1, astray=True)
    assert right_pairs(astray, "ips") > right_pairs(astray, "clicks") + 0.08
    # what stands on top because it attracts, COEC takes for clicked because it stands on top
    good = simulated(20_000, queries=20, noise=0.1)
    assert right_pairs(good, "ips") > right_pairs(good, "coec") + 0.04


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3), min_size=1, max_size=30), st.data())
def test_evidence_equals_plain_sums(outcomes: list[tuple[int, ...]], data: st.DataObject) -> None:
    users = data.draw(st.lists(st.integers(-1, 3), min_size=len(outcomes), max_size=len(outcomes)))
    log = pages(*outcomes, users=np.array(users))
    found = evidence(log, clip=10.0)
    worth = (0.0, 1.0, 3.0, 7.0, 0.0)
    showings = [f"nobody {n}" if user < 0 else str(user) for n, user in enumerate(users)]
    for product in range(3):
        gained = looks = 0.0
        for who, page in zip(showings, outcomes, strict=True):
            gained += worth[page[product]] / showings.count(who)
            looks += HALF.examined[product] / showings.count(who)
        assert found.gained[product] == pytest.approx(gained)
        assert found.looks[product] == pytest.approx(looks)
        assert found.weighed_looks[product] == pytest.approx(len(set(showings)))


@pytest.mark.parametrize("estimate", ESTIMATES)
@pytest.mark.parametrize("outcomes", [[], [(0, 0)] * 9, [(1, 1)] * 9, [(3,)] * 9])
def test_nothing_or_everything_clicked(outcomes: list[tuple[int, ...]], estimate: Estimate) -> None:
    log = pages(*outcomes)
    found = evidence(log)
    assert np.isfinite(attraction_of(found, estimate)).all()
    grades = grades_of(log, found, estimate)
    judgments = judgments_of(log, grades)
    assert len(judgments.queries) == (1 if any(any(page) for page in outcomes) else 0)
    assert all(0 <= grade <= 3 for grade in grades.grades)
    if estimate != "ips" and len(grades.grades):
        assert grades.grades.max() == 3.0
