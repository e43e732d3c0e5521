"""Several sessions in one folder: what one does, the others are told, and only once."""

from __future__ import annotations

import pytest

from tests.mssante.imap.server import Mailroom, Wire, off_the_loop

SHORT = b"From: a@b.test\r\nSubject: Court\r\n\r\nCorps\r\n"


def _remove(wire: Wire, numbers: str) -> None:
    wire.ask(f"STORE {numbers} +FLAGS.SILENT (\\Deleted)")
    wire.ask("EXPUNGE")


@off_the_loop
def test_a_copy_of_messages_of_which_one_is_gone_copies_none(
    mailroom: Mailroom,
) -> None:
    for _ in range(3):
        mailroom.deliver(SHORT)

    with mailroom.wire() as one, mailroom.wire() as two:
        one.ask("SELECT INBOX")
        two.ask("SELECT INBOX")
        _remove(two, "2")

        refused = one.ask("COPY 1:3 Sent")
        after = one.ask("STATUS Sent (MESSAGES UIDNEXT)")
        by_uid = one.ask("UID COPY 1:3 Sent")

    assert refused[0] == b"* 2 EXPUNGE"
    assert refused[-1].startswith(b"t NO [EXPUNGEISSUED]")
    assert after[0] == b'* STATUS "Sent" (MESSAGES 0 UIDNEXT 1)'
    # A uid that is no more is passed over (RFC 3501 §6.4.8).
    assert b" 1,3 1:2] " in by_uid[-1]


@pytest.mark.parametrize(
    ("command", "ends"),
    [
        ("STORE 1:2 +FLAGS.SILENT (\\Flagged)", b"t OK"),
        ("STORE 1 +FLAGS.SILENT (\\Flagged)", b"t OK"),
        ("STORE 1:2 +FLAGS (\\Flagged)", b"t NO [EXPUNGEISSUED]"),
        ("STORE 1 +FLAGS (\\Flagged)", b"t NO [EXPUNGEISSUED]"),
        ("UID STORE 1:2 +FLAGS (\\Flagged)", b"t OK"),
    ],
)
@off_the_loop
def test_flags_of_those_that_are_left_are_kept_and_silence_is_kept_too(
    mailroom: Mailroom, command: str, ends: bytes
) -> None:
    for _ in range(2):
        mailroom.deliver(SHORT)

    with mailroom.wire() as one, mailroom.wire() as two:
        one.ask("SELECT INBOX")
        two.ask("SELECT INBOX")
        _remove(two, "1")

        answer = one.ask(command)
        two.ask("NOOP")
        after = two.ask("FETCH 1 FLAGS")

    assert answer[-1].startswith(ends)
    told = [line for line in answer if b"FETCH" in line]
    assert len(told) == (1 if "1:2" in command and "SILENT" not in command else 0)
    # Another session's removal may be told in an answer by uid alone (RFC 3501 §7.4.1).
    if not command.startswith("UID"):
        assert not any(b"EXPUNGE" in line for line in answer[:-1])
    assert (b"\\Flagged" in after[0]) == ("1:2" in command)


def _recent(wire: Wire) -> list[bytes]:
    return wire.ask("UID SEARCH RECENT")[0].split()[2:]


@off_the_loop
def test_a_message_is_recent_in_one_session_only(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)

    with mailroom.wire() as one, mailroom.wire() as two:
        one.ask("SELECT INBOX")
        two.ask("SELECT INBOX")
        at_first = _recent(one), _recent(two)
        mailroom.deliver(SHORT)
        told_to_two, told_to_one = two.ask("NOOP"), one.ask("NOOP")
        later = _recent(one), _recent(two)
        mailroom.deliver(SHORT)
        one.ask("NOOP")
        two.ask("NOOP")
        at_last = _recent(one), _recent(two)

    assert at_first == ([b"1"], [])
    assert told_to_two[:2] == [b"* 2 EXISTS", b"* 1 RECENT"]
    assert told_to_one[:2] == [b"* 2 EXISTS", b"* 1 RECENT"]
    assert later == ([b"1"], [b"2"])
    assert at_last == ([b"1", b"3"], [b"2"])
    with mailroom.wire() as three:
        three.ask("SELECT INBOX")
        assert _recent(three) == []


