"""Documents without any MIME go through every row, and as the same by mail would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.trace import stories_in
from gateway.core.document import Availability, Visibility
from gateway.core.envelope import (
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
    SubmissionForm,
)
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.ins import Ins
from gateway.core.notices import NoticeWhen, families_to_choose
from gateway.core.person import Coded
from gateway.core.reasons import Reason
from gateway.dmp_bridge.filing.announcing import Disclosing
from gateway.documents.xds.entry_json import entry_to_json
from gateway.documents.xds.values import EntryAction
from gateway.mssante.receipts.acknowledging import Acknowledging
from gateway.node.vaults import open_vaults
from gateway.reception.keeping import Kept, Twin
from gateway.reception.submission import Said
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.arrivals.receipts import Receipts
from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database
from gateway.store.journal import Entry
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.notices import get_notice
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.sealed.keys import KeyRing
from gateway.store.tasks.tasks import Task, TaskKind
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import MATRICULE, TEST_RANGE, open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.filing.story import HOSPITAL, Story
from tests.dmp_bridge.filing.test_filing_rows import ROWS, Row, packed
from tests.fakes import SecretSource, SetClock
from tests.reception.conftest import running_reception
from tests.reception.door import DocumentDoor, submitted, without_mime

LETTER = make_cda()
SECOND = make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces="")
OTHER_INS = "277076322082910"
OTHER = make_cda(unique_id=(f"{SET}.8", ""), set_id="1.2.8", ins=OTHER_INS)
CX = f"{MATRICULE}^^^&{TEST_RANGE}&ISO^NH"

ONLY_BY_MAIL = {
    "8 address blocked",  # there is no address
    "9 nothing attached",
    "9 a PDF is only an attachment",
    "9 any other ZIP is only an attachment",
    "10 a ZIP that cannot be opened",
    "10 a broken package",
    "11 another patient in a package that is damaged",
}
"""What a message may be and a submission of documents cannot."""


@pytest.fixture
def door(database: Database) -> Iterator[DocumentDoor]:
    with running_reception(database) as reception:
        yield DocumentDoor(reception, Story.begin(database))


@pytest.fixture
def beside(sqlite_model: Path, tmp_path: Path, clock: SetClock) -> Iterator[Database]:
    """A second database, where the same documents come by mail."""
    path = tmp_path / "beside.db"
    shutil.copy(sqlite_model, path)
    opened = Database(
        make_engine(f"sqlite:///{path}"),
        KeyRing(SecretSource(bytes(range(32)))),
        BlobFolder(tmp_path / "beside", 64 * 1024),
        clock,
    )
    yield opened
    opened.close()


def mail_of(row: Row) -> bytes:
    return row.mail or packed(LETTER)


BY_BOTH = [row for row in ROWS if row.name not in ONLY_BY_MAIL]


def test_every_document_of_the_rows_can_come_without_mime() -> None:
    cannot = {row.name for row in ROWS if without_mime(mail_of(row)) is None}

    assert cannot | {"8 address blocked"} == ONLY_BY_MAIL
    assert set(Reason) - {row.code for row in BY_BOTH} == {
        Reason.SENDER_NOT_TRUSTED,
        Reason.SENDER_NOT_ENTITLED,
        Reason.MESSAGE_ONLY,
    }


@pytest.mark.parametrize("row", BY_BOTH, ids=lambda row: row.name)
def test_a_row_decides_the_same_without_mime(
    row: Row, database: Database, beside: Database
) -> None:
    by_mail = Story.begin(beside, **row.begin)
    row.before(by_mail)
    mailed = by_mail.send(mail_of(row), sender=row.sender)
    documents = without_mime(mail_of(row))
    assert documents is not None

    with running_reception(database) as reception:
        story = Story.begin(database, **row.begin)
        row.before(story)
        door = DocumentDoor(reception, story)
        told = door.file(*documents, sender=row.sender)

    assert told.codes == mailed.codes == [row.code]
    assert decided(story) == decided(by_mail)
    assert entries_of(story) == entries_of(by_mail)
    assert len(story.entries()) == row.filed
    mine, theirs = told.kept.recipients[0], mailed.kept.recipients[0]
    assert (mine.outcome, mine.reasons, mine.hidden, mine.hidden_until) == (
        theirs.outcome,
        theirs.reasons,
        theirs.hidden,
        theirs.hidden_until,
    )
    # Held by the same rule; but nothing is delivered, and nobody is told by mail.
    held = mailed.kept.state == "quarantined"
    assert told.kept.state == ("quarantined" if held else "ended")
    assert told.kept.form is SubmissionForm.DOCUMENTS
    assert not told.deliver
    assert told.tasks == []


def decided(story: Story) -> list[tuple[str, dict[str, Any]]]:
    """
    Return each decision as the patient's journal has it, without the id and the digest
    of what it rested on, which are others each time.
    """
    others = {"decision", "evidence"}
    return [
        (line.outcome, {k: v for k, v in line.detail.items() if k not in others})
        for line in story.lines()
        if line.action == "document:decide"
    ]


def entries_of(story: Story) -> list[dict[str, Any]]:
    """Return the entries without what differs each time."""
    entries = [entry_to_json(entry) | {"entryUUID": ""} for entry in story.entries()]
    return sorted(entries, key=lambda entry: str(entry["uniqueId"]))


def last(story: Story, action: str) -> Entry:
    return [line for line in story.lines() if line.action == action][-1]


def test_a_letter_is_filed_and_the_door_can_answer(door: DocumentDoor) -> None:
    answer = door.bring(submitted(LETTER), identifier="1.2.250.7")

    assert isinstance(answer, Kept)
    assert door.answer(answer.id) == []
    door.work()
    (outcome,) = door.answer(answer.id)
    assert (outcome.outcome, outcome.unique_id) == ("FILED", f"{SET}.1")
    assert door.story.read(f"{SET}.1").content == LETTER
    assert last(door.story, "document:file").detail["arrival"] == answer.id
    with door.story.database.read() as work:
        assert [one.kind for one in work.tasks.listed()] == [TaskKind.DISCLOSE]
        (story,) = stories_in(door.story.database, work).tell("1.2.250.7")
    assert story["state"] == "ended"
    assert [one["outcome"] for one in story["recipients"]] == ["FILED"]


def test_several_documents_have_an_outcome_each(door: DocumentDoor) -> None:
    told = door.file(
        submitted(LETTER),
        submitted(b"<broken"),
        submitted(SECOND),
        submitted(LETTER),
        submitted(LETTER, Said(unique_id="9.9")),
    )

    assert told.codes == [
        "FILED",
        "DOC_INVALID",
        "REPLACED",
        "DUPLICATE",
        "DOC_INVALID",
    ]
    assert told.outcome == "DOC_INVALID"
    assert [one.detail for one in told.documents] == [
        "",
        "XML not well formed, line 1",
        "",
        "",
        "what is said of it and the document give different uniqueId",
    ]


def test_what_is_said_of_the_type_is_compared(door: DocumentDoor) -> None:
    other = Coded(code="11502-2", scheme="2.16.840.1.113883.6.1")

    told = door.file(submitted(LETTER, Said(type_code=other)))

    assert told.documents[0].detail == (
        "what is said of it and the document give different typeCode"
    )


@pytest.mark.parametrize(
    ("codes", "code", "flags"),
    [
        (("MASQUE_PS",), "FILED_MASKED", {Visibility.MASKED}),
        (("N", "NOPAT"), "FILED_INVISIBLE", {Visibility.HIDDEN_FROM_PATIENT}),
        (("MASQUE_PS", "INVISIBLE_PATIENT"), "CONFIDENTIALITY_CONFLICT", None),
        (("SOMETHING",), "CONFIDENTIALITY_CONFLICT", None),
    ],
)
def test_the_sender_says_who_may_see_it(
    door: DocumentDoor,
    codes: tuple[str, ...],
    code: str,
    flags: set[Visibility] | None,
) -> None:
    told = door.file(submitted(LETTER, Said(confidentiality=codes)))

    assert told.codes == [code]
    assert [entry.visibility for entry in door.story.entries()] == (
        [] if flags is None else [flags]
    )


def test_a_document_replaced_is_named_by_either_of_its_ids(door: DocumentDoor) -> None:
    def bare(number: int) -> bytes:
        return make_cda(unique_id=(f"{SET}.{number}", ""), set_id="", version=None)

    door.file(submitted(bare(1)))
    first = door.file(submitted(bare(2), Said(replaces=f"{SET}.1")))
    (newest,) = [
        one
        for one in door.story.entries()
        if one.availability_status is Availability.APPROVED
    ]
    second = door.file(submitted(bare(3), Said(replaces=newest.entry_uuid)))
    unknown = door.file(submitted(bare(4), Said(replaces="1.9.9")))

    assert first.codes == second.codes == ["REPLACED"]
    assert unknown.codes == ["REPLACED_PARENT_UNKNOWN"]
    states = {
        one.unique_id.rpartition(".")[2]: one.availability_status.value
        for one in door.story.entries()
    }
    assert states == {
        "1": "Deprecated",
        "2": "Deprecated",
        "3": "Approved",
        "4": "Approved",
    }


def test_a_document_is_withdrawn(door: DocumentDoor) -> None:
    door.file(submitted(LETTER))

    told = door.file(submitted(LETTER, Said(action=EntryAction.DELETE)))

    assert told.codes == ["WITHDRAWN"]
    assert [one.availability_status for one in door.story.entries()] == [
        Availability.DELETED
    ]


def test_somebody_elses_document_sets_all_of_it_aside(door: DocumentDoor) -> None:
    told = door.file(submitted(LETTER), submitted(OTHER))

    assert told.codes == ["PATIENT_MISMATCH", "PATIENT_MISMATCH"]
    assert (told.kept.state, told.tasks) == ("quarantined", [])
    assert door.story.entries() == []
    with door.story.database.read() as work:
        assert [one.id for one in Quarantine(work).listed()] == [told.kept.id]


def test_a_patient_named_beside_the_document_is_compared(door: DocumentDoor) -> None:
    other = f"{OTHER_INS}^^^&{TEST_RANGE}&ISO^NH"
    local = "12345^^^&1.2.3&ISO^PI"

    told = [
        door.file(submitted(LETTER, Said(patient_id=cx))).codes
        for cx in (other, local, CX)
    ]

    assert told == [["PATIENT_MISMATCH"], ["INS_NOT_QUALIFIED"], ["FILED"]]


def test_what_an_operator_releases_is_judged_anew(door: DocumentDoor) -> None:
    told = door.file(submitted(OTHER))
    with door.story.database.write() as work:
        Quarantine(work).release(told.kept.id, by="op", reason="looked at")

    door.work()

    assert door.story.told(told.kept.id).kept.state == "quarantined"
    assert len(decided(door.story)) == 2


def test_the_same_submission_twice_is_one(door: DocumentDoor) -> None:
    first = door.bring(submitted(LETTER), identifier="1.2.9")
    door.work()

    again = door.bring(submitted(LETTER), identifier="1.2.9")
    door.work()

    assert isinstance(first, Kept)
    assert again == Twin(first.id)
    assert len(decided(door.story)) == 1
    assert door.file(submitted(LETTER)).codes == ["DUPLICATE"]


def test_one_submission_for_two_patients_is_judged_for_each(door: DocumentDoor) -> None:
    closed = open_profile(
        door.story.database, ins=Ins.of(OTHER_INS, TEST_RANGE), state="CLOSED"
    )
    both = (door.story.to_patient(), door.story.to_patient(closed))

    told = door.file(submitted(LETTER), recipients=both)

    outcomes = [one.outcome for one in told.kept.recipients]
    assert outcomes == ["FILED", "PROFILE_CLOSED"]
    assert not any(one.deliver for one in told.kept.recipients)


def test_what_is_not_from_a_professional_files_nothing(door: DocumentDoor) -> None:
    patient = Sender(kind=SenderKind.PATIENT, identity=door.story.profile_id)

    told = door.file(submitted(LETTER), sender=patient)

    assert told.outcome == "MESSAGE_ONLY"
    assert (told.kept.state, told.tasks) == ("ended", [])
    assert door.story.entries() == []


def test_bytes_of_no_known_form_are_an_invalid_document(door: DocumentDoor) -> None:
    answer = door.bring(submitted(LETTER))
    assert isinstance(answer, Kept)
    opener = door.story.filing.opener

    opened = opener.open(b"From: a@b.test\r\n\r\nx", SubmissionForm.DOCUMENTS)

    assert opened.parts is None
    assert [found.error for found in opened.documents] == [
        "submission: not a submission of documents"
    ]


def test_how_the_patient_was_informed_is_in_the_journal(door: DocumentDoor) -> None:
    informed = PatientInformed(by=InformedBy.SPOKEN, on=date(2026, 11, 20))

    door.file(submitted(LETTER, Said(informed=informed)))
    said = last(door.story, "document:decide").detail
    door.file(submitted(SECOND))
    unsaid = last(door.story, "document:decide").detail

    assert said["informed"] == "spoken 2026-11-20"
    assert "informed" not in unsaid


# What the patient is told.


def with_address(door: DocumentDoor) -> None:
    with door.story.database.write() as work:
        profile = Profiles(work).get(door.story.profile_id)
        assert profile is not None
        Profiles(work).set_email(profile, "dominique@example.test")
        for family in families_to_choose():
            NoticeChoices(work, profile.id).choose(family, NoticeWhen.ONCE)


def disclosed(door: DocumentDoor) -> list[str]:
    """Run what is due to be told; return the kinds of notices that then wait."""
    step = Disclosing(make_settings(), open_vaults(door.story.database))
    with door.story.database.write() as work:
        due = work.tasks.claim("door", [TaskKind.DISCLOSE], 10, timedelta(minutes=1))
    for task in due:
        job = step(task)
        with door.story.database.write() as work:
            job(work)
            assert work.tasks.finish(task, "door")
    with door.story.database.read() as work:
        listed = [row for row in work.tasks.listed() if row.kind == TaskKind.NOTIFY]
        found = [get_notice(work, row.subject) for row in listed]
    return [one.kind.value for one in found if one is not None]


def test_the_patient_is_told_of_a_document_that_no_message_tells_of(
    door: DocumentDoor,
) -> None:
    with_address(door)

    door.file(submitted(LETTER), submitted(SECOND))

    assert disclosed(door) == ["document"]


def test_the_patient_is_not_told_of_what_is_hidden_late_or_refused(
    door: DocumentDoor, clock: SetClock
) -> None:
    with_address(door)
    door.file(submitted(SECOND))
    assert disclosed(door) == ["document"]
    clock.advance(days=2)  # the notice above no longer keeps back the next

    door.file(submitted(LETTER))  # an older version, which comes late
    third = make_cda(unique_id=(f"{SET}.3", ""), set_id="1.2.33")
    door.file(submitted(third, Said(confidentiality=("INVISIBLE_PATIENT",))))
    door.file(submitted(b"<broken"))

    assert disclosed(door) == ["document"]
    clock.now = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)
    assert sorted(disclosed(door)) == ["document", "update"]


def test_no_receipt_is_written_to_a_door_that_is_no_mail(door: DocumentDoor) -> None:
    told = door.file(submitted(b"<broken"))
    story = door.story
    settings = make_settings()
    task = Task(1, TaskKind.ACKNOWLEDGE, told.kept.id, 0, story.database.clock())

    job = Acknowledging(story.database, settings)(task)
    with story.database.write() as work:
        job(work)

    with story.database.read() as work:
        assert Receipts(work).of(told.kept.id) == []
        assert [one.kind for one in work.tasks.listed()] == []


def test_by_mail_the_message_tells_the_patient(database: Database) -> None:
    story = Story.begin(database)

    story.send(make_mail(as_xdm(pack(LETTER))))
    story.send(make_mail(as_xml(SECOND)))

    with database.read() as work:
        kinds = {row.kind for row in work.tasks.listed()}
    assert TaskKind.DISCLOSE.value not in kinds


def test_a_mailbox_beside_the_patient_gets_its_copy_by_mail_only(
    database: Database,
) -> None:
    story = Story.begin(database)
    mailbox = Recipient(
        kind=RecipientKind.MAILBOX, address="d@h.test", target_id="d" * 32
    )
    story.change(state="CLOSED")

    told = story.send(
        make_mail(as_xdm(pack(LETTER))), recipients=(story.to_patient(), mailbox)
    )

    assert told.kept.state == "decided"
    with database.read() as work:
        kept = Arrivals(work).get(told.kept.id)
    assert kept is not None
    assert kept.form is SubmissionForm.MESSAGE
    assert kept.sender == HOSPITAL
