"""Hints that people schedule: which query stands in the empty box, from when to when."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from indexing.completions.keys import MAX_TEXT, typing_key
from indexing.query_log.personal import is_personal

FORM: Final = "text, or text TAB from TAB to (ISO 8601; empty: no limit)"
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class ScheduledHint:
    """Shown while begins ≤ now < ends: epoch seconds, infinite where there is no limit."""

    text: str
    begins: float = -math.inf
    ends: float = math.inf

    def at(self, now: float) -> bool:
        return self.begins <= now < self.ends


@dataclass(frozen=True, slots=True)
class Hints:
    """scheduled: in the file's order. problems: lines that are not in force, and why."""

    scheduled: tuple[ScheduledHint, ...] = ()
    problems: tuple[str, ...] = ()


NO_HINTS: Final = Hints()


def parse_hints(text: str) -> Hints:
    """The hints of a file, and what is wrong with the other lines.

    Empty lines and those that begin with # are skipped. Times without a zone are UTC; a date
    alone is its first moment.
    """
    hints: list[ScheduledHint] = []
    problems: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if len(hints) == _MOST:
            problems.append(f"line {number}: more than {_MOST:,} hints; the rest is left out")
            break
        try:
            hints.append(_hint(line))
        except ValueError as error:
            problems.append(f"line {number}: {error}")
    return Hints(tuple(hints), tuple(problems))


def _hint(line: str) -> ScheduledHint:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) > 3:
        raise ValueError(f"has {len(cells)} columns; expected is {FORM}")
    text = " ".join(cells[0].split())
    if not typing_key(text) or len(text) > MAX_TEXT:
        raise ValueError(f"the text has to have 1 to {MAX_TEXT} characters")
    if is_personal(text):
        raise ValueError("the text looks like an e-mail address or a phone number")
    begins = _moment(cells[1], -math.inf) if len(cells) > 1 else -math.inf
    ends = _moment(cells[2], math.inf) if len(cells) > 2 else math.inf
    if begins >= ends:
        raise ValueError("ends before it begins")
    return ScheduledHint(text, begins, ends)


def _moment(cell: str, missing: float) -> float:
    if not cell:
        return missing
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(
            f"{cell[:40]!r} is no time; write 2026-11-27 or 2026-11-27T08:00Z"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
