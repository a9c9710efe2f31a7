"""What people decided for an index, as a generation has it: one frozen value, read in one place.

A subject is a file of text in a rules folder (`store.py` names them) and a file here that
understands it. The next one is a name there, a file here, a field of `Rules`, and a line in
`read_rules`; publishing and announcing are the same for all.
"""

from dataclasses import dataclass, field
from pathlib import Path

from indexing.postings.strict_match import StrictMatch, hidden_products
from indexing.snapshot import Snapshot
from ranking.experiments.experiment import NO_EXPERIMENTS, Experiments, parse_experiments
from ranking.query.synonyms import NO_SYNONYMS, Synonyms
from ranking.rules.blocklist import NO_BLOCKLIST, Blocklist
from ranking.rules.hints import NO_HINTS, Hints, parse_hints
from ranking.rules.merchandising import NO_RULES, Merchandising
from ranking.rules.store import (
    BLOCKLIST,
    EXPERIMENTS,
    HINTS,
    MERCHANDISING,
    SYNONYMS,
    read_rules_file,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """id: of the folder in force; None if nobody decided anything.

    Lines that cannot be used are left out and told by their subject, they do not stop the service.
    """

    id: str | None = None
    blocklist: Blocklist = field(default=NO_BLOCKLIST)
    hints: Hints = field(default=NO_HINTS)
    synonyms: Synonyms = field(default=NO_SYNONYMS)
    experiments: Experiments = field(default=NO_EXPERIMENTS)
    merchandising: Merchandising = field(default=NO_RULES)


def read_rules(index: Path, rules_id: str | None, snapshot: Snapshot) -> Rules:
    """Raises RulesError if the folder is gone, or a file is no text."""

    def text(name: str) -> str:
        return read_rules_file(index, rules_id, name)

    blocklist = Blocklist.parse(text(BLOCKLIST))
    return Rules(
        rules_id,
        blocklist,
        _usable(parse_hints(text(HINTS)), blocklist, snapshot),
        Synonyms.parse(text(SYNONYMS), snapshot, "words" in snapshot.config.word_forms),
        parse_experiments(text(EXPERIMENTS)),
        Merchandising.parse(text(MERCHANDISING), snapshot),
    )


def _usable(written: Hints, blocklist: Blocklist, snapshot: Snapshot) -> Hints:
    """Those that find a product and are not blocked, in the file's order."""
    hidden = hidden_products(snapshot.columns, snapshot.config)
    strict = StrictMatch(snapshot.analyzer, snapshot.index, hidden)
    kept = []
    problems = [f"{HINTS} {problem}" for problem in written.problems]
    for hint in written.scheduled:
        terms = strict.terms(hint.text)
        if blocklist.blocks(hint.text):
            problems.append(f"{HINTS}: {hint.text!r} is on the blocklist")
        elif not terms or not strict.finds(terms):
            problems.append(f"{HINTS}: {hint.text!r} finds no product")
        else:
            kept.append(hint)
    return Hints(tuple(kept), tuple(problems))
