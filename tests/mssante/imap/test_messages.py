"""Messages by IMAP: fetched, flagged, copied, moved, removed, uploaded."""

from __future__ import annotations

import imaplib

import pytest
from sqlalchemy import delete, update

from gateway.message.outline import read_outline
from gateway.store.mailbox.outlines import MailOutlines
from gateway.store.mailbox.reading import MailReading
from gateway.store.tables import mail_items, mail_outlines
from tests.mssante.imap.server import ADDRESS, Mailroom, off_the_loop

LETTER = (
    b'From: "Dr. A" <a@peer.mssante.test>\r\nTo: <camille@hopital.mssante.test>\r\n'
    b"Subject: =?utf-8?q?Compte_rendu_op=C3=A9ratoire?=\r\n"
    b"Date: Sat, 21 Nov 2026 09:00:00 +0100\r\nMessage-ID: <1@peer>\r\n"
    b"MIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    b'Content-Disposition: attachment; filename="a.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n"
)
SHORT = b"From: a@b.test\r\nSubject: Court\r\n\r\nCorps\r\n"


@off_the_loop
def test_a_whole_message_comes_back_bit_for_bit(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)
    client = mailroom.client(ADDRESS)
    client.select()

    _, parts = client.fetch("1", "(FLAGS BODY.PEEK[])")

    assert isinstance(parts[0], tuple)
    assert parts[0][1] == LETTER
    assert b"\\Seen" not in parts[0][0]
    client.logout()


@off_the_loop
def test_a_large_message_comes_back_bit_for_bit(mailroom: Mailroom) -> None:
    large = SHORT + b"x" * 998 + b"\r\n"
    large += (b"y" * 76 + b"\r\n") * 60_000
    mailroom.deliver(large)
    client = mailroom.client(ADDRESS)
    client.select()

    _, parts = client.fetch("1", "(RFC822)")

    assert isinstance(parts[0], tuple)
    assert parts[0][1] == large
    client.logout()


@off_the_loop
def test_header_fetches_never_read_the_message(mailroom: Mailroom) -> None:
    content = LETTER + b"z" * 100_000
    mailroom.deliver(content)
    [file] = (mailroom.folder / "blobs").glob("*/*")
    file.unlink()  # whoever reads the message now fails

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        asked = (
            "FLAGS UID INTERNALDATE RFC822.SIZE ENVELOPE BODY BODYSTRUCTURE "
            "RFC822.HEADER BODY.PEEK[HEADER] BODY[HEADER.FIELDS (SUBJECT)] "
            "BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT)]"
        )
        answer = wire.ask(f"FETCH 1 ({asked})")
        listed = wire.ask('UID SEARCH SUBJECT "OPÉRATOIRE"')
        refused = wire.ask("FETCH 1 BODY.PEEK[TEXT]")

    assert answer[-1] == b"t OK FETCH completed"
    assert any(b'"Dr. A" NIL "a" "peer.mssante.test"' in line for line in answer)
    assert listed[0] == b"* SEARCH 1"
    assert refused[-1].startswith(b"t NO [CORRUPTION]")


