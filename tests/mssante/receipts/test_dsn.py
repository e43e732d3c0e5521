"""Delivery status notifications, read back by another parser (RFC 3461, RFC 3464)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.message.address import NamedAddress, read_address
from gateway.mssante.receipts.dsn import (
    DsnAction,
    Original,
    RecipientStatus,
    from_xtext,
    header_block,
    is_wanted,
    write_dsn,
)
from tests.mssante.receipts.reports import ReadReport, parse

HEADER = (
    b"From: Service <service@hopital.mssante.test>\r\n"
    b"To: 279035121518989@patient.mssante.test\r\n"
    b"Subject: =?utf-8?b?TGV0dHJl?=\r\nMessage-ID: <one@hopital.mssante.test>\r\n"
)
LETTER = HEADER + b"\r\nBonjour\r\n" + b"x" * 500 + b"\r\n"
PATIENT = "279035121518989@patient.mssante.test"


def status(action: DsnAction = DsnAction.FAILED, **changes: Any) -> RecipientStatus:
    values = {
        "address": PATIENT,
        "action": action,
        "status": "5.7.1",
        "text": "Refusé.",
    }
    return RecipientStatus(**{**values, **changes})


def write(*statuses: RecipientStatus, limit: int = 10_000, **original: Any) -> bytes:
    values = {
        "content": LETTER,
        "message_id": "one@hopital.mssante.test",
        "received_at": datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    }
    return write_dsn(
        statuses,
        Original(**{**values, **original}),
        hostname="smtp.hopital.mssante.test",
        sender=NamedAddress(
            read_address("postmaster@hopital.mssante.test"), "Passerelle"
        ),
        to=NamedAddress(read_address("service@hopital.mssante.test")),
        date=datetime(2026, 11, 21, 9, 1, tzinfo=UTC),
        message_id="dsn-1@hopital.mssante.test",
        max_original_bytes=limit,
    )


def read(*statuses: RecipientStatus, **original: Any) -> ReadReport:
    return parse(write(*statuses, **original))


WANTED = {
    # NOTIFY: what is told (RFC 3461 §4.1, §5.2)
    "": {DsnAction.FAILED, DsnAction.DELAYED},
    "NEVER": set(),
    "FAILURE": {DsnAction.FAILED},
    "DELAY": {DsnAction.DELAYED},
    "SUCCESS": {DsnAction.DELIVERED, DsnAction.RELAYED},
    "SUCCESS,FAILURE": {DsnAction.DELIVERED, DsnAction.RELAYED, DsnAction.FAILED},
    "success,failure,delay": set(DsnAction),
}


@pytest.mark.parametrize("notify", WANTED)
@pytest.mark.parametrize("action", DsnAction)
def test_a_dsn_is_sent_for_what_was_asked(notify: str, action: DsnAction) -> None:
    assert is_wanted(action, notify) is (action in WANTED[notify])


def test_a_failure_says_all_that_programs_and_people_need() -> None:
    report = read(
        status(
            original="rfc822;dr+2Bmartin@peer.mssante.test",
            diagnostic="550 5.1.1 no such user",
            remote_mta="mx.peer.mssante.test",
        ),
        envelope_id="QQ+2B314159",
    )

    message, (about, one) = report.message, report.groups
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == "<one@hopital.mssante.test>"
    assert message["References"] == "<one@hopital.mssante.test>"
    assert report.types == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]
    assert about["Reporting-MTA"] == "dns; smtp.hopital.mssante.test"
    assert about["Original-Envelope-Id"] == "QQ+314159"
    assert about["Arrival-Date"] == "Sat, 21 Nov 2026 09:00:00 +0000"
    assert one["Original-Recipient"] == "rfc822;dr+martin@peer.mssante.test"
    assert one["Final-Recipient"] == f"rfc822;{PATIENT}"
    assert one["Action"] == "failed"
    assert one["Status"] == "5.7.1"
    assert one["Remote-MTA"] == "dns; mx.peer.mssante.test"
    assert one["Diagnostic-Code"] == "smtp; 550 5.1.1 no such user"
    assert "n’a pas été remis" in report.text
    assert "Refusé." in report.text


@pytest.mark.parametrize(
    ("action", "subject"),
    [
        (DsnAction.FAILED, "Message non distribué / Undelivered message"),
        (DsnAction.DELAYED, "Message retardé / Delayed message"),
        (DsnAction.DELIVERED, "Message distribué / Delivered message"),
        (
            DsnAction.RELAYED,
            "Message transmis, remise non confirmée / Message passed on, delivery not "
            "confirmed",
        ),
    ],
)
def test_the_subject_tells_what_happened(action: DsnAction, subject: str) -> None:
    report = read(status(action))

    assert report.message["Subject"] == subject
    assert report.groups[1]["Action"] == action.value


def test_several_recipients_have_a_group_each_and_a_failure_names_the_whole() -> None:
    other = status(DsnAction.DELIVERED, address="dr@hopital.mssante.test")

    report = read(other, status())

    assert [group["Action"] for group in report.groups[1:]] == ["delivered", "failed"]
    assert str(report.message["Subject"]).startswith("Message non distribué")


def test_the_whole_message_comes_back_when_a_failure_asked_for_it() -> None:
    report = read(status(), whole=True)

    assert report.types[-1] == "message/rfc822"
    assert LETTER in write(status(), whole=True)


@pytest.mark.parametrize(
    ("action", "whole", "limit"),
    [
        (DsnAction.FAILED, False, 10_000),
        (DsnAction.FAILED, True, len(LETTER) - 1),
        (DsnAction.DELIVERED, True, 10_000),
        (DsnAction.DELAYED, True, 10_000),
    ],
)
def test_m09_otherwise_its_header_alone(
    action: DsnAction, whole: bool, limit: int
) -> None:
    content = write(status(action), whole=whole, limit=limit)

    assert parse(content).types[-1] == "text/rfc822-headers"
    assert b"Subject: =?utf-8?b?TGV0dHJl?=" in content
    assert b"Bonjour" not in content


def test_m09_a_header_without_end_is_cut_at_a_line() -> None:
    content = b"X-Long: 1\r\n" * 100_000

    block = header_block(content)

    assert len(block) <= 64 * 1024 + 2
    assert block.endswith(b"X-Long: 1\r\n")


def test_a_report_of_a_letter_of_megabytes_stays_small() -> None:
    huge = LETTER + b"y" * 3_000_000 + b"\r\n"

    assert len(write(status(), content=huge, whole=True, limit=1_000_000)) < 10_000


def test_s22_nothing_a_peer_says_makes_another_field() -> None:
    report = read(
        status(
            original="rfc822;a+0D+0AAction:+20delivered@x.test",
            diagnostic="550 no\r\nAction: delivered",
            remote_mta="x\r\n\r\nFinal-Recipient: rfc822;z@x.test",
        ),
        envelope_id="e+0D+0AAction:+20delivered",
    )

    assert len(report.groups) == 2
    assert report.groups[0].keys() == [
        "Original-Envelope-Id",
        "Reporting-MTA",
        "Arrival-Date",
    ]
    assert report.groups[1].get_all("Action") == ["failed"]


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))
def test_xtext_never_gives_a_control_character(text: str) -> None:
    assert all(" " <= one != "\x7f" for one in from_xtext(text))
