"""Prices said in words: `under $50`, `50-100 dollars`, `unter 20 Euro`, `300元以下`, `cheap`."""

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace

from indexing.analysis.folding import fold
from indexing.analysis.numbers import plain_numbers
from ranking.query.han_numbers import HAN_NUMBER, han_number
from ranking.query.number_words import WORDS as NUMBER_WORDS
from ranking.query.number_words import as_digits
from ranking.query.price_currencies import COINS, currency_of
from ranking.query.price_rules import ASCII_RULES, RULES, Limits
from ranking.query.price_words import (
    CJK_COIN,
    CUE_SIGNS,
    CUES,
    SOFT_CHEAP,
    SOFT_CUES,
    SOFT_DEAR,
    SOFT_SIGNS,
)

_HAN_AMOUNT = re.compile(rf"{HAN_NUMBER}\s?{CJK_COIN}")
_WORDS = re.compile(r"[^\W\d_]+")
_SOFT_WORDS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_MYRIADS = frozenset("万만")
_FEET = re.compile(r"(?<=\d)(\s?)ft(?!\w)")
_POUNDS = re.compile(r"(?<=\d\s)pounds?(?!\w|\s+sterling)")
_CHEAP = re.compile(SOFT_CHEAP)
_DEAR = re.compile(SOFT_DEAR)


@dataclass(frozen=True, slots=True)
class PriceWish:
    """What was said of the price; text[start:end] of the query says it.

    limits: both included, None for no limit. certain: a currency or a price word was said, so it
    can be nothing else. soft: cheap (-1) or expensive (1) without a number, else 0.
    currency: what was said of it, an ISO code; None for the index's own. foreign: limits in
    another currency without a rate, which limit nothing.
    """

    start: int
    end: int
    limits: Limits
    certain: bool
    soft: int = 0
    currency: str | None = None
    foreign: Limits | None = None

    def within(self, convert: Callable[[float], float | None]) -> "PriceWish":
        """In the index's currency; without a rate (None) its limits limit nothing."""
        made = [None if limit is None else convert(limit) for limit in self.limits]
        if any(new is None and old is not None for new, old in zip(made, self.limits, strict=True)):
            return replace(self, limits=(None, None), foreign=self.limits)
        return replace(self, limits=(made[0], made[1]))


def _number(digits: str, thousand: str | None, comma: bool) -> float:
    if not digits[0].isdigit():
        return han_number(digits)
    plain = plain_numbers(re.sub(r"[\s']", "", digits), comma)
    return float(plain.text) * (1e4 if thousand in _MYRIADS else 1e3 if thousand else 1.0)


def _numbers(found: re.Match[str], comma: bool) -> list[float]:
    groups = found.groups()
    return [_number(groups[i], groups[i + 1], comma) for i in range(0, len(groups), 2) if groups[i]]


def _may_say(folded: str, said: Sequence[str]) -> bool:
    """Whether a number may be a price; most queries with numbers say sizes and models.

    said: its words.
    """
    return not CUES.isdisjoint(said) or not COINS.isdisjoint(said) or bool(CUE_SIGNS.search(folded))


def _evenly_folded(text: str) -> str:
    """Folded sign by sign where the whole would not keep its length (ß)."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded
    pairs = ((sign, fold(sign)) for sign in text)
    return "".join(made if len(made) == 1 else sign for sign, made in pairs)


def find_price(
    text: str,
    own: str | None = None,
    comma: bool = False,
    rated: Container[str] = (),
    pounds: bool = False,
) -> PriceWish | None:
    """The first price wish of the query, the most explicit kind first; None if there is none.

    own: the index's currency, which decides what a dollar is. comma: whether decimals have one.
    rated: currencies of which rates are known. pounds: whether they are no weights, as they are
    none where prices are in them. Sizes are none: a number with a unit of measure, or with no
    sign of a price, stays a word.
    """
    folded = _evenly_folded(text)
    said = _WORDS.findall(folded)
    if not NUMBER_WORDS.isdisjoint(said) and _may_say(folded, said):
        folded = as_digits(folded, COINS)
    numbers_said = bool(_DIGIT.search(folded) or _HAN_AMOUNT.search(folded))
    soft_said = not SOFT_CUES.isdisjoint(_SOFT_WORDS.findall(folded)) or SOFT_SIGNS.search(folded)
    if not numbers_said and not soft_said:
        return None
    if own != "HUF" and "HUF" not in rated:
        folded = _FEET.sub(r"\1yd", folded)  # any unit as long: they are lengths, no forints
    if own != "GBP" and not pounds:
        folded = _POUNDS.sub(lambda said: "lb".ljust(len(said[0])), folded)
    rules = ASCII_RULES if folded.isascii() else RULES
    for pattern, limits_of, certain in rules if numbers_said and _may_say(folded, said) else ():
        found = pattern.search(folded)
        if found is not None:
            numbers = _numbers(found, comma)
            if numbers:
                currency = currency_of(found.group(), own, rated)
                start, end = found.start(), found.start() + len(found.group().rstrip())
                return PriceWish(start, end, limits_of(numbers), certain, currency=currency)
    for pattern, soft in ((_CHEAP, -1), (_DEAR, 1)) if soft_said else ():
        found = pattern.search(folded)
        if found is not None:
            return PriceWish(found.start(), found.end(), (None, None), False, soft)
    return None
