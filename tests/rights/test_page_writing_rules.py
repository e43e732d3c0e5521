"""Who may write to a patient by a page: from a mailbox of theirs, where mail may go."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.rights.mailbox_rules import MailboxFacts
from gateway.rights.page_writing_rules import (
    NoPageWriting,
    PageWritingFacts,
    refuse_page_writing,
)
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import AddressFact, Brings, PatientFacts

MAILBOX = MailboxFacts(exists=True, is_open=True, quota_bytes=10)
PATIENT = PatientFacts(
    address=AddressFact.INS,
    state=ProfileState.ACTIVATED,
    blocked=False,
    brings=Brings.NOTHING_TO_FILE,
)
FACTS = PageWritingFacts(holds_mailbox=True, mailbox=MAILBOX, patient=PATIENT)
NOT = NoPageWriting.NOT_REACHED
ROWS: list[tuple[str, dict[str, Any], NoPageWriting | None]] = [
    ("own", {}, None),
    ("another's mailbox", {"holds_mailbox": False}, NoPageWriting.NO_MAILBOX),
    (
        "closed mailbox",
        {"mailbox": evolve(MAILBOX, is_open=False)},
        NoPageWriting.MAILBOX_SHUT,
    ),
    (
        "full mailbox",
        {"mailbox": evolve(MAILBOX, used_bytes=10)},
        NoPageWriting.MAILBOX_SHUT,
    ),
    ("last byte", {"mailbox": evolve(MAILBOX, used_bytes=9)}, None),
    ("blocked", {"patient": evolve(PATIENT, blocked=True)}, NOT),
    (
        "blocked who may file",
        {"patient": evolve(PATIENT, blocked=True, blocked_may_file=True)},
        NOT,
    ),
    ("wrong key", {"patient": evolve(PATIENT, address=AddressFact.NO_INS)}, NOT),
    *(
        (state.value, {"patient": evolve(PATIENT, state=state)}, NOT)
        for state in (
            ProfileState.ABSENT,
            ProfileState.OPPOSED,
            ProfileState.CLOSED,
            ProfileState.SUSPENDED,
        )
    ),
    (
        "not activated",
        {"patient": evolve(PATIENT, state=ProfileState.OPEN_NOT_ACTIVATED)},
        None,
    ),
]


@pytest.mark.parametrize(
    ("change", "refusal"), [pytest.param(*row[1:], id=row[0]) for row in ROWS]
)
def test_a_professional_writes_from_a_mailbox_of_theirs_where_mail_may_go(
    change: dict[str, Any], refusal: NoPageWriting | None
) -> None:
    assert refuse_page_writing(evolve(FACTS, **change)) is refusal
