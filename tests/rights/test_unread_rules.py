"""Who is told that nobody opened a message, and why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.rights.profile import ProfileState
from gateway.rights.unread_rules import (
    LATE_BY,
    CopySeen,
    ReceivedFacts,
    SentFacts,
    Unsaid,
    refuse_to_patient,
    refuse_to_sender,
)

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
RECEIVED = ReceivedFacts(
    now=NOW,
    days=7,
    shown_at=NOW - WEEK,
    profile=ProfileState.ACTIVATED,
    opened=False,
    gone=False,
    blocked=False,
    notify="",
    answered_to=True,
)
SENT = SentFacts(
    now=NOW, days=7, sent_at=NOW - WEEK, gone=False, copies=(CopySeen.UNOPENED,)
)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"notify": "SUCCESS,FAILURE"}, None),
        ({"shown_at": NOW - WEEK - LATE_BY}, None),
        ({"shown_at": NOW - WEEK + SECOND}, Unsaid.EARLY),
        ({"shown_at": NOW - WEEK - LATE_BY - SECOND}, Unsaid.LATE),
        ({"shown_at": NOW}, Unsaid.EARLY),
        ({"shown_at": NOW + SECOND}, Unsaid.HIDDEN),
        ({"days": 0}, Unsaid.EARLY),
        ({"opened": True}, Unsaid.OPENED),
        ({"gone": True}, Unsaid.GONE),
        ({"blocked": True}, Unsaid.BLOCKED),
        ({"notify": "never"}, Unsaid.NOT_WANTED),
        ({"answered_to": False}, Unsaid.NO_ANSWER),
        *(
            ({"profile": state}, Unsaid.NOT_ACTIVATED)
            for state in ProfileState
            if state is not ProfileState.ACTIVATED
        ),
    ],
)
def test_a_sender_is_told_only_what_may_be_known(
    changes: dict[str, Any], why: Unsaid | None
) -> None:
    assert refuse_to_sender(evolve(RECEIVED, **changes)) is why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"copies": (CopySeen.UNOPENED, CopySeen.UNOPENED)}, None),
        ({"copies": (CopySeen.UNOPENED, CopySeen.OPENED)}, Unsaid.OPENED),
        ({"copies": (CopySeen.UNOPENED, CopySeen.UNKNOWN)}, Unsaid.UNKNOWN),
        ({"copies": ()}, Unsaid.UNKNOWN),
        ({"gone": True}, Unsaid.GONE),
        ({"sent_at": NOW - WEEK + SECOND}, Unsaid.EARLY),
        ({"sent_at": NOW - WEEK - LATE_BY - SECOND}, Unsaid.LATE),
        ({"days": 0}, Unsaid.EARLY),
    ],
)
def test_a_patient_is_told_only_what_is_known(
    changes: dict[str, Any], why: Unsaid | None
) -> None:
    assert refuse_to_patient(evolve(SENT, **changes)) is why
