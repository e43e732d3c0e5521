"""The filing step: once, whole, in the right vault; partial success said as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import permutations
from random import Random
from typing import Any

import pytest
from attrs import define, evolve, field

from gateway.core.document import Availability, Visibility
from gateway.core.envelope import (
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
    SubmissionForm,
)
from gateway.core.ins import Ins
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.filing import Filing
from gateway.dmp_bridge.filing.settling import Delivery
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError, NotFoundError
from gateway.message.reading import MessageParts
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.base.work import Database
from gateway.store.patients.decisions import Decisions
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.tables import blobs, documents, submissions
from gateway.store.tasks.steps import HeavyJob
from gateway.store.tasks.tasks import Task, TaskKind
from gateway.store.vault.documents import Documents
from gateway.store.vault.submissions import Submissions
from tests.builders_cda import SET, make_cda
from tests.builders_mail import as_xdm, as_xml, make_mail, pack
from tests.builders_people import TEST_RANGE, open_profile
from tests.builders_settings import make_settings
from tests.dmp_bridge.filing.story import OPERATOR, Story
from tests.fakes import SetClock

OTHER_INS = "277076322082910"
LETTER = make_cda()
MAIL = make_mail(as_xdm(pack(LETTER)))
MAILBOX = Recipient(
    kind=RecipientKind.MAILBOX,
    address="doctor@hopital.mssante.test",
    target_id="d" * 32,
)


def version(number: int, **changes: object) -> bytes:
    """Return the n-th version of the letter, which replaces the one before."""
    replaces = f"{SET}.{number - 1}" if number > 1 else ""
    return make_cda(
        **{
            "unique_id": (f"{SET}.{number}", ""),
            "version": number,
            "replaces": replaces,
            **changes,
        }
    )


def by_id(story: Story) -> dict[str, str]:
    """Return the status of each document by the end of its uniqueId."""
    return {
        entry.unique_id.rpartition(".")[2]: entry.availability_status.value
        for entry in story.entries()
    }


def count(database: Database, *tables: object) -> list[int]:
    with database.read() as work:
        return [
            len(work.connection.execute(table.select()).all())  # type: ignore[attr-defined]
            for table in tables
        ]


def test_a_letter_is_filed_with_its_entry_and_its_journal(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(MAIL)

    (entry,) = story.entries()
    assert (told.outcome, told.kept.state) == ("FILED", "decided")
    assert told.documents[0].unique_id == entry.unique_id == f"{SET}.1"
    assert entry.patient_id == f"279035121518989^^^&{TEST_RANGE}&ISO^NH"
    assert entry.class_code.code == "10"
    assert story.read(entry.unique_id).content == LETTER
    decided, filed = story.lines()[-2:]
    assert (decided.action, filed.action) == ("document:decide", "document:file")
    assert filed.subject == told.documents[0].entry_id
    assert filed.detail["arrival"] == told.kept.id


def test_the_same_task_twice_is_one_filing(database: Database) -> None:
    story = Story.begin(database)
    task = story.keep(MAIL)
    first, second = story.filing(task), story.filing(task)

    with database.write() as work:
        first(work)
    with database.write() as work:
        second(work)
    story.settle(task)

    assert count(database, documents, submissions) == [1, 1]
    assert story.told(task.subject).tasks == ["deliver"]


def test_the_same_message_twice_in_one_transaction_is_one_filing(
    database: Database,
) -> None:
    story = Story.begin(database)
    tasks = [story.keep(MAIL), story.keep(MAIL)]
    jobs = [story.filing(task) for task in tasks]

    with database.write() as work:
        for job in jobs:
            job(work)

    outcomes = [story.told(task.subject).outcome for task in tasks]
    assert outcomes == ["FILED", "DUPLICATE"]
    assert count(database, documents) == [1]


def test_a_job_that_is_undone_leaves_nothing(database: Database) -> None:
    story = Story.begin(database)
    task = story.keep(MAIL)
    before = len(story.lines())
    job = story.filing(task)

    def die() -> None:
        with database.write() as work:
            job(work)
            raise NotFoundError("killed")

    with pytest.raises(NotFoundError):
        die()

    assert count(database, documents, submissions) == [0, 0]
    assert story.told(task.subject).kept.state == "received"
    assert len(story.lines()) == before
    story.settle(task)
    assert by_id(story) == {"1": "Approved"}


def test_a_message_that_is_not_there_fails_for_good(database: Database) -> None:
    story = Story.begin(database)
    task = Task(1, TaskKind.FILE, "f" * 32, 0, database.clock())

    with pytest.raises(InvalidError, match="^no such message$"):
        story.filing(task)


def test_of_what_is_settled_nothing_is_read_again(database: Database) -> None:
    story = Story.begin(database)
    task = story.keep(MAIL)
    story.settle(task)
    lines = len(story.lines())

    job = story.filing(task)
    with database.write() as work:
        job(work)

    assert not isinstance(job, HeavyJob)  # it holds no bytes
    assert len(story.lines()) == lines


def test_a_job_says_how_many_bytes_it_holds(database: Database) -> None:
    story = Story.begin(database)
    mail = make_mail(as_xml(LETTER), as_xml(b"<broken"))
    size = len(mail) + len(LETTER) + len(b"<broken")

    job = story.filing(story.keep(mail))
    nothing = story.filing(story.keep(mail, recipients=(MAILBOX,)))

    assert isinstance(job, HeavyJob)
    assert isinstance(nothing, HeavyJob)
    assert (job.size, nothing.size) == (size, 0)


@define
class Copier:
    """Takes each message as the delivery does, and remembers what it was given."""

    error: Exception | None = None
    given: list[tuple[KeptArrival, bytes, MessageParts]] = field(factory=list)
    copied: list[str] = field(factory=list)

    def __call__(
        self, kept: KeptArrival, content: bytes, parts: MessageParts
    ) -> Delivery:
        self.given.append((kept, content, parts))
        if self.error is not None:
            raise self.error
        return lambda decided, _: self.copied.append(decided.id)


def copying(database: Database, copier: Copier) -> Story:
    """Begin a story whose filing makes the copies of a message as well."""
    story = Story.begin(database)
    filing = Filing.from_settings(
        database, open_vaults(database), make_settings(), copier
    )
    return evolve(story, filing=filing)


def test_the_delivery_is_given_the_message_as_it_was_opened(database: Database) -> None:
    copier = Copier()
    story = copying(database, copier)

    told = story.send(MAIL)

    ((kept, content, parts),) = copier.given
    assert evolve(kept, recipients=told.kept.recipients) == told.kept
    assert content == MAIL
    assert parts == story.filing.opener.open(MAIL, SubmissionForm.MESSAGE).parts
    assert copier.copied == [told.kept.id]
    assert told.tasks == []


def test_a_task_that_failed_before_leaves_the_copies_to_another(
    database: Database,
) -> None:
    copier = Copier()
    story = copying(database, copier)
    task = evolve(story.keep(MAIL), attempts=1)

    story.settle(task)

    assert (copier.given, copier.copied) == ([], [])
    told = story.told(task.subject)
    assert (told.codes, told.tasks) == (["FILED"], ["deliver"])


def test_what_the_delivery_cannot_take_is_filed_and_left_to_a_task(
    database: Database,
) -> None:
    copier = Copier(error=InvalidError("no such header"))
    story = copying(database, copier)

    told = story.send(MAIL)

    assert len(copier.given) == 1
    assert (told.codes, told.tasks) == (["FILED"], ["deliver"])


@pytest.mark.parametrize(
    "unopened",
    [
        {"sender": Sender(kind=SenderKind.SYSTEM)},
        {"recipients": (MAILBOX,)},
    ],
    ids=["a receipt", "no patient"],
)
def test_what_is_not_opened_is_left_to_a_task(
    unopened: dict[str, Any], database: Database
) -> None:
    copier = Copier()
    story = copying(database, copier)

    told = story.send(MAIL, **unopened)

    assert copier.given == []
    assert told.tasks == ["deliver"]


@pytest.mark.parametrize(
    ("kind", "opened"),
    [
        (SenderKind.OPERATOR, True),
        (SenderKind.ORGANISATION, True),
        (SenderKind.PERSON, True),
        (SenderKind.PATIENT, False),
        (SenderKind.SYSTEM, False),
    ],
)
def test_only_what_professionals_write_is_opened(
    kind: SenderKind, opened: bool, database: Database
) -> None:
    story = Story.begin(database)

    told = story.send(make_mail(as_xml(b"<broken")), sender=Sender(kind=kind))

    assert told.codes == (["DOC_INVALID"] if opened else [])


@pytest.mark.parametrize(
    "mail_of", [lambda one: as_xdm(pack(one)), as_xml], ids=["packed", "attached"]
)
def test_a_large_document_is_kept_deflated(
    mail_of: Callable[[bytes], Any], database: Database
) -> None:
    story = Story.begin(database)
    noise = Random(1).randbytes(200_000).hex()  # half its size when deflated
    large = make_cda(extra=f"<!-- {noise} -->")
    task = story.keep(make_mail(mail_of(large)))
    before = sizes_in(database)

    story.settle(task)

    (size,) = sizes_in(database) - before
    assert size < 0.6 * len(large)
    assert story.read(f"{SET}.1").content == large


@pytest.mark.parametrize(
    "mail_of",
    [
        lambda one: as_xdm(pack(one, action=EntryAction.DELETE)),
        lambda one: as_xml(one + b"<"),
    ],
    ids=["to be withdrawn", "broken"],
)
def test_what_is_not_to_be_kept_is_not_written_ahead(
    mail_of: Callable[[bytes], Any], database: Database
) -> None:
    story = Story.begin(database)
    large = make_cda(extra=f"<!-- {Random(1).randbytes(200_000).hex()} -->")
    task = story.keep(make_mail(mail_of(large)))
    before = sizes_in(database)

    story.filing(task)

    assert sizes_in(database) == before


def sizes_in(database: Database) -> Counter[int]:
    """Return the sizes of the files that hold something, each as often as it is."""
    sizes = (path.stat().st_size for path in database.folder.folder.glob("*/*"))
    return Counter(size for size in sizes if size)


def test_a_chain_of_versions_leaves_the_last_one_current(database: Database) -> None:
    story = Story.begin(database)

    outcomes = [
        story.send(make_mail(as_xdm(pack(version(number))))).outcome
        for number in (1, 2, 3)
    ]

    assert outcomes == ["FILED", "REPLACED", "REPLACED"]
    assert by_id(story) == {"1": "Deprecated", "2": "Deprecated", "3": "Approved"}


def test_a_version_that_comes_late_never_hides_a_newer_one(database: Database) -> None:
    story = Story.begin(database)
    story.send(make_mail(as_xdm(pack(version(1)))))
    story.send(make_mail(as_xdm(pack(version(3, replaces="")))))

    story.send(make_mail(as_xdm(pack(version(2)))))

    assert by_id(story) == {"1": "Deprecated", "2": "Deprecated", "3": "Approved"}


def test_two_versions_in_one_message_are_filed_in_order(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(make_mail(as_xdm(pack(version(1), version(2)))))

    assert told.codes == ["FILED", "REPLACED"]
    assert told.outcome == "FILED"
    assert by_id(story) == {"1": "Deprecated", "2": "Approved"}
    assert count(database, submissions) == [1]


def test_a_report_in_both_levels_is_two_documents_of_one_set(
    database: Database,
) -> None:
    story = Story.begin(database)
    as_file = make_cda(unique_id=(f"{SET}.11", ""), body="pdf")

    told = story.send(make_mail(as_xdm(pack(LETTER, as_file))))

    assert told.codes == ["FILED", "FILED"]
    assert by_id(story) == {"1": "Approved", "11": "Approved"}


def test_the_next_version_in_both_levels_replaces_both(database: Database) -> None:
    story = Story.begin(database)
    as_file = make_cda(unique_id=(f"{SET}.11", ""), body="pdf")
    story.send(make_mail(as_xdm(pack(LETTER, as_file))))
    next_file = make_cda(
        unique_id=(f"{SET}.12", ""), version=2, body="pdf", replaces=f"{SET}.1"
    )

    told = story.send(make_mail(as_xdm(pack(version(2), next_file))))

    assert told.codes == ["REPLACED", "REPLACED"]
    assert by_id(story) == {
        "1": "Deprecated",
        "11": "Deprecated",
        "2": "Approved",
        "12": "Approved",
    }


def test_without_a_set_both_levels_replace_one_document_once_each(
    database: Database,
) -> None:
    story = Story.begin(database)
    codes = []
    for number, body, replaces in (
        (1, "sections", ""),
        (2, "pdf", f"{SET}.1"),
        (3, "sections", f"{SET}.1"),
        (4, "sections", f"{SET}.1"),
    ):
        form = make_cda(
            unique_id=(f"{SET}.{number}", ""),
            set_id="",
            version=None,
            body=body,
            replaces=replaces,
        )
        codes += story.send(make_mail(as_xml(form))).codes

    assert codes == ["FILED", "REPLACED", "REPLACED", "REPLACE_FORBIDDEN"]


def link(number: int, **changes: Any) -> bytes:
    """Return a letter of a chain without a set: each names the one before it."""
    return make_cda(
        unique_id=(f"{SET}.{number}", ""),
        set_id="",
        version=None,
        replaces=f"{SET}.{number - 1}" if number > 1 else "",
        **changes,
    )


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_the_last_of_a_chain_is_current_in_whichever_order_it_comes(
    database: Database, order: tuple[int, ...]
) -> None:
    story = Story.begin(database)

    for number in order:
        assert story.send(make_mail(as_xdm(pack(link(number))))).outcome in {
            "FILED",
            "REPLACED",
            "REPLACED_PARENT_UNKNOWN",
        }

    assert by_id(story) == {"1": "Deprecated", "2": "Deprecated", "3": "Approved"}


def test_what_comes_late_leads_to_what_replaced_it(database: Database) -> None:
    story = Story.begin(database)

    codes = [
        *story.send(make_mail(as_xdm(pack(link(2))))).codes,
        *story.send(make_mail(as_xdm(pack(link(1))))).codes,
    ]

    assert codes == ["REPLACED_PARENT_UNKNOWN", "FILED"]
    with database.read() as work:
        vault = story.vault(work)
        late, later = vault.find(f"{SET}.1"), vault.find(f"{SET}.2")
    assert late is not None
    assert later is not None
    assert late.replaced_by == later.id
    assert late.replaced_levels == {later.body_level}


def test_the_sender_beside_the_document_may_name_what_is_still_to_come(
    database: Database,
) -> None:
    story = Story.begin(database)
    new = make_cda(unique_id=(f"{SET}.2", ""), set_id="", version=None)

    story.send(make_mail(as_xdm(pack(new, replaced_uuid=f"{SET}.1"))))
    story.send(make_mail(as_xdm(pack(link(1)))))

    assert by_id(story) == {"1": "Deprecated", "2": "Approved"}


def test_a_chain_of_another_author_replaces_nothing_that_comes_later(
    database: Database,
) -> None:
    story = Story.begin(database)
    other = link(2, author_id="899700000025", structure_id="1750000029")
    story.send(make_mail(as_xdm(pack(other))), sender=OPERATOR)

    story.send(make_mail(as_xdm(pack(link(1)))), sender=OPERATOR)

    assert by_id(story) == {"1": "Approved", "2": "Approved"}


def test_a_name_longer_than_any_id_names_nothing(database: Database) -> None:
    story = Story.begin(database)
    new = make_cda(
        unique_id=(f"{SET}.2", ""),
        set_id="",
        version=None,
        replaces=f"{'1' * 128}^{'a' * 200}",
    )

    told = story.send(make_mail(as_xdm(pack(new))))

    assert told.codes == ["REPLACED_PARENT_UNKNOWN"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("20990101120000+0100", "effectiveTime is on a day to come"),
        ("20261016143000+0200", ""),
    ],
)
def test_a_document_of_a_day_to_come_is_filed_and_its_sender_told(
    database: Database, written: str, told: str
) -> None:
    story = Story.begin(database)

    outcome = story.send(make_mail(as_xdm(pack(make_cda(effective_time=written)))))

    assert (outcome.codes, outcome.documents[0].detail) == (["FILED"], told)


def test_a_day_to_come_is_told_after_what_else_is_odd(database: Database) -> None:
    story = Story.begin(database)
    letter = make_cda(effective_time="20990101120000+0100", service_start="demain")

    outcome = story.send(make_mail(as_xdm(pack(letter))))

    assert outcome.documents[0].detail == (
        "documentationOf/serviceEvent/effectiveTime/low is not a time: left out; "
        "effectiveTime is on a day to come"
    )


def test_the_metadata_may_name_what_is_replaced(database: Database) -> None:
    story = Story.begin(database)
    story.send(make_mail(as_xdm(pack(make_cda(set_id="", version=None)))))
    (old,) = story.entries()
    new = make_cda(unique_id=(f"{SET}.2", ""), set_id="", version=None)

    told = story.send(make_mail(as_xdm(pack(new, replaced_uuid=old.entry_uuid))))

    assert told.outcome == "REPLACED"
    assert by_id(story) == {"1": "Deprecated", "2": "Approved"}


def test_the_documents_of_a_message_stand_in_its_order(database: Database) -> None:
    """Once they stood in the order of random numbers, which were their names."""
    story = Story.begin(database)
    numbers = (5, 2, 9, 1, 7, 4, 8, 3, 6)
    letters = (
        make_cda(unique_id=(f"{SET}.{number}", ""), set_id="", version=None)
        for number in numbers
    )

    story.send(make_mail(*(as_xml(letter) for letter in letters)))

    listed = [one.unique_id.rpartition(".")[2] for one in story.entries()]
    assert listed == [str(number) for number in reversed(numbers)]


def test_each_document_has_its_own_outcome(database: Database) -> None:
    story = Story.begin(database)
    unknown = make_cda(unique_id=(f"{SET}.7", ""), type_code=("X", "1.2.3", "X"))
    mail = make_mail(
        as_xdm(pack(LETTER)),
        as_xml(b"<broken"),
        ("second.zip", "application/zip", pack(unknown)),
        as_xml(LETTER),
        ("copie.pdf", "application/pdf", b"%PDF-1.4"),
    )

    told = story.send(mail)

    assert told.codes == ["FILED", "DOC_INVALID", "TYPE_UNKNOWN", "DUPLICATE"]
    assert told.outcome == "DOC_INVALID"
    assert told.documents[1].detail == (
        "XML not well formed, line 1 (partie/part 3, text/xml)"
    )
    assert told.deliver
    assert by_id(story) == {"1": "Approved"}


def test_a_document_of_another_patient_stops_all_of_the_message(
    database: Database,
) -> None:
    story = Story.begin(database)
    other = make_cda(unique_id=(f"{SET}.8", ""), set_id="1.2.8", ins=OTHER_INS)
    mail = make_mail(as_xdm(pack(LETTER)), as_xml(other))

    told = story.send(mail, recipients=(story.to_patient(), MAILBOX))

    assert told.codes == ["PATIENT_MISMATCH", "PATIENT_MISMATCH"]
    assert [one.outcome for one in told.kept.recipients] == [
        "PATIENT_MISMATCH",
        "BOUNCED",
    ]
    assert not any(one.deliver for one in told.kept.recipients)
    assert (told.kept.state, told.tasks) == ("quarantined", ["acknowledge"])
    assert count(database, documents) == [0]
    with database.read() as work:
        (alert,) = [
            line
            for line in work.journal.lines("operator")
            if line.action == "message:quarantine"
        ]
    assert (alert.subject, alert.detail["sender"]) == (told.kept.id, "organisation")


def test_what_was_noticed_of_a_document_set_aside_stays_in_the_journal(
    database: Database,
) -> None:
    story = Story.begin(database)
    careful = make_cda(birth_place="51215")
    other = make_cda(unique_id=(f"{SET}.8", ""), set_id="1.2.8", ins=OTHER_INS)

    told = story.send(make_mail(as_xdm(pack(careful)), as_xml(other)))

    assert told.kept.state == "quarantined"
    lines = [one for one in story.lines() if one.action == "document:decide"]
    assert [one.detail["cautions"] for one in lines] == [["OTHER_BIRTH_PLACE"], []]
    assert [one.detail["reasons"] for one in lines] == [["PATIENT_MISMATCH"]] * 2


def test_a_second_patient_in_copy_stops_it_too(database: Database) -> None:
    story = Story.begin(database)
    second = open_profile(database, ins=Ins.of(OTHER_INS, TEST_RANGE))
    both = (story.to_patient(), story.to_patient(second))

    told = story.send(MAIL, recipients=both)

    assert [one.outcome for one in told.kept.recipients] == ["PATIENT_MISMATCH"] * 2
    assert told.kept.state == "quarantined"
    assert count(database, documents) == [0]


def test_the_same_patient_named_twice_has_one_document(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(MAIL, recipients=(story.to_patient(), story.to_patient()))

    assert told.codes == ["FILED", "DUPLICATE"]
    assert count(database, documents) == [1]
    assert [line.action for line in story.lines()].count("document:file") == 1


def test_without_a_patient_nothing_is_opened(database: Database) -> None:
    story = Story.begin(database)

    told = story.send(MAIL, recipients=(MAILBOX,))

    assert (told.kept.recipients[0].outcome, told.tasks) == ("", ["deliver"])
    assert told.documents == []


@pytest.mark.parametrize("kind", [SenderKind.SYSTEM, SenderKind.PATIENT])
def test_what_is_not_from_a_professional_is_a_message(
    kind: SenderKind, database: Database
) -> None:
    story = Story.begin(database)

    told = story.send(MAIL, sender=Sender(kind=kind))

    assert (told.outcome, told.documents) == ("MESSAGE_ONLY", [])
    assert told.deliver


def test_a_hidden_document_hides_its_message_for_a_month(
    database: Database, clock: SetClock
) -> None:
    story = Story.begin(database)
    mail = make_mail(as_xdm(pack(LETTER, flags=["INVISIBLE_PATIENT"])))

    told = story.send(mail)

    shown_at = datetime(2026, 12, 21, 9, 0, tzinfo=UTC)
    (recipient,) = told.kept.recipients
    assert recipient.hidden_until == shown_at
    assert recipient.hidden == (Visibility.HIDDEN_FROM_PATIENT,)
    assert story.entries()[0].visibility == {Visibility.HIDDEN_FROM_PATIENT}
    clock.now = shown_at
    assert story.entries()[0].visibility == frozenset()


def test_a_hidden_document_sent_again_hides_that_message_as_long(
    database: Database, clock: SetClock
) -> None:
    story = Story.begin(database)
    mail = make_mail(as_xdm(pack(LETTER, flags=["INVISIBLE_PATIENT"])))
    story.send(mail)
    clock.advance(days=10)

    told = story.send(mail)

    assert told.outcome == "DUPLICATE"
    assert told.kept.recipients[0].hidden_until == datetime(
        2026, 12, 21, 9, 0, tzinfo=UTC
    )


def test_masking_by_default_applies_when_the_hidden_document_shows(
    database: Database, clock: SetClock
) -> None:
    story = Story.begin(database)
    story.change(mask_by_default=True)

    story.send(make_mail(as_xdm(pack(LETTER, flags=["INVISIBLE_PATIENT"]))))

    clock.advance(days=40)
    assert story.entries()[0].visibility == {Visibility.MASKED}


def test_what_the_patient_had_masked_stays_masked_in_its_next_version(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.change(mask_by_default=True)
    story.send(make_mail(as_xdm(pack(version(1)))))
    story.change(mask_by_default=False)

    told = story.send(make_mail(as_xdm(pack(version(2)))))

    assert set(told.kept.recipients[0].reasons) == {"REPLACED", "FILED_MASKED"}
    assert all(entry.visibility == {Visibility.MASKED} for entry in story.entries())


@pytest.mark.parametrize(
    ("before", "by_default", "kept"),
    [
        (MaskedBy.EVERYTHING, False, MaskedBy.EVERYTHING),
        (MaskedBy.EVERYTHING, True, MaskedBy.PATIENT),
        (MaskedBy.PATIENT, False, MaskedBy.PATIENT),
    ],
)
def test_who_masked_the_versions_masks_the_next(
    database: Database, before: MaskedBy, *, by_default: bool, kept: MaskedBy
) -> None:
    story = Story.begin(database)
    story.send(make_mail(as_xdm(pack(version(1)))))
    with database.write() as work:
        (first,) = story.vault(work).listed(story.profile_id)
        masked = frozenset({Visibility.MASKED})
        story.vault(work).change_visibility(first, masked, masked_by=before)
    story.change(mask_by_default=by_default)

    story.send(make_mail(as_xdm(pack(version(2)))))

    with database.read() as work:
        found = {
            one.id: one.masked_by for one in story.vault(work).listed(story.profile_id)
        }
    assert found.pop(first.id) is before
    assert list(found.values()) == [kept]


def test_a_co_author_named_by_the_sender_is_no_title_to_replace(
    database: Database,
) -> None:
    """Hospital B lists an author of hospital A beside its own, and replaces A's."""
    story = Story.begin(database)
    story.send(MAIL)
    start = b"<author><time"
    theirs = make_cda(structure_id="1990000001", author_id="899700000025")
    author = theirs[theirs.index(start) : theirs.index(b"</author>") + 9]
    forged = version(2, extra=author.decode())

    told = story.send(
        make_mail(as_xdm(pack(forged))),
        sender=Sender(kind=SenderKind.ORGANISATION, identity="1990000001"),
    )

    assert told.outcome == "REPLACE_FORBIDDEN"
    assert by_id(story) == {"1": "Approved"}


