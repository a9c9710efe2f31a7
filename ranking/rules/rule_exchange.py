"""Rules as files that people keep and pass on: JSON, TOML, or a table (CSV).

JSON and TOML hold `rules`, a list. A line of the table is a rule; a cell holds one value, several
with ` | ` between, or JSON where it begins with a bracket.
"""

import csv
import io
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson
from pydantic import ValidationError

from ranking.errors import RuleRefusedError
from ranking.rules.rule import Actions, Conditions, Rule
from ranking.rules.rule_file import MOST_RULES, first_fault

FORMATS: Final = ("json", "toml", "csv")
_BETWEEN: Final = " | "
_JSON: Final = '[{"'
"""What a cell of JSON begins with."""
_OWN: Final = ("id", "name", "enabled", "priority")
_QUERY: Final = ("is", "contains", "matches")
_WHEN: Final = tuple(
    field.alias or name for name, field in Conditions.model_fields.items() if name != "query"
)
_THEN: Final = tuple(Actions.model_fields)
COLUMNS: Final = (
    *_OWN, *(f"query {kind}" for kind in _QUERY), *(f"when {name}" for name in _WHEN), *_THEN,
)  # fmt: skip
"""Of the table; those of conditions say `query` or `when`."""
_LISTS: Final = frozenset({
    *(f"query {kind}" for kind in _QUERY), "when category", "when filter", "when context",
    "when segment", "when region", "when device", "hide", "filter",
})  # fmt: skip
_MOST_FAULTS: Final = 20

Raw = dict[str, Any]


def read_rules_text(text: str, form: str) -> tuple[Rule, ...]:
    """Raises RuleRefusedError, which names every faulty rule (the first 20)."""
    raws = _RAWS[form](text.removeprefix("\ufeff"))
    if len(raws) > MOST_RULES:
        raise RuleRefusedError(f"has {len(raws):,} rules. An index has at most {MOST_RULES:,}.")
    rules, faults = [], []
    for place, raw in enumerate(raws, 1):
        try:
            rules.append(Rule.model_validate(raw))
        except ValidationError as error:
            name = raw.get("id") if isinstance(raw, dict) else None
            faults.append(f"rule {place}{f' ({name})' if name else ''}: {first_fault(error)}")
    if faults:
        more = f" And {len(faults) - _MOST_FAULTS} more." if len(faults) > _MOST_FAULTS else ""
        raise RuleRefusedError(". ".join(faults[:_MOST_FAULTS]) + f".{more} Nothing was changed.")
    name, count = next(iter(Counter(rule.id for rule in rules).most_common(1)), ("", 0))
    if count > 1:
        raise RuleRefusedError(f"the id {name!r} is there twice. Nothing was changed.")
    return tuple(rules)


def written_rules(rules: Iterable[Rule], form: str) -> str:
    """JSON or CSV, which `read_rules_text` reads to the same rules. Not TOML."""
    facts = [rule.facts() for rule in rules]
    if form == "csv":
        return _table(facts)
    return json.dumps({"rules": facts}, ensure_ascii=False, indent=1) + "\n"


def _of_json(text: str) -> list[Any]:
    try:
        return _listed(orjson.loads(text))
    except orjson.JSONDecodeError as error:
        raise RuleRefusedError(f"is no JSON: {error}. Nothing was changed.") from None


def _of_toml(text: str) -> list[Any]:
    try:
        return _listed(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise RuleRefusedError(f"is no TOML: {error}. Nothing was changed.") from None


def _listed(raw: Any) -> list[Any]:
    found = raw.get("rules") if isinstance(raw, dict) else raw
    if not isinstance(found, list):
        raise RuleRefusedError(
            'holds no list of rules. Write {"rules": [ … ]}, or [[rules]] in TOML.'
        )
    return found


def _of_csv(text: str) -> list[Any]:
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise RuleRefusedError(f"is no CSV: {error}. Nothing was changed.") from None
    known = set(COLUMNS)
    unknown = sorted({str(name) for row in rows for name in row} - known)
    if unknown:
        raise RuleRefusedError(
            f"has columns that rules do not know: {', '.join(unknown[:5])}. Known are: "
            f"{', '.join(COLUMNS)}. A row with too many cells also counts."
        )
    return [_of_row(row) for row in rows]


def _of_row(row: Mapping[str, str | None]) -> Raw:
    cells = {name: _value(name, cell) for name, cell in row.items() if cell and cell.strip()}
    rule: Raw = {name: cells[name] for name in _OWN if name in cells}
    when: Raw = {name: cells[f"when {name}"] for name in _WHEN if f"when {name}" in cells}
    query = [{kind: text} for kind in _QUERY for text in cells.get(f"query {kind}", ())]
    if query:
        when["query"] = query
    return rule | {"when": when, "then": {name: cells[name] for name in _THEN if name in cells}}


def _value(name: str, cell: str) -> Any:
    cell = cell.strip()
    if cell[0] in _JSON:
        try:
            return orjson.loads(cell)
        except orjson.JSONDecodeError:
            pass  # a placeholder, or a text that begins so
    if name in _LISTS or (name == "pin" and _BETWEEN in cell):
        return [part.strip() for part in cell.split(_BETWEEN)]
    return cell


def _table(facts: Iterable[Raw]) -> str:
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    for rule in facts:
        when = dict(rule.get("when", {}))
        query = when.pop("query", [])
        cells: Raw = {name: rule[name] for name in _OWN if name in rule}
        for kind in _QUERY:
            texts = [each[kind] for each in query if kind in each]
            if texts:
                cells[f"query {kind}"] = texts
        cells |= {f"when {name}": value for name, value in when.items()}
        cells |= rule["then"]
        rows.writerow({name: _cell(value) for name, value in cells.items()})
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, str) and value.strip() == value and value and value[0] not in _JSON:
        return value
    if isinstance(value, list) and value and all(map(_is_plain, value)):
        return _BETWEEN.join(value)
    return orjson.dumps(value).decode()


def _is_plain(value: Any) -> bool:
    return (
        isinstance(value, str)
        and bool(value)
        and value.strip() == value
        and _BETWEEN not in value
        and value[0] not in _JSON
    )


_RAWS: Final = {"json": _of_json, "toml": _of_toml, "csv": _of_csv}
