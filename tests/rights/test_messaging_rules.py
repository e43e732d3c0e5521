"""Who may write to whom, where an answer goes, and which files go with it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from gateway.core.decision import Permit, Refuse
from gateway.core.refusals import AttachmentRefusal, WritingRefusal
from gateway.core.texts.writing import (
    ATTACHMENT_TEXTS,
    KEEPING_TEXTS,
    MESSAGING_NOTICE,
    WRITING_TEXTS,
)
from gateway.rights.attachment_rules import (
    MIB,
    PATIENT_TYPES,
    AttachmentPolicy,
    OfferedFile,
    decide_attachments,
    decide_keeping,
    remaining_bytes,
)
from gateway.rights.filing_facts import Standing
from gateway.rights.messaging_rules import (
    AnswerFacts,
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
SOFTWARE = letter(1, kind=CorrespondentKind.APPLICATION, sender="app@h.mssante.test")
ANSWER = AnswerFacts(
    profile=ProfileState.ACTIVATED,
    message=FIRST,
    received=(FIRST,),
    trust=Standing.GOOD,
    leads_to_patient=False,
)
ANSWERS: list[tuple[str, dict[str, Any], list[WritingRefusal]]] = [
    ("open", {}, []),
    (
        "not-activated",
        {"profile": ProfileState.OPEN_NOT_ACTIVATED},
        [WritingRefusal.PROFILE_NOT_ACTIVE],
    ),
    ("never-received", {"received": ()}, [WritingRefusal.NEVER_WROTE]),
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


POLICY = AttachmentPolicy(max_files=2, max_file_bytes=5 * MIB, max_total_bytes=8 * MIB)
PDF = OfferedFile(name="ordonnance.PDF", size=1000, content_type="application/pdf")

FILES: list[tuple[str, list[OfferedFile], list[AttachmentRefusal]]] = [
    ("none", [], []),
    ("one", [PDF], []),
    ("as-many-as-allowed", [PDF, PDF], []),
    ("one-too-many", [PDF, PDF, PDF], [AttachmentRefusal.TOO_MANY_FILES]),
    ("as-large-as-allowed", [evolve(PDF, size=5 * MIB)], []),
    (
        "one-byte-too-large",
        [evolve(PDF, size=5 * MIB + 1)],
        [AttachmentRefusal.FILE_TOO_LARGE],
    ),
    ("total-just-fits", [evolve(PDF, size=4 * MIB)] * 2, []),
    (
        "total-one-byte-too-much",
        [evolve(PDF, size=4 * MIB), evolve(PDF, size=4 * MIB + 1)],
        [AttachmentRefusal.TOTAL_TOO_LARGE],
    ),
    ("empty", [evolve(PDF, size=0)], [AttachmentRefusal.FILE_EMPTY]),
    (
        "program",
        [evolve(PDF, name="setup.exe", content_type="application/x-dosexec")],
        [AttachmentRefusal.TYPE_NOT_ALLOWED],
    ),
    ("no-ending", [evolve(PDF, name="pdf")], [AttachmentRefusal.TYPE_NOT_ALLOWED]),
    (
        "two-endings",
        [evolve(PDF, name="a.pdf.html")],
        [AttachmentRefusal.TYPE_NOT_ALLOWED],
    ),
    (
        "disguised",
        [evolve(PDF, content_type="text/html")],
        [AttachmentRefusal.CONTENT_NOT_AS_NAMED],
    ),
    (
        "document-of-the-vault",
        [evolve(PDF, name="lettre.xml", content_type="text/xml", from_vault=True)],
        [],
    ),
]


@pytest.mark.parametrize(
    ("files", "refusals"), [pytest.param(*row[1:], id=row[0]) for row in FILES]
)
def test_files_are_attached_within_the_limits(
    files: list[OfferedFile], refusals: list[AttachmentRefusal]
) -> None:
    expected = Refuse(tuple(refusals)) if refusals else Permit()

    assert decide_attachments(files, POLICY) == expected


def test_every_attachment_refusal_has_a_case_and_two_texts() -> None:
    shown = {one for row in FILES for one in row[2]}

    assert shown == set(AttachmentRefusal) == set(ATTACHMENT_TEXTS)


@pytest.mark.parametrize("ending", list(PATIENT_TYPES))
def test_every_allowed_ending_is_accepted_with_its_content(ending: str) -> None:
    file = OfferedFile(name=f"a.{ending}", size=1, content_type=PATIENT_TYPES[ending])

    assert decide_attachments([file], POLICY) == Permit()


def test_the_remaining_bytes_are_known() -> None:
    assert remaining_bytes([PDF], POLICY) == 8 * MIB - 1000


@pytest.mark.parametrize(
    ("change", "refusals"),
    [
        ({}, []),
        ({"content_type": "image/jpeg"}, []),
        ({"content_type": "image/tiff"}, []),
        ({"content_type": "text/plain"}, []),
        ({"content_type": "application/rtf"}, []),
        ({"content_type": "image/png"}, [AttachmentRefusal.TYPE_NOT_ALLOWED]),
        ({"content_type": "text/xml"}, [AttachmentRefusal.TYPE_NOT_ALLOWED]),
        ({"size": 0}, [AttachmentRefusal.FILE_EMPTY]),
        (
            {"content_type": "application/msword"},
            [AttachmentRefusal.TYPE_NOT_ALLOWED],
        ),
        ({"size": 5 * MIB + 1}, [AttachmentRefusal.FILE_TOO_LARGE]),
    ],
)
def test_a_received_file_is_kept_in_the_vault_by_type_and_size(
    change: dict[str, Any], refusals: list[AttachmentRefusal]
) -> None:
    expected = Refuse(tuple(refusals)) if refusals else Permit()

    assert decide_keeping(evolve(PDF, **change), POLICY) == expected
    assert set(refusals) <= set(KEEPING_TEXTS)
