"""Dates as shops write them → moments in UTC."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

from indexing.catalogue.field_values import FieldValueError

_MILLISECONDS_FROM = 1e11
"""Epochs from here on are milliseconds: as seconds they would lie after the year 5000."""

_EPOCH_DIGITS = (10, 13)
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[,\s]+(.*))?")
_YEAR_FIRST = re.compile(r"(\d{4})[./年](\d{1,2})[./月](\d{1,2})日?(?:[\sT]+(.*))?")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|\.)?\s+)?([^\W\d_]{3,10})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})"
    r"(?:[,\s]+(.*))?"
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp]\.?[Mm])?.*")
_OFFSET = re.compile(r"([+-]\d{2})(\d{2})$")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january janvier enero ene gennaio",
            "feb februar february février fév febrero febbraio",
            "mar mär märz march mars marzo",
            "apr april avril abril aprile",
            "may mai mayo maggio",
            "jun juni june juin junio giugno",
            "jul juli july juillet julio luglio",
            "aug august août aout agosto",
            "sep sept september septembre septiembre settembre",
            "oct okt october oktober octobre octubre ottobre",
            "nov november novembre noviembre",
            "dec dez december dezember décembre déc diciembre dicembre",
        ),
        1,
    )
    for name in names.split()
}


def instant_of(value: object, day_first: bool | None = None) -> datetime | None:
    """UTC; from ISO 8601, an epoch in seconds or milliseconds, or a date as people write it.

    Naive means UTC. `05/06/2024` is a month first, `05.06.2024` a day, unless day_first says.
    """
    if isinstance(value, str):
        text = value.strip()
        if not text or text[:4] == "0000":
            return None
        if text.isdigit() and len(text) in _EPOCH_DIGITS:
            return _from_epoch(float(text))
        moment = _of_text(text, day_first)
    elif isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)
    elif isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise FieldValueError("must be a date")
    else:
        return _from_epoch(float(value))
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise FieldValueError("is no date that a calendar has in UTC") from None


def _of_text(text: str, day_first: bool | None) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(_OFFSET.sub(r"\1:\2", text))
    except ValueError:
        pass
    made = _by_numbers(text, day_first) or _by_name(text) or _of_mail(text)
    if made is None:
        raise FieldValueError("must be a date as 2024-05-31 or 2024-05-31T12:00:00Z")
    return made


def _of_mail(text: str) -> datetime | None:
    """`Fri, 31 May 2024 12:00:00 GMT`, and ISO 8601 with `UTC` behind it."""
    try:
        if text.endswith((" UTC", " GMT")) and text[:4].isdigit():
            return datetime.fromisoformat(text[:-4]).replace(tzinfo=UTC)
        return parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None


def _by_numbers(text: str, day_first: bool | None) -> datetime | None:
    found = _YEAR_FIRST.fullmatch(text)
    if found is not None:
        return _made(int(found[1]), int(found[2]), int(found[3]), found[4])
    found = _PARTS.fullmatch(text)
    if found is None:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if year < 100:
        year += 2000 if year < 70 else 1900
    days_lead = found[2] != "/" if day_first is None else day_first
    day, month = (first, second) if days_lead else (second, first)
    if month > 12 >= day:
        day, month = month, day
    return _made(year, month, day, found[5])


def _by_name(text: str) -> datetime | None:
    found = _NAMED.fullmatch(text)
    if found is None:
        return None
    month = _MONTHS.get(found[2].casefold())
    day = found[1] or found[3] or "1"
    return None if month is None else _made(int(found[4]), month, int(day), found[5])


def _made(year: int, month: int, day: int, time: str | None) -> datetime | None:
    hour = minute = second = 0
    clock = _TIME.fullmatch(time.strip()) if time else None
    if clock is not None:
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if clock[4]:
            hour = hour % 12 + (12 if clock[4][0] in "Pp" else 0)
    try:
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def _from_epoch(number: float) -> datetime:
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        raise FieldValueError("is no epoch in seconds or milliseconds") from None
