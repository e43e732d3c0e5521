"""Messages for tests: what a hospital's software would send, in bytes."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from attrs import evolve

from gateway.core.document import DocumentEntry
from gateway.core.informing import PatientInformed
from gateway.core.person import Coded
from gateway.documents.cda.header import read_cda
from gateway.documents.xdm.writing import OutgoingDocument, write_package
from gateway.documents.xds.entry import document_entry
from gateway.documents.xds.values import EntryAction
from tests.builders_xdm import MOMENT, SENDER, make_submission

VISIBILITY = "1.2.250.1.213.1.1.4.13"


def make_mail(
    *attachments: tuple[str, str, bytes],
    to: str = "279035121518989@patient.mssante.test",
    sender: str = "service@hopital.mssante.test",
    message_id: str = "one@hopital.mssante.test",
    text: str = "Bonjour, voici votre document.",
) -> bytes:
    """Return a message; each attachment is (file name, media type, bytes)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = "XDM/1.0/DDM+Document"
    mail["Message-ID"] = f"<{message_id}>"
    mail["Date"] = "Fri, 20 Nov 2026 09:00:00 +0000"
    mail.set_content(text)
    for name, media_type, content in attachments:
        main, _, sub = media_type.partition("/")
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def as_xdm(content: bytes) -> tuple[str, str, bytes]:
    """Return a package as an attachment, under its usual name."""
    return ("IHE_XDM.ZIP", "application/zip", content)


def as_xml(content: bytes) -> tuple[str, str, bytes]:
    """Return a CDA attached directly."""
    return ("lettre.xml", "text/xml", content)


def entry_for(content: bytes, **changes: Any) -> DocumentEntry:
    """Return the honest entry of a CDA, with changes."""
    entry = document_entry(
        read_cda(content),
        content,
        entry_uuid="urn:uuid:6a1ad3a5-1f0b-4f0e-9d39-1c6c7c7f0a01",
        unknown_class=Coded(code="10", scheme="1.2.250.1.213.1.1.4.1"),
    )
    return evolve(entry, **changes)


def pack(
    *contents: bytes,
    flags: Sequence[str] = (),
    changes: dict[str, Any] | None = None,
    action: EntryAction = EntryAction.FILE,
    replaced_uuid: str = "",
    informed: PatientInformed | None = None,
) -> bytes:
    """Return the IHE_XDM.ZIP of CDA files, each listed as it describes itself."""
    documents = []
    for number, content in enumerate(contents, 1):
        entry = entry_for(content, entry_uuid=f"Document{number:02d}")
        codes = (
            *entry.confidentiality,
            *(Coded(code=flag, scheme=VISIBILITY) for flag in flags),
        )
        entry = evolve(entry, confidentiality=codes)
        entry = evolve(entry, **(changes or {}))
        documents.append(
            OutgoingDocument(
                entry=entry,
                content=content,
                action=action,
                replaced_uuid=replaced_uuid,
            )
        )
    submission = make_submission(patient_id=documents[0].entry.patient_id)
    return write_package(documents, submission, SENDER, MOMENT, informed)
