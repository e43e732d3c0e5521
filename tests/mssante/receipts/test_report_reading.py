"""Reports of others: read leniently, never taken for more than a claim."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.reasons import ErrorCode
from gateway.errors import InvalidError
from gateway.message.address import NamedAddress, read_address
from gateway.message.reading import read_parts
from gateway.mssante.receipts.dsn import DsnAction, Original, RecipientStatus, write_dsn
from gateway.mssante.receipts.mdn import Asked, Disposition, Stamp, write_mdn
from gateway.mssante.receipts.report_reading import (
    Report,
    Reported,
    ReportKind,
    is_report,
    read_report,
)
from tests.mssante.receipts.bounces import STOCK

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
DOCTOR = "dr.voisin@peer.mssante.test"
ORIGINAL = b"From: x@y.test\r\nMessage-ID: <one@patient.mssante.test>\r\n\r\nHi\r\n"


def read(content: bytes, reverse_path: str = "") -> Report | None:
    return read_report(read_parts(content), reverse_path)


def report(kind: str, program_part: str, *more: str, head: str = "") -> bytes:
    """Return a report with a part for programs, and more parts behind."""
    types = {"delivery-status": "delivery-status"}
    part_type = f"message/{types.get(kind, kind)}"
    parts = [
        "Content-Type: text/plain\r\n\r\nVoici.\r\n",
        f"Content-Type: {part_type}\r\n\r\n{program_part}",
        *more,
    ]
    body = "".join(f"--b\r\n{part}\r\n" for part in parts)
    return (
        f"From: postmaster@peer.mssante.test\r\n{head}"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n"
        f"{body}--b--\r\n"
    ).encode()


def test_what_we_write_can_be_read_back_dsn() -> None:
    content = write_dsn(
        [
            RecipientStatus(
                address=DOCTOR, action=DsnAction.FAILED, status="5.1.1", text=""
            )
        ],
        Original(content=ORIGINAL, message_id="x@y.test", received_at=NOW),
        hostname="smtp.test",
        sender=NamedAddress(read_address("postmaster@x.test")),
        to=NamedAddress(read_address("a@x.test")),
        date=NOW,
        message_id="d@x.test",
        max_original_bytes=1000,
    )

    assert read(content) == Report(
        kind=ReportKind.DSN,
        original_id="one@patient.mssante.test",
        recipients=(
            Reported(addresses=frozenset({DOCTOR}), word="failed", code="5.1.1"),
        ),
    )


@pytest.mark.parametrize(
    ("disposition", "word", "code"),
    [
        (Disposition(recipient=DOCTOR), "processed", ""),
        (Disposition(recipient=DOCTOR, was_read=True), "displayed", ""),
        (Disposition(recipient=DOCTOR, error=ErrorCode.OTHER), "error", "906"),
    ],
)
def test_what_we_write_can_be_read_back_mdn(
    disposition: Disposition, word: str, code: str
) -> None:
    stamp = Stamp(
        hostname="smtp.test",
        sender=NamedAddress(read_address(DOCTOR)),
        to=NamedAddress(read_address("a@x.test")),
        date=NOW,
        message_id="m@x.test",
    )
    content = write_mdn(
        disposition,
        Asked(content=ORIGINAL, message_id="one@patient.mssante.test", subject="A"),
        stamp,
        max_original_bytes=1000,
    )

    assert read(content) == Report(
        kind=ReportKind.MDN,
        original_id="one@patient.mssante.test",
        recipients=(Reported(addresses=frozenset({DOCTOR}), word=word, code=code),),
    )


@pytest.mark.parametrize(
    ("disposition", "word", "code"),
    [
        # As the guide's own example goes on.
        (
            "automatic-action/MDN-sent-automatically; processed/Error: 902^Identifiant "
            "de patient inconnu^messageErrorCondition|E^Error^errorSeverity",
            "error",
            "902",
        ),
        ("automatic-action/MDN-sent-automatically;processed/error", "error", "903"),
        (
            "automatic-action/MDN-sent-automatically; Processed / ERROR :904",
            "error",
            "904",
        ),
        ("manual-action/MDN-sent-manually; displayed", "displayed", ""),
        ("manual-action/MDN-sent-manually; deleted", "deleted", ""),
    ],
)
def test_both_forms_of_a_disposition_are_read(
    disposition: str, word: str, code: str
) -> None:
    content = report(
        "disposition-notification",
        f"Final-Recipient: rfc822; <{DOCTOR.upper()}>\r\n"
        "Original-Message-ID: <one@patient.mssante.test>\r\n"
        f"Disposition: {disposition}\r\nError: 903^INS absente\r\n",
    )

    found = read(content)

    assert found is not None
    assert found.original_id == "one@patient.mssante.test"
    assert found.recipients == (
        Reported(addresses=frozenset({DOCTOR}), word=word, code=code),
    )


def test_a_postfix_bounce_is_read_with_each_recipient() -> None:
    content = report(
        "delivery-status",
        "Reporting-MTA: dns; mx.peer.mssante.test\r\nX-Postfix-Queue-ID: 4X\r\n\r\n"
        f"Final-Recipient: rfc822; {DOCTOR}\r\n"
        "Original-Recipient: rfc822;old@x.test\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        "Final-Recipient: rfc822; b@peer.mssante.test\r\nAction: delayed\r\n"
        "Status: 4.4.1 (no answer)\r\n",
        "Content-Type: text/rfc822-headers\r\n\r\n"
        "Message-ID: <one@patient.mssante.test>\r\n",
    )

    found = read(content)

    assert found is not None
    assert found.original_id == "one@patient.mssante.test"
    assert [(one.word, one.code) for one in found.recipients] == [
        ("failed", "5.1.1"),
        ("delayed", "4.4.1"),
    ]
    assert found.recipients[0].addresses == {DOCTOR, "old@x.test"}


def test_the_answered_message_is_named_where_none_is_returned() -> None:
    content = report(
        "delivery-status",
        "Reporting-MTA: dns; a\r\n",
        head="In-Reply-To: <one@patient.mssante.test>\r\n",
    )

    found = read(content)

    assert found is not None
    assert found.original_id == "one@patient.mssante.test"
    assert found.recipients == ()


BARE = (
    b"From: postmaster@peer.mssante.test\r\nReferences: <one@patient.mssante.test>\r\n"
    b"Subject: =?utf-8?q?Message_non_distribu=C3=A9?=\r\n\r\nBonjour\r\n"
)


def test_a_bounce_by_its_subject_counts_from_the_null_path_alone() -> None:
    assert read(BARE) == Report(
        kind=ReportKind.DSN,
        original_id="one@patient.mssante.test",
        recipients=(Reported(addresses=frozenset(), word="failed"),),
    )
    assert read(BARE, "postmaster@peer.mssante.test") is None


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@b.test\r\nSubject: Bonjour\r\n\r\nBonjour\r\n",
        b"From: a@b.test\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n",
        b"From: a@b.test\r\nContent-Type: ;;\r\n\r\nx\r\n",
        # An absence is news for a person.
        b"From: a@b.test\r\nAuto-Submitted: auto-replied\r\n\r\nJe suis absent.\r\n",
    ],
)
def test_what_is_no_report_is_left_alone(content: bytes) -> None:
    assert read(content) is None
    assert not is_report(read_parts(content).headers)


@pytest.mark.parametrize("name", sorted(STOCK))
def test_the_bounce_of_a_stock_server_names_what_was_lost(name: str) -> None:
    found = read(STOCK[name]("one@patient.mssante.test", DOCTOR))

    assert found is not None
    assert (found.kind, found.original_id) == (
        ReportKind.DSN,
        "one@patient.mssante.test",
    )
    (one,) = found.recipients
    assert one.word == "failed"
    assert one.addresses == (frozenset() if name == "qmail" else {DOCTOR})


@pytest.mark.parametrize(
    ("field", "addresses"),
    [
        (f"rfc822;{DOCTOR}", {DOCTOR}),
        (f"RFC822 ; <{DOCTOR.upper()}>", {DOCTOR}),
        (f"rfc822; {DOCTOR} (Dr Voisin)", {DOCTOR}),
        (f'rfc822; "Dr Voisin" <{DOCTOR}>', {DOCTOR}),
        (DOCTOR, {DOCTOR}),
        ("utf-8;andré@peer.mssante.test", {"andré@peer.mssante.test"}),
        (r"utf-8;andr\x{E9}@peer.mssante.test", {"andré@peer.mssante.test"}),
        (r"utf-8;a\x{FFFFFF}@peer.mssante.test", {r"a\x{ffffff}@peer.mssante.test"}),
        ("rfc822;", set()),
        (";", set()),
    ],
)
def test_a_recipient_is_read_in_every_spelling(field: str, addresses: set[str]) -> None:
    for part_type in ("delivery-status", "global-delivery-status"):
        content = report(part_type, f"Final-Recipient: {field}\r\nAction: failed\r\n")

        found = read(content)

        assert found is not None
        assert [one.addresses for one in found.recipients] == [addresses]


@pytest.mark.parametrize(
    "word", ["failed", "delayed", "delivered", "relayed", "expanded"]
)
def test_every_action_is_read_in_any_case(word: str) -> None:
    for spelt in (word, word.upper(), f" {word} (so far)", f"{word};x"):
        found = read(report("delivery-status", f"Action: {spelt}\r\n"))

        assert found is not None
        assert [one.word for one in found.recipients] == [word]


@pytest.mark.parametrize(
    "word", ["displayed", "deleted", "dispatched", "processed", "denied", "failed"]
)
def test_every_disposition_is_read_in_any_case(word: str) -> None:
    for spelt in (word, word.upper(), f"(so) {word}", f"{word}/denied"):
        for part_type in (
            "disposition-notification",
            "global-disposition-notification",
        ):
            content = report(
                part_type,
                f"Disposition: manual-action/MDN-sent-manually;\r\n {spelt}\r\n",
            ).replace(b"report-type=global-", b"report-type=")

            found = read(content)

            assert found is not None
            assert found.kind is ReportKind.MDN
            assert [one.word for one in found.recipients] == [word]


def test_the_envelope_id_is_read() -> None:
    found = read(
        report(
            "delivery-status", "Original-Envelope-ID: A+b=1\r\n\r\nAction: failed\r\n"
        )
    )

    assert found is not None
    assert (found.original_id, found.envelope_id) == ("", "A+b=1")


def test_a_part_for_programs_counts_in_another_multipart_from_the_null_path() -> None:
    content = report("delivery-status", "Action: failed\r\n").replace(
        b"multipart/report", b"multipart/mixed"
    )

    found = read(content)

    assert found is not None
    assert [one.word for one in found.recipients] == ["failed"]
    assert read(content, "postmaster@peer.mssante.test") is None


def test_a_delay_told_in_a_text_alone_is_no_failure() -> None:
    found = read(
        b"From: Mailer-Daemon@smtp.peer.mssante.test\r\n"
        b"Subject: Warning: message 1vO000-0001xx-0A delayed 24 hours\r\n"
        b"References: <one@patient.mssante.test>\r\n\r\nNot yet.\r\n"
    )

    assert found is not None
    assert [one.word for one in found.recipients] == ["delayed"]


def test_groups_are_told_apart_by_any_blank_line() -> None:
    content = report(
        "delivery-status",
        "Reporting-MTA: dns; a\r\n \t\r\nAction: failed\r\n\r\n\r\nAction: delayed\r\n",
    )

    found = read(content)

    assert found is not None
    assert [one.word for one in found.recipients] == ["failed", "delayed"]


FIELDS = st.sampled_from(
    [
        "Action: failed",
        "Action: wild",
        "Final-Recipient: rfc822;a@b.test",
        "Final-Recipient: ",
        "Disposition: a/b; processed/Error: 9",
        "Disposition: displayed",
        "Status: 5",
        "Original-Message-ID: <<>",
        "Error: 999999",
        ": x",
        " folded",
        "",
        "Ä: ö",
    ]
)


@given(
    st.sampled_from(["delivery-status", "disposition-notification", "other"]),
    st.lists(FIELDS, max_size=12),
)
def test_any_report_is_read_or_is_none(kind: str, lines: list[str]) -> None:
    content = report(kind, "\r\n".join(lines) + "\r\n")
    try:
        found = read(content)
    except InvalidError:
        return

    assert found is not None
    for one in found.recipients:
        assert one.word.isascii()
        assert all("@" in address or address for address in one.addresses)
