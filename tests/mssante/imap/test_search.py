"""SEARCH by IMAP: every key, over flags, dates, sizes, headers and texts."""

from __future__ import annotations

import pytest

from gateway.errors import InvalidError
from gateway.mssante.imap.search_keys import BadCharsetError, read_search
from gateway.mssante.imap.syntax import Reader
from tests.mssante.imap.server import Mailroom, off_the_loop

FIRST = (
    b"From: Alice <alice@peer.test>\r\nTo: bob@hopital.test\r\nCc: carol@x.test\r\n"
    b"Subject: =?iso-8859-1?q?R=E9sultat?= de laboratoire\r\n"
    b"Date: Mon, 5 Jan 2026 23:30:00 +0100\r\nX-Mss-Ins: O\r\n\r\n"
    b"Glycemie normale\r\n"
)
SECOND = (
    b"From: dave@peer.test\r\nTo: bob@hopital.test\r\nBcc: eve@x.test\r\n"
    b"Subject: Lettre de sortie\r\nDate: Fri, 6 Feb 2026 10:00:00 +0000\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n"
    b"UGF0aWVudCBhbWVsaW9yw6kK\r\n"  # Patient amelioré
)
THIRD = b"Subject: vide\r\n\r\n" + b"z" * 3000 + b"\r\n"

CASES = [
    ("ALL", [1, 2, 3]),
    ("SEEN", [1]),
    ("UNSEEN", [2, 3]),
    ("ANSWERED", []),
    ("UNANSWERED FLAGGED", [2]),
    ("NOT FLAGGED", [1, 3]),
    ("DRAFT", []),
    ("UNDRAFT UNDELETED UNFLAGGED", [1, 3]),
    ("DELETED", []),
    ("NEW", [2, 3]),
    ("OLD", []),
    ("RECENT", [1, 2, 3]),
    ("KEYWORD $Urgent", [2]),
    ("UNKEYWORD $URGENT", [1, 3]),
    ("FROM alice", [1]),
    ("FROM PEER.TEST", [1, 2]),
    ("TO bob", [1, 2]),
    ("CC carol", [1]),
    ("BCC eve", [2]),
    ('SUBJECT "résultat de lab"', [1]),
    ('HEADER Subject ""', [1, 2, 3]),
    ('HEADER X-Mss-Ins ""', [1]),
    ("HEADER x-mss-ins o", [1]),
    ("BODY glycemie", [1]),
    ('BODY "amelioré"', [2]),
    ("BODY alice", []),
    ("TEXT alice", [1]),
    ("TEXT zzzz", [3]),
    ("LARGER 3000", [3]),
    ("SMALLER 3000", [1, 2]),
    ("SENTON 5-Jan-2026", [1]),
    ('SENTSINCE "06-feb-2026"', [2]),
    ("SENTBEFORE 6-Feb-2026", [1]),
    ("SINCE 1-Jan-2020", [1, 2, 3]),
    ("BEFORE 1-Jan-2020", []),
    ("ON 1-Jan-2020", []),
    ("1,3", [1, 3]),
    ("2:*", [2, 3]),
    ("UID 1:2", [1, 2]),
    ("UID 99:*", [3]),
    ("OR FROM alice SUBJECT vide", [1, 3]),
    ("OR (SEEN FROM alice) (FLAGGED TO bob)", [1, 2]),
    ("NOT (OR SEEN FLAGGED)", [3]),
    ("NOT NOT SEEN", [1]),
    ("CHARSET UTF-8 SUBJECT vide", [3]),
    ("charset us-ascii ALL", [1, 2, 3]),
    ("cHaRsEt utf-8 SUBJECT vide", [3]),
]


@off_the_loop
def test_every_key_finds_its_messages(mailroom: Mailroom) -> None:
    mailroom.deliver(FIRST, flags=("\\Seen",))
    mailroom.deliver(SECOND, flags=("\\Flagged", "$Urgent"))
    mailroom.deliver(THIRD)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        for keys, expected in CASES:
            answer = wire.ask(f"SEARCH {keys}")
            numbers = [int(word) for word in answer[0].split()[2:]]
            assert (keys, numbers) == (keys, expected), answer


@off_the_loop
def test_search_by_uid_and_with_a_literal(mailroom: Mailroom) -> None:
    for content in (FIRST, SECOND, THIRD):
        mailroom.deliver(content)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        wire.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
        wire.ask("EXPUNGE")
        word = "amelioré".encode()
        wire.send(b"t UID SEARCH CHARSET UTF-8 BODY {%d}\r\n" % len(word))
        assert wire.line() == b"+ OK"
        wire.send(word + b" UNSEEN\r\n")

        assert wire.until(b"t ")[0] == b"* SEARCH 2"


