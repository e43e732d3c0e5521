"""RCPT TO a patient: rows 3 to 8 of the filing table, in order."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import (
    PatientFacts,
    refuse_patient,
    reply_to_refusal,
    writes_as_patient,
)
from gateway.rights.sender_rules import SenderHeaders

GOOD = PatientFacts(
    matricule_valid=True,
    key_valid=True,
    state=ProfileState.ACTIVATED,
    blocked=False,
)

CASES: list[tuple[dict[str, Any], Reason | None]] = [
    ({}, None),
    ({"state": ProfileState.OPEN_NOT_ACTIVATED}, None),
    ({"matricule_valid": False}, Reason.INS_MALFORMED),
    ({"key_valid": False, "state": ProfileState.ABSENT}, Reason.INS_MALFORMED),
    ({"key_valid": False, "refuse_wrong_key": True}, Reason.INS_MALFORMED),
    ({"key_valid": False}, None),
    ({"state": ProfileState.ABSENT}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.ANNOUNCED}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.DELETED}, Reason.PROFILE_ABSENT),
    ({"state": ProfileState.OPPOSED}, Reason.PROFILE_OPPOSED),
    ({"state": ProfileState.CLOSED}, Reason.PROFILE_CLOSED),
    ({"state": ProfileState.DELETION_REQUESTED}, Reason.PROFILE_CLOSED),
    ({"state": ProfileState.SUSPENDED}, Reason.PROFILE_SUSPENDED),
    ({"state": ProfileState.SUSPENDED, "blocked": True}, Reason.PROFILE_SUSPENDED),
    ({"blocked": True}, Reason.SENDER_BLOCKED),
    ({"blocked": True, "blocked_may_file": True}, None),
]


@pytest.mark.parametrize(("change", "reason"), CASES)
def test_the_first_row_that_matches_refuses(
    change: dict[str, Any], reason: Reason | None
) -> None:
    assert refuse_patient(evolve(GOOD, **change)) is reason


def test_every_state_has_its_case() -> None:
    shown = {change.get("state", ProfileState.ACTIVATED) for change, _ in CASES}

    assert shown == set(ProfileState)


def test_all_refusals_for_good_sound_the_same() -> None:
    for_good = {
        reply_to_refusal(reason)
        for _, reason in CASES
        if reason and reason is not Reason.PROFILE_SUSPENDED
    }

    assert for_good == {replies.REFUSED}
    assert reply_to_refusal(Reason.PROFILE_SUSPENDED) is replies.TRY_LATER


@pytest.mark.parametrize(
    ("path", "headers", "posing"),
    [
        ("a@b.test", SenderHeaders(from_=("a@b.test",)), False),
        ("1@patient.test", SenderHeaders(from_=("a@b.test",)), True),
        ("", SenderHeaders(from_=("1@Patient.test",)), True),
        ("", SenderHeaders(from_=("a@b.test",), sender=("1@patient.test",)), True),
        ("", SenderHeaders(from_=("a@b.test",), reply_to=("1@patient.test",)), False),
    ],
)
def test_a_patients_address_does_not_send_by_mail(
    path: str, headers: SenderHeaders, *, posing: bool
) -> None:
    assert writes_as_patient(path, headers, "patient.test") is posing
