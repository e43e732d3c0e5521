"""What can be decided of a document, and what never can be."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from gateway.core.decision import (
    Announcement,
    FilingDecision,
    Refuse,
    RuleVersions,
)
from gateway.core.reasons import Reason

FILED = {"code": Reason.FILED, "reasons": (Reason.FILED,), "file": True}
REFUSED = {"code": Reason.DOC_INVALID, "reasons": (Reason.DOC_INVALID,), "file": False}


def decided(**fields: Any) -> FilingDecision:
    versions = RuleVersions(rules="1", settings="a", patient_settings="7")
    return FilingDecision(**{"deliver": False, "versions": versions, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {**FILED, "reasons": ()},
        {**FILED, "reasons": (Reason.REPLACED, Reason.FILED)},
        {**FILED, "quarantine": True},
        {**REFUSED, "withdraws": "1.2.3", "quarantine": True},
        {**FILED, "withdraws": "1.2.3"},
        {**REFUSED, "deliver": True, "quarantine": True},
    ],
    ids=[
        "no reason",
        "another reason first",
        "filed and set aside",
        "withdrawn and set aside",
        "filed and withdrawn",
        "delivered and set aside",
    ],
)
def test_what_can_never_be_decided(fields: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        decided(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {**FILED, "deliver": True},
        {**FILED, "reasons": (Reason.FILED, Reason.REPLACED)},
        {**REFUSED, "withdraws": "1.2.3"},
        {**REFUSED, "quarantine": True},
    ],
)
def test_what_can_be_decided(fields: dict[str, Any]) -> None:
    assert decided(**fields).code is fields["code"]


def test_who_refuses_says_why() -> None:
    with pytest.raises(ValueError, match="reasons"):
        Refuse[Reason](())


@pytest.mark.parametrize(
    ("delays", "filed", "notice", "shown"),
    [
        ({}, date(2026, 1, 20), date(2026, 2, 3), date(2026, 2, 20)),
        ({}, date(2026, 12, 31), date(2027, 1, 14), date(2027, 1, 31)),
        ({}, date(2028, 1, 31), date(2028, 2, 14), date(2028, 2, 29)),
        ({}, date(2026, 11, 30), date(2026, 12, 14), date(2026, 12, 30)),
        (
            {"notice_after_days": 0, "shown_after_months": 0},
            date(2026, 1, 31),
            date(2026, 1, 31),
            date(2026, 1, 31),
        ),
        (
            {"notice_after_days": 40, "shown_after_months": 13},
            date(2026, 12, 31),
            date(2027, 2, 9),
            date(2028, 1, 31),
        ),
    ],
)
def test_the_two_dates_of_an_announcement(
    delays: dict[str, Any], filed: date, notice: date, shown: date
) -> None:
    announcement = Announcement(**delays)

    assert announcement.notice_on(filed) == notice
    assert announcement.shown_on(filed) == shown
