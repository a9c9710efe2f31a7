"""Synonyms: other words for what a query says, beside its own and worth a little less."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from indexing.analysis.analyzer import Analyzer
from indexing.analysis.chunks import Kind, is_cjk
from indexing.analysis.surface_words import surface_words
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.statistics import Statistics
from indexing.snapshot import Snapshot
from ranking.query.query import Alternative, Expansion, Slot
from ranking.query.words import QueryWords
from ranking.rules.synonyms import SynonymRule, parse_synonyms, shipped_rules

BOOST: Final = 0.7
"""Worth of a synonym beside the word itself."""
MAX_ALSO: Final = 8
"""Synonyms of one phrase that are looked for."""
_CJK_LANGUAGES: Final = frozenset({"zh", "ja", "ko"})

Phrase = tuple[str, ...]
"""Terms, as the analyzer cuts a text."""


@dataclass(frozen=True, slots=True)
class Also:
    """text: what is also looked for. term_ids: a product holds all of them. names: its primary
    term ids, as names of values have them. phrase: its terms.
    """

    text: str
    term_ids: tuple[int, ...]
    names: tuple[int, ...]
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Rules compiled for one snapshot. also: phrase → what it also finds, at most MAX_ALSO.

    wide: phrase → what else it may find where that is too little: one-way rules backwards, and
    synonyms of synonyms, one step; never more.
    words: folded words of all phrases; they are no typos. longest: terms of the longest phrase.
    problems: lines that are not in force, and why. idle: lines that can find nothing here, as no
    product has the words, or none of the index's languages is theirs.
    """

    also: dict[Phrase, tuple[Also, ...]] = field(default_factory=dict, repr=False)
    words: frozenset[str] = field(default=frozenset(), repr=False)
    longest: int = 0
    problems: tuple[str, ...] = ()
    idle: tuple[int, ...] = ()
    wide: dict[Phrase, tuple[Also, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str, snapshot: Snapshot, shipped: bool = False) -> "Synonyms":
        """Compile the text of a synonyms file; lines that cannot be used are told, not raised.

        shipped: behind them the rules that come with Vitrina for the index's languages.
        """
        rules, problems = parse_synonyms(text)
        also = shipped_rules(snapshot.config.languages) if shipped else ()
        return cls.of([*rules, *also], snapshot, problems)

    @classmethod
    def of(
        cls, rules: Iterable[SynonymRule], snapshot: Snapshot, problems: tuple[str, ...] = ()
    ) -> "Synonyms":
        """What no product can hold is left out. O(phrases)."""
        languages = snapshot.config.languages
        read = _Phrases(snapshot)
        found: dict[Phrase, dict[str, Also]] = {}
        words: set[str] = set()
        idle: list[int] = []
        back: dict[Phrase, list[Also]] = {}
        for rule in rules:
            if rule.language not in (None, *_CJK_LANGUAGES, *languages):
                idle += [rule.line] if rule.line else []
                continue
            others = [also for other in rule.also if (also := read.of(other)[1])]
            useful = False
            if not rule.both:
                behind = [also for text in rule.said if (also := read.of(text)[1])]
                for other in rule.also:
                    back.setdefault(read.of(other)[0], []).extend(behind)
            for said in rule.said:
                words.update(_words(said))  # of both sides, if both
                each = found.setdefault(read.of(said)[0], {})
                for also in others:
                    if also.text != said and len(each) < MAX_ALSO:
                        each.setdefault(also.text, also)
                        useful = True
            if not useful and rule.line:
                idle.append(rule.line)
        kept = {phrase: tuple(each.values()) for phrase, each in found.items() if phrase and each}
        wide = _wide(kept, back)
        longest = max(map(len, [*kept, *wide]), default=0)
        return cls(kept, frozenset(words), longest, problems, tuple(idle), wide)


def _wide(
    kept: dict[Phrase, tuple[Also, ...]], back: dict[Phrase, list[Also]]
) -> dict[Phrase, tuple[Also, ...]]:
    """At most MAX_ALSO each, without what the phrase finds anyway."""
    found: dict[Phrase, tuple[Also, ...]] = {}
    for phrase in [*kept, *(each for each in back if each and each not in kept)]:
        direct = kept.get(phrase, ())
        near = [*back.get(phrase, ()), *(far for a in direct for far in kept.get(a.phrase, ()))]
        known = {a.phrase for a in direct} | {phrase}
        more = {a.phrase: a for a in near if a.phrase not in known}
        if more:
            found[phrase] = tuple(more.values())[:MAX_ALSO]
    return found


NO_SYNONYMS: Final = Synonyms()


@dataclass(frozen=True, slots=True)
class Said:
    """Positions start ≤ p < start + length say a phrase that has synonyms."""

    start: int
    length: int
    also: tuple[Also, ...]


def terms_of(text: str, analyzer: Analyzer) -> Phrase:
    """Primary terms, one a position."""
    return tuple(
        token.term for token in analyzer.tokens(text) if token.kind in (Kind.WORD, Kind.CHAR)
    )


def find_said(
    words: QueryWords, also_of: Mapping[Phrase, tuple[Also, ...]], longest: int
) -> tuple[Said, ...]:
    """Phrases of the query that have synonyms: the longest first, none twice, in order."""
    if not also_of:
        return ()
    terms = [t.term for t in words.tokens if t.kind in (Kind.WORD, Kind.CHAR)]
    found: list[Said] = []
    used: set[int] = set()
    for length in range(min(longest, len(terms)), 0, -1):
        for start in range(len(terms) - length + 1):
            also = also_of.get(tuple(terms[start : start + length]))
            if also is not None and used.isdisjoint(range(start, start + length)):
                used.update(range(start, start + length))
                found.append(Said(start, length, also))
    return tuple(sorted(found, key=lambda said: said.start))


def expand(
    slots: tuple[Slot, ...],
    said: Sequence[Said],
    words: QueryWords,
    statistics: Statistics,
    boost: float = BOOST,
) -> tuple[tuple[Slot, ...], tuple[Expansion, ...]]:
    """The slots with their synonyms as alternatives, and what was added.

    A phrase of several slots gives each of them the whole synonym, at its part of the worth, so
    a product with the synonym satisfies all of them and one with some of the words keeps its own.
    """
    made = list(slots)
    told: list[Expansion] = []
    for phrase in said:
        inside = range(phrase.start, phrase.start + phrase.length)
        places = [
            place
            for place, slot in enumerate(made)
            if slot.weight > 0
            and slot.position in inside
            and slot.position + slot.span <= inside.stop
        ]
        for also in phrase.also if places else ():
            added = Alternative(also.term_ids, boost / len(places), "synonym")
            for place in places:
                made[place] = _with(made[place], added, statistics)
            told.append(
                Expansion(words.said(phrase.start, phrase.length), also.text, boost < BOOST)
            )
    return tuple(made), tuple(told)


def _with(slot: Slot, added: Alternative, statistics: Statistics) -> Slot:
    """A word that only its synonyms make known weighs no more than they do."""
    if any(each.term_ids == added.term_ids for each in slot.alternatives):
        return slot
    weight = slot.weight
    if not slot.alternatives:
        weight = min(weight, max(statistics.idf(term) for term in added.term_ids))
    return replace(slot, weight=weight, alternatives=(*slot.alternatives, added))


class _Phrases:
    """Phrases of one file, each cut and looked up once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._analyzer = snapshot.analyzer
        self._lexicon = snapshot.index.lexicon
        self._ids: dict[str, int] = {}
        self._read: dict[str, tuple[Phrase, Also | None]] = {}

    def of(self, text: str) -> tuple[Phrase, Also | None]:
        """Its primary terms; what is looked for, None if a word of it is not in the catalogue."""
        known = self._read.get(text)
        if known is None:
            known = self._read[text] = self._cut(text)
        return known

    def _cut(self, text: str) -> tuple[Phrase, Also | None]:
        tokens = self._analyzer.tokens(text)
        primary = [t for t in tokens if t.kind in (Kind.WORD, Kind.CHAR)]
        pairs = [t for t in tokens if t.kind == Kind.BIGRAM]
        phrase = tuple(token.term for token in primary)
        asked = pairs if pairs and all(map(is_cjk, phrase)) else primary
        ids = tuple(dict.fromkeys(self._id(token.term) for token in asked))
        if not ids or UNKNOWN in ids:
            return phrase, None
        return phrase, Also(text, ids, tuple(map(self._id, phrase)), phrase)

    def _id(self, term: str) -> int:
        known = self._ids.get(term)
        if known is None:
            known = self._ids[term] = self._lexicon.id_of(term)
        return known


def _words(phrase: str) -> Iterable[str]:
    """Folded words, as correction sees them."""
    if phrase.isascii() and phrase.replace(" ", "").isalnum():
        return phrase.split()
    return (word.word for word in surface_words(phrase))
