"""A product as an Algolia record: its own fields flat, `objectID`, `hierarchicalCategories`."""

from collections.abc import Sequence
from typing import Any, Final

from app.api.algolia.attributes import CATEGORY, CATEGORY_NAMES, LEVELS, OWN_NAMES, SHOWN_AS
from indexing.catalogue.attributes import PREFIX
from indexing.columns.keyword import SEPARATOR

_LEFT_OUT: Final = frozenset({"attributes", "extra", "vector", CATEGORY, CATEGORY_NAMES})
_MOST_NESTED: Final = 8


def flat_record(product: dict[str, Any]) -> dict[str, Any]:
    """Attribute → value, nested ones under dotted names; `objectID` first.

    An attribute with the name of a field is called `attributes.NAME`.
    """
    record: dict[str, Any] = {"objectID": product["id"]}
    for name, value in product.items():
        if name not in _LEFT_OUT:
            record[name] = value
    for ours, theirs in SHOWN_AS.items():
        if ours in product:
            record[theirs] = product[ours]
    paths = product.get("categories") or ([product[CATEGORY]] if product.get(CATEGORY) else [])
    if paths:
        record |= _categories(paths)
    for part in ("extra", "attributes"):
        for name, value in product.get(part, {}).items():
            record[PREFIX + name if name in OWN_NAMES else name] = value
    return record


def _categories(paths: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Every level of every path: paths by depth, names by name; one value stands alone."""
    levels: dict[int, dict[str, None]] = {}
    names: dict[str, None] = {}
    for path in paths:
        for depth, name in enumerate(path):
            levels.setdefault(depth, {})[SEPARATOR.join(path[: depth + 1])] = None
            names[name] = None
    found: dict[str, Any] = {CATEGORY: SEPARATOR.join(paths[0]), CATEGORY_NAMES: list(names)}
    for depth, made in sorted(levels.items()):
        found[f"{LEVELS}.lvl{depth}"] = list(made) if len(made) > 1 else next(iter(made))
    return found


def covers(asked: Sequence[str], name: str) -> bool:
    """Whether a list of attributes names this one: `*`, itself or what it lies within, not `-`."""
    if any(each.startswith("-") and _within(name, each[1:]) for each in asked):
        return False
    only_less = all(each.startswith("-") for each in asked) and bool(asked)
    return only_less or any(each == "*" or _within(name, each) for each in asked)


def _within(name: str, asked: str) -> bool:
    return name == asked or name.startswith(f"{asked}.")


def nested(record: dict[str, Any]) -> dict[str, Any]:
    """Dotted names as objects, as the catalogue may have had them; a value in the way keeps its
    place, and the dotted name stays.
    """
    made: dict[str, Any] = {}
    for name, value in record.items():
        path = name.split(".")
        if len(path) == 1 or len(path) > _MOST_NESTED or not all(path):
            made[name] = value
            continue
        place = made
        for part in path[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            if path[-1] not in place:
                place[path[-1]] = value
                continue
        made[name] = value
    return made
