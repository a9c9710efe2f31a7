"""Numbers in words, as prices have them: under fifty, a hundred dollars, unter hundert Euro.

The numerals of each language are a closed class; these are the whole tens, a hundred, a thousand,
and in English those between.
"""

import re
from collections.abc import Iterable
from typing import Final


def _from(first: int, step: int, words: str) -> dict[str, int]:
    return {word: first + step * place for place, word in enumerate(words.split())}


_ONES: Final = _from(1, 1, "one two three four five six seven eight nine")
_TENS: Final = _from(20, 10, "twenty thirty forty fifty sixty seventy eighty ninety")
_TEENS: Final = _from(
    10, 1, "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_ENGLISH: Final = _ONES | _TEENS | _TENS
_HUNDREDS: Final = {"hundred": 100, "thousand": 1_000}
_OTHERS: Final = {
    10: "zehn diez dieci tien tio ti dez",
    20: "zwanzig vingt veinte venti twintig tjugo tyve vinte",
    30: "dreissig treinta trenta trente dertig trettio trinta",
    40: "vierzig quarante cuarenta quaranta veertig fyrtio quarenta",
    50: "funfzig cinquante cincuenta cinquanta vijftig femtio cinquenta",
    60: "sechzig soixante sesenta sessanta zestig sextio sessenta",
    70: "siebzig setenta settanta zeventig sjuttio",
    80: "achtzig ochenta ottanta tachtig attio oitenta",
    90: "neunzig noventa novanta negentig nittio",
    100: "hundert einhundert cien cento honderd hundra hundre cem",
    200: "zweihundert doscientos duecento tweehonderd",
    500: "funfhundert quinientos cinquecento vijfhonderd quinhentos",
    1_000: "tausend eintausend mille mil duizend tusen",
}
WORTH: Final = _ENGLISH | {
    word: value for value, words in _OTHERS.items() for word in words.split()
}
WORDS: Final = frozenset((*WORTH, *_HUNDREDS))
LEAST: Final = 10
"""A smaller number is an age, a count or a size, unless money follows."""


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


_SMALL: Final = _any_of(_ENGLISH)
_HUNDRED: Final = (
    rf"(?:(?:an?|{_SMALL})[ -])?hundred(?:[ -](?:and[ -])?(?:{_SMALL})(?:[ -](?:{_SMALL}))?)?"
)
NUMBER_WORDS: Final = re.compile(
    rf"(?<![\w-])(?:{_HUNDRED}|(?:an?|{_SMALL})[ -]thousand"
    rf"|(?:{_any_of(_TENS)})[ -](?:{_any_of(_ONES)})|{_any_of(WORTH)})(?![\w-])"
)
"""Of folded text."""


def worth_of(phrase: str) -> int:
    """Of what `NUMBER_WORDS` finds."""
    total, before = 0, 0
    for word in re.split("[ -]", phrase):
        if word in _HUNDREDS:
            total, before = total + max(before, 1) * _HUNDREDS[word], 0
        else:
            before += WORTH.get(word, 0)
    return total + before


def as_digits(folded: str, coins: frozenset[str]) -> str:
    """The text with numbers in words as digits, zeros before them so that no place moves."""

    def digits(found: re.Match[str]) -> str:
        value = worth_of(found.group())
        follows = re.match(r"\s?(\w+)", found.string[found.end() :])
        paid = follows is not None and follows[1] in coins
        return str(value).zfill(len(found.group())) if value >= LEAST or paid else found.group()

    return NUMBER_WORDS.sub(digits, folded)
