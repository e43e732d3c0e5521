"""Times as HL7 writes them: TS in documents, UTC digits in metadata."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from gateway.errors import InvalidError

PARIS = ZoneInfo("Europe/Paris")

_TS = re.compile(
    r"([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})"
    r"(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.[0-9]{1,6})?)?)?)?)?)?"
    r"(?:([+-])([0-9]{2})([0-9]{2})?)?"
)
_YEARS = range(1800, 2200)  # nothing else is meant, and UTC stays within datetime


def read_time(text: str) -> datetime:
    """
    Return the moment of an HL7 TS, with its zone; a part left out is the first
    possible.

    A TS without offset is French local time: documents must carry one (CI-SIS,
    Structuration minimale) and those that do not were written in France. Fractions
    of a second are dropped, as XDS metadata has none.

    Raises:
        InvalidError: it is not a TS, or no moment of 1800 to 2199.

    >>> read_time("20191203133000+0100").isoformat()
    '2019-12-03T13:30:00+01:00'
    >>> read_time("201907").isoformat()
    '2019-07-01T00:00:00+02:00'
    """
    match = _TS.fullmatch(text)
    if match is None:
        raise InvalidError("not a time")
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    if int(year) not in _YEARS:
        raise InvalidError("not a time")
    zone: tzinfo = PARIS
    try:
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
            zone = timezone(-offset if sign == "-" else offset)
        return datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=zone,
        )
    except ValueError as error:
        raise InvalidError("not a time") from error


def to_utc_digits(moment: datetime) -> str:
    """
    Return ``YYYYMMDDhhmmss`` in UTC, the DTM of XDS metadata (ITI TF-3 §4.2.3).

    >>> to_utc_digits(read_time("20191203133000+0100"))
    '20191203123000'
    """
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"


def from_utc_digits(text: str) -> datetime:
    """
    Return the UTC moment of a DTM, whose precision may stop early.

    Raises:
        InvalidError: it is not a DTM.
    """
    if not text.isascii() or not text.isdigit():
        raise InvalidError("not a time")
    return read_time(f"{text}+0000")
