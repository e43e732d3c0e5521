"""Which declarations make a patient informed."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.informing import InformedBy, PatientInformed
from gateway.rights.informing_rules import (
    InformingFacts,
    NotInforming,
    judge_informing,
)

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    "by", [one for one in InformedBy if one is not InformedBy.POSTER]
)
def test_any_channel_but_a_poster_counts_without_a_day(by: InformedBy) -> None:
    facts = InformingFacts(
        said=PatientInformed(by=by), care_ended=date(2026, 11, 20), today=TODAY
    )

    assert judge_informing(facts) is None


@pytest.mark.parametrize(
    ("by", "on", "ended", "why"),
    [
        ("poster", None, None, NotInforming.POSTER),
        ("poster", date(2026, 11, 1), date(2026, 11, 20), NotInforming.POSTER),
        ("telephone", date(2026, 11, 1), date(2026, 11, 20), None),
        ("consultation", date(2026, 11, 20), date(2026, 11, 20), None),
        ("message", date(2026, 11, 21), date(2026, 11, 20), NotInforming.AFTERWARDS),
        ("message", date(2026, 11, 21), None, None),
        ("arrival", TODAY, None, None),
        ("arrival", date(2026, 11, 30), None, NotInforming.TO_COME),
    ],
)
def test_it_is_told_before_or_during_the_care(
    by: str, on: date | None, ended: date | None, why: NotInforming | None
) -> None:
    said = PatientInformed(by=InformedBy(by), on=on)

    assert (
        judge_informing(InformingFacts(said=said, care_ended=ended, today=TODAY)) is why
    )
