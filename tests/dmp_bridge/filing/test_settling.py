"""What a submission leaves when it is settled: rows, tasks, copies, and the journal."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import select

from gateway.core.envelope import (
    Recipient,
    RecipientKind,
    SenderKind,
    SubmissionForm,
)
from gateway.core.ins import Ins
from gateway.dmp_bridge.filing.recording import committed_digest
from gateway.dmp_bridge.filing.settling import Delivery
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError, UnavailableError
from gateway.reception.documents_form import write_documents
from gateway.reception.submission import Said, SubmittedDocument, SubmittedDocuments
from gateway.store.arrivals.arrivals import KeptArrival, RecipientOutcome
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import OPERATOR as OPERATOR_CHAIN
from gateway.store.journal import Action, Entry
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.decisions import Decisions
from gateway.store.patients.profiles import Profiles
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.tables import journal
from gateway.store.vault.submissions import Submissions
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import TEST_RANGE, TRAITS, open_profile
from tests.dmp_bridge.filing.story import DOCTOR as PERSON
from tests.dmp_bridge.filing.story import HOSPITAL, OPERATOR, STRUCTURE, Story
from tests.dmp_bridge.filing.test_filing import MAILBOX
from tests.evidence.lines import without_evidence
from tests.fakes import SetClock
from tests.logged import warnings_logged

OTHER_INS = "277076322082910"
RESTRICTED = make_cda(confidentiality="R")
OTHERS = make_cda(unique_id=(f"{SET}.8", ""), set_id="1.2.8", ins=OTHER_INS)


def detail(lines: list[Entry], action: str) -> list[dict[str, Any]]:
    return [dict(line.detail) for line in lines if line.action == action]


def operator_lines(story: Story) -> list[Entry]:
    with story.database.read() as work:
        return list(work.journal.lines(OPERATOR_CHAIN))


def test_what_is_set_aside_is_decided_in_the_journal_with_its_cautions(
    database: Database,
) -> None:
    story = Story.begin(database)

    told = story.send(
        make_mail(as_xml(RESTRICTED), as_xml(OTHERS)),
        recipients=(story.to_patient(), MAILBOX),
    )

    decided = detail(story.lines(), "document:decide")
    assert [(one["position"], one["reasons"]) for one in decided] == [
        (0, ["PATIENT_MISMATCH"]),
        (1, ["PATIENT_MISMATCH"]),
    ]
    assert [one["cautions"] for one in decided] == [["RESTRICTED"], []]
    assert [one.error for one in told.documents] == ["904", "904"]
    assert told.kept.recipients == (
        RecipientOutcome(
            position=0,
            recipient=story.to_patient(),
            outcome="PATIENT_MISMATCH",
            reasons=("PATIENT_MISMATCH",),
            deliver=False,
        ),
        RecipientOutcome(
            position=1,
            recipient=MAILBOX,
            outcome="BOUNCED",
            reasons=("PATIENT_MISMATCH",),
            deliver=False,
        ),
    )
    assert (told.kept.state, told.tasks) == ("quarantined", ["acknowledge"])


def test_what_proves_a_filing_has_a_salt_of_its_own(database: Database) -> None:
    """Two lines about the same bytes cannot be known as such (128 random bits)."""
    story = Story.begin(database)
    sent = [
        make_cda(unique_id=(f"{SET}.{number}", ""), set_id=f"1.2.{number}")
        for number in (1, 2)
    ]
    for one in sent:
        story.send(make_mail(as_xml(one)), sender=PERSON)

    proofs = detail(operator_lines(story), "document:prove")
    salts = [one["document"]["salt"] for one in proofs]
    digests = [hashlib.sha256(one).hexdigest() for one in sent]
    assert [one["document"]["sha256"] for one in proofs] == digests
    assert [one["commitment"] for one in proofs] == [
        committed_digest(salt, digest)
        for salt, digest in zip(salts, digests, strict=True)
    ]
    assert len(set(salts)) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in salts)


def test_who_brought_documents_by_mail_has_a_line_that_ends_with_their_key(
    database: Database,
) -> None:
    story = Story.begin(database)

    told = story.send(
        make_mail(as_xml(make_cda(title="Bilan")), as_xml(b"<ClinicalDocument/>")),
        sender=PERSON,
    )

    with database.read() as work:
        account = ProfessionalAccounts(work).find(PERSON.identity)
        assert account is not None
        (line,) = work.connection.execute(
            select(journal).where(journal.c.action == Action.DOCUMENTS_BROUGHT)
        )
        key = work.keys.find(work.connection, f"professional:{account.id}")
    (said,) = detail(operator_lines(story), "documents:bring")
    assert said == {
        "arrival": told.kept.id,
        "recipient": 0,
        "document": [{"title": "Bilan", "type": "11490-0"}, {"title": "", "type": ""}],
    }
    assert (line.subject, line.detail["key"]) == (account.id, key)


def test_the_journal_says_why_under_which_rules_and_settings(
    database: Database,
) -> None:
    story = Story.begin(database)
    versions = story.filing.gatherer.settings.hash

    told = story.send(make_mail(as_xdm(pack(RESTRICTED))))

    (line,) = [one for one in story.lines() if one.action == "document:decide"]
    assert (line.subject, line.outcome) == (told.kept.id, "FILED")
    assert without_evidence(line.detail) == {
        "recipient": 0,
        "position": 0,
        "document": f"{SET}.1",
        "reasons": ["FILED"],
        "cautions": ["RESTRICTED"],
        "rules": "filing-2026.1",
        "settings": versions,
        "patient_settings": "1",
    }
    (filed,) = [one for one in story.lines() if one.action == "document:file"]
    assert (filed.subject, filed.outcome) == (told.documents[0].entry_id, "FILED")
    assert dict(filed.detail) == {"arrival": told.kept.id, "document": f"{SET}.1"}


def test_the_journal_says_which_document_put_which_out_of_date(
    database: Database,
) -> None:
    story = Story.begin(database)
    first = story.send(make_mail(as_xml(make_cda())))
    second = story.send(
        make_mail(
            as_xml(make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces=f"{SET}.1"))
        )
    )

    (line,) = [one for one in story.lines() if one.action == "document:deprecate"]

    assert (line.subject, line.outcome) == (first.documents[0].entry_id, "REPLACED")
    assert dict(line.detail) == {"by": second.documents[0].entry_id}


def test_the_operator_learns_which_certificate_brought_what_is_set_aside(
    database: Database,
) -> None:
    story = Story.begin(database)

    with warnings_logged() as warned:
        told = story.send(make_mail(as_xml(OTHERS)), sender=OPERATOR)

    assert warned == [f"message {told.kept.id} is in quarantine: PATIENT_MISMATCH"]
    (line,) = [
        one for one in operator_lines(story) if one.action == "message:quarantine"
    ]
    assert (line.subject, line.outcome) == (told.kept.id, "PATIENT_MISMATCH")
    assert dict(line.detail) == {
        "sender": SenderKind.OPERATOR.value,
        "identity": OPERATOR.identity,
        "certificate": OPERATOR.fingerprint,
    }


def test_a_message_without_documents_is_decided_once(database: Database) -> None:
    story = Story.begin(database)

    story.send(make_mail(), sender=HOSPITAL)

    (decided,) = detail(story.lines(), "document:decide")
    assert (decided["position"], decided["document"]) == (0, "")
    assert decided["reasons"] == ["MESSAGE_ONLY"]


def test_the_patient_may_be_gone_when_the_message_is_filed(database: Database) -> None:
    story = Story.begin(database)
    mail = make_mail(as_xml(make_cda()))

    told = story.send(mail, recipients=(story.to_patient("f" * 32),))

    assert told.codes == ["PROFILE_ABSENT"]
    assert not told.deliver
    assert detail(operator_lines(story), "document:decide")[0]["reasons"][0] == (
        "PROFILE_ABSENT"
    )


DOCTOR = "dr@hopital.mssante.test"


def to(address: str) -> Recipient:
    return Recipient(kind=RecipientKind.MAILBOX, address=address, target_id="d" * 32)


def test_a_copy_that_is_not_made_is_in_the_journal_with_its_reason(
    database: Database,
) -> None:
    story = Story.begin(database)
    doctor, own = to(DOCTOR), to("Service@hopital.mssante.test")

    told = story.send(
        make_mail(as_xdm(pack(make_cda(), flags=["MASQUE_PS"]))),
        recipients=(doctor, story.to_patient(), own),
    )

    ends = [(one.outcome, one.reasons, one.deliver) for one in told.kept.recipients]
    assert ends[0] == ("BOUNCED", ("MASKED_DOCUMENT",), False)
    assert ends[1][::2] == ("FILED_MASKED", True)
    assert ends[2] == ("", (), True)
    (line,) = [one for one in operator_lines(story) if one.action == "message:return"]
    assert (line.outcome, line.subject) == ("MASKED_DOCUMENT", told.kept.id)
    assert without_evidence(line.detail) == {"recipient": 0}
    assert told.kept.state == "decided"


def test_a_document_that_is_masked_by_the_patients_setting_has_its_copies(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.change(mask_by_default=True)

    told = story.send(
        make_mail(as_xdm(pack(make_cda()))),
        recipients=(story.to_patient(), to(DOCTOR)),
    )

    assert [one.outcome for one in told.kept.recipients] == [
        "FILED_MASKED_BY_DEFAULT",
        "",
    ]


def test_a_masked_document_that_is_not_filed_has_no_copies_either(
    database: Database,
) -> None:
    story = Story.begin(database)
    package = pack(make_cda(), flags=["MASQUE_PS"], changes={"unique_id": "9.9"})

    told = story.send(
        make_mail(as_xdm(package)),
        recipients=(story.to_patient(), to(DOCTOR)),
    )

    assert [one.outcome for one in told.kept.recipients] == ["DOC_INVALID", "BOUNCED"]


def test_what_is_set_aside_by_traits_says_so_to_all(database: Database) -> None:
    story = Story.begin(database)
    other = make_cda(unique_id=(f"{SET}.9", ""), set_id="", ins="", family="AUTRE")

    with warnings_logged() as logged:
        told = story.send(
            make_mail(as_xml(make_cda()), as_xml(other)),
            recipients=(story.to_patient(), to(DOCTOR)),
        )

    assert told.codes == ["TRAITS_MISMATCH", "TRAITS_MISMATCH"]
    assert [(one.outcome, one.reasons[0]) for one in told.kept.recipients] == [
        ("TRAITS_MISMATCH", "TRAITS_MISMATCH"),
        ("BOUNCED", "TRAITS_MISMATCH"),
    ]
    (line,) = [
        one for one in operator_lines(story) if one.action == "message:quarantine"
    ]
    assert line.outcome == "TRAITS_MISMATCH"
    assert logged == [f"message {told.kept.id} is in quarantine: TRAITS_MISMATCH"]


LETTER = make_mail(as_xdm(pack(make_cda())))
OWN_MAILBOX = "dr.martin@hopital.mssante.test"
FILED_AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SHOWN_AT = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)


def without_message(*documents: bytes, **said: Any) -> bytes:
    """Return documents as a door that is no mail keeps them."""
    return write_documents(
        SubmittedDocuments(
            identifier="1.2.3",
            documents=tuple(
                SubmittedDocument(content=one, said=Said(**said)) for one in documents
            ),
        )
    )


def tasks_of(story: Story) -> list[tuple[str, str, datetime]]:
    """Return kind, subject and due time of what waits, without the filing itself."""
    with story.database.read() as work:
        return [
            (row.kind, row.subject, row.due_at)
            for row in work.tasks.listed()
            if row.kind != "file"
        ]


def test_a_message_leaves_a_task_that_delivers_and_no_other(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(LETTER)

    assert told.kept.state == "decided"
    assert tasks_of(story) == [("deliver", told.kept.id, FILED_AT)]


def test_what_nobody_gets_has_ended_and_its_sender_is_told(database: Database) -> None:
    story = Story.begin(database, state="CLOSED")

    told = story.send(LETTER)

    assert (told.outcome, told.kept.state) == ("PROFILE_CLOSED", "ended")
    assert told.kept.recipients[0].deliver is False
    assert tasks_of(story) == [("acknowledge", told.kept.id, FILED_AT)]


def test_a_doctor_in_copy_gets_what_the_patient_does_not(database: Database) -> None:
    story = Story.begin(database, state="CLOSED")

    told = story.send(LETTER, recipients=(MAILBOX, story.to_patient()))

    assert [one.outcome for one in told.kept.recipients] == ["", "PROFILE_CLOSED"]
    assert [one.deliver for one in told.kept.recipients] == [True, False]
    assert told.kept.state == "decided"
    assert tasks_of(story) == [("deliver", told.kept.id, FILED_AT)]


def test_one_of_two_patients_gets_it(database: Database) -> None:
    story = Story.begin(database)
    closed = open_profile(
        database, ins=Ins.of(OTHER_INS, TEST_RANGE), state="CLOSED", email=""
    )

    told = story.send(LETTER, recipients=(story.to_patient(), story.to_patient(closed)))

    assert [one.deliver for one in told.kept.recipients] == [True, False]
    assert told.kept.state == "decided"
    assert tasks_of(story) == [("deliver", told.kept.id, FILED_AT)]


def test_documents_without_a_message_are_filed_told_of_and_delivered_to_nobody(
    database: Database,
) -> None:
    story = Story.begin(database)

    told = story.send(
        without_message(make_cda(), b"<broken"), form=SubmissionForm.DOCUMENTS
    )

    assert told.codes == ["FILED", "DOC_INVALID"]
    assert told.kept.state == "ended"
    assert told.kept.recipients[0].deliver is False
    assert tasks_of(story) == [("disclose", told.documents[0].entry_id, FILED_AT)]


def test_a_version_that_comes_late_without_a_message_is_not_told_of(
    database: Database,
) -> None:
    story = Story.begin(database)
    newer = make_cda(unique_id=(f"{SET}.2", ""), version=2, replaces="")
    first = story.send(without_message(newer), form=SubmissionForm.DOCUMENTS)

    told = story.send(without_message(make_cda()), form=SubmissionForm.DOCUMENTS)

    assert told.documents[0].entry_id
    assert tasks_of(story) == [("disclose", first.documents[0].entry_id, FILED_AT)]


def test_somebody_elses_document_that_came_without_a_message_is_answered_by_its_door(
    database: Database,
) -> None:
    story = Story.begin(database)

    told = story.send(without_message(OTHERS), form=SubmissionForm.DOCUMENTS)

    assert (told.codes, told.kept.state) == (["PATIENT_MISMATCH"], "quarantined")
    assert tasks_of(story) == []


@pytest.mark.parametrize("form", SubmissionForm)
def test_of_a_hidden_document_the_patient_is_told_on_its_day(
    form: SubmissionForm, database: Database
) -> None:
    story = Story.begin(database)
    flag = "INVISIBLE_PATIENT"
    content = (
        make_mail(as_xdm(pack(make_cda(), flags=[flag])))
        if form is SubmissionForm.MESSAGE
        else without_message(make_cda(), confidentiality=(flag,))
    )

    told = story.send(content, form=form)

    assert told.codes == ["FILED_INVISIBLE"]
    recipient = told.kept.recipients[0]
    assert (recipient.hidden, recipient.hidden_until) == ((flag,), SHOWN_AT)
    due = FILED_AT + timedelta(days=14)
    assert ("disclose", told.documents[0].entry_id, due) in tasks_of(story)
    assert [kind for kind, _, _ in tasks_of(story)].count("disclose") == 1


def test_of_several_documents_the_last_to_be_shown_hides_the_message(
    database: Database, clock: SetClock
) -> None:
    story = Story.begin(database)
    hidden = pack(make_cda(), flags=["INVISIBLE_PATIENT"])
    story.send(make_mail(as_xdm(hidden)))
    clock.advance(days=10)
    other = make_cda(unique_id=(f"{SET}.7", ""), set_id="1.2.7")
    both = pack(make_cda(), other, flags=["INVISIBLE_PATIENT"])

    told = story.send(make_mail(as_xdm(both)))

    assert told.codes == ["DUPLICATE", "FILED_INVISIBLE"]
    day = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
    assert told.kept.recipients[0].hidden_until == day


def test_a_hidden_document_that_is_refused_leaves_its_message_with_no_day(
    database: Database,
) -> None:
    story = Story.begin(database)
    unknown = make_cda(type_code=("X", "1.2.3", "X"))

    told = story.send(make_mail(as_xdm(pack(unknown, flags=["INVISIBLE_PATIENT"]))))

    recipient = told.kept.recipients[0]
    assert (recipient.outcome, recipient.hidden_until) == ("TYPE_UNKNOWN", None)
    assert recipient.hidden == ("INVISIBLE_PATIENT",)


def test_the_message_that_withdraws_what_everybody_sees_has_no_day(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.send(make_mail(as_xdm(pack(make_cda(), flags=["MASQUE_PS"]))))

    told = story.send(make_mail(as_xdm(pack(make_cda(), action=EntryAction.DELETE))))

    assert told.kept.recipients[0].hidden_until is None


def test_who_the_patient_blocked_files_nothing(database: Database) -> None:
    story = Story.begin(database)
    with database.write() as work:
        Decisions(work).block(story.profile_id, STRUCTURE)

    told = story.send(LETTER)

    assert told.codes == ["SENDER_BLOCKED"]
    assert story.entries() == []


def test_who_the_patient_blocked_by_the_address_in_from_files_nothing(
    database: Database,
) -> None:
    story, doctor = Story.begin(database), "dr.martin@hopital.mssante.test"
    with database.write() as work:
        Decisions(work).block(story.profile_id, doctor)

    told = story.send(make_mail(as_xdm(pack(make_cda())), sender=doctor))

    assert told.codes == ["SENDER_BLOCKED"]


def test_who_the_patient_blocked_by_one_mailbox_files_nothing_by_another_way(
    database: Database,
) -> None:
    story = Story.begin(database)
    with database.write() as work:
        Mailboxes(work).add(OWN_MAILBOX, kind="PER", holders=[PERSON.identity])
        Decisions(work).block(story.profile_id, OWN_MAILBOX)

    told = story.send(LETTER, sender=PERSON)
    for_them = story.send(LETTER)

    assert told.codes == ["SENDER_BLOCKED"]
    assert for_them.codes == ["SENDER_BLOCKED"], "what they wrote, sent by their house"
    assert story.entries() == []


def test_who_is_secret_by_a_mailbox_is_so_by_their_certificate(
    database: Database,
) -> None:
    story = Story.begin(database, traits=evolve(TRAITS, birth_date="20150328"))
    with database.write() as work:
        Mailboxes(work).add(OWN_MAILBOX, kind="PER", holders=[PERSON.identity])
        Decisions(work).set_secret(story.profile_id, OWN_MAILBOX, secret=True)

    cda = make_cda(birth_date="20150328")
    told = story.send(make_mail(as_xdm(pack(cda))), sender=PERSON)

    assert told.codes == ["FILED_SECRET"]


def test_what_is_filed_for_one_patient_has_one_submission_of_this_gateway(
    database: Database,
) -> None:
    story = Story.begin(database, filing={"source_id": "1.2.250.1.99"})
    other = make_cda(unique_id=(f"{SET}.7", ""), set_id="1.2.7")

    told = story.send(make_mail(as_xdm(pack(make_cda(), other))))

    with database.read() as work:
        brought = story.vault(work).brought_by(story.profile_id, [told.kept.id])
        (submission,) = {one.submission_id for one in brought}
        profile = Profiles(work).get(story.profile_id)
        assert profile is not None
        kept = Submissions(work).get(submission, profile.key_id)
    assert kept is not None
    assert {one.unique_id for one in brought} == {f"{SET}.1", f"{SET}.7"}
    assert kept["sourceId"] == "1.2.250.1.99"
    assert kept["submissionTime"] == "20261121090000"


def files_of(database: Database) -> int:
    """Count the files that hold something; those made ahead are empty."""
    return sum(path.stat().st_size > 0 for path in database.folder.folder.glob("*/*"))


@pytest.mark.parametrize(
    ("changes", "codes", "more"),
    [
        ({}, ["FILED"], 1),
        ({"type_code": ("X", "1.2.3", "X")}, ["TYPE_UNKNOWN"], 0),
        ({"ins": OTHER_INS}, ["PATIENT_MISMATCH"], 0),
    ],
)
def test_of_a_large_document_a_file_stays_only_where_it_is_filed(
    changes: dict[str, Any], codes: list[str], more: int, database: Database
) -> None:
    story = Story.begin(database)
    noise = Random(1).randbytes(100_000).hex()  # large even deflated
    large = make_cda(extra=f"<!-- {noise} -->", **changes)
    task = story.keep(make_mail(as_xdm(pack(large))))
    files = files_of(database)

    job = story.filing(task)
    assert files_of(database) == files + 1  # before the transaction
    with database.write() as work:
        job(work)

    assert story.told(task.subject).codes == codes
    assert files_of(database) == files + more


def delivering(story: Story, delivery: Delivery) -> Story:
    """Return the story with filing that makes the copies of a message as well."""
    filing = evolve(story.filing, deliver=lambda *_: delivery)
    return evolve(story, filing=filing)


def test_copies_are_made_of_the_message_as_it_was_decided(database: Database) -> None:
    given: list[KeptArrival] = []

    def deliver(kept: KeptArrival, work: UnitOfWork) -> None:
        given.append(kept)
        work.note(Action.MESSAGE_DELIVERED, "copied", kept.id)

    story = delivering(Story.begin(database), deliver)

    told = story.send(
        make_mail(as_xdm(pack(make_cda(), flags=["INVISIBLE_PATIENT"]))),
        recipients=(MAILBOX, story.to_patient()),
    )

    assert given == [told.kept]
    assert [one.outcome for one in given[0].recipients] == ["", "FILED_INVISIBLE"]
    assert given[0].recipients[1].hidden_until == SHOWN_AT
    # The state and the receipts are for whoever makes the copies.
    assert told.kept.state == "received"
    assert told.tasks == []
    # In the same transaction as the filing.
    copied = operator_lines(story)[-1]
    assert (copied.outcome, copied.subject) == ("copied", told.kept.id)


MASKED = make_mail(as_xdm(pack(make_cda(), flags=["MASQUE_PS"])))


def test_a_copy_that_is_not_made_is_known_to_who_makes_the_others(
    database: Database,
) -> None:
    given: list[KeptArrival] = []
    story = delivering(Story.begin(database), lambda kept, _: given.append(kept))

    told = story.send(MASKED, recipients=(to(DOCTOR), story.to_patient()))

    assert given == [told.kept]
    doctor = told.kept.recipients[0]
    assert (doctor.outcome, doctor.deliver) == ("BOUNCED", False)
    assert doctor.reasons == ("MASKED_DOCUMENT",)


def test_a_message_whose_only_copy_is_not_made_has_ended(database: Database) -> None:
    story = Story.begin(database, state="CLOSED")

    told = story.send(MASKED, recipients=(to(DOCTOR), story.to_patient()))

    assert [one.outcome for one in told.kept.recipients] == [
        "BOUNCED",
        "PROFILE_CLOSED",
    ]
    assert told.kept.state == "ended"
    assert tasks_of(story) == [("acknowledge", told.kept.id, FILED_AT)]


def test_what_nobody_gets_is_given_to_no_delivery(database: Database) -> None:
    def deliver(kept: KeptArrival, work: UnitOfWork) -> None:
        raise AssertionError(kept.id)

    story = delivering(Story.begin(database, state="CLOSED"), deliver)

    assert story.send(LETTER).kept.state == "ended"


def test_a_message_that_cannot_be_copied_is_tried_again_with_its_documents(
    database: Database,
) -> None:
    def deliver(kept: KeptArrival, work: UnitOfWork) -> None:
        raise InvalidError("no such folder")

    story = delivering(Story.begin(database), deliver)
    task = story.keep(LETTER)

    with pytest.raises(UnavailableError, match="^no such folder$") as caught:
        story.settle(task)

    assert isinstance(caught.value.__cause__, InvalidError)
    assert story.entries() == []
    story.settle(evolve(task, attempts=1))
    assert story.told(task.subject).codes == ["FILED"]
    assert tasks_of(story) == [("deliver", task.subject, FILED_AT)]
