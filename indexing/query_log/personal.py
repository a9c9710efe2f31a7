"""What must never be suggested because it may name a person: addresses, phones, numbers."""

import re
import unicodedata
from collections.abc import Container
from typing import Final

LONG_NUMBER: Final = 7  # digits; order, phone, card and passport numbers have as many or more

_EMAIL = re.compile(r"\S\s*@\s*\S+|\b\S+\s*(?:\(at\)|\[at\])\s*\S+\b", re.IGNORECASE)
_MAIL_HOST = re.compile(
    r"\b(?:gmail|hotmail|outlook|yahoo|icloud|protonmail|gmx|163|126|qq)\s*(?:\.|\bdot\b)\s*\w+",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
# Digits with what people put between them; a decimal point or a unit ends the run.
_DIGIT_RUN = re.compile(r"\+?\(?\d(?:[\s\-./()·_\u2010-\u2015\u2212]*\d)+")


def is_personal(text: str, known_identifiers: Container[str] = frozenset()) -> bool:
    """Whether a query holds an e-mail address, a phone number, or 7 digits or more.

    known_identifiers: casefolded identifiers of products (a GTIN has 13 digits), which are not
    personal when one is the whole query. In doubt the answer is yes: it costs one suggestion.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if "@" in plain or "at)" in plain.lower() or "at]" in plain.lower():
        if _EMAIL.search(plain):
            return True
    elif _MAIL_HOST.search(plain):
        return True
    if sum(character.isdigit() for character in plain) < LONG_NUMBER:
        return False
    return plain.casefold() not in known_identifiers and any(
        _is_long_number(run) for run in _DIGIT_RUN.findall(plain)
    )


def _is_long_number(run: str) -> bool:
    """Of a run of digits and separators: long enough, and grouped like one number.

    "12 13 14 15" is a list of models; a phone number in pairs of digits begins with 0 or +.
    """
    groups = _DIGITS.findall(run)
    if sum(map(len, groups)) < LONG_NUMBER:
        return False
    return run[0] in "+(0" or any(len(group) >= 3 for group in groups)
