"""Filters → the text by which a URL writes them; the inverse of `filter_syntax`."""

import re

from indexing.catalogue.attributes import text_of
from ranking.filters.filters import AnyOf, Exists, Filter, Not, Range

_SIGNS = re.compile(r"[\\|:]")


def filter_text(clause: Filter) -> str | None:
    """`field:value|value`, `field:lo..hi`, `field:*`, with `-` before what is excluded.

    None for nested clauses, which only a JSON body can say.
    """
    if isinstance(clause, Not):
        inner = filter_text(clause.clause)
        return None if inner is None or inner.startswith("-") else f"-{inner}"
    if isinstance(clause, AnyOf):
        return f"{escaped(clause.field)}:{'|'.join(escaped(text_of(v)) for v in clause.values)}"
    if isinstance(clause, Range):
        ends = ["" if end is None else text_of(end) for end in (clause.lo, clause.hi)]
        return f"{escaped(clause.field)}:{ends[0]}..{ends[1]}"
    if isinstance(clause, Exists):
        return f"{escaped(clause.field)}:*"
    return None


def escaped(text: str) -> str:
    """A value whose own signs are not read as signs of the syntax."""
    text = _SIGNS.sub(r"\\\g<0>", text)
    if ".." in text:
        text = text.replace(".", "\\.")
    return "\\*" if text == "*" else text
