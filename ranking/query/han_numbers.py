"""Numbers in Chinese characters, as prices have them: 千, 一千, 两百五十, 三万."""

from typing import Final

_DIGITS: Final = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {
    "两": 2,
    "〇": 0,
}
_TENS: Final = {"十": 10, "百": 100, "千": 1_000}
_MYRIAD: Final = "万"
HAN_NUMBER: Final = rf"[{''.join(_DIGITS)}{''.join(_TENS)}{_MYRIAD}]{{1,9}}"
"""A pattern of folded text, with nothing captured."""


def han_number(text: str) -> float:
    """Its value; 0 for characters that follow in no order that says a number."""
    above, _, below = text.rpartition(_MYRIAD)
    if _MYRIAD in text:
        return 10_000 * (_below_myriad(above) if above else 1) + _below_myriad(below)
    return float(_below_myriad(text))


def _below_myriad(text: str) -> int:
    total, digit = 0, 0
    for place, sign in enumerate(text):
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _TENS:
            total += (digit or int(place == 0 or text[place - 1] not in _DIGITS)) * _TENS[sign]
            digit = 0
        else:
            return 0
    return total + digit
