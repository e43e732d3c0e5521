"""How a patient was informed, as a sender declares it."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.informing import MAX_TELLER, InformedBy, PatientInformed
from gateway.core.texts.informing import CHANNEL_TEXTS
from gateway.errors import InvalidError


def test_it_fits_on_a_line_without_anybodys_name() -> None:
    told = PatientInformed(
        by=InformedBy.TELEPHONE, on=date(2026, 11, 20), teller="Mme Nom"
    )

    assert str(told) == "telephone 2026-11-20"
    assert "Nom" not in repr(told)


@pytest.mark.parametrize("teller", ["x" * (MAX_TELLER + 1), "a\nb"])
def test_a_name_that_is_too_long_or_odd_is_none(teller: str) -> None:
    with pytest.raises(InvalidError):
        PatientInformed(by=InformedBy.ARRIVAL, teller=teller)


def test_each_channel_has_words() -> None:
    assert set(CHANNEL_TEXTS) == set(InformedBy)
