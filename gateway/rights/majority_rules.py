"""Is somebody a minor, or of age, on a day? What is not known makes nobody either."""

from __future__ import annotations

from datetime import date
from typing import Final

from gateway.core.person import age_on

ADULT_YEARS: Final = 18


def is_minor(born: str, today: date) -> bool:
    """Tell whether somebody is surely not of age: of whom nothing is known, nothing"""
    come_of_age = majority_of(born)
    return come_of_age is not None and today < come_of_age


def majority_of(born: str) -> date | None:
    """
    Return the first day on which somebody may be of age, None where no year is known.

    The 18th birthday (code civil art. 414); of a birth date without its day or month
    the first one possible, so that nobody goes on acting for an adult. Born on the
    29th of February, the 1st of March.

    >>> str(majority_of("20080229")), str(majority_of("2008")), majority_of("")
    ('2026-03-01', '2026-01-01', None)
    """
    if len(born) < 4 or not (born.isascii() and born.isdigit()):
        return None
    year = int(born[:4]) + ADULT_YEARS
    month, day = (int(part or 0) or 1 for part in (born[4:6], born[6:8]))
    try:
        return date(year, month, day)
    except ValueError:
        after = (month, day) == (2, 29)
        return date(year, 3, 1) if after else date(year, 1, 1)


def is_adult(born: str, today: date) -> bool:
    """Tell whether somebody is surely of age (code civil art. 414)."""
    age = age_on(born, today)
    return age is not None and age >= ADULT_YEARS
