"""IDLE and NOOP: what others do in a folder is told as it happens."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.message.flags import FlagChange, FlagMode
from gateway.store.mailbox.mail import Mail
from tests.mssante.imap.server import ADDRESS, Mailroom, Wire, off_the_loop

SHORT = b"From: a@b.test\r\nSubject: Court\r\n\r\nCorps\r\n"


def idle(wire: Wire) -> None:
    wire.send(b"i IDLE\r\n")
    assert wire.line() == b"+ idling"


def done(wire: Wire) -> list[bytes]:
    wire.send(b"DONE\r\n")
    return wire.until(b"i ")


@off_the_loop
def test_idle_announces_a_delivery_by_another_process(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        idle(wire)
        started = time.monotonic()
        mailroom.deliver(SHORT)

        told = [wire.line(), wire.line()]

        assert told == [b"* 1 EXISTS", b"* 1 RECENT"]
        assert time.monotonic() - started < 3
        assert done(wire) == [b"i OK IDLE terminated"]
        assert wire.ask("FETCH 1 RFC822.SIZE")[0] == b"* 1 FETCH (RFC822.SIZE 41)"


@off_the_loop
def test_idle_announces_flags_and_removals_of_another_session(
    mailroom: Mailroom,
) -> None:
    for _ in range(3):
        mailroom.deliver(SHORT)
    with mailroom.wire() as listener, mailroom.wire() as other:
        listener.ask("SELECT INBOX")
        other.ask("SELECT INBOX")
        idle(listener)

        other.ask("STORE 2 +FLAGS (\\Flagged)")
        assert listener.line() == b"* 2 FETCH (FLAGS (\\Flagged \\Recent) UID 2)"
        other.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
        other.ask("EXPUNGE")
        told = listener.until(b"* 1 EXPUNGE")
        assert told[-1] == b"* 1 EXPUNGE"
        assert done(listener)[-1] == b"i OK IDLE terminated"
        assert listener.ask("FETCH 1 UID")[0] == b"* 1 FETCH (UID 2)"


@off_the_loop
def test_what_came_before_idle_is_told_when_it_begins(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        mailroom.deliver(SHORT)
        wire.send(b"i IDLE\r\n")

        assert wire.until(b"* 1 RECENT") == [b"+ idling", b"* 1 EXISTS", b"* 1 RECENT"]


@off_the_loop
def test_noop_tells_what_happened_and_then_nothing(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        mailroom.deliver(SHORT)

        assert wire.ask("NOOP")[:-1] == [b"* 1 EXISTS", b"* 1 RECENT"]
        assert wire.ask("NOOP") == [b"t OK NOOP completed"]


@off_the_loop
def test_ones_own_changes_are_not_told_again(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("STORE 1 +FLAGS (\\Seen)")

        assert wire.ask("NOOP") == [b"t OK NOOP completed"]


@off_the_loop
def test_a_silent_store_still_tells_what_another_session_did(
    mailroom: Mailroom,
) -> None:
    mailroom.deliver(SHORT)
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        with mailroom.database.write() as work:
            flagged = FlagChange(FlagMode.ADD, ("\\Flagged",))
            Mail(work).change_flags(mailroom.folder_of("INBOX"), [1], flagged)

        answer = wire.ask("STORE 1 +FLAGS.SILENT (\\Seen)")

    assert answer[0] == b"* 1 FETCH (FLAGS (\\Flagged \\Seen \\Recent))"


@off_the_loop
def test_a_client_whose_folder_is_deleted_hears_bye(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire, mailroom.wire() as other:
        wire.ask("SELECT Junk")
        idle(wire)
        other.ask("DELETE Junk")

        assert wire.line() == b"* BYE the selected folder was deleted"


@off_the_loop
def test_anything_but_done_ends_idle_with_an_error(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        idle(wire)
        wire.send(b"x NOOP\r\n")

        assert wire.line().startswith(b"i BAD")


@off_the_loop
def test_i06_an_idle_that_is_cut_leaves_nothing_behind(mailroom: Mailroom) -> None:
    wires = [mailroom.wire() for _ in range(5)]
    for wire in wires:
        wire.ask("SELECT INBOX")
        idle(wire)
        wire.close()
    deadline = time.monotonic() + 5
    while mailroom.service.places.total and time.monotonic() < deadline:
        time.sleep(0.05)

    assert mailroom.service.places.total == 0
    assert len(mailroom.service.watch) == 0


@pytest.mark.timeout(120)
@off_the_loop
def test_i06_parallel_sessions_lose_no_flag_and_no_number(mailroom: Mailroom) -> None:
    for _ in range(20):
        mailroom.deliver(SHORT)
    inbox = mailroom.folder_of("INBOX")

    def session(number: int) -> None:
        with mailroom.wire() as wire:
            wire.ask("SELECT INBOX")
            for uid in range(1, 21):
                wire.ask(f"UID STORE {uid} +FLAGS.SILENT (k{number})")
            wire.ask(f"UID COPY {number + 1} INBOX")
            wire.ask(f"UID STORE {number + 1} +FLAGS.SILENT (\\Deleted)")
            wire.ask(f"UID EXPUNGE {number + 1}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(session, range(8)))

    with mailroom.database.read() as work:
        entries = Mail(work).entries(inbox.id)
    uids = [uid for uid, _ in entries]
    assert uids == list(range(9, 29))
    every = {f"k{number}" for number in range(8)}
    assert all(every <= set(flags.split()) for uid, flags in entries if uid <= 20)


@off_the_loop
def test_uids_and_flags_are_the_same_for_a_new_session(mailroom: Mailroom) -> None:
    client = mailroom.client(ADDRESS)
    mailroom.deliver(SHORT)
    client.select()
    client.store("1", "+FLAGS", "(\\Answered)")
    client.logout()

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        assert wire.ask("FETCH 1 (UID FLAGS)")[0].startswith(
            b"* 1 FETCH (UID 1 FLAGS (\\Answered"
        )
