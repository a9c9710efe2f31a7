import math

import pytest

from ranking.filters.filters import And, AnyOf, Exists, FilterError, Not, Or, Range
from ranking.filters.json_syntax import parse_filter_tree
from ranking.filters.url_syntax import FilterLimits, parse_filters

JAN_1_2024 = 1_704_067_200.0


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("brand:Acme", AnyOf("brand", ("Acme",))),
        ("brand: Acme | Zeta ", AnyOf("brand", ("Acme", "Zeta"))),
        ("-brand:Acme", Not(AnyOf("brand", ("Acme",)))),
        ("price:10..20", Range("price", 10, 20)),
        ("price:..20", Range("price", None, 20)),
        ("price:10..", Range("price", 10, None)),
        ("price:-2.5..1e3", Range("price", -2.5, 1000)),
        ("price:10..<20", Range("price", 10, math.nextafter(20, 0))),
        ("-price:10..20", Not(Range("price", 10, 20))),
        ("rating:*", Exists("rating")),
        ("-rating:*", Not(Exists("rating"))),
        (r"brand:\*", AnyOf("brand", ("*",))),
        ("category:Home > Pots", AnyOf("category", ("Home > Pots",))),
        ("attributes.screen size:15|17", AnyOf("attributes.screen size", ("15", "17"))),
        (r"attributes.ratio:16\:9", AnyOf("attributes.ratio", ("16:9",))),
        ("attributes.ratio:16:9", AnyOf("attributes.ratio", ("16:9",))),
        (r"attributes.a\:b:c", AnyOf("attributes.a:b", ("c",))),
        (r"brand:A\|B|C", AnyOf("brand", ("A|B", "C"))),
        (r"brand:wait\..", AnyOf("brand", ("wait..",))),
        ("brand:a..b|c", AnyOf("brand", ("a..b", "c"))),
        (r"brand:back\\slash", AnyOf("brand", (r"back\slash",))),
        (r"\-odd:x", AnyOf("-odd", ("x",))),
        ("created_at:2024-01-01..", Range("created_at", JAN_1_2024, None)),
        ("created_at:..2024-01-01", Range("created_at", None, JAN_1_2024 + 86_400 - 1e-6)),
        (
            "created_at:..<2024-01-01T01:00+01:00",
            Range("created_at", None, math.nextafter(JAN_1_2024, 0)),
        ),
    ],
)
def test_url_grammar(text: str, clause: object) -> None:
    assert parse_filters([text]) == (clause,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("brand", "has no ':'"),
        (":x", "names no field"),
        ("", "has no ':'"),
        ("brand:", "has no value"),
        ("brand:|", "has no value"),
        ("price:..", "has no end"),
        ("price:20..10", "begins above its end"),
        ("price:cheap..dear", "'cheap' is not a number"),
        ("price:nan..", "'nan' is not a number"),
        ("price:..inf", "'inf' is not a number"),
        ("price:1e999..", "is not a number"),
        ("rating:2024-01-01..", "is not a number"),
    ],
)
def test_url_errors_say_where_and_what(text: str, problem: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filters(["brand:ok", text])
    assert caught.value.where == "filter[1]"
    assert problem in caught.value.problem
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("tree", "clauses"),
    [
        (None, ()),
        ({"field": "brand", "any": ["A", "B"]}, (AnyOf("brand", ("A", "B")),)),
        ({"field": "size", "any": [4, 4.5, True]}, (AnyOf("size", (4.0, 4.5, "true")),)),
        ({"field": "price", "range": {"gte": 1, "lte": 2}}, (Range("price", 1, 2),)),
        ({"field": "price", "range": {"lt": 2}}, (Range("price", None, math.nextafter(2, 0)),)),
        ({"field": "price", "range": {"gt": 2}}, (Range("price", math.nextafter(2, 9), None),)),
        ({"field": "price", "range": {"gte": None, "lte": 2}}, (Range("price", None, 2),)),
        ({"field": "price", "exists": True}, (Exists("price"),)),
        ({"field": "price", "exists": False}, (Not(Exists("price")),)),
        (
            {"and": [{"field": "a", "exists": True}, {"field": "b", "exists": True}]},
            (Exists("a"), Exists("b")),
        ),
        (
            {"or": [{"field": "a", "exists": True}, {"not": [{"field": "b", "any": ["x"]}]}]},
            (Or((Exists("a"), Not(AnyOf("b", ("x",))))),),
        ),
        (
            {"not": [{"field": "a", "exists": True}, {"field": "b", "exists": True}]},
            (Not(Exists("a")), Not(Exists("b"))),
        ),
        (
            {"or": [{"and": [{"field": "a", "exists": True}]}]},
            (Or((And((Exists("a"),)),)),),
        ),
        (
            {"field": "created_at", "range": {"gte": "2024-01-01"}},
            (Range("created_at", JAN_1_2024, None),),
        ),
    ],
)
def test_json_grammar(tree: object, clauses: tuple) -> None:
    assert parse_filter_tree(tree) == clauses


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        ([], "filters"),
        ("brand:Acme", "filters"),
        ({}, "filters"),
        ({"field": "a"}, "filters"),
        ({"field": "a", "any": ["x"], "exists": True}, "filters"),
        ({"field": 7, "any": ["x"]}, "filters"),
        ({"and": [], "or": []}, "filters"),
        ({"and": {"field": "a", "any": ["x"]}}, "filters.and"),
        ({"or": []}, "filters.or"),
        ({"and": [{"field": "a", "any": []}]}, "filters.and[0].any"),
        ({"and": [{"field": "a", "any": "x"}]}, "filters.and[0].any"),
        ({"field": "a", "any": [{}]}, "filters.any"),
        ({"field": "a", "any": [math.nan]}, "filters.any"),
        ({"field": "a", "any": [10**400]}, "filters.any"),
        ({"field": "a", "range": [1, 2]}, "filters.range"),
        ({"field": "a", "range": {"from": 1}}, "filters.range"),
        ({"field": "a", "range": {"gt": 1, "gte": 1}}, "filters.range"),
        ({"field": "a", "range": {}}, "filters.range"),
        ({"field": "a", "range": {"gte": "x"}}, "filters.range.gte"),
        ({"field": "a", "range": {"gte": True}}, "filters.range.gte"),
        ({"field": "a", "range": {"gte": 2, "lte": 1}}, "filters.range"),
        ({"field": "a", "exists": "yes"}, "filters.exists"),
    ],
)
def test_json_errors_say_where(tree: object, where: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter_tree(tree)
    assert caught.value.where == where


def test_bounds() -> None:
    limits = FilterLimits(clauses=3, depth=2, values=4)
    assert len(parse_filters(["a:1", "b:2", "c:3|4"], limits)) == 3
    with pytest.raises(FilterError, match="more than 3 filter clauses"):
        parse_filters(["a:1", "b:2", "c:3", "d:4"], limits)
    with pytest.raises(FilterError, match="more than 4 filter values"):
        parse_filters(["a:1|2|3", "b:2|3"], limits)
    leaf = {"field": "a", "any": ["1"]}
    assert parse_filter_tree({"or": [leaf]}, limits)
    with pytest.raises(FilterError, match="nested deeper than 2"):
        parse_filter_tree({"or": [{"and": [leaf]}]}, limits)
    with pytest.raises(FilterError, match="more than 3 filter clauses"):
        parse_filter_tree({"or": [leaf] * 4}, limits)


def test_a_thousand_levels_are_refused_like_nine() -> None:
    tree: dict = {"field": "a", "exists": True}
    for _ in range(900):
        tree = {"not": [tree]}
    with pytest.raises(FilterError, match="nested deeper than 8"):
        parse_filter_tree(tree)
