"""A doctor's mail program sends a PDF with a tag: filed, and told to the doctor."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Any

import pytest

from gateway.clock import utc_now
from tests.builders_cda import PDF
from tests.journeys.clients import (
    DOCTOR,
    HOSPITAL,
    PATIENT,
    client_context,
    mail_of,
    patient_address,
    report_type,
)
from tests.journeys.running import Gateway, eventually

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose operator lets PDFs be filed from mail."""
    made = Gateway.make(tmp_path_factory.mktemp("by-mail") / "folder")
    made.configure(filing={"pdf_by_mail": True})
    made.start()
    try:
        yield made
    finally:
        made.stop()


def send(gateway: Gateway, name: str, sender: str, subject: str) -> str:
    """Send a PDF as a mail program does; return the Message-ID."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, patient_address()
    mail["Subject"] = subject
    mail["Date"] = format_datetime(utc_now())
    mail["Message-ID"] = make_msgid(domain="hopital.mssante.test")
    mail["Disposition-Notification-To"] = sender
    mail.set_content("Bonjour, voici le compte rendu.")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="cr.pdf")
    port, context = (
        gateway.settings.listen.submissions,
        client_context(gateway.certs, name),
    )
    with smtplib.SMTP_SSL("localhost", port, context=context, timeout=60) as client:
        client.send_message(mail, sender, [patient_address()])
    return str(mail["Message-ID"]).strip("<>")


def only_document(gateway: Gateway, name: str) -> dict[str, Any]:
    """Return what became of the only document of a message."""
    (document,) = gateway.story(name)["documents"]
    return dict(document)


def test_a_doctors_pdf_is_filed_shown_and_told(gateway: Gateway) -> None:
    name = send(gateway, "doctor", DOCTOR, "RE: [DMP CR-CONS masqué] Consultation é")

    document = only_document(gateway, name)

    assert document["outcome"] == "FILED_MASKED"
    (filed,) = [
        one for one in gateway.vault(PATIENT) if one["uniqueId"] == document["uniqueId"]
    ]
    assert filed["title"] == "Consultation é"

    (said,) = receipts_of(gateway, DOCTOR)
    assert "a CDA document was made of this PDF" in plain(said)
    assert "masked from professionals" in plain(said)


def receipts_of(gateway: Gateway, address: str) -> list[str]:
    """Return the MDNs in a mailbox, once there is one."""

    def receipts() -> list[str]:
        return [
            one.as_string()
            for one in mail_of(gateway, address)
            if report_type(one) == "disposition-notification"
        ]

    return eventually(receipts)


def plain(report: str) -> str:
    """Return the text of a report, its lines joined."""
    first = message_from_string(report, policy=SMTP).get_body(("plain",))
    assert first is not None
    return " ".join(first.get_content().split())


def test_a_structure_that_writes_the_tag_is_told_why_nothing_is_made(
    gateway: Gateway,
) -> None:
    name = send(gateway, "hospital", HOSPITAL, "[DMP CR-CONS] Consultation")

    document = only_document(gateway, name)

    assert document["outcome"] == "DOC_INVALID"
    (said,) = receipts_of(gateway, HOSPITAL)
    assert "for a professional who sends with their own certificate" in plain(said)
