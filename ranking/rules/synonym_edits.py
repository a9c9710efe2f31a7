"""Adding rules to a synonyms file and taking them out; comments and order stay."""

from collections.abc import Iterable

from ranking.rules.synonyms import SynonymRule, parse_synonyms


def with_rules(text: str, rules: Iterable[SynonymRule]) -> tuple[str, tuple[SynonymRule, ...]]:
    """The file with the rules that it lacks at its end, and which these are."""
    known = {str(rule) for rule in parse_synonyms(text)[0]}
    added = []
    for rule in rules:
        if str(rule) not in known:
            known.add(str(rule))
            added.append(rule)
    if not added:
        return text, ()
    begun = text if not text or text.endswith("\n") else text + "\n"
    return begun + "".join(f"{rule}\n" for rule in added), tuple(added)


def without_rules(text: str, rules: Iterable[SynonymRule]) -> tuple[str, tuple[SynonymRule, ...]]:
    """The file without these rules, however often and however spaced they stand there, and which
    of them did.
    """
    unwanted = {str(rule): rule for rule in rules}
    removed: dict[str, SynonymRule] = {}
    kept = []
    for line in text.splitlines(keepends=True):
        said, _ = parse_synonyms(line)
        if said and str(said[0]) in unwanted:
            removed[str(said[0])] = unwanted[str(said[0])]
        else:
            kept.append(line)
    return "".join(kept), tuple(removed.values())
