"""Each holder of a mailbox opens a message for the first time once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import insert, select

from gateway.store.base.work import Database
from gateway.store.mailbox.openings import Openings
from gateway.store.tables import mail_openings
from tests.store.mailbox.test_mail import deliver, folder_of, open_mailbox


def lines(database: Database) -> list[tuple[str, str]]:
    with database.read() as work:
        return [
            (one.subject, one.detail["identity"])
            for one in work.journal.lines("operator")
            if one.action == "message:open"
        ]


def test_each_holder_leaves_a_line_and_the_line_names_the_arrival(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    uid = deliver(database, mailbox_id, arrival_id="a" * 32)
    folder = folder_of(database, mailbox_id)

    for identity in ("one", "two", "one"):
        with database.write() as work:
            Openings(work).keep(folder.id, [uid, 99], identity)

    assert lines(database) == [("a" * 32, "one"), ("a" * 32, "two")]
    with database.read() as work:
        assert Openings(work).missing(folder.id, [uid], "one") == {}
        assert list(Openings(work).missing(folder.id, [uid], "three")) == [uid]
        assert Openings(work).missing(folder.id, [99], "three") == {}


def test_two_that_open_the_same_at_once_leave_one_line(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    uids = [deliver(database, mailbox_id) for _ in range(3)]
    folder = folder_of(database, mailbox_id)

    def read(_: int) -> None:
        with database.write() as work:
            Openings(work).keep(folder.id, uids, "one")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(read, range(4)))

    assert len(lines(database)) == 3


def test_jobs_of_one_commit_leave_one_line(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    uid = deliver(database, mailbox_id)
    folder = folder_of(database, mailbox_id)

    with database.write() as work:
        Openings(work).keep(folder.id, [uid], "one")
        Openings(work).keep(folder.id, [uid], "one")

    assert len(lines(database)) == 1


def test_a_row_that_is_copied_to_another_message_hides_no_opening(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    first, second = (deliver(database, mailbox_id) for _ in range(2))
    folder = folder_of(database, mailbox_id)
    with database.write() as work:
        Openings(work).keep(folder.id, [first], "one")
        row = work.connection.execute(select(mail_openings)).one()
        blob = Openings(work).missing(folder.id, [second], "one")[second].blob_id
        work.connection.execute(
            insert(mail_openings).values({**row._mapping, "blob_id": blob})
        )

        assert list(Openings(work).missing(folder.id, [second], "one")) == [second]
