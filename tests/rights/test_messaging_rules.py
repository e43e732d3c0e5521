"""Who may write to whom, and where an answer goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Permit, Refuse
from gateway.core.refusals import WritingRefusal
from gateway.core.texts.writing import MESSAGING_NOTICE, WRITING_TEXTS
from gateway.rights.filing_facts import Standing
from gateway.rights.messaging_rules import (
    AnswerFacts,
    AnswerQuota,
    CorrespondentKind,
    ReceivedMessage,
    decide_answer,
    forbids_answer,
    message_to_answer,
    open_messages,
)
from gateway.rights.profile import ProfileState

DR = "dr@hopital.mssante.test"
BOX = "secretariat@hopital.mssante.test"


def letter(number: int = 1, **changes: Any) -> ReceivedMessage:
    message = ReceivedMessage(
        message_id=f"<{number}@hopital>",
        sender=DR,
        kind=CorrespondentKind.PERSONAL,
        subject="Votre compte rendu",
        forbids_answer=False,
    )
    return evolve(message, **changes)


def end(number: int, **changes: Any) -> ReceivedMessage:
    return letter(number, subject="[FIN]", **changes)


FIRST = letter(1)
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
SOFTWARE = letter(1, kind=CorrespondentKind.APPLICATION, sender="app@h.mssante.test")
ANSWER = AnswerFacts(
    profile=ProfileState.ACTIVATED,
    message=FIRST,
    received=(FIRST,),
    trust=Standing.GOOD,
    leads_to_patient=False,
    now=NOW,
)
ANSWERS: list[tuple[str, dict[str, Any], list[WritingRefusal]]] = [
    ("open", {}, []),
    (
        "not-activated",
        {"profile": ProfileState.OPEN_NOT_ACTIVATED},
        [WritingRefusal.PROFILE_NOT_ACTIVE],
    ),
    ("window-open", {"answer_until": NOW + timedelta(seconds=1)}, []),
    ("window-over", {"answer_until": NOW}, [WritingRefusal.WINDOW_OVER]),
    ("one-more-is-taken", {"most": 2, "sent": 1}, []),
    ("enough-for-now", {"most": 2, "sent": 2}, [WritingRefusal.ENOUGH_FOR_NOW]),
    ("without-a-number", {"most": 0, "sent": 99}, []),
    ("never-received", {"received": ()}, [WritingRefusal.NEVER_WROTE]),
    ("known-pharmacy", {"received": (), "is_known_pharmacy": True}, []),
    (
        "pharmacy-that-ended-it",
        {"received": (FIRST, end(2)), "is_known_pharmacy": True},
        [WritingRefusal.ENDED],
    ),
    (
        "no-reply",
        {
            "message": letter(1, forbids_answer=True),
            "received": (letter(1, forbids_answer=True),),
        },
        [WritingRefusal.ANSWER_FORBIDDEN],
    ),
    (
        "no-reply-for-a-later-message-only",
        {"received": (FIRST, letter(2, forbids_answer=True))},
        [],
    ),
    ("ended", {"received": (FIRST, end(2))}, [WritingRefusal.ENDED]),
    (
        "old-message-after-reopening",
        {"received": (FIRST, end(2), letter(3))},
        [WritingRefusal.ENDED],
    ),
    (
        "message-that-reopens",
        {"message": letter(3), "received": (FIRST, end(2), letter(3))},
        [],
    ),
    (
        "ended-by-someone-else",
        {"received": (FIRST, end(2, sender="other@hopital.mssante.test"))},
        [],
    ),
    (
        "subject-only-resembles",
        {"received": (FIRST, letter(2, subject="Re: [FIN]"))},
        [],
    ),
    ("subject-in-lower-case", {"received": (FIRST, letter(2, subject="[fin]"))}, []),
    ("patient", {"leads_to_patient": True}, [WritingRefusal.BETWEEN_PATIENTS]),
    (
        "from-a-patient",
        {
            "message": letter(1, kind=CorrespondentKind.PATIENT),
            "received": (letter(1, kind=CorrespondentKind.PATIENT),),
        },
        [WritingRefusal.BETWEEN_PATIENTS],
    ),
    (
        "software",
        {"message": SOFTWARE, "received": (SOFTWARE,)},
        [WritingRefusal.NO_ANSWER_ADDRESS],
    ),
    (
        "software-with-reply-to",
        {
            "message": evolve(SOFTWARE, reply_to=(BOX,)),
            "received": (evolve(SOFTWARE, reply_to=(BOX,)),),
        },
        [],
    ),
    (
        "outside",
        {"trust": Standing.BAD},
        [WritingRefusal.OUTSIDE_TRUST_SPACE],
    ),
    (
        "trust-unknown",
        {"trust": Standing.UNKNOWN},
        [WritingRefusal.OUTSIDE_TRUST_SPACE],
    ),
    (
        "several",
        {"profile": ProfileState.CLOSED, "received": (FIRST, end(2))},
        [WritingRefusal.PROFILE_NOT_ACTIVE, WritingRefusal.ENDED],
    ),
]


@pytest.mark.parametrize(
    ("change", "refusals"), [pytest.param(*row[1:], id=row[0]) for row in ANSWERS]
)
def test_the_patient_answers_what_is_open(
    change: dict[str, Any], refusals: list[WritingRefusal]
) -> None:
    expected = Refuse(tuple(refusals)) if refusals else Permit()

    assert decide_answer(evolve(ANSWER, **change)) == expected


REDIRECTED = letter(1, reply_to=(BOX,))


def test_every_writing_refusal_has_a_case_and_two_texts() -> None:
    shown = {one for row in ANSWERS for one in row[2]}

    assert shown == set(WritingRefusal) == set(WRITING_TEXTS)
    assert all(french and english for french, english in WRITING_TEXTS.values())
    assert all(MESSAGING_NOTICE)


def test_an_answer_goes_to_reply_to_or_else_to_the_sender() -> None:
    assert letter().answer_addresses == (DR,)
    assert REDIRECTED.answer_addresses == (BOX,)
    assert SOFTWARE.answer_addresses == ()


def test_the_conversation_is_answered_by_its_newest_open_message() -> None:
    closed = letter(3, forbids_answer=True)
    elsewhere = letter(4)
    received = (FIRST, letter(2), closed, elsewhere)

    found = message_to_answer((FIRST, letter(2), closed), received)

    assert found == letter(2)


def test_an_ended_conversation_has_nothing_to_answer() -> None:
    assert message_to_answer((FIRST,), (FIRST, end(2))) is None


def test_open_messages_keep_their_order() -> None:
    assert open_messages((FIRST, end(2), letter(3), letter(4))) == (
        letter(3),
        letter(4),
    )


@pytest.mark.parametrize(
    ("header", "forbids"),
    [("FIN", True), (" FIN ", True), ("fin", False), ("", False), (None, False)],
)
def test_only_the_exact_word_forbids_an_answer(
    header: str | None, forbids: bool
) -> None:
    assert forbids_answer(header) == forbids


QUOTA = AnswerQuota(messages=2, days=7)
WEEK = timedelta(days=7)


@pytest.mark.parametrize(
    ("heard_at", "since"),
    [
        (None, NOW - WEEK),
        (NOW - WEEK - timedelta(seconds=1), NOW - WEEK),
        (NOW - timedelta(hours=1), NOW - timedelta(hours=1)),
    ],
)
def test_messages_count_since_the_last_one_from_the_mailbox(
    heard_at: datetime | None, since: datetime
) -> None:
    assert QUOTA.counts_since(NOW, heard_at) == since


@pytest.mark.parametrize(
    ("days_ago", "again"),
    [([], None), ([1], None), ([1, 3], 4), ([3, 1], 4), ([1, 2, 3], 5)],
)
def test_one_more_is_taken_when_the_oldest_that_counts_does_not_any_more(
    days_ago: list[int], again: int | None
) -> None:
    sent = [NOW - timedelta(days=one) for one in days_ago]

    found = QUOTA.again_at(sent)

    assert found == (None if again is None else NOW + timedelta(days=again))
