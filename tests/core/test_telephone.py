"""Telephone numbers: of France where no country is said, of the world else."""

from __future__ import annotations

import pytest

from gateway.core.telephone import telephone_of


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0032 (470) 12-34-56", "+32470123456"),
        ("06\u202f12\u00a034 56 78", "+33612345678"),
        ("+12345678", "+12345678"),
        ("+123456789012345", "+123456789012345"),
        ("+1234567", None),
        ("+1234567890123456", None),
        ("0012", None),
        ("15", None),
        ("0012345678", "+12345678"),
        ("0612345678 poste 3", None),
        ("٠٦١٢٣٤٥٦٧٨", None),
        ("", None),
    ],
)
def test_a_number_is_read_or_refused(written: str, number: str | None) -> None:
    assert telephone_of(written) == number
