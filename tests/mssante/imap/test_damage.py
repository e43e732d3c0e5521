"""A message that cannot be read stops no other, and is told to all who should know."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from gateway.store.mailbox.reading import MailReading
from gateway.store.sealed.damage import Damage
from gateway.store.tables import blobs, mail_outlines
from tests.mssante.imap.server import Mailroom, off_the_loop
from tests.mssante.imap.test_refusals import logged

LARGE = b"From: a@b.test\r\nSubject: Grand\r\n\r\n" + b"x" * 76 + b"\r\n" * 30_000
SMALL = b"From: a@b.test\r\nSubject: Petit\r\n\r\nCorps\r\n"


def _blob(mailroom: Mailroom, uid: int) -> str:
    with mailroom.database.read() as work:
        [item] = MailReading(work).items(mailroom.folder_of("INBOX").id, [uid])
    return item.blob_id


def _damage(mailroom: Mailroom, uid: int, how: str) -> None:
    blob_id = _blob(mailroom, uid)
    file = mailroom.database.folder.path(blob_id)
    match how:
        case "file gone":
            file.unlink()
        case "file cut":
            file.write_bytes(file.read_bytes()[:1000])
        case "file altered":
            raw = bytearray(file.read_bytes())
            raw[500] ^= 1
            file.write_bytes(raw)
        case _:
            with mailroom.database.write() as work:
                work.connection.execute(
                    update(blobs).where(blobs.c.id == blob_id).values(content=b"x" * 80)
                )


@pytest.mark.parametrize(
    ("how", "content"),
    [
        ("file gone", LARGE),
        ("file cut", LARGE),
        ("file altered", LARGE),
        ("row altered", SMALL),
    ],
)
@off_the_loop
def test_the_rest_is_served_and_the_damaged_one_is_named(
    mailroom: Mailroom, how: str, content: bytes
) -> None:
    for one in (SMALL, content, SMALL):
        mailroom.deliver(one)
    _damage(mailroom, 2, how)

    with mailroom.wire() as wire, logged() as events:
        wire.ask("SELECT INBOX")
        fetched = wire.ask("FETCH 1:* (UID BODY[])")
        again = wire.ask("UID FETCH 1:* BODY.PEEK[TEXT]")
        headers = wire.ask("FETCH 1:* (ENVELOPE RFC822.SIZE)")
        found = wire.ask("SEARCH TEXT corps")
        flags = wire.ask("FETCH 1:* FLAGS")

    assert [line[:9] for line in fetched[:2]] == [b"* 1 FETCH", b"* 3 FETCH"]
    assert fetched[2].startswith(b"* NO [CORRUPTION] ")
    assert fetched[2].endswith(b": UID 2")
    assert fetched[-1].startswith(b"t NO [CORRUPTION] ")
    assert again[-1].startswith(b"t NO [CORRUPTION] ")
    assert headers[-1] == b"t OK FETCH completed"
    assert found[0].startswith(b"* NO [CORRUPTION] ")
    assert found[1:] == [b"* SEARCH 1 3", b"t OK SEARCH completed"]
    # Nobody has read what could not be shown.
    assert [b"\\Seen" in line for line in flags[:-1]] == [True, False, True]
    said = [one for one in events if "cannot be read" in str(one.get("log_format"))]
    assert [(one["blob"], one["uid"]) for one in said] == [(_blob(mailroom, 2), 2)]
    with mailroom.database.read() as work:
        assert Damage(work).lasting() == [_blob(mailroom, 2)]


@off_the_loop
def test_an_outline_that_is_damaged_is_made_again(mailroom: Mailroom) -> None:
    mailroom.deliver(SMALL)
    with mailroom.database.write() as work:
        work.connection.execute(update(mail_outlines).values(structure=b"x" * 80))

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        assert b'"Petit"' in wire.ask("FETCH 1 ENVELOPE")[0]
        assert wire.ask("SEARCH SUBJECT petit")[0] == b"* SEARCH 1"
        assert wire.ask("FETCH 1 BODY.PEEK[]")[-1] == b"t OK FETCH completed"


@off_the_loop
def test_a_message_of_which_nothing_can_be_read_is_named_too(
    mailroom: Mailroom,
) -> None:
    mailroom.deliver(SMALL)
    mailroom.deliver(SMALL.replace(b"Petit", b"Autre"))
    _damage(mailroom, 1, "row altered")
    with mailroom.database.write() as work:
        work.connection.execute(
            update(mail_outlines)
            .where(mail_outlines.c.blob_id == _blob(mailroom, 1))
            .values(headers=b"x" * 80)
        )

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        fetched = wire.ask("FETCH 1:2 ENVELOPE")
        found = wire.ask("SEARCH FROM a@b.test")

    assert fetched[0].startswith(b"* 2 FETCH")
    assert fetched[-1].startswith(b"t NO [CORRUPTION]")
    assert b"* SEARCH 2" in found


@off_the_loop
def test_a_folder_of_blobs_that_is_not_there_is_no_damage(mailroom: Mailroom) -> None:
    mailroom.deliver(LARGE)
    folder = mailroom.folder / "blobs"
    folder.rename(mailroom.folder / "elsewhere")
    folder.mkdir()  # where its disk would be mounted

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        assert wire.ask("FETCH 1 BODY[]")[-1].startswith(b"t NO [UNAVAILABLE]")
    with mailroom.database.read() as work:
        assert Damage(work).lasting() == []


@off_the_loop
def test_what_is_put_back_is_damaged_no_more(mailroom: Mailroom) -> None:
    mailroom.deliver(LARGE)
    file = mailroom.database.folder.path(_blob(mailroom, 1))
    kept = file.read_bytes()
    file.unlink()
    (file.parent / "other").touch()

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        assert wire.ask("FETCH 1 BODY[]")[-1].startswith(b"t NO [CORRUPTION]")
        file.write_bytes(kept)
        assert wire.ask("FETCH 1 BODY[]")[-1] == b"t OK FETCH completed"
    with mailroom.database.read() as work:
        assert Damage(work).lasting() == []
