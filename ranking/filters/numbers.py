"""Numbers and dates as people write them in filters."""

import re
from datetime import UTC, datetime, timedelta

DATE_FIELD = "created_at"
"""The one field whose numbers (epoch seconds) may be written as dates."""

_NUMBER = re.compile(r"[+-]?(\d{1,300}(\.\d{0,300})?|\.\d{1,300})([eE][+-]?\d{1,3})?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def number_of(field: str, text: str, end_of_day: bool = False) -> float | None:
    """The number that the text writes, or None if it writes none.

    Dates (ISO 8601, UTC unless they say otherwise) become epoch seconds; end_of_day takes a
    date without a time as its last microsecond, so that a range includes its last day.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else None
    if field != DATE_FIELD:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    if end_of_day and _DAY.fullmatch(text):
        moment += timedelta(days=1, microseconds=-1)
    return moment.timestamp()
