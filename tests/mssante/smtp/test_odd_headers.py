"""Headers as programs write them: taken at the door, and kept to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.message.reading import read_parts
from tests.mssante.smtp.doors import DOCTOR, PEER, running_node

BASE = (
    f"From: Dr Voisin <{PEER}>",
    f"To: {DOCTOR}",
    "Subject: Lettre",
    "Date: Fri, 16 Oct 2026 14:35:00 +0200",
    "Message-ID: <one@peer.mssante.test>",
    "Content-Type: text/plain; charset=utf-8",
)

ODD = {
    "folded blanks": ("Subject: Lettre\r\n \r\n\t", "<one@peer.mssante.test>"),
    "folded blanks within": ("Subject: Lettre\r\n \r\n suite", "one@peer.mssante.test"),
    "comment in a type": ("Content-Type: text/plain; charset=utf-8 (texte)", ""),
    "name without quotes": ("Content-Type: text/plain; name=Compte rendu.txt", ""),
    "raw name": ('Content-Type: text/plain; name="Été.txt"', ""),
    "semicolon at the end": ("Content-Type: text/plain; charset=utf-8;", ""),
    "comment in an encoding": ("Content-Transfer-Encoding: 8bit (oui)", ""),
    "odd charset": ("Content-Type: text/plain; charset=x-inconnu", ""),
    "no brackets": ("Message-ID: one@peer.mssante.test", "one@peer.mssante.test"),
    "no domain": ("Message-ID: <cas044-5a4d1f >", "cas044-5a4d1f"),
    "blanks": ("Message-ID: < one@ peer.mssante.test >", "one@peer.mssante.test"),
    "odd date": ("Date: vendredi 16 octobre 2026 14h35", ""),
    "no date": ("Date:", ""),
    "two-digit year": ("Date: 16 Oct 26 14:35 CEST (heure de Paris)", ""),
}


def letter(line: str) -> bytes:
    """Return a letter with one field written so."""
    name = line.partition(":")[0]
    head = [line if one.startswith(f"{name}:") else one for one in BASE]
    if line not in head:
        head.append(line)
    return ("\r\n".join(head) + "\r\n\r\nBonjour, été\r\n").encode()


@pytest.mark.parametrize(("line", "message_id"), ODD.values(), ids=ODD)
def test_a_header_as_programs_write_it_is_taken_and_kept_to_the_byte(
    line: str, message_id: str, tmp_path: Path, pki_folder: Path
) -> None:
    content = letter(line)
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")
        assert client.deliver(PEER, DOCTOR, content).startswith("250 2.0.0")
        ((kept, stored),) = node.kept()

    assert stored == content
    assert kept.message_id == (message_id.strip("<>") or "one@peer.mssante.test")
    parts = read_parts(content)
    assert not parts.faults
    assert "Bonjour, été" in parts.text or parts.attachments


REFUSED = {
    "blank before the colon": "Subject : Lettre",
    "a line that is no field": "Subject: Lettre\r\nDominique",
    "two From": f"From: {PEER}\r\nFrom: autre@peer.mssante.test",
    "a bare CR": "Subject: Lettre\rBcc: x@y.test",
    "a bare LF": "Subject: Lettre\nBcc: x@y.test",
    "a NUL": "Subject: Let\0tre",
    "a control character": "Subject: Let\x1btre",
}


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED)
def test_a_header_with_two_readings_stays_refused(
    line: str, tmp_path: Path, pki_folder: Path
) -> None:
    with running_node(tmp_path, pki_folder) as node:
        client = node.session("smtp", "peer")
        assert client.deliver(PEER, DOCTOR, letter(line)).startswith("5")
        assert node.kept() == []