@off_the_loop
def test_sessions_that_open_a_folder_at_once_share_what_is_recent(
    mailroom: Mailroom,
) -> None:
    for _ in range(5):
        mailroom.deliver(SHORT)

    wires = [mailroom.wire() for _ in range(6)]
    for wire in wires:
        wire.send(b"t SELECT INBOX\r\n")
    for wire in wires:
        wire.until(b"t ")
    found = [uid for wire in wires for uid in _recent(wire)]
    for wire in wires:
        wire.close()

    assert sorted(found) == [b"1", b"2", b"3", b"4", b"5"]


@off_the_loop
def test_sessions_that_listen_share_what_is_recent(mailroom: Mailroom) -> None:
    wires = [mailroom.wire() for _ in range(3)]
    for wire in wires:
        wire.ask("SELECT INBOX")
        wire.send(b"i IDLE\r\n")
        wire.line()
    mailroom.deliver(SHORT)

    told: list[list[bytes]] = []
    for wire in wires:
        told.append([wire.line(), wire.line()])
        wire.send(b"DONE\r\n")
        wire.until(b"i ")
    found = [uid for wire in wires for uid in _recent(wire)]
    for wire in wires:
        wire.close()

    assert sorted(line for _, line in told) == [
        b"* 0 RECENT",
        b"* 0 RECENT",
        b"* 1 RECENT",
    ]
    assert found == [b"1"]


@off_the_loop
def test_who_only_reads_takes_no_message_from_being_recent(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)

    with mailroom.wire() as one, mailroom.wire() as two:
        one.ask("EXAMINE INBOX")
        mailroom.deliver(SHORT)
        one.ask("NOOP")
        assert _recent(one) == [b"1", b"2"]
        two.ask("SELECT INBOX")
        assert _recent(two) == [b"1", b"2"]


@off_the_loop
def test_a_new_keyword_is_announced_to_whoever_meets_it(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)
    system = b"\\Answered \\Flagged \\Deleted \\Seen \\Draft"
    news = [
        b"* FLAGS (%b $Rappel)" % system,
        b"* OK [PERMANENTFLAGS (%b $Rappel \\*)] kept" % system,
    ]

    with mailroom.wire() as one, mailroom.wire() as two, mailroom.wire() as three:
        one.ask("SELECT INBOX")
        two.ask("SELECT INBOX")
        three.ask("EXAMINE INBOX")

        stored = one.ask("STORE 1 +FLAGS ($Rappel)")
        again = one.ask("STORE 1 +FLAGS ($rappel)")
        heard = two.ask("NOOP")
        read = three.ask("NOOP")

    assert stored[:2] == news
    assert b"FETCH (FLAGS ($Rappel" in stored[2]
    assert not any(b"* FLAGS" in line for line in again)
    assert heard[:2] == news
    assert read[0] == news[0]
    assert b"PERMANENTFLAGS" not in b"".join(read)


@pytest.mark.parametrize(
    "command", ["STORE 1 +FLAGS.SILENT ($Neuf)", "FETCH 1 BODY[TEXT]"]
)
@off_the_loop
def test_a_keyword_is_announced_before_it_is_shown(
    mailroom: Mailroom, command: str
) -> None:
    mailroom.deliver(SHORT)

    with mailroom.wire() as one, mailroom.wire() as two:
        one.ask("SELECT INBOX")
        two.ask("SELECT INBOX")
        two.ask("STORE 1 +FLAGS.SILENT ($Neuf)")

        answer = one.ask(command)

    assert answer[0].startswith(b"* FLAGS (")
    assert b"$Neuf" in answer[0]
    assert answer[1].startswith(b"* OK [PERMANENTFLAGS (")


@off_the_loop
def test_a_keyword_of_a_new_message_is_announced_with_it(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        mailroom.deliver(SHORT, flags=("$MDNSent",))

        answer = wire.ask("NOOP")

    assert answer[0].endswith(b"\\Draft $MDNSent)")
    assert answer[2:4] == [b"* 1 EXISTS", b"* 1 RECENT"]
