"""Mailboxes by IMAP, as clients see them."""

from __future__ import annotations

import imaplib
import socket
import ssl

import pytest

from tests.mssante.imap_server import (
    ADDRESS,
    OTHER,
    SERVICE,
    Mailroom,
    Wire,
    off_the_loop,
)

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


@off_the_loop
def test_a_holder_signs_in_by_certificate_and_reads(mailroom: Mailroom) -> None:
    mailroom.deliver(LETTER)
    client = mailroom.client(ADDRESS)

    _, count = client.select("INBOX")
    _, parts = client.fetch("1", "(BODY.PEEK[])")

    assert count == [b"1"]
    assert parts[0][1] == LETTER
    client.logout()
