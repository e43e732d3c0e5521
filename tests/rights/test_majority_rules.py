"""Who is of age, who is a minor, and from which day: as far as a birth date says."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.rights.majority_rules import is_adult, is_minor, majority_of

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("born", "day"),
    [
        ("20081130", date(2026, 11, 30)),
        ("20080229", date(2026, 3, 1)),
        ("200802", date(2026, 2, 1)),
        ("20080200", date(2026, 2, 1)),
        ("2008", date(2026, 1, 1)),
        ("20081301", date(2026, 1, 1)),
        ("200", None),
    ],
)
def test_majority_is_the_first_day_that_may_be_the_eighteenth_birthday(
    born: str, day: date | None
) -> None:
    assert majority_of(born) == day


@pytest.mark.parametrize(
    ("born", "adult"),
    [
        ("20081129", True),
        ("20081130", False),
        ("200811", False),  # perhaps the thirtieth
        ("200810", True),
        ("2008", False),
        ("2007", True),
        ("", False),
        ("x", False),
    ],
)
def test_who_may_be_a_minor_is_one(born: str, adult: bool) -> None:
    assert is_adult(born, TODAY) is adult


@pytest.mark.parametrize(
    ("born", "minor"),
    [
        ("20081130", True),
        ("20081129", False),
        ("200812", True),
        ("200811", False),  # perhaps the twenty-ninth
        ("2009", True),
        ("2008", False),
        ("", False),
        ("x", False),
    ],
)
def test_who_may_be_of_age_is_no_minor(born: str, minor: bool) -> None:
    assert is_minor(born, TODAY) is minor