FETCHES = [
    ("BODY.PEEK[1]", b"BODY[1] {7}\r\nBonjour"),
    ("BODY.PEEK[1.MIME]", b"{43}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"),
    ("BODY.PEEK[2]", b"BODY[2] {8}\r\nJVBERg=="),
    ("BODY.PEEK[2]<1.3>", b"BODY[2]<1> {3}\r\nVBE"),
    ("BODY.PEEK[2]<100.3>", b"BODY[2]<100> {0}\r\n"),
    ("BODY.PEEK[2]<0.4294967295>", b"BODY[2]<0> {8}\r\nJVBERg=="),
    ("BODY.PEEK[3]", b"BODY[3] NIL"),
    ("BODY.PEEK[1.1]", b"BODY[1.1] NIL"),
    ("BODY.PEEK[1.HEADER]", b"BODY[1.HEADER] NIL"),
    (f"BODY.PEEK[{'.'.join(['1'] * 50)}]", b"] NIL"),
    (
        "BODY.PEEK[HEADER.FIELDS (message-id X-None)]",
        b"BODY[HEADER.FIELDS (MESSAGE-ID X-NONE)] {24}\r\nMessage-ID: <1@peer>\r\n\r\n",
    ),
    ("RFC822.SIZE", b"RFC822.SIZE %d" % len(LETTER)),
    (
        "BODYSTRUCTURE",
        b'(("text" "plain" ("charset" "utf-8") NIL NIL "7BIT" 7 0 NIL NIL NIL NIL)'
        b'("application" "pdf" ("name" "a.pdf") NIL NIL "base64" 8 NIL '
        b'("attachment" ("filename" "a.pdf")) NIL NIL) "mixed" ("boundary" "b") '
        b"NIL NIL NIL)",
    ),
    (
        "ENVELOPE",
        b'("Sat, 21 Nov 2026 09:00:00 +0100" '
        b'"=?utf-8?q?Compte_rendu_op=C3=A9ratoire?=" '
        b'(("Dr. A" NIL "a" "peer.mssante.test")) '
        b'(("Dr. A" NIL "a" "peer.mssante.test")) '
        b'(("Dr. A" NIL "a" "peer.mssante.test")) '
        b'((NIL NIL "camille" "hopital.mssante.test")) NIL NIL NIL "<1@peer>")',
    ),
]


