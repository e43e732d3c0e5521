"""How old somebody is; a minor where that is in doubt."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.person import IdentityTraits, Patient, age_on


@pytest.mark.parametrize(
    ("birth_date", "day", "age"),
    [
        ("20081015", date(2026, 10, 14), 17),
        ("20081015", date(2026, 10, 15), 18),
        ("20081015", date(2026, 11, 1), 18),
        ("20081015", date(2026, 9, 30), 17),
        ("20080229", date(2026, 2, 28), 17),
        ("20080229", date(2026, 3, 1), 18),
        ("200810", date(2026, 10, 30), 17),
        ("200810", date(2026, 10, 31), 18),
        ("20081000", date(2026, 10, 30), 17),
        ("2008100", date(2026, 10, 30), 17),
        ("2008", date(2026, 12, 30), 17),
        ("2008", date(2026, 12, 31), 18),
        ("20080000", date(2026, 12, 30), 17),
        ("20261128", date(2026, 11, 28), 0),
        ("", date(2026, 11, 28), None),
        ("200", date(2026, 11, 28), None),
        ("20O8", date(2026, 11, 28), None),
    ],
)
def test_a_birthday_makes_a_year(birth_date: str, day: date, age: int | None) -> None:
    assert age_on(birth_date, day) == age


def test_a_patient_is_not_printed() -> None:
    traits = IdentityTraits(family="PAT-TROIS", birth_date="19790328", sex="F")
    patient = Patient(ins=None, unread_ins="12345", traits=traits)

    assert repr(patient) == "Patient(ins=None, traits=IdentityTraits())"
