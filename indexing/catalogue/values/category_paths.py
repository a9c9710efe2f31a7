"""Cells of categories → paths, root first."""

import re
from functools import lru_cache
from typing import NamedTuple

from indexing.catalogue.field_values import MAX_LEVELS, label_of
from indexing.catalogue.platform import FieldRule

Path = tuple[str, ...]

LEVELS = " > "
_ESCAPED = {",": "\ue000", "/": "\ue001", ";": "\ue002", "|": "\ue003"}
"""Private signs that stand for an escaped separator while a cell is divided."""

_NUMBERED = re.compile(r"^\d+ - (?=\D)")
_LEVEL_NAME = re.compile(r"(?:lvl|level)\s*_?(\d+)", re.IGNORECASE)
_NAMES = ("name", "label", "title", "path", "value", "slug")
_PATHS_KEPT = 20


class CategoryStyle(NamedTuple):
    """levels: what stands between the levels. several: between the categories of one product."""

    levels: str = LEVELS
    several: str | None = None


def category_paths(value: object, rule: FieldRule, style: CategoryStyle) -> tuple[Path, ...]:
    """The first is the main one. No duplicates, and none that another one begins with."""
    several = rule.split if rule.split is not None else style.several
    signs = rule.path or (style.levels,)
    text = str(value) if len(signs) > 1 else ""
    levels = next((sign for sign in signs if sign in text), signs[0])
    if type(value) is str:
        return _known_paths(value, levels, several)
    if type(value) is list and all(type(item) is str for item in value):
        return _known_paths(tuple(value), levels, several)
    return _main_first(_paths(value, levels, several))


@lru_cache(maxsize=100_000)
def _known_paths(
    value: str | tuple[str, ...], levels: str, several: str | None
) -> tuple[Path, ...]:
    """Cells come again and again."""
    return _main_first(_paths(value, levels, several))


def _main_first(found: list[Path]) -> tuple[Path, ...]:
    made: dict[Path, None] = {}
    for path in found:
        if path:
            made[path[:MAX_LEVELS]] = None
    kept = [
        path
        for path in made
        if not any(other != path and other[: len(path)] == path for other in made)
    ]
    return tuple(kept[:_PATHS_KEPT])


def _paths(value: object, levels: str, several: str | None) -> list[Path]:
    if isinstance(value, str):
        return list(_paths_in(value, levels, several))
    if isinstance(value, dict):
        return _paths_of_object(value, levels, several)
    if isinstance(value, list | tuple):
        return _paths_of_list(list(value), levels, several)
    text = label_of(value) if value is not None else None
    return [(text,)] if text else []


def _paths_of_object(value: dict[str, object], levels: str, several: str | None) -> list[Path]:
    by_level = {
        int(found[1]): held
        for name, held in value.items()
        if (found := _LEVEL_NAME.fullmatch(str(name)))
    }
    if by_level:  # Algolia: the deepest level holds the whole path
        deepest = by_level[max(by_level)]
        return _paths(deepest, levels, several)
    held = next((value[name] for name in _NAMES if value.get(name)), None)
    if held is None and len(value) == 1 and isinstance(inner := next(iter(value.values())), list):
        held = inner  # <categories><category>…</category>…</categories>
    return [] if held is None else _paths(held, levels, several)


def _paths_of_list(items: list[object], levels: str, several: str | None) -> list[Path]:
    """Lists of lists are paths; of texts, several paths if one has levels, else one path."""
    if any(isinstance(item, list | tuple) for item in items):
        return [path for item in items for path in _paths(item, levels, None)]
    texts = [item for item in (_name_of(each) for each in items) if item]
    if any(levels in text for text in texts):
        return [path for text in texts for path in _paths_in(text, levels, None)]
    if several is not None:
        return [path for text in texts for path in _paths_in(text, levels, several)]
    path = tuple(filter(None, (label_of(text) for text in texts)))
    return [path] if path else []


def _name_of(item: object) -> str | None:
    if isinstance(item, dict):
        item = next((item[name] for name in _NAMES if item.get(name)), None)
    return None if item is None or isinstance(item, dict | list) else label_of(item)


def _paths_in(text: str, levels: str, several: str | None) -> tuple[Path, ...]:
    for sign, private in _ESCAPED.items():
        text = text.replace(f"\\{sign}", private)
    parts = [text]
    if several is not None:
        for sign in several:
            parts = [piece for part in parts for piece in part.split(sign)]
    elif "," in text and levels == LEVELS:
        pieces = text.split(",")
        if all(levels in piece for piece in pieces):  # else the comma is part of a name
            parts = pieces
    return tuple(filter(None, (_levels(part, levels) for part in parts)))


def _levels(text: str, levels: str) -> Path:
    clean = label_of(text)
    if clean is None:
        return ()
    clean = _NUMBERED.sub("", clean)  # Google: `1604 - Apparel & Accessories > Clothing`
    if clean.isdigit():
        return ()  # a number of some taxonomy says nothing to shoppers
    made = []
    for part in clean.split(levels):
        level = part
        for sign, private in _ESCAPED.items():
            level = level.replace(private, sign)
        made.append(label_of(level))
    return tuple(level for level in made if level)
