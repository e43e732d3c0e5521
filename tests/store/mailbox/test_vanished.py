"""Removals of messages: which are remembered, and what is told of the others."""

from __future__ import annotations

from gateway.message.flags import FlagChange, FlagMode
from gateway.store.base.work import Database
from gateway.store.mailbox.folders import Folder
from gateway.store.mailbox.mail import Mail
from gateway.store.mailbox.vanished import Run, Vanished
from tests.store.mailbox.test_mail import deliver, folder_of, open_mailbox

DELETED = FlagChange(FlagMode.ADD, ("\\Deleted",))


def remove(database: Database, folder: Folder, *uids: int, remember: int = 3) -> None:
    with database.write() as work:
        Mail(work).change_flags(folder, uids, DELETED)
        Mail(work).expunge(folder, uids, remember=remember)


def since(
    database: Database, mailbox_id: str, mod_seq: int, *, agreed: int = 0
) -> list[Run]:
    with database.read() as work:
        folder = Mail(work).folders.find(mailbox_id, "INBOX")
        assert folder is not None
        present = [uid for uid, _ in Mail(work).entries(folder.id)]
        return Vanished(work).since(folder, mod_seq, present, agreed=agreed)


def ten(database: Database) -> tuple[str, Folder]:
    mailbox_id = open_mailbox(database)
    for _ in range(10):
        deliver(database, mailbox_id)
    return mailbox_id, folder_of(database, mailbox_id)


def test_what_was_removed_since_is_told_in_runs(database: Database) -> None:
    mailbox_id, inbox = ten(database)

    remove(database, inbox, 2, 3, 5)
    between = folder_of(database, mailbox_id).mod_seq
    remove(database, inbox, 4)
    now = folder_of(database, mailbox_id).mod_seq

    assert since(database, mailbox_id, inbox.mod_seq) == [(2, 3), (4, 4), (5, 5)]
    assert since(database, mailbox_id, between) == [(4, 4)]
    assert since(database, mailbox_id, now) == []
    assert since(database, mailbox_id, now + 100) == []


def test_a_message_that_is_moved_is_gone_here(database: Database) -> None:
    mailbox_id, inbox = ten(database)
    with database.write() as work:
        trash = Mail(work).folders.find(mailbox_id, "Trash")
        assert trash is not None
        Mail(work).move(inbox, [9], trash)

    assert since(database, mailbox_id, inbox.mod_seq) == [(9, 9)]


def test_of_more_than_are_remembered_all_that_is_gone_is_told(
    database: Database,
) -> None:
    mailbox_id, inbox = ten(database)
    for uid in (1, 3, 5):
        remove(database, inbox, uid)
    assert folder_of(database, mailbox_id).forgotten_seq == 0
    known = folder_of(database, mailbox_id).mod_seq

    remove(database, inbox, 7)  # just past the limit: the first is forgotten
    forgotten = folder_of(database, mailbox_id).forgotten_seq

    assert inbox.mod_seq < forgotten < known
    assert since(database, mailbox_id, known) == [(7, 7)]
    assert since(database, mailbox_id, forgotten) == [(3, 3), (5, 5), (7, 7)]
    gone = [(1, 1), (3, 3), (5, 5), (7, 7)]
    assert since(database, mailbox_id, forgotten - 1) == gone
    assert since(database, mailbox_id, inbox.mod_seq, agreed=4) == [(5, 5), (7, 7)]


def test_a_change_is_remembered_whole_or_not_at_all(database: Database) -> None:
    mailbox_id, inbox = ten(database)

    remove(database, inbox, 1, 3, 5, 7)
    changed = folder_of(database, mailbox_id)

    assert changed.forgotten_seq == changed.expunge_seq
    assert since(database, mailbox_id, inbox.mod_seq) == [
        (1, 1),
        (3, 3),
        (5, 5),
        (7, 7),
    ]


def test_a_folder_goes_with_what_is_remembered_of_it(database: Database) -> None:
    mailbox_id, inbox = ten(database)
    with database.write() as work:
        trash = Mail(work).folders.find(mailbox_id, "Trash")
        assert trash is not None
        Mail(work).move(inbox, [1, 2], trash)
        trash = Mail(work).folders.get(trash.id)
        Mail(work).change_flags(trash, [1], DELETED)
        Mail(work).expunge(trash)
        Mail(work).empty(trash)
        Mail(work).folders.remove(trash)

    assert since(database, mailbox_id, inbox.mod_seq) == [(1, 2)]


def test_flags_change_only_where_nobody_changed_them_since(database: Database) -> None:
    _, inbox = ten(database)
    seen = FlagChange(FlagMode.ADD, ("\\Seen",))
    with database.write() as work:
        first = Mail(work).change_flags(inbox, [1], seen)
        second = Mail(work).change_flags(
            inbox, [1, 2, 99], DELETED, unchanged_since=inbox.mod_seq
        )

    assert first.mod_seqs == {1: inbox.mod_seq + 1}
    assert second.after == {2: "\\Deleted"}
    assert second.mod_seqs == {2: inbox.mod_seq + 2}
    assert second.refused == (1,)
