"""The forms in which a query says a price with a number, in all languages; of folded text."""

import re
from collections.abc import Callable
from typing import Final

from indexing.analysis.units import CANONICAL
from ranking.query.denial_words import LANGUAGES, words_before
from ranking.query.han_numbers import HAN_NUMBER
from ranking.query.price_currencies import PAID, SIGN, UNIT
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
    SURE_MOST,
)

# A space only where words before it say that a price begins: 4 100-200 dollars.
_N = (
    r"(\d{1,3}(?:[,.']\d{3})+(?:[.,]\d{1,2})?|0*\d{1,9}(?:[.,]\d{1,2})?)"
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
_PAID = PAID.format(n=_N) + r"(?:[.,:/]-)?"
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
NEAREST: Final = 0.8
"""Share of a price that is about that price."""

Limits = tuple[float | None, float | None]


def _most(numbers: list[float]) -> Limits:
    return None, numbers[0]


def _least(numbers: list[float]) -> Limits:
    return numbers[0], None


def _between(numbers: list[float]) -> Limits:
    return min(numbers), max(numbers)


def _near(numbers: list[float]) -> Limits:
    return round(NEAREST * numbers[0], 2), round(numbers[0] / NEAREST, 2)


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
RULES: _Rules = (
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
    (_rule(rf"(?:^|(?<=\s)){_PAID}$|^{_PAID}(?=\s)"), _near, False),
)  # fmt: skip
"""(form, limits of its numbers, certain), longer forms first; certain: it says that a price is
meant. Each number is two groups, digits and a word for thousands.
"""
_CJK = frozenset((*_CJK_RULES, *_CJK_LAST_RULES))
ASCII_RULES = tuple(rule for rule in RULES if rule not in _CJK)
"""Those that may say something of a text without a sign of other scripts."""
