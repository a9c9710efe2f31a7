"""Prices said in words: `under $50`, `50-100 dollars`, `unter 20 Euro`, `300元以下`, `cheap`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from indexing.analysis.folding import fold
from indexing.analysis.numbers import plain_numbers
from indexing.analysis.units import CANONICAL
from ranking.query.denial_words import LANGUAGES, words_before
from ranking.query.price_currencies import SIGN, UNIT, currency_of

_N = r"(\d{1,3}(?:[,.]\d{3})+(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?)(k)?"
_AMOUNT = rf"{SIGN}?\s?{_N}(?:\s?{UNIT})?(?:[.,]-)?(?![\w%])"
_TOLD = rf"(?:{SIGN}\s?{_N}(?:\s?{UNIT})?|{_N}\s?{UNIT})(?:[.,]-)?(?![\w%])"
_ALONE = rf"{_N}(?:\s|$)"
_PRICED = r"(?:priced?\s+|costing\s+|price\s+|preis\s+|prix\s+|precio\s+|prezzo\s+)?"
# Said of nothing else than a most, in several languages; texts are folded.
_SURE_MOST = (
    r"under|below|less\s+than|lower\s+than|cheaper\s+than|up\s+to|at\s+most|not\s+more\s+than|"
    r"no\s+more\s+than|not\s+over|maximum|max\.?|unter|hochstens|maximal|weniger\s+als|"
    r"gunstiger\s+als|moins\s+de|jusqu'?a|au\s+plus|menos\s+de|por\s+debajo\s+de|maximo|"
    r"meno\s+di|massimo|fino\s+a|sotto\s+(?:i|gli)|abaixo\s+de|onder|minder\s+dan|hooguit|under"
)
_MOST = rf"(?:{_SURE_MOST}|within|bis\s+zu|bis|hasta|ate|tot|inferieur\s+a|<=?)"
_SURE_LEAST = (
    r"over|above|more\s+than|higher\s+than|uber|mehr\s+als|plus\s+de|mas\s+de|piu\s+di|mais\s+de|"
    r"acima\s+de|boven|meer\s+dan"
)
_LEAST = (
    rf"(?:{_SURE_LEAST}|at\s+least|not\s+less\s+than|minimum|min\.?|from|starting\s+(?:at|from)|"
    r"mindestens|ab|a\s+partir\s+de|au\s+moins|desde|al\s+menos|minimo|oltre|almeno|vanaf|minstens|"
    r">=?)"
)
_BETWEEN = r"(?:between|from|zwischen|von|entre|de|desde|tra|fra|da|tussen|van)"
_DASH = r"\s?(?:-|–|~|to|and|until|bis|und|et|a|y|hasta|e|ate|tot|en)\s?"
_YUAN = r"(?:元|块钱?|人民币)"
_BEFORE = r"(?<![\w$€£¥.,/-])"

_DENYING = "|".join(sorted(map(re.escape, words_before(LANGUAGES))))
_END = rf"(?=$|\s+(?:(?:{_DENYING}|w/o)\s|-\w))"
"""Of the query, or of what stands before a denial."""
_NO_UNIT = (
    rf"(?!(?:{'|'.join(sorted(CANONICAL))}|years?|months?|weeks?|days?|hours?|people|persons?|jahre?|"
    r"ans|anos|anni)\b)"
)

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
    plain = plain_numbers(digits, comma)
    return float(plain.text) * (1000.0 if thousand else 1.0)


def _numbers(found: re.Match[str], comma: bool) -> list[float]:
    groups = found.groups()
    return [
        _number(groups[i], groups[i + 1], comma)
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
    (_rule(rf"{_BEFORE}{_PRICED}{_BETWEEN}\s+{_TOLD}{_DASH}{_AMOUNT}"), _between, True),
    (_rule(rf"{_BEFORE}{_PRICED}{_BETWEEN}\s+{_AMOUNT}{_DASH}{_TOLD}"), _between, True),
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
    (_rule(rf"(?<!\S)<=?\s?{_ALONE}"), _most, True),
    (_rule(rf"(?<!\S)>=?\s?{_ALONE}"), _least, True),
    (_rule(rf"{_BEFORE}{_BETWEEN}\s+{_N}{_DASH}{_N}{_END}"), _between, False),
    (_rule(rf"{_BEFORE}(?:{_SURE_MOST})\s?{_N}{_END}"), _most, False),
    (_rule(rf"{_BEFORE}(?:{_SURE_LEAST})\s?{_N}{_END}"), _least, False),
    (_rule(rf"^(?:{_SURE_MOST})\s?{_N}\s{_NO_UNIT}"), _most, False),
)  # fmt: skip
_CHEAP = re.compile(
    r"(?<!\w)(?:cheap(?:est)?|inexpensive|affordable|low[- ]priced?|budget[- ]friendly|on a budget)"
    r"(?!\w)|便宜的?|平价|低价"
)
_DEAR = re.compile(r"(?<!\w)(?:high[- ]end|(?:most )?expensive)(?!\w)|高档")
_ANY = re.compile(r"\d|cheap|expens|afford|budget|low|high|便|平价|低价|高档")


def find_price(text: str, own: str | None = None, comma: bool = False) -> PriceWish | None:
    """The first price wish of the query, the most explicit kind first; None if there is none.

    own: the index's currency, which decides what a dollar is. comma: whether decimals have one.
    Sizes are none: a number with a unit of measure, or with no sign of a price, stays a word.
    """
    folded = fold(text) if len(fold(text)) == len(text) else text.lower()
    if len(folded) != len(text) or not _ANY.search(folded):
        return None
    for pattern, limits_of, certain in _RULES:
        found = pattern.search(folded)
        if found is not None:
            numbers = _numbers(found, comma)
            if numbers:
                currency = currency_of(found.group(), own)
                start, end = found.start(), found.start() + len(found.group().rstrip())
                return PriceWish(start, end, limits_of(numbers), certain, currency=currency)
    for pattern, soft in ((_CHEAP, -1), (_DEAR, 1)):
        found = pattern.search(folded)
        if found is not None:
            return PriceWish(found.start(), found.end(), (None, None), False, soft)
    return None
