"""Prices said in words: `under $50`, `50-100 dollars`, `unter 20 Euro`, `300元以下`, `cheap`."""

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Final

from indexing.analysis.folding import fold
from indexing.analysis.numbers import plain_numbers
from indexing.analysis.units import CANONICAL
from ranking.query.denial_words import LANGUAGES, words_before
from ranking.query.han_numbers import HAN_NUMBER, han_number
from ranking.query.price_currencies import COINS, SIGN, UNIT, currency_of
from ranking.query.price_words import (
    AMONG_BEHIND,
    BETWEEN,
    CASE,
    CJK_COIN,
    CJK_DASH,
    CJK_LEAST,
    CJK_LEAST_BEFORE,
    CJK_MOST,
    CJK_MOST_BEFORE,
    CUE_SIGNS,
    CUES,
    DASH,
    LAST_LEAST,
    LAST_MOST,
    LEAST,
    LEAST_BEHIND,
    MOST,
    MOST_BEHIND,
    NEAR,
    OR_LESS,
    OR_LESS_ALONE,
    OR_MORE,
    PRICED,
    SOFT_CHEAP,
    SOFT_CUES,
    SOFT_DEAR,
    SOFT_SIGNS,
    SURE_MOST,
)

# A space only where words before it say that a price begins: 4 100-200 dollars.
_N = (
    r"(\d{1,3}(?:[,.']\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)"
    r"(k|千|万|만|\s?(?:тыс(?:яч|\.)?|tys\.?)(?!\w))?"
)
_CJK_N = rf"(?:{SIGN}\s?)?{_N}"
_CJK_COIN = rf"(?:{CJK_COIN}|{UNIT})"
_HAN_N = rf"({HAN_NUMBER})()"
_SPACED_N = _N.replace("[,.']", r"[,.'\s]")
_DASHED = r"(?:[.,:/]-)?"
_TOLD_N = rf"(?:{SIGN}\s?{{n}}(?:\s?{UNIT})?|{{n}}\s?{UNIT}){_DASHED}(?![\w%])"
_AMOUNT = rf"{SIGN}?\s?{_N}(?:\s?{UNIT})?{_DASHED}(?![\w%])"
_TOLD = _TOLD_N.format(n=_N)
_SPACED_TOLD = _TOLD_N.format(n=_SPACED_N)
_CASED = rf"\s?{UNIT}?{CASE}\s+"
_ALONE = rf"{_N}(?:\s|$)"
_BEFORE = r"(?<![\w$€£¥.,/-])"

_DENYING = "|".join(sorted(map(re.escape, words_before(LANGUAGES))))
_END = rf"{_DASHED}(?=$|\s+(?:(?:{_DENYING}|w/o)\s|-\w))"
"""Of the query, or of what stands before a denial."""
_NO_AGE = r"(?<!age )(?<!ages )(?<!aged )(?<!size )(?<!kids )(?<!years )"
_NO_UNIT = (
    rf"(?!(?:{'|'.join(sorted(CANONICAL))}|years?|months?|weeks?|days?|hours?|people|persons?|jahre?|"
    r"ans|anos|anni)\b)"
)
_HAN_AMOUNT = re.compile(rf"{HAN_NUMBER}\s?{CJK_COIN}")
_WORDS = re.compile(r"[^\W\d_]+")
_SOFT_WORDS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_MYRIADS = frozenset("万만")
_FEET = re.compile(r"(?<=\d)(\s?)ft(?!\w)")
_POUNDS = re.compile(r"(?<=\d\s)pounds?(?!\w|\s+sterling)")

NEAREST: Final = 0.8
"""Share of a price that is about that price."""

Limits = tuple[float | None, float | None]


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


def _most(numbers: list[float]) -> Limits:
    return None, numbers[0]


def _least(numbers: list[float]) -> Limits:
    return numbers[0], None


def _between(numbers: list[float]) -> Limits:
    return min(numbers), max(numbers)


