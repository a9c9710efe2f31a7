"""Cells of formats that know only text."""

import re
from functools import lru_cache

_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,6})?", re.ASCII)
_TRUTH = {"true": True, "false": False}


@lru_cache(maxsize=50_000)
def typed_cell(cell: str) -> str | float | bool:
    """The number or truth value that the cell reads as, else its text; `007` is a text."""
    if _NUMBER.fullmatch(cell):
        return float(cell)
    return _TRUTH.get(cell.lower(), cell)
