"""Who opens a message first leaves one line, whichever command reads it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from gateway.store.journal import Entry
from gateway.store.tables import mail_openings
from tests.mssante.imap.server import ADDRESS, DOCTOR, Mailroom, off_the_loop

LETTER = b"From: a@b.test\r\nSubject: Court\r\n\r\nCorps\r\n"


def opened(mailroom: Mailroom) -> list[Entry]:
    with mailroom.database.read() as work:
        lines = list(work.journal.lines("operator"))
    return [one for one in lines if one.action == "message:open"]


@off_the_loop
def test_the_first_reading_of_a_message_leaves_one_line(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        assert opened(mailroom) == []
        wire.ask("FETCH 1 BODY[]")
        [line] = opened(mailroom)
        wire.ask("FETCH 1 BODY[]")
        wire.ask("STORE 1 -FLAGS (\\Seen)")
        wire.ask("FETCH 1 RFC822")
        wire.ask("COPY 1 Archive")
        wire.ask("SELECT Archive")
        wire.ask("FETCH 1 BODY[TEXT]")
    with mailroom.wire() as wire:
        wire.ask("EXAMINE INBOX")
        wire.ask("FETCH 1 BODY[]")

    assert opened(mailroom) == [line]
    assert line.outcome == "imap"
    assert line.detail["identity"] == DOCTOR
    assert line.detail["mailbox"] == mailroom.boxes[ADDRESS]
    assert DOCTOR not in str(line.kept)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("BODY[]", 1),
        ("BODY.PEEK[]", 1),
        ("BODY.PEEK[1]", 1),
        ("BODY[HEADER]", 1),
        ("RFC822.TEXT", 1),
        ("(FLAGS ENVELOPE BODYSTRUCTURE)", 0),
        ("BODY.PEEK[HEADER]", 0),
        ("RFC822.HEADER", 0),
    ],
)
@pytest.mark.parametrize("select", ["SELECT", "EXAMINE"])
@off_the_loop
def test_what_shows_a_message_opens_it_and_what_lists_it_does_not(
    mailroom: Mailroom, select: str, asked: str, count: int
) -> None:
    mailroom.deliver(LETTER)
    with mailroom.wire() as wire:
        wire.ask(f"{select} INBOX")
        answer = wire.ask(f"FETCH 1 {asked}")

    assert answer[-1] == b"t OK FETCH completed"
    assert len(opened(mailroom)) == count


@off_the_loop
def test_many_at_once_leave_a_line_each_and_the_same_message_one(
    mailroom: Mailroom,
) -> None:
    for number in range(205):
        mailroom.deliver(LETTER + b"%d" % number)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("FETCH 1:3 BODY.PEEK[]")
        assert len(opened(mailroom)) == 3
        wire.ask("COPY 4 INBOX")
        wire.ask("NOOP")
        wire.ask("FETCH 1:* BODY[]")

    lines = opened(mailroom)
    assert len(lines) == len({one.subject for one in lines}) == 205


@off_the_loop
def test_what_was_opened_is_forgotten_with_the_message(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("FETCH 1 BODY[]")
        wire.ask("COPY 1 Archive")
        wire.ask("STORE 1 +FLAGS (\\Deleted)")
        wire.ask("EXPUNGE")
        assert kept(mailroom) == 1  # the copy is the same message
        wire.ask("SELECT Archive")
        wire.ask("STORE 1 +FLAGS (\\Deleted)")
        wire.ask("EXPUNGE")

    assert kept(mailroom) == 0
    assert len(opened(mailroom)) == 1


def kept(mailroom: Mailroom) -> int:
    with mailroom.database.read() as work:
        query = select(func.count()).select_from(mail_openings)
        return int(work.connection.execute(query).scalar_one())
