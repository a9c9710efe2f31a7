"""Prices said in words: `under $50`, `50-100 dollars`, `300元以下`, `cheap`."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from indexing.analysis.folding import fold

_SIGN = r"(?:us\$|[$€£¥]|usd|eur|gbp|cny|rmb)"
_UNIT = r"(?:dollars?|bucks|usd|euros?|eur|gbp|quid|yuan|rmb|cny|[$€£¥])"
_N = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:\.\d{1,2})?)(k)?"
_AMOUNT = rf"{_SIGN}?\s?{_N}(?:\s?{_UNIT})?(?![\w%])"
_TOLD = rf"(?:{_SIGN}\s?{_N}(?:\s?{_UNIT})?|{_N}\s?{_UNIT})(?![\w%])"
_PRICED = r"(?:priced?\s+|costing\s+|price\s+)?"
_MOST = (
    r"(?:under|below|less\s+than|lower\s+than|cheaper\s+than|up\s+to|at\s+most|"
    r"not\s+more\s+than|no\s+more\s+than|maximum|max\.?|within|<=?)"
)
_LEAST = (
    r"(?:over|above|more\s+than|higher\s+than|at\s+least|not\s+less\s+than|minimum|min\.?|from|"
    r"starting\s+(?:at|from)|>=?)"
)
_DASH = r"\s?(?:-|–|~|to|and|until)\s?"
_YUAN = r"(?:元|块钱?|人民币)"
_BEFORE = r"(?<![\w$€£¥.,/-])"

Limits = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class PriceWish:
    """What was said of the price; text[start:end] of the query says it.

    limits: both included, None for no limit. certain: a currency or a price word was said, so it
    can be nothing else. soft: cheap (-1) or expensive (1) without a number, else 0.
    """

    start: int
    end: int
    limits: Limits
    certain: bool
    soft: int = 0


def _number(digits: str, thousand: str | None) -> float:
    return float(digits.replace(",", "")) * (1000.0 if thousand else 1.0)


def _numbers(found: re.Match[str]) -> list[float]:
    groups = found.groups()
    return [
        _number(groups[i], groups[i + 1])
        for i in range(0, len(groups), 2)
        if groups[i] is not None and groups[i][:1].isdigit()
    ]


def _most(numbers: list[float]) -> Limits:
    return None, numbers[0]


def _least(numbers: list[float]) -> Limits:
    return numbers[0], None


def _between(numbers: list[float]) -> Limits:
    return min(numbers), max(numbers)


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


# 元内 and 元起 are limits, but 元内衣 is underwear, and 元起泡酒 sparkling wine.
# Longer forms first. certain: the form says that a price is meant.
_RULES: tuple[tuple[re.Pattern[str], Callable[[list[float]], Limits], bool], ...] = (
    (_rule(rf"{_BEFORE}{_PRICED}(?:between|from)\s+{_TOLD}{_DASH}{_AMOUNT}"), _between, True),
    (_rule(rf"{_BEFORE}{_PRICED}(?:between|from)\s+{_AMOUNT}{_DASH}{_TOLD}"), _between, True),
    (_rule(rf"{_BEFORE}{_PRICED}{_TOLD}{_DASH}{_AMOUNT}"), _between, True),
    (_rule(rf"{_BEFORE}{_PRICED}{_AMOUNT}{_DASH}{_TOLD}"), _between, True),
    (_rule(rf"{_BEFORE}{_PRICED}{_MOST}\s?{_TOLD}"), _most, True),
    (_rule(rf"{_BEFORE}{_PRICED}{_LEAST}\s?{_TOLD}"), _least, True),
    (_rule(rf"{_BEFORE}{_TOLD}\s+(?:or\s+(?:less|under|below)|max|maximum)\b"), _most, True),
    (_rule(rf"{_BEFORE}{_TOLD}\s+(?:or\s+(?:more|over|above)|and\s+up|min)\b"), _least, True),
    (_rule(rf"{_N}\s?{_YUAN}?\s?(?:-|~|—|到|至)\s?{_N}\s?{_YUAN}"), _between, True),
    (_rule(rf"(?:不超过|低于|少于|最多|小于)\s?{_N}\s?{_YUAN}"), _most, True),
    (_rule(rf"(?:高于|超过|大于|最少|至少|不低于)\s?{_N}\s?{_YUAN}"), _least, True),
    (_rule(rf"{_N}\s?{_YUAN}\s?(?:以下|以内|之内|内(?![衣裤存胆搭饰])|之下)的?"), _most, True),
    (_rule(rf"{_N}\s?{_YUAN}\s?(?:以上|起(?![泡子重])|之上)的?"), _least, True),
    (_rule(rf"{_BEFORE}(?:price|priced|costing)\s+{_MOST}\s?{_N}(?![\w%])"), _most, True),
    (_rule(rf"{_BEFORE}(?:price|priced|costing)\s+{_LEAST}\s?{_N}(?![\w%])"), _least, True),
    (_rule(rf"{_BEFORE}(?:under|below|cheaper\s+than|less\s+than)\s?{_N}$"), _most, False),
    (_rule(rf"{_BEFORE}(?:over|above|more\s+than)\s?{_N}$"), _least, False),
)  # fmt: skip
_CHEAP = re.compile(
    r"(?<!\w)(?:cheap(?:est)?|inexpensive|affordable|low[- ]priced?|budget[- ]friendly|on a budget)"
    r"(?!\w)|便宜的?|平价|低价"
)
_DEAR = re.compile(r"(?<!\w)(?:high[- ]end|(?:most )?expensive)(?!\w)|高档")
_ANY = re.compile(r"\d|cheap|expens|afford|budget|low|high|便|平价|低价|高档")


def find_price(text: str) -> PriceWish | None:
    """The first price wish of the query, the most explicit kind first; None if there is none.

    Sizes are none: a number with a unit of measure, or with no sign of a price, stays a word.
    """
    folded = fold(text) if len(fold(text)) == len(text) else text.lower()
    if len(folded) != len(text) or not _ANY.search(folded):
        return None
    for pattern, limits_of, certain in _RULES:
        found = pattern.search(folded)
        if found is not None:
            numbers = _numbers(found)
            if numbers:
                return PriceWish(found.start(), found.end(), limits_of(numbers), certain)
    for pattern, soft in ((_CHEAP, -1), (_DEAR, 1)):
        found = pattern.search(folded)
        if found is not None:
            return PriceWish(found.start(), found.end(), (None, None), False, soft)
    return None
