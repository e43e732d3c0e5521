"""Dates as IMAP commands write them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from gateway.errors import InvalidError
from gateway.mssante.imap.syntax import Reader

MONTHS = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_NUMBERS = {name.lower().encode("ascii"): n for n, name in enumerate(MONTHS, 1)}
_DATE = re.compile(rb'(")?([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})(?(1)")')
_DATE_TIME = re.compile(
    rb'"([ 0-9][0-9])-([A-Za-z]{3})-([0-9]{4})'
    rb' ([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)


def read_date(reader: Reader) -> date:
    """
    Read a date of SEARCH, ``21-Nov-2026``, with or without quotes.

    Raises:
        InvalidError: malformed, or no such day.
    """
    _, day, month, year = reader.match(_DATE, "date").groups()
    try:
        return date(int(year), _month(month), int(day))
    except ValueError:
        raise InvalidError("no such day") from None


def read_date_time(reader: Reader) -> datetime:
    """
    Read the date of APPEND, ``"21-Nov-2026 09:00:00 +0100"``; aware.

    Raises:
        InvalidError: malformed, or no such moment.
    """
    found = reader.match(_DATE_TIME, "date-time").groups()
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = found
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    try:
        zone = timezone(-offset if sign == b"-" else offset)
        moment = datetime(
            int(year),
            _month(month),
            int(day),
            int(hour),
            int(minute),
            min(int(second), 59),  # a leap second
            tzinfo=zone,
        )
    except ValueError:
        raise InvalidError("no such moment") from None
    if not 1970 <= moment.year <= 9000:
        raise InvalidError("no such moment")
    return moment


def _month(name: bytes) -> int:
    number = _NUMBERS.get(name.lower())
    if number is None:
        raise InvalidError("no such month")
    return number


def date_time(moment: datetime) -> bytes:
    """Return INTERNALDATE's form: ``"21-Nov-2026 09:00:00 +0000"``."""
    month = MONTHS[moment.month - 1]
    return f'"{moment.day:02d}-{month}-{moment:%Y %H:%M:%S %z}"'.encode("ascii")
