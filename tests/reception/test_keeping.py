"""Kept once, before anybody is told; and what is answered when it could not be."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import event
from twisted.logger import capturedLogs, formatEvent

from gateway.core.envelope import (
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
    SubmissionForm,
)
from gateway.errors import ConflictError, UnavailableError
from gateway.reception.documents_form import read_documents
from gateway.reception.keeping import Failed, Failure, Kept, Reception, Twin
from gateway.reception.submission import (
    Message,
    Said,
    Submission,
    SubmittedDocument,
    SubmittedDocuments,
)
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, KeptArrival
from gateway.store.base.engine import make_engine
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.sealed.blobs import BlobFolder, Parcel
from gateway.store.tables import arrivals
from tests.reception.conftest import running_reception

SECONDS = 20
HOSPITAL = Sender(kind=SenderKind.ORGANISATION, identity="1750000011")
OTHER_HOSPITAL = Sender(kind=SenderKind.ORGANISATION, identity="1990000001")
PATIENT = Recipient(
    kind=RecipientKind.PATIENT,
    address="279035121518989@patient.mssante.test",
    target_id="b" * 32,
)
MAILBOX = Recipient(
    kind=RecipientKind.MAILBOX,
    address="doctor@hopital.mssante.test",
    target_id="d" * 32,
)
CONTENT = b"Subject: x\r\n\r\ny\r\n"
LARGE = CONTENT + b"x" * 100_000


def message(content: bytes = CONTENT, **changes: Any) -> Message:
    envelope = {
        "content": content,
        "message_id": "one@hopital.mssante.test",
        "reverse_path": "service@hopital.mssante.test",
        **changes,
    }
    return Message(**envelope)


def documents(*contents: bytes, identifier: str = "1.2.3") -> SubmittedDocuments:
    return SubmittedDocuments(
        identifier=identifier,
        documents=tuple(
            SubmittedDocument(content=one, said=Said(unique_id=f"1.2.{number}"))
            for number, one in enumerate(contents)
        ),
    )


def submission(
    brings: Message | SubmittedDocuments | None = None, **changes: Any
) -> Submission:
    return Submission(
        **{
            "door": Door.SUBMISSION,
            "sender": HOSPITAL,
            "recipients": (PATIENT,),
            "brings": brings or message(),
            **changes,
        }
    )


def keep(reception: Reception, one: Submission, also: Any = None) -> Any:
    return reception.keep(one, also).result(SECONDS)


def all_kept(database: Database) -> list[tuple[KeptArrival, bytes]]:
    with database.read() as work:
        ids = work.connection.execute(arrivals.select()).scalars()
        found = [Arrivals(work).get(one) for one in list(ids)]
        return [(one, Arrivals(work).content(one)) for one in found if one is not None]


def files(database: Database) -> int:
    """Count the files that hold something; those made ahead are empty."""
    paths = database.folder.folder.glob("*/*")
    return sum(path.stat().st_size > 0 for path in paths)


def actions(database: Database) -> list[str]:
    with database.read() as work:
        assert work.journal.verify() == []
        return [line.action for line in work.journal.lines("operator")]


@pytest.mark.parametrize("content", [CONTENT, LARGE])
def test_a_message_is_on_disk_with_its_task_when_it_is_answered(
    reception: Reception, content: bytes
) -> None:
    brought = message(content, ret="HDRS", envid="e1", trace=b"Received: here\r\n")
    one = submission(brought, recipients=(PATIENT, MAILBOX))

    answer = keep(reception, one)

    assert answer == Kept(one.id)
    ((kept, stored),) = all_kept(reception.database)
    assert stored == brought.trace + content
    assert (kept.form, kept.door, kept.sender) == (
        SubmissionForm.MESSAGE,
        Door.SUBMISSION,
        HOSPITAL,
    )
    assert (kept.reverse_path, kept.message_id) == (
        brought.reverse_path,
        brought.message_id,
    )
    assert (kept.ret, kept.envid) == ("HDRS", "e1")
    assert [each.recipient for each in kept.recipients] == [PATIENT, MAILBOX]
    assert kept.state == ArrivalState.RECEIVED
    assert actions(reception.database) == ["message:accept"]
    with reception.database.read() as work:
        assert [(row.kind, row.subject) for row in work.tasks.listed()] == [
            ("file", one.id)
        ]


@pytest.mark.parametrize("content", [b"<a/>", b"<a>" + b"x" * 100_000 + b"</a>"])
def test_documents_are_on_disk_as_they_came(
    reception: Reception, content: bytes
) -> None:
    one = submission(documents(content, b"<b/>"))

    assert keep(reception, one) == Kept(one.id)

    ((kept, stored),) = all_kept(reception.database)
    assert read_documents(stored) == one.brings
    assert kept.form is SubmissionForm.DOCUMENTS
    assert (kept.reverse_path, kept.message_id) == ("", "1.2.3")
    assert kept.recipients[0].recipient == PATIENT


@pytest.mark.parametrize("brings", [message(), message(LARGE), documents(b"<a/>")])
def test_the_same_again_is_the_twin_of_what_is_kept(
    reception: Reception, brings: Message | SubmittedDocuments
) -> None:
    first = submission(brings)
    keep(reception, first)

    again = keep(reception, submission(brings))

    assert again == Twin(first.id)
    assert len(all_kept(reception.database)) == 1
    assert files(reception.database) == (1 if brings == message(LARGE) else 0)
    assert actions(reception.database) == ["message:accept", "message:repeat"]
    with reception.database.read() as work:
        repeated = list(work.journal.lines("operator"))[-1]
    assert (repeated.outcome, repeated.subject) == ("not kept twice", first.id)


def test_what_differs_is_not_the_same(reception: Reception) -> None:
    several = [
        submission(),
        submission(message(CONTENT + b"z")),
        submission(message(message_id="two@hopital.mssante.test")),
        submission(message(reverse_path="other@hopital.mssante.test")),
        submission(documents(b"<a/>")),
        submission(documents(b"<b/>")),
        submission(documents(b"<a/>", identifier="1.2.4")),
        submission(documents(b"<a/>"), sender=OTHER_HOSPITAL),
        submission(message(reverse_path="")),
        submission(message(reverse_path=""), sender=OTHER_HOSPITAL),
    ]

    answers = [keep(reception, one) for one in several]

    assert answers == [Kept(one.id) for one in several]


def test_a_return_path_says_whose_it_is_whatever_certificate_brought_it(
    reception: Reception,
) -> None:
    first = submission()
    keep(reception, first)

    assert keep(reception, submission(sender=OTHER_HOSPITAL)) == Twin(first.id)


def test_what_is_repeated_to_one_more_is_kept_for_that_one(
    reception: Reception,
) -> None:
    keep(reception, submission())
    more = submission(recipients=(PATIENT, MAILBOX))

    answer = keep(reception, more)

    assert answer == Kept(more.id)
    kept = {one.id: one for one, _ in all_kept(reception.database)}
    assert [one.recipient for one in kept[more.id].recipients] == [MAILBOX]


def test_an_address_is_the_same_in_any_case(reception: Reception) -> None:
    first = submission(recipients=(MAILBOX,))
    keep(reception, first)
    shouted = evolve(MAILBOX, address=MAILBOX.address.upper())

    assert keep(reception, submission(recipients=(shouted,))) == Twin(first.id)


def test_a_derived_id_tells_the_same_whatever_the_bytes(reception: Reception) -> None:
    first = submission(id="c" * 32, id_is_derived=True)
    later = submission(message(LARGE), id="c" * 32, id_is_derived=True)

    answers = [keep(reception, first), keep(reception, later)]

    assert answers == [Kept("c" * 32), Twin("c" * 32)]
    assert files(reception.database) == 0
    other = submission(id="e" * 32, id_is_derived=True)
    assert keep(reception, other) == Kept("e" * 32)


def waiting(database: Database) -> tuple[Writer, Reception]:
    """Return a reception whose writer does not run yet."""
    writer = Writer(database)
    worker: Any = None  # `keep` needs none
    return writer, Reception(database, writer, worker)


@pytest.mark.parametrize("derived", [False, True])
@pytest.mark.parametrize("brings", [message(), documents(b"<a/>")])
def test_twins_at_one_moment_are_kept_once(
    database: Database, brings: Message | SubmittedDocuments, *, derived: bool
) -> None:
    writer, reception = waiting(database)
    named: dict[str, Any] = {"id": "c" * 32, "id_is_derived": True} if derived else {}

    futures = [reception.keep(submission(brings, **named)) for _ in range(4)]
    other = reception.keep(submission(message(message_id="two@h.test")))
    writer.start()
    answers = [future.result(SECONDS) for future in futures]
    writer.stop()

    first = answers[0]
    assert isinstance(first, Kept)
    assert answers[1:] == [Twin(first.id)] * 3
    assert isinstance(other.result(0), Kept)
    assert len(all_kept(database)) == 2


def test_what_differs_does_not_wait_for_each_other(database: Database) -> None:
    writer, reception = waiting(database)
    commits: list[Any] = []
    event.listen(database.engine, "commit", commits.append)

    futures = [
        reception.keep(submission(message(message_id=f"{number}@h.test")))
        for number in range(4)
    ]
    writer.start()
    answers = [future.result(SECONDS) for future in futures]
    writer.stop()

    assert all(isinstance(answer, Kept) for answer in answers)
    assert len(commits) == 1


def test_the_twin_of_one_that_failed_is_kept_in_its_place(database: Database) -> None:
    writer, reception = waiting(database)

    def break_it(work: UnitOfWork, _: Parcel) -> None:
        raise ConflictError("no")

    bad = reception.keep(submission(), break_it)
    good = reception.keep(submission())
    writer.start()

    assert isinstance(good.result(SECONDS), Kept)
    writer.stop()
    with pytest.raises(ConflictError):
        bad.result(0)
    assert len(all_kept(database)) == 1


def test_a_twin_that_fails_too_says_so(database: Database) -> None:
    writer, reception = waiting(database)

    def break_it(work: UnitOfWork, _: Parcel) -> None:
        raise ConflictError("no")

    both = [reception.keep(submission(), break_it) for _ in range(2)]
    writer.start()

    for future in both:
        with pytest.raises(ConflictError):
            future.result(SECONDS)
    writer.stop()


def test_what_belongs_to_it_is_done_in_the_same_commit_and_not_for_a_twin(
    reception: Reception,
) -> None:
    given: list[str] = []

    def also(work: UnitOfWork, parcel: Parcel) -> None:
        given.append(parcel.digest)
        work.blobs.grant(parcel, work.key_for("patient:x"))

    one = submission()
    keep(reception, one, also)
    keep(reception, submission(), also)

    assert len(given) == 1
    ((kept, _),) = all_kept(reception.database)
    with reception.database.read() as work:
        key = work.key_for("patient:x")
        assert work.blobs.get(kept.blob_id, key) == CONTENT


def test_what_fails_with_it_undoes_the_keeping(reception: Reception) -> None:
    def also(work: UnitOfWork, _: Parcel) -> None:
        raise ConflictError("not now")

    with pytest.raises(ConflictError):
        keep(reception, submission(), also)

    assert all_kept(reception.database) == []


def test_who_gives_up_in_time_leaves_nothing(database: Database) -> None:
    writer, reception = waiting(database)
    given_up = reception.keep(submission())
    twin = reception.keep(submission())
    also_given_up = reception.keep(submission())

    assert given_up.cancel()
    assert also_given_up.cancel()
    writer.start()

    assert isinstance(twin.result(SECONDS), Kept)
    writer.stop()
    with pytest.raises(CancelledError):
        given_up.result(0)
    assert len(all_kept(database)) == 1


def test_who_gives_up_too_late_breaks_nothing(reception: Reception) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: UnitOfWork, __: Parcel) -> None:
        begun.set()
        assert go_on.wait(SECONDS)

    future = reception.keep(submission(), slow)
    assert begun.wait(SECONDS)
    future.cancel()
    go_on.set()

    assert isinstance(keep(reception, submission()), Twin)
    assert len(all_kept(reception.database)) == 1


# What fails.


def test_a_database_that_is_away_is_a_failure_that_passes(
    database: Database, tmp_path: Path
) -> None:
    nowhere = make_engine(f"sqlite:///{tmp_path / 'none' / 'gateway.db'}")
    away = Database(nowhere, database.keys, database.folder, database.clock)
    with running_reception(away) as reception:
        with capturedLogs() as logged:
            answer = keep(reception, submission())

        assert isinstance(answer, Failed)
        assert answer.failure is Failure.DATABASE_AWAY
        assert answer.why
        assert reception.is_ready
        assert [(one["log_level"].name, formatEvent(one)) for one in logged] == [
            ("warn", f"a message was not kept: {answer.why}")
        ]


def test_a_full_database_is_a_failure_that_passes(database: Database) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("only SQLite is told how large it may be")
    pages: list[str] = ["max_page_count = 1"]

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA {pages[0]}")

    event.listen(database.engine, "checkout", limit)
    with running_reception(database) as reception:
        answer = keep(reception, submission(message(b"x" * 60_000)))
        assert isinstance(answer, Failed)
        assert answer.failure is Failure.STORAGE_FULL
        assert reception.is_ready

        pages[0] = "max_page_count = 1000000"
        assert isinstance(keep(reception, submission()), Kept)


FULL = [errno.ENOSPC, errno.EDQUOT]


@pytest.mark.parametrize("number", [*FULL, errno.EIO, errno.EROFS])
def test_only_a_disk_that_failed_ends_it_until_a_restart(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    reception.database.folder.prepare(LARGE)  # the folders are there

    def fail(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as kernel:
        kernel.setattr(os, "fsync", fail)
        answer = keep(reception, submission(message(LARGE)))

    assert isinstance(answer, Failed)
    passes = number in FULL
    assert answer.failure is (
        Failure.STORAGE_FULL if passes else Failure.STORAGE_FAILED
    )
    assert answer.why == f"blob not written: {os.strerror(number)}"
    assert reception.writer.failure == ("" if passes else answer.why)
    assert reception.is_ready is passes
    after = keep(reception, submission())
    if passes:
        assert isinstance(after, Kept)
    else:
        assert after == Failed(Failure.STORAGE_FAILED, "try again later")
        assert all_kept(reception.database) == []


def test_a_blob_folder_that_is_gone_says_so(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = BlobFolder(tmp_path / "file", 1024)
    broken = Database(database.engine, database.keys, folder, database.clock)
    with running_reception(broken) as reception:
        answer = keep(reception, submission(message(LARGE)))

        assert isinstance(answer, Failed)
        assert answer == Failed(
            Failure.STORAGE_FAILED, "blob not written: Not a directory"
        )
        assert reception.is_ready, "it may come back, and nothing of it was lost"


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.EACCES])
def test_what_passes_by_itself_closes_nothing(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """No descriptors are left for a moment: the next message is taken as ever."""

    def fail(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as kernel:
        kernel.setattr(os, "open", fail)
        answer = keep(reception, submission(message(LARGE)))

    assert answer == Failed(
        Failure.STORAGE_FAILED, f"blob not written: {os.strerror(number)}"
    )
    assert reception.writer.failure == ""
    assert isinstance(keep(reception, submission(message(LARGE))), Kept)


def test_what_the_disk_could_not_read_or_write_ends_it_like_an_fsync(
    reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as kernel:
        kernel.setattr(os, "open", fail)
        answer = keep(reception, submission(message(LARGE)))

    why = "blob not written: Input/output error"
    assert answer == Failed(Failure.STORAGE_FAILED, why)
    assert reception.writer.failure == why
    assert not reception.is_ready


# From the loop.


def take(reception: Reception, size: int, make: Callable[[], Any]) -> Any:
    taken = reception.take(size, make)
    loop = reception.worker.loop
    return asyncio.run_coroutine_threadsafe(taken, loop).result(SECONDS)


@pytest.mark.parametrize("content", [CONTENT, LARGE])
def test_from_the_loop_a_large_one_is_made_in_a_thread_and_a_small_one_there(
    reception: Reception, content: bytes
) -> None:
    made_in: list[str] = []

    def make() -> Submission:
        made_in.append(threading.current_thread().name)
        return submission(message(content), id="c" * 32)

    answer = take(reception, len(content), make)

    assert answer == Kept("c" * 32)
    assert (made_in == ["loop"]) is (content == CONTENT)


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_what_the_door_refuses_comes_back_and_nothing_is_kept(
    reception: Reception, size: int
) -> None:
    assert take(reception, size, lambda: "refused") == "refused"

    assert all_kept(reception.database) == []


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_an_error_of_the_program_goes_to_who_waits(
    reception: Reception, size: int
) -> None:
    def make() -> Submission:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take(reception, size, make)


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_what_is_away_while_the_door_looks_is_a_failure_too(
    reception: Reception, size: int
) -> None:
    def make() -> Submission:
        raise UnavailableError("try again later", detail="gone")

    assert take(reception, size, make) == Failed(Failure.DATABASE_AWAY, "gone")


def test_a_peer_that_goes_meanwhile_does_not_undo_what_was_begun(
    reception: Reception,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def make() -> Submission:
        begun.set()
        assert go_on.wait(SECONDS)
        return submission(message(LARGE))

    taken = reception.take(len(LARGE), make)
    waiting = asyncio.run_coroutine_threadsafe(taken, reception.worker.loop)
    assert begun.wait(SECONDS)
    waiting.cancel()
    go_on.set()

    assert isinstance(keep(reception, submission(message(LARGE))), Kept | Twin)
    reception.worker.threads.shutdown()
    reception.writer.submit(lambda _: None).result(SECONDS)
    assert len(all_kept(reception.database)) == 1
