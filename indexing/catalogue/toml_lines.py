"""Where in a TOML file a key stands, for messages: tomllib tells values, not lines."""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line, from 1, of the key at this place, or of the nearest that holds it; None if none.

    An entry of an array of tables (`[[caps]]`) is found by its number.
    """
    wanted = tuple(map(str, place))
    best, depth = None, 0
    table: tuple[str, ...] = ()
    entries: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _parts(header.group(2))
            if header.group(1) == "[[":
                entries[table] = entries.get(table, -1) + 1
                table = (*table, str(entries[table]))
            here = table
        elif key:
            here = (*table, *_parts(key.group(1)))
        else:
            continue
        shared = min(len(here), len(wanted))
        if here[:shared] == wanted[:shared] and shared > depth:
            best, depth = number, shared
    return best


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
