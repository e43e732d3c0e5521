"""Every row of the tables is asked again on what was kept, and a change is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from gateway.core.document import Visibility
from gateway.core.reasons import Reason
from gateway.evidence.arguments import (
    Answered,
    EvidenceKind,
    TakenDecision,
    copy_part,
    filing_part,
    sender_part,
)
from gateway.evidence.replaying import (
    decide_again,
    differences,
    same,
)
from gateway.evidence.resetting import OtherSettings, under
from gateway.evidence.rule_answers import answers
from gateway.rights import filing_rules
from gateway.rights.delivery_rules import decide_message
from gateway.rights.filing_facts import DocumentFacts, FilingFacts, FilingPolicy
from gateway.rights.filing_rules import decide_filing
from gateway.rights.notice_rules import NoticeFacts, Untold
from gateway.rights.profile import ProfileState
from gateway.rights.recipient_rules import AddressFact, PatientFacts
from gateway.rights.sender_rules import Link, LinkKind, SenderHeaders
from tests.rights.facts import GOOD, HOSPITAL, OTHER_INS
from tests.rights.test_filing_rules import CASES


def read_back(part: TakenDecision) -> TakenDecision:
    return TakenDecision.of_json(json.loads(part.text()))


def filed(change: dict[str, Any], **more: Any) -> TakenDecision:
    facts = evolve(GOOD, **change, **more)
    return filing_part(facts, decide_filing(facts), place=(0, 0))


@pytest.mark.parametrize(
    ("row", "change", "reason"),
    [(row, change, reason) for row, _, change, reason in CASES],
    ids=[f"{row}-{name}" for row, name, _, _ in CASES],
)
def test_each_case_of_the_table_is_decided_the_same_on_what_was_kept(
    row: int, change: dict[str, Any], reason: Reason
) -> None:
    part = read_back(filed(change))

    (again,) = decide_again([part])

    assert part.outcome == reason
    assert same(part.decided, again)
    assert differences(part.decided, again) == ()
    asked = answers(part)
    found = tuple(dict.fromkeys(one.reason for one in asked if one.reason))
    if not (again.file or again.withdraws):
        assert set(found) == set(part.reasons)
        assert all(one.facts for one in asked if one.reason)


def test_a_rule_that_changed_decides_other_and_shows_the_fact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = read_back(filed({}))

    def refuses_first_versions(facts: FilingFacts) -> Reason | None:
        document = facts.document
        assert isinstance(document, DocumentFacts)
        return Reason.TYPE_UNKNOWN if document.version == 1 else None

    rows = (*filing_rules.MESSAGE_ROWS, (30, refuses_first_versions))
    monkeypatch.setattr(filing_rules, "MESSAGE_ROWS", rows)

    (again,) = decide_again([part])

    assert not same(part.decided, again)
    assert ("code", Reason.FILED, Reason.TYPE_UNKNOWN) in differences(
        part.decided, again
    )
    (answer,) = [one for one in answers(part) if one.rule == "30"]
    assert (answer.reason, answer.facts) == ("TYPE_UNKNOWN", {"document.version": 1})


def test_a_message_is_decided_as_one_with_what_stood_elsewhere() -> None:
    ours, theirs = evolve(GOOD), evolve(GOOD, metadata_ins=OTHER_INS)
    whole = decide_message([decide_filing(ours), decide_filing(theirs)])
    assert whole.why is Reason.PATIENT_MISMATCH
    together = [
        filing_part(facts, decided, place=(0, number))
        for number, (facts, decided) in enumerate(
            zip((ours, theirs), whole.documents, strict=True)
        )
    ]
    alone = filing_part(ours, whole.documents[0], place=(0, 0), others=(whole.why,))

    assert decide_again([read_back(one) for one in together]) == whole.documents
    (again,) = decide_again([read_back(alone)])
    assert again == whole.documents[0]
    assert again.quarantine is True
    assert (again.code, again.file) == (Reason.PATIENT_MISMATCH, False)


def test_other_settings_are_put_in_the_place_of_those_of_then() -> None:
    blocked = read_back(filed({"blocked": frozenset({HOSPITAL})}))
    policy = OtherSettings(filing=FilingPolicy(blocked_may_file=True))

    (again,) = decide_again([under(blocked, policy)])

    assert (blocked.outcome, again.code) == ("SENDER_BLOCKED", Reason.FILED)


RECIPIENT = PatientFacts(
    address=AddressFact.INS, state=ProfileState.ACTIVATED, blocked=True
)


def test_a_refusal_at_the_door_is_asked_again_under_other_settings_too() -> None:
    part = read_back(
        TakenDecision(
            kind=EvidenceKind.RECIPIENT,
            patient_settings="4",
            arguments=RECIPIENT,
            decided=Answered(("SENDER_BLOCKED",)),
        )
    )
    wrong = evolve(part, arguments=evolve(RECIPIENT, address=AddressFact.WRONG_KEY))
    file, write = (
        OtherSettings(filing=FilingPolicy(blocked_may_file=True)),
        OtherSettings(filing=FilingPolicy(blocked_may_write=True)),
    )
    strict = OtherSettings(filing=FilingPolicy(refuse_wrong_test_key=True))

    assert part.patient_settings == "4"
    assert decide_again([part, under(part, file), under(part, write)]) == (
        Answered(("SENDER_BLOCKED",)),
        Answered(),
        Answered(),
    )
    assert decide_again([under(wrong, strict)]) == (Answered(("INS_MALFORMED",)),)
    assert [(one.rule, one.reason) for one in answers(part)] == [
        ("3", ""),
        ("4", ""),
        ("5", ""),
        ("6", ""),
        ("8", "SENDER_BLOCKED"),
    ]


LINK = Link(
    door=LinkKind.RELAY,
    domains=frozenset({"peer.test"}),
    trusted=frozenset({"peer.test"}),
)


@pytest.mark.parametrize(
    ("path", "headers", "reasons"),
    [
        ("dr@elsewhere.test", None, ("REVERSE_PATH_NOT_LISTED",)),
        ("x@patient.peer.test", None, ("REVERSE_PATH_NOT_LISTED",)),
        (
            "dr@peer.test",
            SenderHeaders(from_=(), reply_to=("x@out.test",)),
            ("FROM_MISSING", "REPLY_TO_OUTSIDE"),
        ),
        (
            "dr@peer.test",
            SenderHeaders(from_=("dr@out.test",), sender=("dr@out.test",)),
            ("FROM_NOT_LISTED", "SENDER_NOT_LISTED"),
        ),
    ],
)
def test_a_sender_is_refused_again_for_the_same(
    path: str, headers: SenderHeaders | None, reasons: tuple[str, ...]
) -> None:
    part = read_back(sender_part(LINK, path, headers, "patient.test", reasons))

    assert decide_again([part]) == (Answered(reasons),)
    assert {one.reason for one in answers(part)} - {""} == set(reasons)


def test_a_patient_who_poses_as_a_sender_is_refused_again() -> None:
    link = evolve(LINK, domains=frozenset({"patient.test"}))
    part = read_back(
        sender_part(link, "279035121518989@patient.test", None, "patient.test", ("P",))
    )

    assert decide_again([part]) == (Answered(("PATIENT_BY_MAIL",)),)
    assert [(one.rule, one.reason) for one in answers(part)] == [
        ("mail-from", ""),
        ("patient-by-mail", "PATIENT_BY_MAIL"),
    ]


@pytest.mark.parametrize(
    ("flags", "recipient", "reasons"),
    [
        ({Visibility.MASKED}, "b@x.test", ("MASKED_DOCUMENT",)),
        ({Visibility.MASKED}, "A@x.test", ()),
        (set(), "b@x.test", ()),
    ],
)
def test_a_copy_is_decided_again(
    flags: set[Visibility], recipient: str, reasons: tuple[str, ...]
) -> None:
    part = read_back(
        copy_part(
            frozenset(flags),
            recipient=recipient,
            sender="a@x.test",
            position=2,
            reasons=reasons,
        )
    )

    assert decide_again([part]) == (Answered(reasons),)
    assert [one.reason for one in answers(part)] == ["".join(reasons)]
    assert part.place == (2,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({}, None),
        ({"is_hidden": True}, Untold.HIDDEN),
        ({"is_secret": True}, Untold.REPRESENTATIVES),
        ({"profile": ProfileState.ABSENT}, Untold.GONE),
        ({"profile": ProfileState.SUSPENDED}, Untold.NOT_ACTIVATED),
        ({"has_address": False}, Untold.NO_ADDRESS),
    ],
)
def test_whether_a_patient_is_told_is_decided_again(
    change: dict[str, Any], why: Untold | None
) -> None:
    facts = evolve(
        NoticeFacts(profile=ProfileState.ACTIVATED, has_address=True), **change
    )
    reasons = () if why is None else (why.value,)
    part = read_back(
        TakenDecision(
            kind=EvidenceKind.NOTICE, arguments=facts, decided=Answered(reasons)
        )
    )

    assert decide_again([part]) == (Answered(reasons),)
    assert [one.rule for one in answers(part)] == [
        "notice-hidden",
        "notice-secret",
        "notice-profile",
        "notice-sign-in",
        "notice-address",
    ]
