"""Cells of tables that hold what was an object or a list in the program that wrote them."""

import re
from typing import Any

import orjson

_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_WORDS = re.compile(r"\b(?:None|True|False|nil|NaN|nan)\b")
_MEANT = {"None": "null", "nil": "null", "NaN": "null", "nan": "null"}
_MAX_CELL = 200_000
_KEPT = "\ue000{}\ue001"
_PLACES = re.compile("\ue000(\\d+)\ue001")


def object_in(cell: object) -> object:
    """JSON, or how Python and Ruby print lists and objects: `['a', 'b']`, `{"a"=>1}`.

    Any other value is given back as it is.
    """
    if type(cell) is not str or not 2 <= len(cell) <= _MAX_CELL:
        return cell
    text = cell.strip()
    if text[:1] + text[-1:] not in ("[]", "{}"):
        return cell
    try:
        return _of_tables(orjson.loads(text))
    except orjson.JSONDecodeError:
        pass
    strings: list[str] = []

    def keep(found: re.Match[str]) -> str:
        strings.append(_json_string(found[0]))
        return _KEPT.format(len(strings) - 1)

    bare = _QUOTED.sub(keep, text).replace("=>", ":").replace("(", "[").replace(")", "]")
    bare = _WORDS.sub(lambda found: _MEANT.get(found[0], found[0].lower()), bare)
    try:
        return _of_tables(orjson.loads(_PLACES.sub(lambda found: strings[int(found[1])], bare)))
    except (orjson.JSONDecodeError, IndexError):
        return cell


def _json_string(quoted: str) -> str:
    inner = quoted[1:-1]
    if quoted[0] == "'":
        inner = inner.replace("\\'", "'").replace('"', '\\"').replace('\\\\"', '\\"')
    return f'"{inner}"'


def _of_tables(made: Any) -> object:
    """A table of keys and values in an object of its own is the table."""
    if isinstance(made, dict) and len(made) == 1:
        inner = next(iter(made.values()))
        if isinstance(inner, list) and inner and all(_is_pair(each) for each in inner):
            made = inner
    if isinstance(made, list) and made and all(_is_pair(each) for each in made):
        return {str(each.get("key", each.get("name"))): each["value"] for each in made}
    return made


def _is_pair(value: object) -> bool:
    return isinstance(value, dict) and value.keys() in ({"key", "value"}, {"name", "value"})
