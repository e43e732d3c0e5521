"""A patient’s message is decided the same on what is kept; nobody is named in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.decision import Refuse
from gateway.core.refusals import AttachmentRefusal, WritingRefusal
from gateway.evidence.arguments import TakenDecision, answered_part
from gateway.evidence.replaying import decide_again
from gateway.evidence.resetting import OtherSettings, under
from gateway.evidence.rule_answers import answers
from gateway.evidence.writing import FilesAsked, writing_arguments, writing_refusals
from gateway.rights.attachment_rules import (
    AttachmentPolicy,
    OfferedFile,
    decide_files,
)
from gateway.rights.filing_facts import FilingPolicy, Standing
from gateway.rights.messaging_rules import (
    AnswerFacts,
    CorrespondentKind,
    ReceivedMessage,
    decide_answer,
)
from gateway.rights.profile import ProfileState

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
SENDERS = ("dr.durand@hopital.mssante.test", "labo@peer.mssante.test")
POLICY = AttachmentPolicy(max_files=2, max_file_bytes=100, max_total_bytes=150)
NO_FILES = FilesAsked(policy=POLICY)

messages = st.builds(
    ReceivedMessage,
    message_id=st.sampled_from(["<1@h>", "<2@h>", "<3@h>"]),
    sender=st.sampled_from(SENDERS),
    kind=st.sampled_from(CorrespondentKind),
    subject=st.sampled_from(["Bilan de Mme Durand", "[FIN]"]),
    forbids_answer=st.booleans(),
    reply_to=st.sampled_from([(), (SENDERS[1],)]),
)
answered = st.lists(messages, min_size=1, max_size=6).flatmap(
    lambda received: st.builds(
        AnswerFacts,
        profile=st.sampled_from(ProfileState),
        message=st.sampled_from(received) | messages,
        received=st.just(tuple(received)),
        trust=st.sampled_from(Standing),
        leads_to_patient=st.booleans(),
        answer_until=st.sampled_from([None, NOW, NOW + timedelta(days=1)]),
        most=st.integers(0, 2),
        sent=st.integers(0, 2),
        now=st.just(NOW),
    )
)
files = st.builds(
    OfferedFile,
    name=st.sampled_from(["durand.pdf", "durand.exe", "durand", "durand.JPG"]),
    size=st.integers(0, 120),
    content_type=st.sampled_from(["application/pdf", "image/jpeg", "text/plain"]),
    from_vault=st.booleans(),
)
asked_files = st.builds(
    FilesAsked,
    uploaded=st.lists(files, max_size=4).map(tuple),
    attached=st.lists(files, max_size=2).map(tuple),
    policy=st.just(POLICY),
)


def reasons_of(facts: AnswerFacts, asked: FilesAsked) -> tuple[str, ...]:
    """Return what the rules say of all that there was."""
    answer = decide_answer(facts)
    said = answer.reasons if isinstance(answer, Refuse) else ()
    whole = decide_files(asked.uploaded, asked.attached, asked.policy)
    return tuple(map(str, (*said, *whole.reasons)))


def read_back(part: TakenDecision) -> TakenDecision:
    return TakenDecision.of_json(json.loads(part.text()))


@given(facts=answered, asked=asked_files)
def test_whatever_was_written_the_decision_is_the_same_on_what_is_kept(
    facts: AnswerFacts, asked: FilesAsked
) -> None:
    arguments = writing_arguments(facts, asked)
    part = answered_part(arguments, *writing_refusals(arguments))

    assert part.reasons == reasons_of(facts, asked)
    assert decide_again([read_back(part)]) == (part.decided,)
    text = part.text().lower()
    assert b"durand" not in text
    assert len(arguments.answer.received) <= 2
    objecting = [one.reason for one in answers(read_back(part)) if one.reason]
    assert bool(objecting) == bool(part.reasons)
    assert set(objecting) <= set(part.reasons)


ONE = ReceivedMessage(
    message_id="<1@h>",
    sender=SENDERS[0],
    kind=CorrespondentKind.PERSONAL,
    subject="Bilan",
    forbids_answer=False,
)
OPEN = AnswerFacts(
    profile=ProfileState.ACTIVATED,
    message=ONE,
    received=(ONE,),
    trust=Standing.GOOD,
    leads_to_patient=False,
    now=NOW,
)


@pytest.mark.parametrize(
    ("change", "reason", "rule"),
    [
        ({"trust": Standing.BAD}, WritingRefusal.OUTSIDE_TRUST_SPACE, "inside"),
        ({"received": ()}, WritingRefusal.NEVER_WROTE, "received"),
        ({"answer_until": NOW}, WritingRefusal.WINDOW_OVER, "window"),
        ({"most": 3, "sent": 3}, WritingRefusal.ENOUGH_FOR_NOW, "enough"),
        (
            {"received": (ONE, evolve(ONE, message_id="<2@h>", subject="[FIN]"))},
            WritingRefusal.ENDED,
            "open",
        ),
    ],
)
def test_each_refusal_is_said_by_its_rule_with_what_it_looked_at(
    change: dict[str, Any], reason: WritingRefusal, rule: str
) -> None:
    arguments = writing_arguments(evolve(OPEN, **change), NO_FILES)
    part = answered_part(arguments, *writing_refusals(arguments))

    (answer,) = [one for one in answers(read_back(part)) if one.reason]

    assert (part.outcome, answer.reason, answer.rule) == (
        reason.value,
        reason.value,
        f"writing-{rule}",
    )
    assert answer.facts


def test_under_other_limits_of_files_it_would_be_sent() -> None:
    pdf = OfferedFile(name="a.pdf", size=90, content_type="application/pdf")
    asked = FilesAsked(uploaded=(pdf, pdf), policy=POLICY)
    arguments = writing_arguments(OPEN, asked)
    part = answered_part(arguments, *writing_refusals(arguments))
    more = evolve(POLICY, max_total_bytes=180)

    assert part.reasons == (AttachmentRefusal.TOTAL_TOO_LARGE,)
    (again,) = decide_again([under(part, OtherSettings(files=more))])
    assert again.reasons == ()
    assert under(part, OtherSettings(filing=FilingPolicy())) == part

    # What the mailbox takes stays, whatever the service does.
    fewer = writing_arguments(evolve(OPEN, most_file_bytes=120), asked)
    part = answered_part(fewer, *writing_refusals(fewer))
    (again,) = decide_again([under(part, OtherSettings(files=more))])
    assert again.reasons == (AttachmentRefusal.TOTAL_TOO_LARGE,)
