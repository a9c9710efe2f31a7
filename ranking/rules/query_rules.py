"""What people decided about queries, as a generation has it."""

from dataclasses import dataclass, field
from pathlib import Path

from indexing.blocklist import Blocklist
from indexing.hints import ScheduledHint, parse_hints
from indexing.postings.strict_match import StrictMatch, hidden_products
from indexing.rules import BLOCKLIST, HINTS, read_rules_file
from indexing.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class QueryRules:
    """hints: those that find a product and are not blocked, in the file's order.

    problems: lines of the files that are not in force, and why.
    """

    blocklist: Blocklist = field(default_factory=lambda: Blocklist.of(()))
    hints: tuple[ScheduledHint, ...] = ()
    problems: tuple[str, ...] = ()


def read_query_rules(index: Path, rules_id: str | None, snapshot: Snapshot) -> QueryRules:
    """A line that cannot be used is left out and told, it does not stop the service."""
    blocklist = Blocklist.parse(read_rules_file(index, rules_id, BLOCKLIST))
    written, problems = parse_hints(read_rules_file(index, rules_id, HINTS))
    hidden = hidden_products(snapshot.columns, snapshot.config)
    strict = StrictMatch(snapshot.analyzer, snapshot.index, hidden)
    kept: list[ScheduledHint] = []
    told = [f"{HINTS} {problem}" for problem in problems]
    for hint in written:
        terms = strict.terms(hint.text)
        if blocklist.blocks(hint.text):
            told.append(f"{HINTS}: {hint.text!r} is on the blocklist")
        elif not terms or not strict.finds(terms):
            told.append(f"{HINTS}: {hint.text!r} finds no product")
        else:
            kept.append(hint)
    return QueryRules(blocklist, tuple(kept), tuple(told))
