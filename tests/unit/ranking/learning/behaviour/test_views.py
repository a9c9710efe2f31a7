"""Attribution and final searches, by hand."""

from typing import Any

import pytest
from behaviour_rows import DAY, T, database, searched


def test_positions_go_on_over_pages() -> None:
    db = database([searched("q", T, "a", "b", page=3, page_size=2), searched("none", T)], [])
    assert db.execute("SELECT product, position FROM shown ORDER BY position").fetchall() == [
        ("a", 5), ("b", 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "final"),
    [
        (["l", "la", "lamp"], ["lamp"]),
        (["lamp", "lamp shade"], ["lamp shade"]),
        (["lamp", "Lamp Shade"], ["Lamp Shade"]),
        (["lamp shade", "lamp"], ["lamp shade", "lamp"]),
        (["lamp", "lamp"], ["lamp", "lamp"]),
        (["lamp", "chair"], ["lamp", "chair"]),
        (["", "lamp"], ["", "lamp"]),
    ],
)
def test_final_searches(texts: list[str], final: list[str]) -> None:
    at = [T + number for number in range(len(texts))]
    rows = [searched(f"q{n}", at[n], query=text, session_key="s") for n, text in enumerate(texts)]
    db = database(rows, [])
    found = db.execute("SELECT query FROM searches WHERE final ORDER BY happened_at").fetchall()
    assert [query for (query,) in found] == final


def test_slow_typing_other_sessions_and_nobody_are_final() -> None:
    db = database(
        [
            searched("slow-1", T, query="la", session_key="s"),
            searched("slow-2", T + 4, query="lamp", session_key="s"),
            searched("one", T, query="la", session_key="a"),
            searched("other", T + 1, query="lamp", session_key="b"),
            searched("nobody-1", T, query="la"),
            searched("nobody-2", T + 1, query="lamp"),
        ],
        [],
    )
    assert db.execute("SELECT count(*) FROM searches WHERE final").fetchone() == (6,)


def test_clicks_count_only_on_what_was_shown_under_their_query() -> None:
    db = database(
        [searched("q", T, "a", "b"), searched("sorted", T, "a", sorted=1)],
        [
            {"happened_at": T + 1, "query_id": "q", "product": "b"},
            {"happened_at": T + 2, "query_id": "q", "product": "b"},  # once a product and search
            {"happened_at": T + 3, "query_id": "q", "product": "c"},  # not shown
            {"happened_at": T + 3, "query_id": "other", "product": "a"},  # nobody's search
            {"happened_at": T + 3, "product": "a"},
            {"happened_at": T + 3, "query_id": "q", "product": "a", "bot": 2},
            {"happened_at": T + 31 * DAY, "query_id": "q", "product": "a"},  # too late
            {"happened_at": T + 3, "query_id": "sorted", "product": "a"},
            {"happened_at": T + 3, "query_id": "q", "product": "a", "shop": "elsewhere"},
        ],
    )
    assert db.execute(
        "SELECT query_id, product, position, happened_at FROM clicks_made"
    ).fetchall() == [("q", "b", 2, T + 1)]


def outcome(event: dict[str, Any], *clicks: dict[str, Any]) -> Any:
    """The search that an event is attributed to; None: to none; missing: it does not count."""
    searches = [
        searched("early", T, "a", "b", session_key="s", user_key="u"),
        searched("late", T + 100, "a", session_key="s2", user_key="u"),
    ]
    db = database(searches, [*clicks, {"product": "a", "key": "it"} | event])
    found = db.execute("SELECT query_id FROM outcomes WHERE key = 'it'").fetchone()
    return "missing" if found is None else found[0]


EARLY = {
    "happened_at": T + 5,
    "query_id": "early",
    "product": "a",
    "session_key": "s",
    "user_key": "u",
}
LATE = {
    "happened_at": T + 105,
    "query_id": "late",
    "product": "a",
    "session_key": "s2",
    "user_key": "u",
}


def test_attribution() -> None:
    cart = {"type": "add_to_cart", "happened_at": T + 200}
    bought = {"type": "purchase", "happened_at": T + 200}
    assert outcome(cart | {"query_id": "early"}) == "early", "its own word, without a click"
    assert outcome(cart | {"query_id": "early", "product": "c"}) is None, "it showed no such thing"
    assert outcome(cart | {"session_key": "s"}, EARLY, LATE) == "early", "the session before"
    assert outcome(cart | {"user_key": "u"}, EARLY, LATE) == "late", "the user's last touch"
    assert outcome(cart | {"user_key": "u", "session_key": "s"}, EARLY, LATE) == "early"
    assert outcome(cart | {"user_key": "u", "session_key": "s9"}, EARLY, LATE) == "late"
    assert outcome(cart | {"session_key": "s"}) is None, "no click"
    assert outcome(cart | {"session_key": "s", "happened_at": T + 2}, EARLY) is None, (
        "before the click"
    )
    assert outcome(cart | {"session_key": "s", "product": "b"}, EARLY) is None, "another product"
    day_later = {"happened_at": T + DAY + 60}
    assert outcome(cart | day_later | {"session_key": "s"}, EARLY) is None
    assert outcome(bought | day_later | {"session_key": "s"}, EARLY) == "early"
    assert outcome(bought | {"happened_at": T + 8 * DAY, "session_key": "s"}, EARLY) is None
    assert outcome(bought | {"query_id": "early", "trusted": 0}) == "missing", "no key"
    assert outcome(cart | {"query_id": "early", "trusted": 0}) == "early"
    assert outcome(cart | {"query_id": "early", "bot": 1}) == "missing"