def test_an_operator_replaces_what_the_same_author_wrote(database: Database) -> None:
    story = Story.begin(database)
    story.send(MAIL)

    told = story.send(make_mail(as_xdm(pack(version(2)))), sender=OPERATOR)

    assert told.outcome == "REPLACED"


def test_an_identifier_of_corsica_is_blocked_in_any_case(database: Database) -> None:
    story = Story.begin(database)
    with database.write() as work:
        Decisions(work).block(story.profile_id, "12A0000011")
    letter = make_cda(structure_id="12A0000011")

    told = story.send(
        make_mail(as_xdm(pack(letter))),
        sender=Sender(kind=SenderKind.ORGANISATION, identity="12A0000011"),
    )

    assert told.outcome == "SENDER_BLOCKED"


def test_neither_the_entry_nor_the_bytes_are_readable_in_the_database(
    database: Database,
) -> None:
    story = Story.begin(database)
    story.send(MAIL)

    with database.read() as work:
        rows = [
            repr(work.connection.execute(table.select()).all())
            for table in (documents, blobs, submissions)
        ]
    for text in rows:
        assert "PAT-TROIS" not in text
        assert "279035121518989" not in text
        assert "Lettre" not in text


def test_large_documents_go_to_the_folder_and_leave_it_when_not_filed(
    database: Database,
) -> None:
    small = evolve(database, folder=BlobFolder(database.folder.folder, 512))
    story = Story.begin(small)
    refused = make_cda(unique_id=(f"{SET}.7", ""), type_code=("X", "1.2.3", "X"))

    def files() -> int:
        found = small.folder.folder.glob("*/*")
        return sum(one.stat().st_size > 0 for one in found)  # not those made ahead

    story.send(make_mail(as_xdm(pack(refused))))
    message_only = files()
    story.send(MAIL)

    assert message_only == 1
    assert files() == 3
    assert story.read(f"{SET}.1").content == LETTER


def test_the_submission_set_is_kept_sealed_with_its_author(database: Database) -> None:
    story = Story.begin(database)
    told = story.send(MAIL)

    with database.read() as work:
        stored = Documents(work).get(told.documents[0].entry_id)
        assert stored is not None
        kept = Submissions(work).get(stored.facts.submission_id, stored.key_id)
    assert kept is not None
    assert kept["contentTypeCode"]["code"] == "03"
    assert kept["author"]["authorPerson"].startswith("899900000017^MARTIN")


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_versions_of_one_set_end_the_same_in_any_order(
    order: Sequence[int], database: Database
) -> None:
    story = Story.begin(database)

    for number in order:
        story.send(make_mail(as_xdm(pack(version(number)))))

    assert by_id(story) == {
        "1": Availability.DEPRECATED.value,
        "2": Availability.APPROVED.value,
    }
