"""What we write: any text in, never another header out."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidError
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.message.reading import read_parts

DOCTOR = NamedAddress(read_address("dr.demo@hopital.mssante.test"), "Dr Démo")
PATIENT = NamedAddress(read_address("279035121518989@patient.mssante.test"))


def build(**changes: Any) -> bytes:
    facts: dict[str, Any] = {
        "sender": DOCTOR,
        "to": [PATIENT],
        "subject": "Votre lettre",
        "text": "Bonjour",
        "date": datetime(2026, 11, 21, 9, tzinfo=UTC),
        "message_id": "one@hopital.mssante.test",
    }
    return build_message(**(facts | changes))


def test_a_message_reads_back_by_our_reader_and_by_pythons() -> None:
    archive = OutgoingPart(
        media_type="application/zip", content=b"PK\x03\x04" * 999, name="IHE_XDM.ZIP"
    )

    content = build(
        cc=[DOCTOR],
        reply_to=DOCTOR,
        in_reply_to="zero@hopital.mssante.test",
        references=["zero@hopital.mssante.test"],
        text="été\n.\n..\nfin",
        parts=[archive],
        headers={"X-MSS-MES": "FIN"},
    )

    ours, theirs = read_parts(content), message_from_bytes(content, policy=policy.SMTP)
    assert ours.faults == ()
    assert ours.text == "été\r\n.\r\n..\r\nfin\r\n"
    assert ours.attachments[0].content() == archive.content
    assert ours.headers.mailboxes("from") == (DOCTOR,)
    assert ours.headers.references == ("zero@hopital.mssante.test",)
    assert theirs["from"] == "Dr Démo <dr.demo@hopital.mssante.test>"
    assert theirs["x-mss-mes"] == "FIN"
    assert [one.get_content_type() for one in theirs.walk()] == [
        "multipart/mixed",
        "text/plain",
        "application/zip",
    ]


def test_a_report_sends_its_machine_part_as_it_is() -> None:
    status = b"Reporting-MTA: dns; x.test\r\n\r\nFinal-Recipient: rfc822; a@b.test\r\n"

    content = build(
        parts=[OutgoingPart(media_type="message/delivery-status", content=status)],
        multipart="multipart/report; report-type=delivery-status",
    )

    assert b"\r\n\r\n" + status in content
    assert read_parts(content).attachments[0].content() == status


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "a\r\nBcc: x@y.test"},
        {"subject": "a\nb"},
        {"message_id": "a@b.test>\r\nX: y"},
        {"message_id": "a b@c.test"},
        {"headers": {"X-A": "b\rc"}},
        {"headers": {"X A": "b"}},
        {"headers": {"X-A:\r\nB": "c"}},
        {"sender": NamedAddress(DOCTOR.address, "a\r\nBcc: x")},
        {"parts": [OutgoingPart(media_type="text/x\r\nA: b", content=b"")]},
        {"parts": [OutgoingPart(media_type="a/b", content=b"", name="a\r\nb")]},
        {"parts": [OutgoingPart(media_type="message/rfc822", content=b"a\nb")]},
        {"parts": [OutgoingPart(media_type="a/b", content=b"")], "multipart": "x\r\n"},
    ],
)
def test_no_line_can_be_slipped_in(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidError):
        build(**change)


one_line = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")), max_size=300
).filter(lambda text: not any(mark in text for mark in "\u2028\u2029\x85"))


@given(subject=one_line, name=one_line, text=st.text(max_size=500), file=one_line)
def test_whatever_is_written_reads_back(
    subject: str, name: str, text: str, file: str
) -> None:
    text = text.encode("utf-8", "replace").decode()
    content = build(
        subject=subject,
        sender=NamedAddress(DOCTOR.address, name),
        text=text,
        parts=[OutgoingPart(media_type="a/b", content=b"x", name=file)],
    )

    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998
    parts = read_parts(content)
    assert parts.faults == ()
    assert parts.headers.subject == subject.strip()
    assert parts.headers.mailboxes("from")[0].name == name.strip()
    assert len(parts.attachments) == 1
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert parts.text.removesuffix("\r\n") == "\r\n".join(lines).removesuffix("\r\n")
