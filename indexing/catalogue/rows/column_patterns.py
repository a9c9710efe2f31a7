"""Names of columns with a place left open: `Attribute {n} name`, `Meta: {x}`."""

import re
from functools import lru_cache
from typing import NamedTuple

from indexing.catalogue.rows.names import name_key

_PLACE = re.compile(r"\{([nx])\}")


class Pattern(NamedTuple):
    """`{n}` stands for a number, `{x}` for anything."""

    regex: re.Pattern[str]

    def fits(self, name: str) -> bool:
        return self.regex.fullmatch(name_key(name)) is not None

    def number_in(self, name: str) -> str | None:
        found = self.regex.fullmatch(name_key(name))
        return None if found is None else "".join(found.groups())


@lru_cache(maxsize=5_000)
def pattern_of(name: str) -> Pattern:
    parts = _PLACE.split(name)
    made = [
        ({"n": r"(\d+)", "x": ".+"}[part] if place % 2 else re.escape(name_key(part)))
        for place, part in enumerate(parts)
    ]
    return Pattern(re.compile("".join(made)))
