"""MDN and error mails in the French form, read back by another parser."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.core.reasons import ErrorCode
from gateway.core.texts.outcomes import ERROR_LABELS
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart
from gateway.mssante.receipts.mdn import (
    Asked,
    Disposition,
    Stamp,
    subject_of,
    write_error_mail,
    write_mdn,
)
from tests.mssante.receipts.reports import parse

PATIENT = "279035121518989@patient.mssante.test"
SUBJECT = "XDM/1.0/DDM+CR DE BIOLOGIE PAT-TROIS DOMINIQUE 28/03/1979"
MAIL = (
    b"From: service@hopital.mssante.test\r\nMessage-ID: <one@hopital.mssante.test>\r\n"
    b"Subject: XDM/1.0/DDM+CR\r\n\r\nVoici.\r\n"
)
ZIP = OutgoingPart(
    media_type="application/zip", content=b"PK\x03\x04rest", name="IHE_XDM.ZIP"
)
STAMP = Stamp(
    hostname="smtp.hopital.mssante.test",
    sender=NamedAddress(read_address(PATIENT)),
    to=NamedAddress(read_address("service@hopital.mssante.test")),
    date=datetime(2026, 11, 21, 9, 1, tzinfo=UTC),
    message_id="mdn-1@hopital.mssante.test",
)

LENIENT = re.compile(r"processed\s*/\s*error\s*:?\s*(\d{3})?(?:\^([^^|]*))?", re.I)
"""How software that follows the profile reads the disposition."""


def asked(**changes: Any) -> Asked:
    values = {
        "content": MAIL,
        "message_id": "one@hopital.mssante.test",
        "subject": SUBJECT,
        "attachments": (ZIP,),
    }
    return Asked(**{**values, **changes})


def disposition(**changes: Any) -> Disposition:
    return Disposition(recipient=PATIENT, **changes)


def test_success_has_the_form_of_the_profile() -> None:
    report = parse(write_mdn(disposition(), asked(), STAMP, max_original_bytes=10_000))

    message, (fields,) = report.message, report.groups
    assert message.get_param("report-type") == "disposition-notification"
    assert message["Subject"] == SUBJECT
    assert message["From"] == PATIENT
    assert message["Auto-Submitted"] == "auto-replied"
    assert report.types == [
        "text/plain",
        "message/disposition-notification",
        "message/rfc822",
        "application/zip",
    ]
    assert fields["Final-Recipient"] == f"rfc822;{PATIENT}"
    assert fields["Original-Recipient"] == f"rfc822;{PATIENT}"
    assert fields["Original-Message-ID"] == "<one@hopital.mssante.test>"
    assert fields["Disposition"] == (
        "automatic-action/MDN-sent-automatically; processed"
    )
    assert "Error" not in fields
    assert report.files[-1] == "IHE_XDM.ZIP"


@pytest.mark.parametrize("code", ErrorCode)
def test_each_error_has_code_and_label_where_software_looks(code: ErrorCode) -> None:
    content = write_mdn(
        disposition(error=code, lines=("1.2.3 : DOC_INVALID", "  Corrigez-le.")),
        asked(),
        STAMP,
        max_original_bytes=10_000,
    )

    report = parse(content)
    (fields,) = report.groups
    found = LENIENT.search(fields["Disposition"])
    assert found is not None
    assert found[1] == code.value
    assert found[2]
    assert fields["Error"] == f"{found[1]}^{found[2]}"
    assert fields["Disposition"].isascii()
    subject = str(report.message["Subject"])
    assert subject == f"[KO Intégration système !][{code.value}] {SUBJECT}"
    assert f"{code.value} {ERROR_LABELS[code]}" in report.text
    assert "Corrigez-le." in report.text
    # The accents of the subject are encoded words (RFC 2047).
    assert content.split(b"\r\n\r\n")[0].isascii()


@pytest.mark.parametrize(
    ("informed", "word", "said"),
    [
        (True, "yes", "oui, déclarée par votre structure"),
        (False, "unknown", "une affiche seule ne suffit pas"),
        (None, None, None),
    ],
)
def test_it_says_whether_the_patient_is_known_to_be_informed(
    informed: bool | None, word: str | None, said: str | None
) -> None:
    report = parse(
        write_mdn(disposition(informed=informed), asked(), STAMP, max_original_bytes=99)
    )

    assert report.groups[0].get("X-Patient-Informed") == word
    assert (said is not None and said in report.text) is (informed is not None)


def test_reading_is_displayed_not_processed() -> None:
    report = parse(
        write_mdn(disposition(was_read=True), asked(), STAMP, max_original_bytes=10_000)
    )

    assert report.groups[0]["Disposition"] == (
        "manual-action/MDN-sent-automatically; displayed"
    )
    assert "a ouvert votre message" in report.text


def test_the_original_recipient_is_the_one_of_the_envelope() -> None:
    named = disposition(original_recipient="rfc822;a+2Bb@x.test")

    report = parse(write_mdn(named, asked(), STAMP, max_original_bytes=10_000))

    assert report.groups[0]["Original-Recipient"] == "rfc822;a+b@x.test"


def test_a_message_without_message_id_is_answered_all_the_same() -> None:
    report = parse(
        write_mdn(disposition(), asked(message_id=""), STAMP, max_original_bytes=10_000)
    )

    assert "Original-Message-ID" not in report.groups[0]
    assert "In-Reply-To" not in report.message


@pytest.mark.parametrize("write", [write_mdn, write_error_mail])
def test_m09_a_large_original_comes_back_as_its_header(write: Any) -> None:
    large = asked(content=MAIL + b"z" * 2_000_000 + b"\r\n", attachments=(ZIP,))

    content = write(
        disposition(error=ErrorCode.OTHER), large, STAMP, max_original_bytes=1_000_000
    )

    assert "text/rfc822-headers" in parse(content).types
    assert "application/zip" not in parse(content).types
    assert len(content) < 10_000


def test_the_error_mail_is_for_people_with_the_original_as_a_file() -> None:
    report = parse(
        write_error_mail(
            disposition(error=ErrorCode.IDENTITY_DIFFERS),
            asked(),
            STAMP,
            max_original_bytes=10_000,
        )
    )

    assert report.message.get_content_type() == "multipart/mixed"
    assert report.types == ["text/plain", "message/rfc822", "application/zip"]
    assert report.files[1:] == ["message_original.eml", "IHE_XDM.ZIP"]
    assert "904" in report.text
    assert report.groups == []


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        (SUBJECT, SUBJECT),
        (f"Re: {SUBJECT}", SUBJECT),
        ("XDM/1.0/DDM", "XDM/1.0/DDM"),
        ("Bonjour", "Bonjour"),
        ("", ""),
    ],
)
def test_the_subject_of_an_answer_keeps_the_mark_of_the_profile(
    subject: str, answer: str
) -> None:
    assert subject_of(disposition(), subject) == answer


def test_s22_a_subject_with_line_ends_cannot_make_a_header() -> None:
    # As `Headers.subject` gives it: each control character replaced.
    spoiled = asked(subject="XDM/1.0/DDM+a\ufffdBcc: x@x.test")

    report = parse(write_mdn(disposition(), spoiled, STAMP, max_original_bytes=10_000))

    assert "Bcc" not in report.message
