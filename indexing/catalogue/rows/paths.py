"""Paths within nested values: `images[0].src`, `offers.price`, `categories[].name`."""

import re
from functools import lru_cache

from indexing.catalogue.formats.xml_elements import is_plural
from indexing.catalogue.rows.names import name_key

Steps = tuple[str | int, ...]
"""Names of fields, places in lists, and "[]": each of a list."""

EACH = "[]"
_PATH = re.compile(r"[\w@$-]+(?:\.[\w@$-]+|\[\d*\])+")
_PART = re.compile(r"([^.\[\]]+)|\[(\d*)\]")


class _Member(str):
    """A step to what a list is of: `images.image` are `images` where these are one (XML)."""

    __slots__ = ()


@lru_cache(maxsize=10_000)
def steps_of(path: str) -> tuple[str, Steps]:
    """The first name, and the steps behind it; a name without `.` and `[` has none."""
    if not _PATH.fullmatch(path):
        return path, ()
    parts: list[str | int] = []
    for name, place in _PART.findall(path):
        if name and parts and is_plural(str(parts[-1]), name):
            parts.append(_Member(name))
        else:
            parts.append(name if name else EACH if place == "" else int(place))
    return str(parts[0]), tuple(parts[1:])


def value_at(value: object, steps: Steps) -> object:
    """None where there is nothing; a list where a step is "[]".

    A list where an object is expected stands for its first entry.
    """
    for place, step in enumerate(steps):
        if step == EACH:
            rest = steps[place + 1 :]
            items = value if isinstance(value, list | tuple) else [value]
            found = [value_at(item, rest) for item in items]
            return [item for item in found if item is not None] or None
        if isinstance(step, int):
            if not isinstance(value, list | tuple) or step >= len(value):
                return None
            value = value[step]
            continue
        if isinstance(value, list | tuple):
            first = value[0] if value else None
            if isinstance(step, _Member) and not (isinstance(first, dict) and step in first):
                continue
            value = first
        if not isinstance(value, dict):
            return None
        value = value[step] if step in value else _alike(value, step)
    return value


def _alike(value: dict[str, object], step: str) -> object:
    key = name_key(step)
    return next((held for name, held in value.items() if name_key(str(name)) == key), None)
