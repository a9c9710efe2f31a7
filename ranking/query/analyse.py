"""Text → slots: what must match, what only scores."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from indexing.analysis.chunks import Kind, Token
from indexing.analysis.folding import fold
from indexing.analysis.identifiers import bare
from indexing.analysis.units import CANONICAL
from indexing.postings.lexicon import UNKNOWN
from indexing.postings.statistics import Statistics
from ranking.query.query import Alternative, Slot
from ranking.query.words import QueryWords

MAX_SLOTS = 32
PARTS_BOOST = 0.8
MEASURE_BOOST = 0.9
"""Of the same measure in another unit."""
CHAR_BOOST = 0.3
"""Scattered single characters must not outrank words, which are bigrams."""

_SILENT: Final = frozenset("aeiouyh")
LONG: Final = "ー"
_LEAST_KANA: Final = 3
"""Kana before a last long sign that may as well be left out: プリンター, but カレー."""

_MODEL = re.compile(r"(?<!\d)[^\W\d_]\d+[^\W\d_]|\d(?!(?:x|in)\d)[^\W\d_]+\d")
_LEAST_LABELLED: Final = 4
_LABEL = re.compile(
    r"\s*(?:ean|gtin|upc|isbn|issn|asin|sku|mpn|ref|r[eé]f[eé]rence|referencia|codice|c[oó]digo|"
    r"(?:art(?:icle|ikel|[ií]culo)?|item|part|product|model(?:l)?|produkt|bestell|型番|货号|p|s)"
    r"[ ./-]{0,2}(?:code|num(?:ber|mer|ero)?|nummer|nr|no|n|id)|品番|型番|货号|型号)"
    r"(?:\.?\s?[:#]|\.|(?=\s))\s*(?=[^\s]*\d)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"(?=[^\s]*\d)[^\W_]+(?:[-./_ ][^\W_]+)*")


def slots_from(
    words: QueryWords,
    stops: frozenset[str],
    statistics: Statistics,
    taken: frozenset[int] = frozenset(),
) -> tuple[Slot, ...]:
    """The query's slots in order of position; stop words are dropped while others remain.

    taken: positions that no product needs to hold (the words of a price).
    """
    tokens = _distinct([token for token in words.tokens if taken.isdisjoint(_places(token))])
    groups = _compounds(tokens, words)
    covered = {p for whole in groups for p in _places(whole)}
    plain = [t for t in tokens if t.kind in (Kind.WORD, Kind.CHAR) and t.position not in covered]
    if groups or any(t.term not in stops for t in plain):
        plain = [t for t in plain if t.term not in stops or _is_letter_name(t, words, stops)]
    plain = [t for t in plain if t.term != LONG or not _ends_kana(t, words)]
    # Behind a size the unit is only said: 30x40 cm is what a title calls 30 x 40.
    said = {t for t in plain if t.term in CANONICAL and t.position - 1 in covered}
    singles = plain + [t for t in tokens if t.kind == Kind.BIGRAM]
    slots = [_single(token, words, statistics, token in said) for token in singles]
    slots += [_compound(whole, words, statistics) for whole in groups]
    slots = [slot for slot in slots if slot.weight > 0 or slot.alternatives]
    slots.sort(key=lambda slot: (slot.position, -slot.weight))
    return tuple(slots[:MAX_SLOTS])


def unlabelled(text: str) -> tuple[str, str | None]:
    """What stands behind the name of a kind of identifier, and that identifier: of
    `EAN: 4006381333931` the number. Else the text, and None.
    """
    found = _LABEL.match(text)
    rest = "" if found is None else fold(text[found.end() :].strip())
    identifier = bare(rest)
    told = rest.isascii() and _IDENTIFIER.fullmatch(rest) and len(identifier) >= _LEAST_LABELLED
    if not told or (" " in rest and not identifier.isdecimal()):
        return text, None
    return rest, identifier


def identifier_of(text: str) -> str | None:
    """The query without separators, if it is shaped like a SKU, GTIN or model number.

    One chunk (or digit groups), at least five signs, letters with digits or eight digits.
    """
    folded = fold(text.strip())
    if not folded.isascii() or not _IDENTIFIER.fullmatch(folded):
        return None
    identifier = bare(folded)
    digits = sum(sign.isdigit() for sign in identifier)
    if " " in folded and digits < len(identifier):
        return None
    if len(identifier) < 5 or not (digits >= 8 or (2 <= digits < len(identifier))):
        return None
    return identifier


def _distinct(tokens: list[Token]) -> list[Token]:
    """A word said twice asks for it once."""
    seen: set[tuple[str, Kind]] = set()
    kept = []
    for token in tokens:
        if (token.term, token.kind) not in seen:
            seen.add((token.term, token.kind))
            kept.append(token)
    return kept


def _places(token: Token) -> range:
    return range(token.position, token.position + token.span)


def _compounds(tokens: list[Token], words: QueryWords) -> list[Token]:
    """The widest known wholes that do not overlap."""
    wholes = sorted((t for t in tokens if t.kind == Kind.WHOLE), key=lambda t: -t.span)
    chosen: list[Token] = []
    taken: set[int] = set()
    for whole in wholes:
        if taken.isdisjoint(_places(whole)) and (
            words.known(whole.term) or words.measures(whole.term)
        ):
            chosen.append(whole)
            taken.update(_places(whole))
    return chosen


def _is_letter_name(token: Token, words: QueryWords, stops: frozenset[str]) -> bool:
    """Whether a letter that is also an article is a name: where it ends the query, as no article
    does (vitamin a), or stands behind a word that the shop writes before other letters as well,
    as it has vitamin C (vitamin a cream).
    """
    if token.position == 0 or len(token.term) != 1 or not token.term.isalpha():
        return False
    last = token.position == len(words.primary) - 1
    return last or words.before_letters(token.position - 1, stops)


def _ends_kana(token: Token, words: QueryWords) -> bool:
    """Whether it is the last of a run of kana long enough to be written without it."""
    at = words.spans[token.position][0]
    run = words.text[max(at - _LEAST_KANA, 0) : at]
    return (
        len(run) == _LEAST_KANA
        and all(map(_is_kana, run))
        and not _is_kana(words.text[at + 1 : at + 2])
    )


def _is_kana(sign: str) -> bool:
    return "\u3041" <= sign <= "\u30ff"


def elided_alone(words: QueryWords, elided: frozenset[str]) -> frozenset[int]:
    """Positions of articles typed apart from the word that they elide before: d ordinateur.

    The d of vitamine d is a name where the catalogue has both as one.
    """
    said = [words.folded(place) for place in range(len(words.primary))] if elided else []
    named = {t.position + t.span - 1 for t in words.tokens
             if t.kind == Kind.WHOLE and words.known(t.term)}  # fmt: skip
    return frozenset(
        place
        for place, (word, following) in enumerate(pairwise(said))
        if word in elided and following[:1] in _SILENT and place not in named
    )


def _single(
    token: Token, words: QueryWords, statistics: Statistics, only_said: bool = False
) -> Slot:
    also = [t.term for t in words.tokens if t.kind == Kind.ALSO and t.position == token.position]
    known = words.known(token.term, *also)
    boost = CHAR_BOOST if token.kind == Kind.CHAR else 1.0
    alternatives = tuple(Alternative((term_id,), boost) for term_id in known)
    weight = 0.0 if only_said or token.kind == Kind.BIGRAM else _rarity(known, statistics)
    said = words.said(token.position, token.span)
    return Slot(token.term, weight, alternatives, token.position, token.span, said)


def _compound(whole: Token, words: QueryWords, statistics: Statistics) -> Slot:
    """A model number is whole or nothing; its parts say no more than any numbers."""
    known = words.known(whole.term)
    alternatives = [Alternative((term_id,), 1.0) for term_id in known]
    measures = words.measures(whole.term)
    alternatives += [Alternative((term_id,), MEASURE_BOOST, "form") for term_id in measures]
    bare = [t.term for t in words.tokens if t.kind == Kind.WHOLE and _is_size_of(t, whole)]
    alternatives += [
        Alternative((term_id,), MEASURE_BOOST, "form") for term_id in words.known(*bare)
    ]
    inside = range(whole.position, whole.position + whole.span)
    parts = [
        words.ids[t.term] for t in words.tokens if t.kind == Kind.WORD and t.position in inside
    ]
    if len(parts) > 1 and UNKNOWN not in parts and not _MODEL.search(words.folded(whole.position)):
        alternatives.append(Alternative(tuple(parts), PARTS_BOOST, "parts"))
    weight = _rarity(known + measures, statistics)
    said = words.said(whole.position, whole.span)
    return Slot(whole.term, weight, tuple(alternatives), whole.position, whole.span, said)


def _is_size_of(token: Token, whole: Token) -> bool:
    """Whether the token is the whole without its unit: 30x40 of 30x40cm."""
    same = token.position == whole.position and token.span == whole.span - 1 > 1
    return same and whole.term.removeprefix(token.term) in CANONICAL


def _rarity(term_ids: Sequence[int], statistics: Statistics) -> float:
    """Weight of the commonest of them."""
    return min(map(statistics.idf, term_ids), default=statistics.idf(UNKNOWN))
