"""Ratings and their counts as shops write them."""

import re

from indexing.catalogue.field_values import FieldValueError, number_of, whole_number_of

_OUT_OF = re.compile(
    r"\s*(\d+(?:[.,]\d+)?)\s*(?:/|von|out of|of|sur|de|su|van|z|av|/)\s*(5|10|100)\b.*",
    re.IGNORECASE,
)
_TIMES = {"": 1, "k": 1e3, "m": 1e6, "千": 1e3, "万": 1e4, "萬": 1e4, "亿": 1e8}
_ABOUT = re.compile(
    r"(?:约|月销|已售|超过?|over)?\s*(\d[\d,]*(?:\.\d+)?)\s*([kKmM千万萬亿]?)\s*"
    r"(?:\+|以上|余|多)?\s*(?:条|件|人|笔|个|sold|人付款|人收货|条评价)?(?:评价|评论)?\s*\+?"
)
_COUNT = re.compile(r"\(?\s*(\d{1,3}(?:[.,'\s\u00a0\u202f]\d{3})+|\d+)\s*\)?\s*[^\W\d]*\.?\)?")


def rating_of(value: object) -> float | None:
    """`4.5`, `4,5 von 5`, `8/10` (of five: 4)."""
    found = _OUT_OF.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return number_of(value)
    return float(found[1].replace(",", ".")) * 5 / int(found[2])


def popularity_of(value: object) -> float | None:
    about = about_of(value)
    return number_of(value) if about is None else about


def about_of(value: object) -> float | None:
    """A count as shops round it; None for another text."""
    if not isinstance(value, str) or value.isdigit():
        return None
    found = _ABOUT.fullmatch(value.strip())
    if found is None or ("." in found[1] and not found[2]):
        return None
    return round(float(found[1].replace(",", "")) * _TIMES[found[2].casefold()], 3)


def rating_count_of(value: object) -> int | None:
    """`1,204`, `1.204`, `(12)`, `12 Bewertungen`, `300+`, `2.3万+`, `1.2k`."""
    about = about_of(value)
    if about is not None:
        return round(about)
    try:
        return whole_number_of(value)
    except FieldValueError:
        found = _COUNT.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise
        return int(re.sub(r"\D", "", found[1]))