@off_the_loop
def test_each_piece_of_a_message_is_what_the_standard_says(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        for asked, expected in FETCHES:
            answer = b"\r\n".join(wire.ask(f"FETCH 1 {asked}"))
            assert expected in answer, asked
            assert answer.endswith(b")\r\nt OK FETCH completed"), asked


NESTED = (
    b"Subject: out\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: in\r\nFrom: c@d.test\r\n\r\ninside\r\n"
    b"--o--\r\n"
)


@off_the_loop
def test_a_message_inside_a_message_has_its_own_parts(mailroom: Mailroom) -> None:
    mailroom.deliver(NESTED)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        def fetch(section: str) -> bytes:
            return b"\r\n".join(wire.ask(f"FETCH 1 BODY.PEEK[{section}]")[:-1])

        assert b"{31}\r\nSubject: in\r\nFrom: c@d.test\r\n\r\n" in fetch("1.HEADER")
        assert b"{6}\r\ninside" in fetch("1.TEXT")
        assert b"{6}\r\ninside" in fetch("1.1")
        assert fetch("1.1.1").endswith(b"NIL)")
        assert b"{16}\r\nSubject: out\r\n\r\n" in fetch("HEADER.FIELDS (SUBJECT)")
        structure = wire.ask("FETCH 1 BODY")[0]

    assert structure == (
        b'* 1 FETCH (BODY (("message" "rfc822" NIL NIL NIL "7BIT" 37 '
        b'(NIL "in" ((NIL NIL "c" "d.test")) ((NIL NIL "c" "d.test")) '
        b'((NIL NIL "c" "d.test")) NIL NIL NIL NIL NIL) '
        b'("text" "plain" ("charset" "us-ascii") NIL NIL "7BIT" 6 0) 3) "mixed"))'
    )


@off_the_loop
def test_reading_marks_seen_but_peeking_and_examining_do_not(
    mailroom: Mailroom,
) -> None:
    mailroom.deliver(SHORT)

    with mailroom.wire() as wire:
        wire.ask("EXAMINE INBOX")
        assert b"\\Seen" not in b"".join(wire.ask("FETCH 1 (FLAGS BODY[])"))
        wire.ask("SELECT INBOX")
        assert b"\\Seen" not in b"".join(wire.ask("FETCH 1 (FLAGS BODY.PEEK[])"))
        assert b"FLAGS (\\Seen \\Recent)" in b"".join(wire.ask("FETCH 1 BODY[TEXT]"))
        assert (
            wire.ask("UID FETCH 1 FLAGS")[0]
            == b"* 1 FETCH (UID 1 FLAGS (\\Seen \\Recent))"
        )


@off_the_loop
def test_sets_of_messages_name_numbers_or_uids(mailroom: Mailroom) -> None:
    for _ in range(4):
        mailroom.deliver(SHORT)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
        wire.ask("EXPUNGE")

        def numbers(command: str) -> list[bytes]:
            return [line.split()[1] for line in wire.ask(command)[:-1]]

        assert numbers("FETCH 1:* UID") == [b"1", b"2", b"3"]
        assert numbers("FETCH *:2,2 UID") == [b"2", b"3"]
        assert numbers("UID FETCH 2:3 FLAGS") == [b"2"]
        assert numbers("UID FETCH 900:* FLAGS") == [b"3"]
        assert numbers("UID FETCH 900 FLAGS") == []
        assert wire.ask("FETCH 4 UID")[-1].startswith(b"t BAD")
        assert wire.ask("FETCH 0 UID")[-1].startswith(b"t BAD")


@off_the_loop
def test_flags_are_stored_and_told(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        first = wire.ask("STORE 1 +FLAGS (\\flagged $Urgent)")
        second = wire.ask("UID STORE 1 -FLAGS $urgent")
        silent = wire.ask("STORE 1 FLAGS.SILENT (\\Answered \\Recent)")
        after = wire.ask("FETCH 1 FLAGS")

    assert first[-2] == b"* 1 FETCH (FLAGS ($Urgent \\Flagged \\Recent))"
    assert second[0] == b"* 1 FETCH (FLAGS (\\Flagged \\Recent) UID 1)"
    assert silent == [b"t OK STORE completed"]
    assert after[0] == b"* 1 FETCH (FLAGS (\\Answered \\Recent))"


@pytest.mark.parametrize(
    "command",
    ["STORE 1 +FLAGS (\\Deleted)", "EXPUNGE", "MOVE 1 Trash", "UID EXPUNGE 1"],
)
@off_the_loop
def test_a_folder_opened_for_reading_is_not_changed(
    mailroom: Mailroom, command: str
) -> None:
    mailroom.deliver(SHORT, flags=("\\Deleted",))

    with mailroom.wire() as wire:
        wire.ask("EXAMINE INBOX")
        assert wire.ask(command)[-1].startswith(b"t NO [READ-ONLY]")
        assert wire.ask("CLOSE")[-1].startswith(b"t OK")
        assert wire.ask("STATUS INBOX (MESSAGES)")[0].endswith(b"(MESSAGES 1)")


@off_the_loop
def test_copies_and_moves_tell_the_new_uids(mailroom: Mailroom) -> None:
    for _ in range(3):
        mailroom.deliver(SHORT)
    sent = mailroom.folder_of("Sent").uid_validity

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        copied = wire.ask("COPY 1:2 Sent")
        moved = wire.ask("UID MOVE 3 Sent")
        missing = wire.ask("COPY 1 Nowhere")
        counts = wire.ask("STATUS Sent (MESSAGES UIDNEXT)")

    assert copied == [b"t OK [COPYUID %d 1:2 1:2] COPY completed" % sent]
    assert moved == [
        b"* OK [COPYUID %d 3 3] moved" % sent,
        b"* 3 EXPUNGE",
        b"t OK MOVE completed",
    ]
    assert missing[-1].startswith(b"t NO [TRYCREATE]")
    assert counts[0] == b'* STATUS "Sent" (MESSAGES 3 UIDNEXT 4)'


@off_the_loop
def test_expunge_tells_each_number_as_it_stands(mailroom: Mailroom) -> None:
    for _ in range(5):
        mailroom.deliver(SHORT)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("STORE 2,4,5 +FLAGS.SILENT (\\Deleted)")
        partly = wire.ask("UID EXPUNGE 4")
        rest = wire.ask("EXPUNGE")
        left = wire.ask("FETCH 1:* UID")

    assert partly == [b"* 4 EXPUNGE", b"t OK EXPUNGE completed"]
    assert sorted(rest[:-1]) == [b"* 2 EXPUNGE", b"* 4 EXPUNGE"]
    assert rest[0] == b"* 4 EXPUNGE"
    assert [line.split()[4] for line in left[:-1]] == [b"1)", b"3)"]


@off_the_loop
def test_close_expunges_silently_and_unselect_does_not(mailroom: Mailroom) -> None:
    mailroom.deliver(SHORT, flags=("\\Deleted",))

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        assert wire.ask("UNSELECT") == [b"t OK UNSELECT completed"]
        assert wire.ask("STATUS INBOX (MESSAGES)")[0].endswith(b"(MESSAGES 1)")
        wire.ask("SELECT INBOX")
        assert wire.ask("CLOSE") == [b"t OK CLOSE completed"]
        assert wire.ask("STATUS INBOX (MESSAGES)")[0].endswith(b"(MESSAGES 0)")


@off_the_loop
def test_what_another_session_removed_is_said_to_be_gone(mailroom: Mailroom) -> None:
    for _ in range(2):
        mailroom.deliver(SHORT)

    with mailroom.wire() as one, mailroom.wire() as two:
        one.ask("SELECT INBOX")
        two.ask("SELECT INBOX")
        two.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
        two.ask("EXPUNGE")

        fetched = one.ask("FETCH 1:2 RFC822.SIZE")
        stored = one.ask("STORE 1 +FLAGS (\\Seen)")
        noop = one.ask("NOOP")

    assert [line.split()[1] for line in fetched[:-1]] == [b"2"]
    assert fetched[-1].startswith(b"t NO [EXPUNGEISSUED]")
    assert stored[-1].startswith(b"t NO [EXPUNGEISSUED]")
    assert noop == [b"* 1 EXPUNGE", b"t OK NOOP completed"]


@off_the_loop
def test_an_upload_is_kept_with_its_flags_and_date(mailroom: Mailroom) -> None:
    client = mailroom.client(ADDRESS)
    date = '"01-Feb-2025 12:34:56 +0100"'

    kind, answer = client.append("Drafts", "(\\Draft \\Seen)", date, SHORT)

    assert kind == "OK"
    assert answer[0].startswith(b"[APPENDUID ")
    client.select("Drafts")
    _, parts = client.fetch("1", "(FLAGS INTERNALDATE BODY.PEEK[])")
    assert isinstance(parts[0], tuple)
    assert b'INTERNALDATE "01-Feb-2025 11:34:56 +0000"' in parts[0][0]
    assert b"FLAGS (\\Draft \\Seen \\Recent)" in parts[0][0]
    assert parts[0][1] == SHORT
    with pytest.raises(imaplib.IMAP4.error):
        client.append("Drafts", "(\\Unknown)", date, SHORT)
    client.logout()


@off_the_loop
def test_an_upload_to_the_selected_folder_is_announced(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT Drafts")
        wire.send(b"t APPEND Drafts {%d+}\r\n%b\r\n" % (len(SHORT), SHORT))

        answer = wire.until(b"t ")

    assert answer[:2] == [b"* 1 EXISTS", b"* 1 RECENT"]
    assert answer[-1].startswith(b"t OK [APPENDUID ")


@pytest.mark.parametrize(
    "mailroom",
    [{"max_append_bytes": 5000, "mailbox_quota_bytes": 7000}],
    indirect=True,
)
@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        ("APPEND Drafts {5001}", b"t NO [TOOBIG]"),
        ("APPEND Drafts {4294967296}", b"t NO [TOOBIG]"),
        ("APPEND Drafts {99999999999999999999}", b"t NO [TOOBIG]"),
        ("APPEND Nowhere {10}", b"t NO [TRYCREATE]"),
        ("APPEND &AAA- {10}", b"t NO [TRYCREATE]"),
        ("APPEND Drafts (\\Bad {10}", b"t BAD"),
    ],
)
@off_the_loop
def test_tw7_uploads_are_refused_before_they_are_sent(
    mailroom: Mailroom, command: str, refusal: bytes
) -> None:
    with mailroom.wire() as wire:
        if "Bad" in command:
            # Not an upload we understand: an ordinary literal, then a refusal.
            wire.send(f"t {command}\r\n".encode())
            if wire.line().startswith(b"+"):
                wire.send(b"0123456789\r\n")
                assert wire.line().startswith(refusal)
            return
        assert wire.ask(command)[-1].startswith(refusal)
        assert wire.ask("NOOP")[-1].startswith(b"t OK")


@pytest.mark.parametrize("mailroom", [{"mailbox_quota_bytes": 7000}], indirect=True)
@off_the_loop
def test_a_full_mailbox_takes_no_more_uploads_nor_copies(mailroom: Mailroom) -> None:
    for _ in range(5):
        mailroom.deliver(SHORT)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        assert wire.ask("APPEND Drafts {3000}")[-1].startswith(b"t NO [OVERQUOTA]")
        assert wire.ask("COPY 1:3 Sent")[-1].startswith(b"t NO [OVERQUOTA]")
        assert wire.ask("COPY 1 Sent")[-1].startswith(b"t OK")


@pytest.mark.parametrize("content", [b"", b"Subject: a\r\n\r\n\x00"])
@off_the_loop
def test_an_empty_upload_or_one_with_a_nul_is_refused(
    mailroom: Mailroom, content: bytes
) -> None:
    with mailroom.wire() as wire:
        wire.send(b"t APPEND Drafts {%d+}\r\n%b\r\n" % (len(content), content))

        assert wire.until(b"t ")[-1].startswith(b"t NO [CANNOT]")


@off_the_loop
def test_a_header_too_large_to_keep_twice_is_read_from_the_message(
    mailroom: Mailroom,
) -> None:
    many = b"".join(b"X-%d: %b\r\n" % (n, b"v" * 900) for n in range(200))
    mailroom.deliver(b"Subject: big\r\n" + many + b"\r\nbody\r\n")
    client = mailroom.client(ADDRESS)
    client.select()

    _, parts = client.fetch("1", "(BODY.PEEK[HEADER])")

    assert isinstance(parts[0], tuple)
    assert parts[0][1] == b"Subject: big\r\n" + many + b"\r\n"
    client.logout()


REPORT = (
    b"Subject: Recu\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report;"
    b' report-type=disposition-notification; boundary="r"\r\n\r\n'
    b"--r\r\n\r\nLu.\r\n"
    b"--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
    b"Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n"
    b"--r\r\nContent-Type: Message/Delivery-Status\r\n\r\n"
    b"Reporting-MTA: dns; a.test\r\n\r\n"
    b"--r\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n"
    b"\r\nU3ViamVjdDogeA0KDQp5DQo=\r\n"
    b"--r\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\n"
    b"--r--\r\n"
)


@off_the_loop
def test_the_parts_of_a_report_are_called_what_they_are(mailroom: Mailroom) -> None:
    mailroom.deliver(REPORT)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        [structure, _] = wire.ask("FETCH 1 BODYSTRUCTURE")
        [short, _] = wire.ask("FETCH 1 BODY")

    for told in (structure, short):
        assert b'("message" "disposition-notification" NIL NIL NIL "7BIT" 57' in told
        assert b'("Message" "Delivery-Status" NIL NIL NIL "7BIT" 28' in told
        assert b'("message" "rfc822" NIL NIL NIL "base64" 24 (' in told
        assert b'("text" "rfc822-headers" ' in told
        assert b"octet-stream" not in told
    assert b'"report" ("report-type" "disposition-notification" "boundary"' in structure


BARE = b"Subject: a\nX-Long: b\n c\n\nUn\r\nDeux\n\nTrois\rQuatre\n"
SERVED = b"Subject: a\r\nX-Long: b\r\n c\r\n\r\nUn\r\nDeux\r\n\r\nTrois\rQuatre\r\n"


@off_the_loop
def test_lines_are_served_with_crlf_and_all_that_is_counted_agrees(
    mailroom: Mailroom,
) -> None:
    with mailroom.wire() as wire:
        wire.send(b"t APPEND Drafts {%d+}\r\n%b\r\n" % (len(BARE), BARE))
        wire.until(b"t ")
        wire.ask("SELECT Drafts")

        def fetch(item: str) -> bytes:
            answer = wire.ask(f"FETCH 1 {item}")
            assert answer[-1] == b"t OK FETCH completed"
            return answer[0].partition(b" (")[2]

        header, body = SERVED[:29], SERVED[29:]
        assert fetch("RFC822.SIZE") == b"RFC822.SIZE %d)" % len(SERVED)
        assert fetch("BODY.PEEK[]").endswith(b"{%d}\r\n%b)" % (len(SERVED), SERVED))
        assert fetch("BODY.PEEK[HEADER]").endswith(b"{29}\r\n%b)" % header)
        assert fetch("BODY.PEEK[TEXT]").endswith(b"{%d}\r\n%b)" % (len(body), body))
        assert fetch("BODY.PEEK[1]").endswith(b"{%d}\r\n%b)" % (len(body), body))
        assert fetch("BODY.PEEK[HEADER.FIELDS (X-LONG)]").endswith(
            b"{17}\r\nX-Long: b\r\n c\r\n\r\n)"
        )
        assert b'"7BIT" %d 4)' % len(body) in fetch("BODY")
        pieces = [fetch(f"BODY.PEEK[]<{at}.7>") for at in range(0, len(SERVED), 7)]
        assert b"".join(one.partition(b"}\r\n")[2][:-1] for one in pieces) == SERVED
        assert wire.ask(f"SEARCH LARGER {len(SERVED) - 1}")[0] == b"* SEARCH 1"
        assert wire.ask(f"SEARCH LARGER {len(SERVED)}")[0] == b"* SEARCH"


@off_the_loop
def test_what_was_uploaded_is_kept_as_it_came(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.send(b"t APPEND Drafts {%d+}\r\n%b\r\n" % (len(BARE), BARE))
        wire.until(b"t ")

    folder = mailroom.folder_of("Drafts")
    with mailroom.database.read() as work:
        [item] = MailReading(work).items(folder.id)
        assert work.blobs.get(item.blob_id, item.key_id) == BARE
        assert MailReading(work).content(item) == SERVED


@off_the_loop
def test_a_message_that_was_told_with_lf_before_is_told_so_still(
    mailroom: Mailroom,
) -> None:
    """Its uid promises the same bytes for ever (RFC 3501 §2.3.1.1)."""
    mailroom.deliver(BARE)
    folder, outline = mailroom.folder_of("INBOX"), read_outline(BARE)
    with mailroom.database.write() as work:  # as an earlier version wrote it
        [item] = MailReading(work).items(folder.id)
        work.connection.execute(update(mail_items).values(size=len(BARE)))
        work.connection.execute(delete(mail_outlines))
        MailOutlines(work).keep(item.blob_id, item.key_id, outline)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        answer = wire.ask("FETCH 1 (RFC822.SIZE BODY.PEEK[])")

    assert b"RFC822.SIZE %d " % len(BARE) in answer[0]
    assert answer[0].endswith(b"{%d}\r\n%b)" % (len(BARE), BARE))
