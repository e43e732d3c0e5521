"""Folders by IMAP: listed, made, renamed, removed, counted."""

from __future__ import annotations

import pytest

from tests.mssante.imap.server import ADDRESS, Mailroom, Wire, off_the_loop


@off_the_loop
def test_the_standard_folders_are_listed_with_their_use(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        answer = wire.ask('LIST "" "*"')

    assert answer == [
        b'* LIST (\\HasNoChildren) "/" "INBOX"',
        b'* LIST (\\HasNoChildren \\Archive) "/" "Archive"',
        b'* LIST (\\HasNoChildren \\Drafts) "/" "Drafts"',
        b'* LIST (\\HasNoChildren \\Junk) "/" "Junk"',
        b'* LIST (\\HasNoChildren \\Sent) "/" "Sent"',
        b'* LIST (\\HasNoChildren \\Trash) "/" "Trash"',
        b"t OK LIST completed",
    ]


@off_the_loop
def test_the_delimiter_and_the_namespace_are_told(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        assert wire.ask('LIST "" ""')[0] == b'* LIST (\\Noselect) "/" ""'
        assert wire.ask("NAMESPACE")[0] == b'* NAMESPACE (("" "/")) NIL NIL'


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (
            "%",
            [b"INBOX", b"Archive", b"Drafts", b"Junk", b"Patients", b"Sent", b"Trash"],
        ),
        ("inbox", [b"INBOX"]),
        ("Patients/%", [b"Patients/2026", b"Patients/Envoy&AOk-s"]),
        ("Patients/*", [b"Patients/2026", b"Patients/2026/a", b"Patients/Envoy&AOk-s"]),
        ("*/a", [b"Patients/2026/a"]),
        ("nothing*", []),
    ],
)
@off_the_loop
def test_patterns_choose_among_levels(
    mailroom: Mailroom, pattern: str, names: list[bytes]
) -> None:
    with mailroom.wire() as wire:
        for name in ("Patients/2026/a", "Patients/2026", "Patients/Envoy&AOk-s"):
            assert wire.ask(f'CREATE "{name}"')[-1] == b"t OK CREATE completed"

        answer = wire.ask(f'LIST "" "{pattern}"')

    assert [line.split(b'"')[3] for line in answer[:-1]] == names


