"""Rules as files: what is written is read again as it was."""

from typing import Any

import pytest

from ranking.errors import RuleRefusedError
from ranking.rules.rule import Rule
from ranking.rules.rule_exchange import COLUMNS, read_rules_text, written_rules

ALL: list[dict[str, Any]] = [
    {"id": "a", "name": '"Quoted", and a | bar', "priority": -3, "enabled": False,
     "when": {"query": [{"is": ""}, {"is": "two | bars"}, {"contains": "lamp"},
                        {"matches": "{brand} lamp"}],
              "category": ["Home > Lamps"], "filter": ["brand:A|B", "price:4"],
              "from": "2026-12-01T00:00:00Z", "share": 0.25},
     "then": {"pin": [{"product": "[1]", "position": 4}], "hide": ["x | y", "z"]}},
    {"id": "b", "when": {"segment": ["vip"], "device": ["phone"], "region": ["de"]},
     "then": {"boost": [{"filter": ["brand:A"], "strength": 2.0}], "query": "[x",
              "banner": {"text": "Hello, “you”", "url": "/x"}, "redirect": "/sale",
              "data": {"n": [1, {"y": None}]}, "facets": {"order": ["brand"]},
              "sponsored": {"products": ["p1", "p2"], "label": "Anzeige"}}},
    {"id": "c", "then": {"bury": [{"filter": ["brand:B"]}], "filter": ["-brand:C"]}},
]  # fmt: skip


@pytest.mark.parametrize("form", ["json", "csv"])
def test_what_is_written_is_read_again(form: str) -> None:
    rules = tuple(Rule.model_validate(raw) for raw in ALL)
    assert read_rules_text(written_rules(rules, form), form) == rules


def test_a_table_by_hand() -> None:
    text = (
        "\ufeffid,query contains,pin,hide,enabled,when to\r\n"
        "week,lamp | light,P1 | P2,P3,no,2026-12-08\r\n"
        "one,sofa,P1,,,\r\n"
    )
    week, one = read_rules_text(text, "csv")
    assert [q.contains for q in week.when.query] == ["lamp", "light"]
    assert [(pin.product, pin.position) for pin in week.then.pin] == [("P1", 1), ("P2", 2)]
    assert week.then.hide == ("P3",)
    assert not week.enabled
    assert one.then.pin[0].product == "P1"
    assert one.enabled


def test_toml_for_git() -> None:
    text = """
    [[rules]]
    id = "week"
    when.query = { contains = "lamp" }
    when.to = 2026-12-08T00:00:00Z
    then.pin = ["P1"]
    """
    (rule,) = read_rules_text(text, "toml")
    assert rule.when.ends == 1_796_688_000.0


@pytest.mark.parametrize(
    ("form", "text", "told"),
    [
        ("json", "{", "is no JSON"),
        ("json", "{}", "holds no list"),
        ("json", '{"rules": [1, {"id": "x", "then": {}}]}', "rule 2 (x): then: does nothing"),
        ("json", '[{"id":"a","then":{"hide":"x"}},{"id":"a","then":{"hide":"y"}}]', "'a' is there"),
        ("toml", "rules = 3", "holds no list"),
        ("toml", "= 3", "is no TOML"),
        ("csv", "id,pins\r\na,b\r\n", "columns that rules do not know: pins"),
        ("csv", 'id,pin\r\na,"b\r\n', "is no CSV"),
        ("csv", "id,pin\r\na,b,c\r\n", "too many cells"),
        ("csv", "id,hide\r\na b,c\r\n", "rule 1 (a b): id"),
    ],
)
def test_faults_are_told_with_their_rule(form: str, text: str, told: str) -> None:
    with pytest.raises(RuleRefusedError) as refusal:
        read_rules_text(text, form)
    assert told in str(refusal.value)


def test_the_table_has_a_column_for_all_that_a_rule_says() -> None:
    schema = Rule.model_json_schema()["$defs"]
    assert set(schema["Actions"]["properties"]) <= set(COLUMNS)
    conditions = {f"when {name}" for name in schema["Conditions"]["properties"]} - {"when query"}
    assert conditions <= set(COLUMNS)
