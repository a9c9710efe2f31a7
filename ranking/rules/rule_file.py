"""The rules of an index as a file of its rules folder keeps them: what each is, who changed it."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from indexing.errors import RulesError
from ranking.rules.rule import Rule

MOST_RULES: Final = 20_000
_MOST_PROBLEMS: Final = 100


class Kept(BaseModel):
    """A rule and its last change. version: from 1, grows with every change of it. at: ISO 8601.

    by, note: as whoever changed it said; key: name of the key they showed.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    rule: Rule
    version: int = 1
    at: str = ""
    by: str = ""
    key: str = ""
    note: str = ""

    def facts(self) -> dict[str, Any]:
        return {
            "rule": self.rule.facts(), "version": self.version, "at": self.at, "by": self.by,
            "key": self.key, "note": self.note,
        }  # fmt: skip


_MANY = TypeAdapter(tuple[Kept, ...])


def read_kept(text: str) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The rules of the file, and what is wrong with the others. Raises RulesError for no JSON."""
    raws = raw_rules(text)
    try:
        return _MANY.validate_python(raws), ()
    except ValidationError:
        pass
    kept, problems = [], []
    for place, raw in enumerate(raws):
        try:
            kept.append(Kept.model_validate(raw))
        except ValidationError as error:
            problems.append(f"rule {_name(raw, place)}: {first_fault(error)}")
    return tuple(kept), tuple(problems[:_MOST_PROBLEMS])


def raw_rules(text: str) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    try:
        raws = orjson.loads(text)["rules"]
    except (orjson.JSONDecodeError, TypeError, KeyError) as error:
        raise RulesError(
            f"the merchandising rules are no JSON: {error}. Put them in force anew with "
            "`vitrina rules import`."
        ) from error
    if not isinstance(raws, list):
        return []
    return [r for r in raws if isinstance(r, dict) and isinstance(r.get("rule"), dict)]


def written(raws: Iterable[dict[str, Any]]) -> str:
    """The file, a rule a line."""
    lines = (orjson.dumps(raw, option=orjson.OPT_NON_STR_KEYS).decode() for raw in raws)
    return '{"rules":[\n' + ",\n".join(lines) + "\n]}\n"


def first_fault(error: ValidationError) -> str:
    """What is wrong first, and where."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    first = faults[0]
    where = ".".join(str(part) for part in first["loc"] if part != "rule")
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    told = first["msg"].removeprefix("Value error, ")
    return f"{where}: {told}{more}" if where else f"{told}{more}"


def _name(raw: Any, place: int) -> str:
    rule = raw.get("rule") if isinstance(raw, dict) else None
    return repr(rule["id"])[:110] if isinstance(rule, dict) and "id" in rule else f"{place + 1}"
