"""Mailboxes on both databases: what is put in a folder, found, changed and removed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import insert

from gateway.errors import ConflictError, InvalidError, NotFoundError
from gateway.message.flags import FlagChange, FlagMode
from gateway.message.outline import read_outline
from gateway.store.base.work import Database
from gateway.store.mailbox.folders import INBOX, Folder
from gateway.store.mailbox.mail import Mail, OverQuotaError
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tables import blob_grants, lasting_subscriptions, mail_outlines
from gateway.store.tables import blobs as blobs_table
from tests.fakes import SetClock

LETTER = b"From: a@b.test\r\nSubject: Lettre\r\n\r\nBonjour\r\n"
QUOTA = 1_000_000
ADDRESS = "dr.martin@hopital.mssante.test"


def open_mailbox(database: Database, address: str = ADDRESS) -> str:
    with database.write() as work:
        mailbox_id = Mailboxes(work).add(address, kind="PER", holders=["801234"])
        Mail(work).folders.ensure(mailbox_id)
    return mailbox_id


def put_blob(database: Database, content: bytes = LETTER) -> tuple[str, str]:
    """Keep a message as an arrival would be: under a key of transit."""
    parcel = database.prepare(content)
    with database.write() as work:
        key_id = work.key_for("transit:2026-11-21")
        return work.blobs.put(parcel, key_id, work.now), key_id


def deliver(
    database: Database,
    mailbox_id: str,
    content: bytes = LETTER,
    *,
    folder: str = INBOX,
    flags: Sequence[str] = (),
    arrival_id: str | None = None,
) -> int:
    blob_id, key_id = put_blob(database, content)
    with database.write() as work:
        return Mail(work).deliver(
            mailbox_id,
            blob_id,
            key_id,
            content,
            folder=folder,
            flags=flags,
            arrival_id=arrival_id,
        )


def folder_of(database: Database, mailbox_id: str, name: str = INBOX) -> Folder:
    with database.read() as work:
        found = Mail(work).folders.find(mailbox_id, name)
        assert found is not None
        return found


def used_bytes(database: Database, mailbox_id: str) -> int:
    with database.read() as work:
        found = Mailboxes(work).get(mailbox_id)
        assert found is not None
        return found.used_bytes


def test_a_new_mailbox_has_the_standard_folders_with_their_use(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)

    with database.read() as work:
        found = Mail(work).folders.listed(mailbox_id)
    assert [(f.name, f.special_use) for f in found] == [
        ("INBOX", ""),
        ("Archive", "\\Archive"),
        ("Drafts", "\\Drafts"),
        ("Junk", "\\Junk"),
        ("Sent", "\\Sent"),
        ("Trash", "\\Trash"),
    ]


def test_a_delivered_message_reads_back_with_its_header_and_structure(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)

    uid = deliver(database, mailbox_id)

    folder = folder_of(database, mailbox_id)
    with database.read() as work:
        [item] = Mail(work).items(folder.id, [uid], outlined=True)
        assert Mail(work).content(item) == LETTER
    assert item.headers == b"From: a@b.test\r\nSubject: Lettre\r\n\r\n"
    assert item.structure == read_outline(LETTER).root
    assert (item.uid, item.flags, item.size) == (1, "", len(LETTER))
    assert used_bytes(database, mailbox_id) == 1024


def test_a_first_delivery_makes_the_folders(database: Database) -> None:
    with database.write() as work:
        mailbox_id = Mailboxes(work).add(ADDRESS, kind="PER", holders=[])

    assert deliver(database, mailbox_id) == 1


def test_the_same_arrival_is_delivered_once_in_a_folder(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    blob_id, key_id = put_blob(database)

    with database.write() as work:
        first = Mail(work).deliver(
            mailbox_id, blob_id, key_id, LETTER, arrival_id="a" * 32
        )
        again = Mail(work).deliver(
            mailbox_id, blob_id, key_id, LETTER, arrival_id="a" * 32
        )
        sent = Mail(work).deliver(
            mailbox_id, blob_id, key_id, LETTER, folder="Sent", arrival_id="a" * 32
        )

    assert (first, again, sent) == (1, 1, 1)
    with database.read() as work:
        assert len(Mail(work).entries(folder_of(database, mailbox_id).id)) == 1
        assert len(work.connection.execute(mail_outlines.select()).all()) == 1


def test_neither_header_nor_structure_is_readable_in_the_database(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id)

    with database.read() as work:
        rows = work.connection.execute(mail_outlines.select()).all()

    assert b"Lettre" not in repr(rows).encode()


def test_delivery_to_an_unknown_mailbox_or_folder_is_refused(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)

    with pytest.raises(NotFoundError):
        deliver(database, "f" * 32)
    with pytest.raises(NotFoundError):
        deliver(database, mailbox_id, folder="Nowhere")


def test_the_last_copy_removed_takes_the_blob_and_its_bytes_away(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    large = LETTER + b"x" * 200_000 + b"\r\n"
    blob_id, key_id = put_blob(database, large)
    with database.write() as work:
        mail = Mail(work)
        mail.deliver(mailbox_id, blob_id, key_id, large, flags=["\\Deleted"])
        inbox = mail.folders.find(mailbox_id, INBOX)
        trash = mail.folders.find(mailbox_id, "Trash")
        assert inbox
        assert trash
        assert mail.copy(inbox, [1], trash, quota=QUOTA) == [(1, 1)]
    with database.write() as work:
        work.blobs.release(blob_id, key_id)  # the arrival's own grant

    with database.write() as work:
        assert Mail(work).expunge(inbox) == [1]
    assert len(list(database.folder.folder.glob("*/*"))) == 1
    with database.write() as work:
        assert Mail(work).expunge(trash) == [1]

    assert list(database.folder.folder.glob("*/*")) == []
    assert used_bytes(database, mailbox_id) == 0
    with database.read() as work:
        for table in (blobs_table, blob_grants, mail_outlines):
            assert work.connection.execute(table.select()).all() == []


def test_only_messages_marked_deleted_and_asked_for_are_expunged(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    for flags in (["\\Deleted"], [], ["\\Deleted"]):
        deliver(database, mailbox_id, flags=flags)
    inbox = folder_of(database, mailbox_id)

    with database.write() as work:
        assert Mail(work).expunge(inbox, [2, 3]) == [3]

    with database.read() as work:
        assert [uid for uid, _ in Mail(work).entries(inbox.id)] == [1, 2]


def test_numbers_are_never_given_again(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id, flags=["\\Deleted"])
    with database.write() as work:
        Mail(work).expunge(folder_of(database, mailbox_id))

    assert deliver(database, mailbox_id) == 2


def test_parallel_deliveries_each_get_their_own_number(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    blob_id, key_id = put_blob(database)

    def one(_: int) -> int:
        with database.write() as work:
            return Mail(work).deliver(mailbox_id, blob_id, key_id, LETTER)

    with ThreadPoolExecutor(4) as threads:
        uids = list(threads.map(one, range(12)))

    assert sorted(uids) == list(range(1, 13))


def test_a_folder_made_again_has_another_validity(database: Database) -> None:
    mailbox_id = open_mailbox(database)

    def make() -> int:
        with database.write() as work:
            return Mail(work).folders.create(mailbox_id, "x", most=10).uid_validity

    first = make()
    with database.write() as work:
        Mail(work).folders.remove(folder_of(database, mailbox_id, "x"))

    assert make() > first


def test_what_is_recent_is_given_once(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    for _ in range(3):
        deliver(database, mailbox_id)
    inbox = folder_of(database, mailbox_id)

    def claim(before: int) -> list[int]:
        with database.write() as work:
            return list(Mail(work).folders.claim_recent(inbox.id, before))

    with ThreadPoolExecutor(4) as threads:
        claimed = list(threads.map(claim, [3, 4, 4, 3, 4]))

    assert sorted(uid for some in claimed for uid in some) == [1, 2, 3]
    assert not folder_of(database, mailbox_id).has_recent
    with database.write() as work:
        Mail(work).empty(inbox)
        Mail(work).folders.remove(inbox)
    assert claim(9) == []


def test_every_folder_of_every_mailbox_begins_again(database: Database) -> None:
    boxes = [open_mailbox(database), open_mailbox(database, "b@hopital.mssante.test")]

    def validities() -> list[set[int]]:
        with database.read() as work:
            listed = [Mail(work).folders.listed(one) for one in boxes]
        return [{folder.uid_validity for folder in some} for some in listed]

    before = validities()
    with database.write() as work:
        assert Mail(work).folders.begin_again() == 12

    for old, new in zip(before, validities(), strict=True):
        assert len(new) == len(old)
        assert min(new) > max(old)


def test_subscriptions_that_last_have_a_limit(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    with database.write() as work:
        work.connection.execute(
            insert(lasting_subscriptions),
            [{"mailbox_id": mailbox_id, "name": f"n{at}"} for at in range(999)],
        )
    for name in ("last", "one too many"):
        with database.write() as work:
            folders = Mail(work).folders
            folders.remove(folders.create(mailbox_id, name, most=100))

    with database.read() as work:
        lasting = Mail(work).folders.lasting_subscriptions(mailbox_id)
    assert len(lasting) == 1000
    assert "last" in lasting
    assert "one too many" not in lasting


def test_flags_are_added_removed_and_replaced(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id, flags=["\\Seen"])
    deliver(database, mailbox_id)
    inbox = folder_of(database, mailbox_id)

    def change(mode: FlagMode, *flags: str) -> dict[int, str]:
        with database.write() as work:
            wanted = FlagChange(mode, flags)
            return Mail(work).change_flags(inbox, [1, 2, 9], wanted).after

    assert change(FlagMode.ADD, "$Junk") == {1: "$Junk \\Seen", 2: "$Junk"}
    assert change(FlagMode.REMOVE, "\\Seen") == {1: "$Junk", 2: "$Junk"}
    assert change(FlagMode.REPLACE, "\\Flagged") == {1: "\\Flagged", 2: "\\Flagged"}
    with pytest.raises(InvalidError):
        change(FlagMode.ADD, *(f"keyword-number-{n}" for n in range(60)))


def test_a_session_learns_what_changed_since_it_looked(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    for _ in range(3):
        deliver(database, mailbox_id)
    before = folder_of(database, mailbox_id)
    with database.write() as work:
        seen = FlagChange(FlagMode.ADD, ("\\Seen",))
        Mail(work).change_flags(before, [2], seen)
        gone = FlagChange(FlagMode.ADD, ("\\Deleted",))
        Mail(work).change_flags(before, [1], gone)
        Mail(work).expunge(before)
    deliver(database, mailbox_id)

    with database.read() as work:
        changes = Mail(work).changes(before.id, before.mod_seq)
        quiet = Mail(work).changes(before.id, changes.folder.mod_seq)
        versions = Mail(work).folders.versions([before.id, "gone"])

    assert changes.touched == [(2, "\\Seen", 5), (4, "", 8)]
    assert changes.present == [2, 3, 4]
    assert (quiet.touched, quiet.present) == ([], None)
    assert versions == {before.id: changes.folder.mod_seq}


def test_flags_that_do_not_change_are_no_change(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id, flags=["\\Seen"])
    inbox = folder_of(database, mailbox_id)

    with database.write() as work:
        change = FlagChange(FlagMode.ADD, ("\\Seen",))
        Mail(work).change_flags(inbox, [1], change)

    assert folder_of(database, mailbox_id).mod_seq == inbox.mod_seq


def test_copies_over_the_quota_are_refused_whole(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id)
    deliver(database, mailbox_id)
    inbox = folder_of(database, mailbox_id)
    sent = folder_of(database, mailbox_id, "Sent")

    def copy() -> None:
        with database.write() as work:
            Mail(work).copy(inbox, [1, 2], sent, quota=3 * 1024)

    with pytest.raises(OverQuotaError):
        copy()

    assert used_bytes(database, mailbox_id) == 2 * 1024
    with database.read() as work:
        assert Mail(work).entries(sent.id) == []
        assert Mail(work).has_room(mailbox_id, 10, 3 * 1024)
        assert not Mail(work).has_room(mailbox_id, 2000, 3 * 1024)


def test_an_appended_message_keeps_its_date_and_flags(
    database: Database, clock: SetClock
) -> None:
    mailbox_id = open_mailbox(database)
    drafts = folder_of(database, mailbox_id, "Drafts")
    parcel = database.prepare(LETTER)

    with database.write() as work:
        placed = Mail(work).append(
            drafts,
            parcel,
            read_outline(LETTER),
            flags=["\\Draft", "\\Seen"],
            internal_date=clock.now,
            quota=QUOTA,
        )

    with database.read() as work:
        [item] = Mail(work).items(drafts.id)
        assert Mail(work).content(item) == LETTER
    assert placed.uid == 1
    assert (item.flags, item.internal_date) == ("\\Draft \\Seen", clock.now)


def test_a_moved_message_leaves_its_folder_and_keeps_its_bytes(
    database: Database,
) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id, flags=["\\Seen"])
    inbox = folder_of(database, mailbox_id)
    archive = folder_of(database, mailbox_id, "Archive")

    with database.write() as work:
        assert Mail(work).move(inbox, [1, 7], archive) == [(1, 1)]

    with database.read() as work:
        assert Mail(work).entries(inbox.id) == []
        assert Mail(work).entries(archive.id) == [(1, "\\Seen")]
    assert used_bytes(database, mailbox_id) == 1024


def test_a_folder_is_renamed_with_those_below_it(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    with database.write() as work:
        for name in ("a", "a/b", "ab"):
            Mail(work).folders.create(mailbox_id, name, most=20)

    with database.write() as work:
        Mail(work).folders.rename(mailbox_id, "a", "z")

    with database.read() as work:
        names = {folder.name for folder in Mail(work).folders.listed(mailbox_id)}
    assert {"z", "z/b", "ab"} <= names
    assert not {"a", "a/b"} & names


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("absent", "z", NotFoundError),
        ("a", "Sent", ConflictError),
        ("a", "a/b/c", ConflictError),
        ("a", "x" * 254, ConflictError),
    ],
)
def test_a_rename_that_cannot_be_is_refused(
    database: Database, old: str, new: str, error: type[Exception]
) -> None:
    mailbox_id = open_mailbox(database)
    with database.write() as work:
        for name in ("a", "a/b"):
            Mail(work).folders.create(mailbox_id, name, most=20)

    def rename() -> None:
        with database.write() as work:
            Mail(work).folders.rename(mailbox_id, old, new)

    with pytest.raises(error):
        rename()


def test_no_more_folders_than_allowed(database: Database) -> None:
    mailbox_id = open_mailbox(database)

    def create(name: str, most: int) -> None:
        with database.write() as work:
            Mail(work).folders.create(mailbox_id, name, most=most)

    create("seventh", 7)
    with pytest.raises(ConflictError):
        create("eighth", 7)
    with pytest.raises(ConflictError):
        create("seventh", 9)


def test_a_status_counts_messages_unseen_recent_and_bytes(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id, flags=["\\Seen"])
    with database.write() as work:
        before = folder_of(database, mailbox_id).uid_next
        Mail(work).folders.claim_recent(folder_of(database, mailbox_id).id, before)
    deliver(database, mailbox_id)

    with database.read() as work:
        status = Mail(work).folders.status(folder_of(database, mailbox_id))

    assert (status.messages, status.unseen, status.recent) == (2, 1, 1)
    assert status.size == 2 * len(LETTER)


def test_a_whole_folder_is_emptied(database: Database) -> None:
    mailbox_id = open_mailbox(database)
    deliver(database, mailbox_id)

    with database.write() as work:
        Mail(work).empty(folder_of(database, mailbox_id))

    assert used_bytes(database, mailbox_id) == 0
    with database.read() as work:
        assert Mail(work).entries(folder_of(database, mailbox_id).id) == []