@off_the_loop
def test_a_level_that_only_holds_others_cannot_be_selected(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("CREATE a/b")

        assert wire.ask("LIST a/ %")[0] == b'* LIST (\\HasNoChildren) "/" "a/b"'
        assert wire.ask('LIST "" a')[0] == b'* LIST (\\Noselect \\HasChildren) "/" "a"'
        assert wire.ask("SELECT a")[-1].startswith(b"t NO [NONEXISTENT]")


@off_the_loop
def test_subscriptions_choose_what_lsub_shows(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("UNSUBSCRIBE Junk")
        names = [line.split(b'"')[3] for line in wire.ask('LSUB "" "*"')[:-1]]
        assert b"Junk" not in names
        assert b"Sent" in names
        wire.ask("SUBSCRIBE Junk")
        assert len(wire.ask('LSUB "" Junk')) == 2


@off_the_loop
def test_a_folder_lives_from_create_to_delete(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        assert wire.ask("CREATE Projet/")[-1].startswith(b"t OK")
        assert wire.ask("CREATE Projet")[-1].startswith(b"t NO [ALREADYEXISTS]")
        assert wire.ask("RENAME Projet Dossier")[-1].startswith(b"t OK")
        assert wire.ask("SELECT Projet")[-1].startswith(b"t NO [NONEXISTENT]")
        assert wire.ask("SELECT Dossier")[-1].startswith(b"t OK [READ-WRITE]")
        assert wire.ask("DELETE Dossier")[-1].startswith(b"t OK")
        assert wire.ask("FETCH 1 FLAGS")[-1].startswith(b"t BAD")
        assert wire.ask("DELETE Dossier")[-1].startswith(b"t NO [NONEXISTENT]")


@pytest.mark.parametrize(
    "command", ["DELETE inbox", "RENAME INBOX x", "RENAME Sent INBOX", "CREATE Inbox"]
)
@off_the_loop
def test_inbox_stays(mailroom: Mailroom, command: str) -> None:
    with mailroom.wire() as wire:
        assert wire.ask(command)[-1].startswith(b"t NO [")


@pytest.mark.parametrize("mailroom", [{"max_folders": 7}], indirect=True)
@off_the_loop
def test_no_more_folders_than_the_setting(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        assert wire.ask("CREATE seventh")[-1].startswith(b"t OK")
        assert wire.ask("CREATE eighth")[-1].startswith(b"t NO [LIMIT]")


@off_the_loop
def test_select_describes_the_folder_and_examine_does_not_change_it(
    mailroom: Mailroom,
) -> None:
    mailroom.deliver(b"Subject: 1\r\n\r\n", flags=("\\Seen", "$Classe"))
    mailroom.deliver(b"Subject: 2\r\n\r\n")
    validity = mailroom.folder_of("INBOX").uid_validity

    with mailroom.wire() as wire:
        examined = wire.ask("EXAMINE INBOX")
        selected = wire.ask("SELECT inbox")
        again = wire.ask("SELECT INBOX")

    assert examined[-1].startswith(b"t OK [READ-ONLY]")
    assert selected == [
        b"* OK [CLOSED] the one before is closed",
        b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Classe)",
        b"* 2 EXISTS",
        b"* 2 RECENT",
        b"* OK [UNSEEN 2] first unseen",
        b"* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft "
        b"$Classe \\*)] kept",
        b"* OK [UIDNEXT 3] next",
        b"* OK [UIDVALIDITY %d] valid" % validity,
        b"* OK [HIGHESTMODSEQ 3] highest",
        b"t OK [READ-WRITE] folder selected",
    ]
    assert b"* 0 RECENT" in again


@off_the_loop
def test_status_counts_without_selecting(mailroom: Mailroom) -> None:
    mailroom.deliver(b"Subject: 1\r\n\r\n", flags=("\\Seen",))
    mailroom.deliver(b"Subject: 2\r\n\r\n")

    with mailroom.wire() as wire:
        answer = wire.ask("STATUS INBOX (MESSAGES RECENT UIDNEXT UNSEEN)")
        assert wire.ask("STATUS INBOX (SIZES)")[-1].startswith(b"t BAD")
        assert wire.ask("STATUS Nowhere (MESSAGES)")[-1].startswith(b"t NO")

    assert answer[0] == b'* STATUS "INBOX" (MESSAGES 2 RECENT 2 UIDNEXT 3 UNSEEN 1)'


@off_the_loop
def test_a_failed_select_leaves_the_folder_before(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("SELECT Nowhere")

        assert wire.ask("FETCH 1 FLAGS")[-1].startswith(b"t BAD")


@pytest.mark.parametrize(
    "name",
    [
        b'"../../etc/passwd"',
        b'".."',
        b'"a/../b"',
        b'"a//b"',
        b'"/etc"',
        b'"~root"',
        b'"#news"',
        b'"a\\\\b"',
        b'"a%b"',
        b'"a*b"',
        b'" a"',
        b'"&AAA-"',  # NUL
        b'"&IC4-"',  # a mark of direction
        b'"&2AA-"',  # half a pair
        b'"&AGEAYg-"',  # "ab", which has a plain form
        b'"&AOk"',  # not closed
        b'"&%%%-"',
        b'"caf\xc3\xa9"',
        b'"' + b"x" * 300 + b'"',
        b'"' + b"y" * 10_000 + b'"',
        b'"' + b"&AOkA6Q-" * 200 + b'"',
        b'"' + b"a/" * 100 + b'b"',
        b'""',
    ],
)
@off_the_loop
def test_i05_names_no_folder_should_have_are_refused(
    mailroom: Mailroom, name: bytes
) -> None:
    with mailroom.wire() as wire:
        for command in (b"CREATE ", b"RENAME Junk "):
            refused = wire.ask(command + name)[-1]
            assert refused.startswith((b"t NO [", b"t BAD")), refused
        unknown = wire.ask(b"SELECT " + name)[-1]
        assert unknown.startswith((b"t NO [NONEXISTENT]", b"t BAD")), unknown

    assert mailroom.folder_of("INBOX")


@off_the_loop
def test_i10_folders_of_another_mailbox_do_not_exist(mailroom: Mailroom) -> None:
    with mailroom.wire(name="nurse") as nurse:
        nurse.ask("CREATE Secret")

    with mailroom.wire() as wire:
        for name in ("Secret", "alex.infirmier@hopital.mssante.test/Secret", "user/x"):
            assert wire.ask(f"SELECT {name}")[-1].startswith(b"t NO [NONEXISTENT]")
            assert len(wire.ask(f'LIST "" {name}')) == 1
    assert ADDRESS in mailroom.boxes


def _subscribed(wire: Wire, pattern: str = "*") -> list[bytes]:
    return wire.ask(f'LSUB "" "{pattern}"')[:-1]


@off_the_loop
def test_a_subscription_outlives_its_folder_until_the_client_ends_it(
    mailroom: Mailroom,
) -> None:
    with mailroom.wire() as wire:
        wire.ask("CREATE Projet/Ancien")
        wire.ask("DELETE Projet/Ancien")

        assert b'* LSUB (\\Noselect \\HasNoChildren) "/" "Projet/Ancien"' in (
            _subscribed(wire)
        )
        assert _subscribed(wire, "Projet") == []
        assert _subscribed(wire, "Pr%") == [
            b'* LSUB (\\Noselect \\HasNoChildren) "/" "Projet"'
        ]
        assert len(wire.ask('LIST "" "Projet/*"')) == 1
        assert wire.ask("SUBSCRIBE Projet/Ancien")[-1].startswith(b"t OK")
        assert wire.ask("UNSUBSCRIBE Projet/Ancien")[-1].startswith(b"t OK")
        assert _subscribed(wire, "Projet/*") == []
        assert wire.ask("UNSUBSCRIBE Projet/Ancien")[-1].startswith(b"t NO [NONEX")


@off_the_loop
def test_a_folder_made_again_has_its_subscription_once(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        for name in ("a", "b"):
            wire.ask(f"CREATE {name}")
            wire.ask(f"DELETE {name}")
        wire.ask("CREATE a")
        wire.ask("CREATE c")
        wire.ask("UNSUBSCRIBE c")
        wire.ask("RENAME c b")

        assert _subscribed(wire, "_") == []
        assert _subscribed(wire, "a") == [b'* LSUB (\\HasNoChildren) "/" "a"']
        assert _subscribed(wire, "b") == [b'* LSUB (\\HasNoChildren) "/" "b"']


@off_the_loop
def test_who_did_not_subscribe_is_not_subscribed_by_deleting(
    mailroom: Mailroom,
) -> None:
    with mailroom.wire() as wire:
        wire.ask("CREATE Vieux")
        wire.ask("UNSUBSCRIBE Vieux")
        wire.ask("DELETE Vieux")

        assert _subscribed(wire, "Vieux") == []