WITH_PARTS = (
    b"From: alice@peer.test\r\nSubject: racine\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=o\r\n\r\n"
    b"--o\r\nContent-Type: text/plain; charset=utf-8\r\nContent-ID: <ident@x>\r\n"
    b"\r\nBonjour\r\n"
    b"--o\r\nContent-Type: application/pdf\r\n"
    b"Content-Disposition: attachment; filename*=utf-8''%C3%89chographie.pdf\r\n"
    b"Content-Description: =?utf-8?q?=C3=89tat?=\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nY2FjaGU=\r\n"  # cache
    b"--o\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: =?utf-8?q?Transf=C3=A9r=C3=A9?=\r\nFrom: zoe@x.test\r\n\r\n"
    b"dedans\r\n"
    b"--o\r\nContent-Type: message/disposition-notification\r\n\r\n"
    b"Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    b"--o--\r\n"
)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("bonjour", "BODY TEXT"),
        ("ident@x", "BODY TEXT"),
        ("application/pdf", "BODY TEXT"),
        ("échographie", "BODY TEXT"),
        ("content-description: état", "BODY TEXT"),
        ("transféré", "BODY TEXT"),
        ("zoe@x.test", "BODY TEXT"),
        ("dedans", "BODY TEXT"),
        ("mdn-sent-manually", "BODY TEXT"),
        ("racine", "TEXT"),
        ("boundary=o", "TEXT"),
        ("cache", ""),  # what is in a file is not looked into
        ("Y2FjaGU", ""),
    ],
)
@off_the_loop
def test_words_are_looked_for_in_the_headers_of_parts_too(
    mailroom: Mailroom, words: str, keys: str
) -> None:
    mailroom.deliver(WITH_PARTS)

    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")
        for key in ("BODY", "TEXT"):
            found = wire.ask(f'SEARCH CHARSET UTF-8 {key} "{words}"')[0]
            assert found == (b"* SEARCH 1" if key in keys.split() else b"* SEARCH")


@off_the_loop
def test_another_charset_is_refused_with_those_we_read(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT INBOX")

        answer = wire.ask("SEARCH CHARSET KOI8-R SUBJECT a")

    assert answer == [b"t NO [BADCHARSET (UTF-8 US-ASCII)] charset not known"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"(",
        b"()",
        b"NONSENSE",
        b"FROM",
        b"OR SEEN",
        b"NOT",
        b"LARGER x",
        b"LARGER 4294967296",
        b"SINCE 31-Feb-2026",
        b"SINCE yesterday",
        b"UID x",
        b"0",
        b"1:",
        b"KEYWORD \\Made",
        b"SEEN)",
        b"SEEN  SEEN",
        b"(SEEN",
        b"CHARSET UTF-8",
    ],
)
def test_malformed_keys_are_refused(text: bytes) -> None:
    with pytest.raises(InvalidError):
        read_search(Reader([text]))


@pytest.mark.parametrize(
    "text",
    [
        b"(" * 10_000 + b"ALL" + b")" * 10_000,
        b"NOT " * 5000 + b"ALL",
        b"OR " * 5000 + b"ALL " * 5001,
        b"(" + b" ".join([b"ALL"] * 5000) + b")",
        b" ".join([b"1:*"] * 5000),
    ],
)
def test_i02_deep_or_endless_searches_are_refused(text: bytes) -> None:
    with pytest.raises(InvalidError):
        read_search(Reader([text]))


def test_a_text_that_is_not_utf8_is_a_bad_charset() -> None:
    with pytest.raises(BadCharsetError):
        read_search(Reader([b'SUBJECT "\xe9"']))


RETURNED = [
    ("SEARCH RETURN () ALL", b"ALL 1:3"),
    ("SEARCH RETURN (ALL) ALL", b"ALL 1:3"),
    ("SEARCH RETURN (MIN) ALL", b"MIN 1"),
    ("SEARCH RETURN (MAX MIN) ALL", b"MIN 1 MAX 3"),
    ("SEARCH RETURN (COUNT) UNSEEN", b"COUNT 2"),
    ("search return (count all min max) 1,3", b"MIN 1 MAX 3 ALL 1,3 COUNT 2"),
    ("SEARCH RETURN (MIN MAX ALL COUNT) ANSWERED", b"COUNT 0"),
    ("SEARCH RETURN (ALL) ANSWERED", b""),
    ("SEARCH RETURN (ALL) CHARSET UTF-8 SUBJECT vide", b"ALL 3"),
    ("UID SEARCH RETURN (COUNT ALL) UID 2:*", b"UID ALL 2:3 COUNT 2"),
]


@off_the_loop
def test_a_search_returns_what_is_asked_of_what_it_finds(mailroom: Mailroom) -> None:
    """RFC 4731 §3.1"""
    mailroom.deliver(FIRST, flags=("\\Seen",))
    mailroom.deliver(SECOND)
    mailroom.deliver(THIRD)
    with mailroom.wire() as wire:
        wire.ask("EXAMINE INBOX")
        for command, told in RETURNED:
            [found, _] = wire.ask(command)
            expected = b'* ESEARCH (TAG "t") ' + told
            assert found == expected.rstrip(), command
        for wrong in ("RETURN", "RETURN ALL ALL", "RETURN (SAVE) ALL", "RETURN ()"):
            assert wire.ask(f"SEARCH {wrong}")[-1].startswith(b"t BAD"), wrong


@off_the_loop
def test_an_empty_folder_returns_no_number(mailroom: Mailroom) -> None:
    with mailroom.wire() as wire:
        wire.ask("SELECT Sent")
        told = wire.ask("UID SEARCH RETURN (MIN COUNT) ALL")

    assert told[0] == b'* ESEARCH (TAG "t") UID COUNT 0'
