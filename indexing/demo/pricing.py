"""Price phrases of demo queries, in English and Chinese."""

from bisect import bisect_left, bisect_right

from indexing.demo.phrasing import Picker

Limits = tuple[float | None, float | None]

# Amounts that people say.
_ROUND = (
    *(5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 80, 100, 120, 150, 200, 250, 300, 400, 500, 600),
    *(750, 800, 1000, 1200, 1500, 2000, 2500, 3000, 4000, 5000, 8000, 10_000),
)
_MOST = ("{} under ${}", "{} below ${}", "{} less than ${}", "{} up to {} dollars", "{} max ${}")
_LEAST = ("{} over ${}", "{} above ${}", "{} more than {} dollars", "{} from ${}")
_RANGE = ("{} ${}-${}", "{} between ${} and ${}", "{} ${} to ${}", "{} from {} to {} dollars")
_CHINESE_MOST = ("{1}元以下{0}", "{0} {1}元以下", "{1}元以内的{0}", "{0} {1}块以内")
_CHINESE_LEAST = ("{1}元以上{0}", "{0} {1}元以上")
_CHINESE_RANGE = ("{1}-{2}元{0}", "{0} {1}到{2}元")


def _around(price: float, pick: Picker) -> tuple[int, int]:
    """Round amounts below and above the price, the nearest or one further."""
    below = bisect_right(_ROUND, price) - 1 - pick.draw() % 2
    above = bisect_left(_ROUND, price) + pick.draw() % 2
    return _ROUND[max(below, 0)], _ROUND[min(above, len(_ROUND) - 1)]


def _say(
    pick: Picker,
    noun: str,
    price: float,
    forms: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
) -> tuple[str, Limits]:
    low, high = _around(price, pick)
    most, least, between = forms
    draw = pick.draw() % 8
    # A price below the smallest round amount has no lower limit to speak of.
    if draw < 4 or low > price or low == high:
        return pick.one(most).format(noun, high), (None, float(high))
    if draw < 6:
        return pick.one(least).format(noun, low), (float(low), None)
    return pick.one(between).format(noun, low, high), (float(low), float(high))


def english_price_query(pick: Picker, noun: str, price: float) -> tuple[str, Limits]:
    """A query that a product of this price satisfies, and its limits, both included."""
    return _say(pick, noun, price, (_MOST, _LEAST, _RANGE))


def chinese_price_query(pick: Picker, noun: str, price: float) -> tuple[str, Limits]:
    """As english_price_query; the yuan of the phrase are units of the shop's only currency."""
    return _say(pick, noun, price, (_CHINESE_MOST, _CHINESE_LEAST, _CHINESE_RANGE))
