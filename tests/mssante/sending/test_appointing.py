"""A professional reads in their mailbox that a patient named them, or ended it."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import SMTP

import pytest

from gateway.mssante.sending.appointing import TellingAdministrator
from gateway.store.base.work import Database
from gateway.store.journal import Action, chain_of
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.deletion import delete_patient
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_people import MATRICULE, open_profile
from tests.builders_settings import make_settings

DOCTOR = "801234567897"
ADDRESS = "dr.martin@hopital.mssante.test"


@pytest.fixture
def patient(database: Database) -> str:
    return open_profile(database)


def add_mailbox(database: Database, holder: str, kind: str = "PER") -> None:
    with database.write() as work:
        Mailboxes(work).add(ADDRESS, kind=kind, holders=[holder])


def name(database: Database, patient: str) -> None:
    with database.write() as work:
        Administrators(work, patient).name(DOCTOR, "Dr Martin")


def tell(database: Database, patient: str) -> None:
    subject = f"{patient}:{DOCTOR}"
    task = Task(0, TaskKind.APPOINT, subject, 0, database.clock())
    job = TellingAdministrator(database, make_settings())(task)
    with database.write() as work:
        job(work)


def letters(database: Database) -> list[str]:
    """Return what is in the mailbox, as it is read, oldest first."""
    with database.read() as work:
        mail = Mail(work)
        mailbox = Mailboxes(work).find(ADDRESS)
        folder = mail.folders.find(mailbox.id, "INBOX") if mailbox else None
        items = mail.items(folder.id) if folder else []
        found = [work.blobs.get(one.blob_id, one.key_id) for one in items]
    bodies = [
        message_from_bytes(one, policy=SMTP).get_body(("plain",)) for one in found
    ]
    return [" ".join(one.get_content().split()) for one in bodies if one is not None]


def test_who_is_named_is_told_in_their_mailbox_of_whom_and_of_the_end(
    database: Database, patient: str
) -> None:
    add_mailbox(database, DOCTOR)
    name(database, patient)

    tell(database, patient)
    with database.write() as work:
        Administrators(work, patient).end(DOCTOR)
    tell(database, patient)

    named, ended = letters(database)
    assert f"{MATRICULE}@patient.mssante.test" in named
    assert "vous êtes administrateur" in named
    assert "you are administrator" in named
    assert "n’êtes plus administrateur" in ended
    with database.read() as work:
        lines = list(work.journal.lines(chain_of(patient)))
    sent = [one for one in lines if one.action == Action.RECEIPT_SENT]
    assert [one.outcome for one in sent] == ["administrator"] * 2
    assert DOCTOR not in str(sent)


@pytest.mark.parametrize(
    ("holder", "kind"), [("899700000001", "PER"), (DOCTOR, "ORG"), ("", "")]
)
def test_nobody_else_reads_that_a_patient_named_somebody(
    database: Database, patient: str, holder: str, kind: str
) -> None:
    if holder:
        add_mailbox(database, holder, kind)
    name(database, patient)

    tell(database, patient)

    assert letters(database) == []


def test_of_a_patient_who_is_gone_nobody_is_told(
    database: Database, patient: str
) -> None:
    add_mailbox(database, DOCTOR)
    name(database, patient)
    with database.write() as work:
        delete_patient(work, MATRICULE, cause="test", by="anne")

    tell(database, patient)

    assert letters(database) == []
