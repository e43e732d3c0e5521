"""Extended LIST, with counts (RFC 5258, RFC 5819, RFC 8438), and quotas (RFC 9208)."""

from __future__ import annotations

import pytest

from tests.mssante.imap.server import Mailroom, Wire, off_the_loop

NAMES = ("a", "a/b", "a/b/c", "d/e")
LETTER = b"Subject: x\r\n\r\n" + b"y" * 2000 + b"\r\n"


def prepare(wire: Wire) -> None:
    """Make some folders; a, a/b/c and a folder that is gone are subscribed to."""
    for name in (*NAMES, "gone"):
        assert wire.ask(f"CREATE {name}")[-1].startswith(b"t OK")
    wire.ask("DELETE gone")
    for name in ("a/b", "d/e", "INBOX", "Archive", "Drafts", "Junk", "Sent", "Trash"):
        wire.ask(f"UNSUBSCRIBE {name}")


CASES: list[tuple[str, list[bytes]]] = [
    (
        '"" (a* d)',
        [
            b'(\\HasChildren) "/" "a"',
            b'(\\HasChildren) "/" "a/b"',
            b'(\\HasNoChildren) "/" "a/b/c"',
            b'(\\NonExistent \\HasChildren) "/" "d"',
        ],
    ),
    (
        '"" % RETURN (CHILDREN SUBSCRIBED SPECIAL-USE)',
        [
            b'(\\HasNoChildren) "/" "INBOX"',
            b'(\\HasNoChildren \\Archive) "/" "Archive"',
            b'(\\HasNoChildren \\Drafts) "/" "Drafts"',
            b'(\\HasNoChildren \\Junk) "/" "Junk"',
            b'(\\HasNoChildren \\Sent) "/" "Sent"',
            b'(\\HasNoChildren \\Trash) "/" "Trash"',
            b'(\\HasChildren \\Subscribed) "/" "a"',
            b'(\\NonExistent \\HasChildren) "/" "d"',
        ],
    ),
    (
        '(SUBSCRIBED) "" *',
        [
            b'(\\HasChildren \\Subscribed) "/" "a"',
            b'(\\HasNoChildren \\Subscribed) "/" "a/b/c"',
            b'(\\NonExistent \\HasNoChildren \\Subscribed) "/" "gone"',
        ],
    ),
    (
        '(SUBSCRIBED RECURSIVEMATCH) "" a/%',
        [b'(\\HasChildren) "/" "a/b" ("CHILDINFO" ("SUBSCRIBED"))'],
    ),
    (
        '(RECURSIVEMATCH SUBSCRIBED REMOTE) "" %',
        [
            b'(\\HasChildren \\Subscribed) "/" "a" ("CHILDINFO" ("SUBSCRIBED"))',
            b'(\\NonExistent \\HasNoChildren \\Subscribed) "/" "gone"',
        ],
    ),
    (
        '(SUBSCRIBED RECURSIVEMATCH) "" a/*',
        [b'(\\HasNoChildren \\Subscribed) "/" "a/b/c"'],
    ),
    ('(SPECIAL-USE) "" (A* S*)', [
        b'(\\HasNoChildren \\Archive) "/" "Archive"',
        b'(\\HasNoChildren \\Sent) "/" "Sent"',
    ]),
    ('() "" inbox', [b'(\\HasNoChildren) "/" "INBOX"']),
    ('"" (none)', []),
    ('"" ("&AOk")', []),
]  # fmt: skip


@off_the_loop
def test_an_extended_list_shows_what_it_asks_for(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        prepare(wire)
        for asked, lines in CASES:
            *told, last = wire.ask(f"LIST {asked}")
            assert last == b"t OK LIST completed", asked
            assert told == [b"* LIST " + line for line in lines], asked


@off_the_loop
def test_a_list_that_is_malformed(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        for asked in (
            '(NONSENSE) "" *',
            '(RECURSIVEMATCH) "" *',
            '(RECURSIVEMATCH REMOTE) "" *',
            '"" ()',
            '"" * RETURN',
            '"" * RETURN (NONSENSE)',
            '"" * RETURN (STATUS)',
            '"" * RETURN (STATUS ())',
            '"" * NONSENSE (CHILDREN)',
            '(SUBSCRIBED)"" *',
        ):
            assert wire.ask(f"LIST {asked}")[-1].startswith(b"t BAD"), asked
            assert wire.ask("NOOP")[-1] == b"t OK NOOP completed"


@off_the_loop
def test_the_counts_come_with_the_list(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)
    mailroom.deliver(LETTER, flags=("\\Seen",))
    with mailroom.wire() as wire:
        wire.ask("CREATE d/e")
        told = wire.ask('LIST "" (INBOX d%) RETURN (STATUS (MESSAGES UNSEEN SIZE))')

    size = b"%d" % (2 * len(LETTER))
    assert told == [
        b'* LIST (\\HasNoChildren) "/" "INBOX"',
        b'* STATUS "INBOX" (MESSAGES 2 UNSEEN 1 SIZE ' + size + b")",
        b'* LIST (\\NonExistent \\HasChildren) "/" "d"',
        b"t OK LIST completed",
    ]


@off_the_loop
def test_what_is_above_a_match_is_not_counted(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        prepare(wire)
        told = wire.ask(
            'LIST (SUBSCRIBED RECURSIVEMATCH) "" a/% RETURN (STATUS (MESSAGES))'
        )

    assert told == [
        b'* LIST (\\HasChildren) "/" "a/b" ("CHILDINFO" ("SUBSCRIBED"))',
        b"t OK LIST completed",
    ]


@off_the_loop
def test_sizes_and_what_an_expunge_would_free_are_told(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)
    mailroom.deliver(LETTER, flags=("\\Deleted",))
    with mailroom.wire() as wire:
        [told, _] = wire.ask("STATUS INBOX (SIZE DELETED DELETED-STORAGE)")

    sizes = 2 * len(LETTER), len(LETTER)
    assert told == (b'* STATUS "INBOX" (SIZE %d DELETED 1 DELETED-STORAGE %d)' % sizes)


@pytest.mark.parametrize(
    "mailroom", [{"mailbox_quota_bytes": 10 * 1024}], indirect=True
)
@off_the_loop
def test_how_full_a_mailbox_is(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        assert wire.ask('GETQUOTA ""')[0] == b'* QUOTA "" (STORAGE 0 10)'
        mailroom.deliver(LETTER)  # 2,014 bytes: two units, the second one begun
        assert wire.ask("GETQUOTAROOT Sent") == [
            b'* QUOTAROOT "Sent" ""',
            b'* QUOTA "" (STORAGE 2 10)',
            b"t OK GETQUOTAROOT completed",
        ]
        assert wire.ask("GETQUOTA other")[-1].startswith(b"t NO [NONEXISTENT]")
        assert wire.ask("GETQUOTAROOT none")[-1].startswith(b"t NO [NONEXISTENT]")
        assert wire.ask('SETQUOTA "" (STORAGE 9)')[-1].startswith(b"t BAD")
