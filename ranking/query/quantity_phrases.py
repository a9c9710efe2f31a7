"""Quantities said as limits: `at least 16gb`, `under 2 kg`, `20升以上`."""

import re
from dataclasses import dataclass
from typing import Final

from indexing.analysis.folding import fold
from indexing.snapshot import Snapshot
from ranking.query.number_values import CUED, fields_with, unit_after
from ranking.query.predict import Prediction
from ranking.query.words import QueryWords

SURE: Final = 0.8
"""Part of all attributes that could be meant, which the best must have."""
_LEAST = (
    r"at least|not less than|no less than|minimum|min\.?|over|above|more than|至少|不低于|超过|大于"
)
_MOST = (
    r"at most|not more than|no more than|maximum|max\.?|under|below|less than|最多|不超过|小于|低于"
)
_NUMBER = r"(?P<number>\d{1,6}(?:\.\d{1,2})?)"
_UNIT = r"[^\W\d]*"
_ANY = re.compile(r"\d")
_BEFORE = re.compile(rf"(?<!\w)(?:(?P<least>{_LEAST})|(?P<most>{_MOST}))\s?{_NUMBER}")
_AFTER = re.compile(
    rf"(?<![\w.]){_NUMBER}\s?(?:{_UNIT}?\s?(?:(?P<least>or more|and up|以上)|"
    r"(?P<most>or less|or under|以下|以内)))"
)


# What may be counted behind an article: a 5 star hotel pillow is of no paper size.
_COUNTED = (
    r"years?|yrs?|months?|weeks?|jahre?n?|jahrige[nrs]?|monate?n?|ans|mois|anos?|anni|mesi|"
    r"stars?|persons?|people|man|seater|piece|pack|door|drawer|tier|shelf|burner|speed|blade|"
    r"string|way|panel|player|slice|cup|pocket|light|hole|ring|season|sterne?|etoiles?|estrellas?"
)
_AGE = re.compile(
    r"(?<!\w)(?P<article>an?|une?|una?|eine?[nrm]?|age[sd]?|from|ab|for)\s\d{1,3}[\s-]*"
    rf"(?:{_COUNTED})(?!\w)"
)


@dataclass(frozen=True, slots=True)
class QuantityWish:
    """limits of a number attribute, both included. text[start:end] of the query says it, at these
    `places`.
    """

    field: str
    limits: tuple[float | None, float | None]
    start: int
    end: int
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Limit:
    """As written. place: the number's position; places: all that the phrase covers."""

    start: int
    end: int
    place: int
    places: frozenset[int]
    value: float
    is_least: bool


def limit_words(words: QueryWords) -> frozenset[int]:
    """Positions of limits, whatever they limit: they say nothing about the category."""
    return frozenset(place for limit in _limits(words) for place in limit.places)


def age_words(words: QueryWords) -> frozenset[int]:
    """Positions of the word before an age: of `a 5 year old` the article, which is no paper A5."""
    folded = fold(words.text)
    if len(folded) != len(words.text):
        return frozenset()
    found = _AGE.finditer(folded)
    return frozenset(p for age in found for p in words.positions(*age.span("article")))


def find_quantities(
    words: QueryWords, snapshot: Snapshot, predicted: Prediction, taken: frozenset[int]
) -> tuple[QuantityWish, ...]:
    """Limits whose attribute is sure in the category that is meant. taken: of a price."""
    if predicted.sure is None:
        return ()
    wishes = []
    for limit in _limits(words):
        if limit.place not in taken:
            unit, _ = unit_after(limit.place, words)
            field = _field(limit.place, unit, words, snapshot, predicted)
            if field is not None:
                limits = (limit.value, None) if limit.is_least else (None, limit.value)
                wishes.append(QuantityWish(field, limits, limit.start, limit.end, limit.places))
    return tuple(wishes)


def _limits(words: QueryWords) -> tuple[_Limit, ...]:
    """The first phrase of each form."""
    folded = fold(words.text)
    if not _ANY.search(folded) or len(folded) != len(words.text):
        return ()
    made = []
    for pattern in (_BEFORE, _AFTER):
        found = pattern.search(folded)
        place = _place(found.start("number"), words) if found else None
        if found and place is not None:
            _, spelled = unit_after(place, words)
            end = max(found.end(), words.spans[place + spelled][1])
            places = words.positions(found.start(), end)
            value, is_least = float(found["number"]), bool(found["least"])
            made.append(_Limit(found.start(), end, place, places, value, is_least))
    return tuple(made)


def _place(start: int, words: QueryWords) -> int | None:
    """The position whose text begins there (parts of `16gb` share one text)."""
    return next((p for p, (low, _) in enumerate(words.spans) if low == start), None)


def _field(
    place: int, unit: str, words: QueryWords, snapshot: Snapshot, predicted: Prediction
) -> str | None:
    if not unit and place + 1 < len(words.primary):
        unit = words.term_at(place + 1)
    weights = {
        name: share * (CUED if cued else 0.0)
        for name, share, cued in fields_with(None, unit, words, snapshot, predicted)
    }
    best = max(weights, key=lambda name: (weights[name], name), default=None)
    if best is None or weights[best] <= 0 or weights[best] < SURE * sum(weights.values()):
        return None
    return best
