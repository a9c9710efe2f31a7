"""Ratings and their counts as shops write them."""

import re

from indexing.catalogue.field_values import FieldValueError, number_of, whole_number_of

_OUT_OF = re.compile(
    r"\s*(\d+(?:[.,]\d+)?)\s*(?:/|von|out of|of|sur|de|su|van|z|av|/)\s*(5|10|100)\b.*",
    re.IGNORECASE,
)
_COUNT = re.compile(r"\(?\s*(\d{1,3}(?:[.,'\s\u00a0\u202f]\d{3})+|\d+)\s*\)?\s*[^\W\d]*\.?\)?")


def rating_of(value: object) -> float | None:
    """`4.5`, `4,5 von 5`, `8/10` (of five: 4)."""
    found = _OUT_OF.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return number_of(value)
    return float(found[1].replace(",", ".")) * 5 / int(found[2])


def rating_count_of(value: object) -> int | None:
    """`1,204`, `1.204`, `(12)`, `12 Bewertungen`."""
    try:
        return whole_number_of(value)
    except FieldValueError:
        found = _COUNT.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise
        return int(re.sub(r"\D", "", found[1]))