def _near(numbers: list[float]) -> Limits:
    return NEAREST * numbers[0], numbers[0] / NEAREST


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_Rules = tuple[tuple[re.Pattern[str], Callable[[list[float]], Limits], bool], ...]
_CJK_RULES: _Rules = (
    (_rule(rf"{_CJK_N}\s?{_CJK_COIN}?{CJK_DASH}{_CJK_N}\s?{_CJK_COIN}"), _between, True),
    *(
        (_rule(pattern), limits, True)
        for number in (_CJK_N, _HAN_N)
        for pattern, limits in (
            (rf"(?:{CJK_MOST_BEFORE})\s?{number}\s?{_CJK_COIN}", _most),
            (rf"(?:{CJK_LEAST_BEFORE})\s?{number}\s?{_CJK_COIN}", _least),
            (rf"{number}\s?{_CJK_COIN}\s?{CJK_MOST}", _most),
            (rf"{number}\s?{_CJK_COIN}\s?{CJK_LEAST}", _least),
            (rf"(?<!\S)[~〜]\s?{number}\s?{_CJK_COIN}(?!\S)", _most),
            (rf"(?<!\S){number}\s?{_CJK_COIN}\s?[~〜](?!\S)", _least),
        )
    ),
    (_rule(rf"{SIGN}\s?{_N}\s?{CJK_MOST}"), _most, True),
    (_rule(rf"{SIGN}\s?{_N}\s?{CJK_LEAST}"), _least, True),
)
_CJK_LAST_RULES: _Rules = (
    (_rule(rf"(?:{CJK_MOST_BEFORE})\s?{_N}$"), _most, False),
    (_rule(rf"(?:{CJK_LEAST_BEFORE})\s?{_N}$"), _least, False),
    (_rule(rf"(?<![^\s]){_N}\s?{CJK_MOST}$"), _most, False),
    (_rule(rf"(?<![^\s]){_N}\s?{CJK_LEAST}$"), _least, False),
)
# Longer forms first. certain: the form says that a price is meant.
_RULES: _Rules = (
    (_rule(rf"{_BEFORE}{_N}\s?(?:-|ile|ve)\s?{_N}{_CASED}{AMONG_BEHIND}"), _between, True),
    (_rule(rf"{_BEFORE}{PRICED}{BETWEEN}\s+{_TOLD}{DASH}{_AMOUNT}"), _between, True),
    (_rule(rf"{_BEFORE}{PRICED}{BETWEEN}\s+{_AMOUNT}{DASH}{_TOLD}"), _between, True),
    (_rule(rf"{_BEFORE}{PRICED}{_TOLD}{DASH}{_AMOUNT}"), _between, True),
    (_rule(rf"{_BEFORE}{PRICED}{_AMOUNT}{DASH}{_TOLD}"), _between, True),
    (_rule(rf"{_BEFORE}{PRICED}{MOST}\s?{_SPACED_TOLD}"), _most, True),
    (_rule(rf"{_BEFORE}{PRICED}{LEAST}\s?{_SPACED_TOLD}"), _least, True),
    (_rule(rf"{_BEFORE}{PRICED}{NEAR}\s?{_SPACED_TOLD}"), _near, True),
    (_rule(rf"{_BEFORE}{_TOLD},?\s+{OR_LESS}"), _most, True),
    (_rule(rf"{_BEFORE}{_TOLD},?\s+{OR_MORE}"), _least, True),
    (_rule(rf"{_BEFORE}{_TOLD}\s?\+(?!\w)"), _least, True),
    (_rule(rf"{_BEFORE}{_N}\+\s?{UNIT}(?!\w)"), _least, True),
    *_CJK_RULES,
    (_rule(rf"{_BEFORE}{_N}{_CASED}{MOST_BEHIND}"), _most, True),
    (_rule(rf"{_BEFORE}{_N}{_CASED}{LEAST_BEHIND}"), _least, True),
    (_rule(rf"{_BEFORE}(?:price|priced|costing)\s+{MOST}\s?{_N}(?![\w%])"), _most, True),
    (_rule(rf"{_BEFORE}(?:price|priced|costing)\s+{LEAST}\s?{_N}(?![\w%])"), _least, True),
    (_rule(rf"(?<!\S)(?:<=?|≤)\s?{_ALONE}"), _most, True),
    (_rule(rf"(?<!\S)(?:>=?|≥)\s?{_ALONE}"), _least, True),
    (_rule(rf"{_NO_AGE}{_BEFORE}{_N}\s+{OR_LESS_ALONE}$"), _most, False),
    (_rule(rf"{_BEFORE}{BETWEEN}\s+{_SPACED_N}{DASH}{_SPACED_N}{_END}"), _between, False),
    (_rule(rf"{_BEFORE}(?:{LAST_MOST})\s?{_SPACED_N}{_END}"), _most, False),
    (_rule(rf"{_BEFORE}(?:{LAST_LEAST})\s?{_SPACED_N}{_END}"), _least, False),
    *_CJK_LAST_RULES,
    (_rule(rf"^(?:{SURE_MOST})\s?{_N}\s{_NO_UNIT}"), _most, False),
)  # fmt: skip
_CJK = frozenset((*_CJK_RULES, *_CJK_LAST_RULES))
_ASCII_RULES = tuple(rule for rule in _RULES if rule not in _CJK)
"""Those that may say something of a text without a sign of other scripts."""
_CHEAP = re.compile(SOFT_CHEAP)
_DEAR = re.compile(SOFT_DEAR)


def _may_say(folded: str) -> bool:
    """Whether a number may be a price; most queries with numbers say sizes and models."""
    said = _WORDS.findall(folded)
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
    numbers_said = bool(_DIGIT.search(folded) or _HAN_AMOUNT.search(folded))
    soft_said = not SOFT_CUES.isdisjoint(_SOFT_WORDS.findall(folded)) or SOFT_SIGNS.search(folded)
    if not numbers_said and not soft_said:
        return None
    if own != "HUF" and "HUF" not in rated:
        folded = _FEET.sub(r"\1yd", folded)  # any unit as long: they are lengths, no forints
    if own != "GBP" and not pounds:
        folded = _POUNDS.sub(lambda said: "lb".ljust(len(said[0])), folded)
    rules = _ASCII_RULES if folded.isascii() else _RULES
    for pattern, limits_of, certain in rules if numbers_said and _may_say(folded) else ():
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
