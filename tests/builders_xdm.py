"""Packages for tests: valid by default, with a knob to break each part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attrs import evolve

from gateway.core.document import AuthorEntry, DocumentEntry, SubmissionSet
from gateway.core.person import Coded
from gateway.documents.xdm.archive import ArchiveLimits, open_archive, write_archive
from gateway.documents.xdm.package import Package, read_package
from gateway.documents.xdm.writing import (
    OutgoingDocument,
    PackageSender,
    file_name,
    write_package,
)
from gateway.documents.xds.writing import ListedDocument, write_metadata

PATIENT = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
OTHER_PATIENT = "279035121518988^^^&1.2.250.1.213.1.4.10&ISO^NH"
DOCTOR = "899900000017^MARTIN^Camille^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
HOSPITAL = "CHU FICTIF^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000001"
MOMENT = datetime(2026, 3, 27, 14, 5, tzinfo=UTC)
METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
DOCUMENT = "IHE_XDM/SUBSET01/DOC0001.XML"

LETTER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Lettre de liaison</title>'
    b"</ClinicalDocument>\n"
)
"""Enough of a CDA for a package, which does not look inside."""


def measured(entry: DocumentEntry, content: bytes) -> DocumentEntry:
    """Return the entry with the hash and size of these bytes."""
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    return evolve(entry, hash=digest, size=len(content))


def make_entry(content: bytes = LETTER, **changes: Any) -> DocumentEntry:
    """Return the DocumentEntry of a discharge letter, measured on the content."""
    entry = DocumentEntry(
        unique_id="1.2.250.1.999.1.1.8121.1",
        entry_uuid="urn:uuid:6a1ad3a5-1f0b-4f0e-9d39-1c6c7c7f0a01",
        patient_id=PATIENT,
        type_code=Coded(
            code="11490-0", scheme="2.16.840.1.113883.6.1", label="Lettre de liaison"
        ),
        class_code=Coded(
            code="10", scheme="1.2.250.1.213.1.1.4.1", label="Compte rendu"
        ),
        format_code=Coded(
            code="urn:ans:ci-sis:ldl-ses:2022",
            scheme="1.2.250.1.213.1.1.4.2.282",
            label="LDL-SES",
        ),
        title="Lettre de liaison à la sortie",
        creation_time=MOMENT,
        service_start_time=datetime(2026, 3, 20, 8, 0, tzinfo=UTC),
        language_code="fr-FR",
        mime_type="text/xml",
        confidentiality=(
            Coded(code="N", scheme="2.16.840.1.113883.5.25", label="Normal"),
        ),
        authors=(AuthorEntry(person=DOCTOR, institution=HOSPITAL),),
        legal_authenticator=DOCTOR,
        healthcare_facility_type=Coded(code="SA01", scheme="1.2.250.1.71.4.2.4"),
        practice_setting=Coded(code="ETABLISSEMENT", scheme="1.2.250.1.213.1.1.4.9"),
        source_patient_id="IPP01^^^&1.2.250.1.999.2&ISO^PI",
        source_patient_info=("PID-5|PAT-TROIS^DOMINIQUE^^^^^L", "PID-8|F"),
        size=0,
        hash="",
    )
    return evolve(measured(entry, content), **changes)


def make_submission(**changes: Any) -> SubmissionSet:
    """Return the SubmissionSet of one discharge letter."""
    submission = SubmissionSet(
        unique_id="1.2.250.1.999.1.1.8121.4.1",
        entry_uuid="SubmissionSet01",
        patient_id=PATIENT,
        source_id="1.2.250.1.999.1.1.8121",
        submission_time=MOMENT,
        content_type=Coded(code="03", scheme="1.2.250.1.213.2.2"),
        author=AuthorEntry(person=DOCTOR, institution=HOSPITAL),
    )
    return evolve(submission, **changes)


def make_outgoing(content: bytes = LETTER, **changes: Any) -> OutgoingDocument:
    """Return a document to pack; the changes are made to its entry."""
    return OutgoingDocument(entry=make_entry(content, **changes), content=content)


SENDER = PackageSender(
    name="Dr MARTIN Camille", structure="CHU FICTIF (1990000001)", version="0.1"
)


def open_package(content: bytes, limits: ArchiveLimits | None = None) -> Package:
    """Open the bytes of a package, as filing does with an archive it has opened."""
    return read_package(open_archive(content, limits))


def make_package(
    contents: Sequence[bytes] = (LETTER,),
    *,
    changes: Sequence[Mapping[str, Any]] = (),
    edit_metadata: Callable[[str], str] | None = None,
    uri: Callable[[str], str] | None = None,
    replace: Mapping[str, bytes] | None = None,
    leave_out: Collection[str] = (),
    rename: Callable[[str], str] | None = None,
    extra: Mapping[str, bytes] | None = None,
    patient_id: str = PATIENT,
) -> bytes:
    """
    Return an IHE_XDM.ZIP with these documents, numbered from DOC0001.XML.

    Args:
        contents: The documents, each with a uniqueId of its own.
        changes: To the entry of each document (``hash``, ``mime_type``, ...).
        edit_metadata: Changes the text of METADATA.XML.
        uri: Gives the URI to write for a file name.
        replace: Other content for a name of the archive, its entry left alone.
        leave_out: Names of the archive to drop.
        rename: Gives each name of the archive.
        extra: More files.
        patient_id: CX of the submission and, unless changed, of every entry.
    """
    documents = []
    for number, content in enumerate(contents):
        fields = {
            "unique_id": f"1.2.250.1.999.1.1.8121.{number + 1}",
            "entry_uuid": f"Document{number + 1:02d}",
            "patient_id": patient_id,
            **(changes[number] if number < len(changes) else {}),
        }
        documents.append(make_outgoing(content, **fields))
    submission = make_submission(patient_id=patient_id)
    honest = [
        OutgoingDocument(
            entry=measured(document.entry, document.content), content=document.content
        )
        for document in documents
    ]
    archive = open_archive(write_package(honest, submission, SENDER, MOMENT))
    files = {name: archive.read(name) for name in archive.names}
    listed = []
    for number, document in enumerate(documents, 1):
        name = file_name(number, document.entry.mime_type)
        listed.append(
            ListedDocument(entry=document.entry, uri=uri(name) if uri else name)
        )
    metadata = write_metadata(submission, listed).decode()
    files[METADATA] = (edit_metadata(metadata) if edit_metadata else metadata).encode()
    files |= replace or {}
    files = {name: held for name, held in files.items() if name not in leave_out}
    files |= extra or {}
    named = [(rename(name) if rename else name, held) for name, held in files.items()]
    return write_archive(named, MOMENT)


def sha1(content: bytes) -> str:
    """Return the hash of a document as metadata give it."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
