"""A submission is for somebody, and documents without a message are for patients."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.core.document import Visibility
from gateway.core.envelope import Door, Recipient, RecipientKind, Sender, SenderKind
from gateway.core.informing import InformedBy, PatientInformed
from gateway.errors import InvalidError
from gateway.reception.submission import (
    Message,
    Said,
    Submission,
    SubmittedDocument,
    SubmittedDocuments,
)

HOSPITAL = Sender(kind=SenderKind.ORGANISATION, identity="1750000011")
PATIENT = Recipient(kind=RecipientKind.PATIENT, address="p@patient.test", target_id="p")
MAILBOX = Recipient(kind=RecipientKind.MAILBOX, address="d@h.test", target_id="d")
REMOTE = Recipient(kind=RecipientKind.REMOTE, address="d@peer.test")
DOCUMENTS = SubmittedDocuments(
    identifier="1.2.3", documents=(SubmittedDocument(content=b"<a/>"),)
)
MESSAGE = Message(content=b"x", message_id="1@h.test", reverse_path="d@h.test")


def submission(*to: Recipient, brings: Message | SubmittedDocuments) -> Submission:
    return Submission(
        door=Door.SUBMISSION, sender=HOSPITAL, recipients=to, brings=brings
    )


def test_a_message_goes_to_anybody() -> None:
    one = submission(PATIENT, MAILBOX, REMOTE, brings=MESSAGE)

    assert len(one.recipients) == 3
    assert one.id != submission(PATIENT, brings=MESSAGE).id


@pytest.mark.parametrize("to", [(MAILBOX,), (REMOTE,), (PATIENT, MAILBOX)])
def test_documents_alone_have_no_place_in_a_mailbox(to: tuple[Recipient, ...]) -> None:
    with pytest.raises(InvalidError):
        submission(*to, brings=DOCUMENTS)

    assert submission(PATIENT, brings=DOCUMENTS).recipients == (PATIENT,)


def test_nothing_is_submitted_for_nobody_and_no_nothing() -> None:
    with pytest.raises(ValueError, match="recipients"):
        submission(brings=MESSAGE)
    with pytest.raises(ValueError, match="documents"):
        SubmittedDocuments(identifier="1.2.3", documents=())


def test_visibility_is_read_in_any_spelling_and_levels_are_no_flags() -> None:
    said = Said(confidentiality=("N", "R", "MASQUE_PS", "NOPAT", "SOMETHING"))

    assert said.visibility == {Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT}
    assert Said().visibility == frozenset()


def test_how_the_patient_was_informed_fits_on_a_line() -> None:
    on = date(2026, 11, 20)

    assert str(PatientInformed(by=InformedBy.SPOKEN, on=on)) == "spoken 2026-11-20"
    assert str(PatientInformed(by=InformedBy.ONLINE)) == "online"


def test_neither_content_nor_patient_shows_in_a_log() -> None:
    document = SubmittedDocument(content=b"secret", said=Said(patient_id="secret"))
    brought = SubmittedDocuments(identifier="1", documents=(document,))

    assert "secret" not in repr(submission(PATIENT, brings=brought))
    assert "h.test" not in repr(MESSAGE).replace("1@h.test", "")
