"""Puts documents into the parts of a message, with the fields that go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from attrs import field, frozen

from gateway.core.codes import CLASSES, coded
from gateway.core.document import ClinicalDocument, Visibility
from gateway.core.informing import PatientInformed
from gateway.documents.cda.header import read_cda
from gateway.documents.xdm.writing import (
    OutgoingDocument,
    PackageSender,
    write_package,
)
from gateway.documents.xds.entry import document_entry, submission_set
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError
from gateway.message.building import OutgoingPart
from gateway.rights.identity_rules import ins_is_qualified

_UUID_ARC = "2.25"  # OIDs made of a UUID (ISO/IEC 9834-8)
_OTHER = "10"  # class of a type outside our tables: the receiver decides


@frozen(kw_only=True)
class Packed:
    """The parts, the fields and the subject that carry some documents."""

    parts: tuple[OutgoingPart, ...] = ()
    headers: Mapping[str, str] = field(factory=dict)
    subject: str = field(default="", repr=False)
    warnings: tuple[str, ...] = ()


def pack(
    contents: Sequence[bytes],
    *,
    visibility: Sequence[Visibility],
    sender: str,
    source_id: str,
    now: datetime,
    as_xml: bool = False,
    action: EntryAction = EntryAction.FILE,
    informed: PatientInformed | None = None,
) -> Packed:
    """
    Pack documents as ``IHE_XDM.ZIP``, or attach them as XML.

    What cannot be read as a CDA is attached as it is, with a warning. What is wrong
    with it is for the gateway to say.
    """
    readable: list[tuple[bytes, ClinicalDocument]] = []
    parts: list[OutgoingPart] = []
    warnings: list[str] = []
    for number, content in enumerate(contents, 1):
        try:
            document = read_cda(content)
        except InvalidError as error:
            warnings.append(f"document {number} is sent as it is: {error}")
            parts.append(_xml(content, number))
        else:
            readable.append((content, document))
            if as_xml:
                parts.append(_xml(content, number))
    if readable and not as_xml:
        archive = _archive(
            readable,
            visibility,
            sender,
            source_id,
            now=now,
            action=action,
            informed=informed,
        )
        parts.insert(
            0,
            OutgoingPart(
                media_type="application/zip", content=archive, name="IHE_XDM.ZIP"
            ),
        )
    documents = [document for _, document in readable]
    return Packed(
        parts=tuple(parts),
        headers=_headers(documents),
        subject=_subject(documents),
        warnings=tuple(warnings),
    )


def _xml(content: bytes, number: int) -> OutgoingPart:
    return OutgoingPart(
        media_type="text/xml", content=content, name=f"DOC{number:04d}.XML"
    )


def _archive(
    readable: Sequence[tuple[bytes, ClinicalDocument]],
    visibility: Sequence[Visibility],
    sender: str,
    source_id: str,
    *,
    now: datetime,
    action: EntryAction,
    informed: PatientInformed | None,
) -> bytes:
    outgoing = [
        OutgoingDocument(
            entry=document_entry(
                document,
                content,
                entry_uuid=uuid4().urn,
                visibility=visibility,
                unknown_class=coded(CLASSES, _OTHER),
            ),
            content=content,
            action=action,
        )
        for content, document in readable
    ]
    submission = submission_set(
        readable[0][1],
        unique_id=f"{_UUID_ARC}.{uuid4().int}",
        entry_uuid=uuid4().urn,
        source_id=source_id,
        submission_time=now,
    )
    return write_package(
        outgoing,
        submission,
        PackageSender(name=sender, address=sender),
        now,
        informed,
    )


def _headers(documents: Sequence[ClinicalDocument]) -> dict[str, str]:
    """Return X-MSS-CODECDA and X-MSS-INS (Référentiel socle MSSanté #2)."""
    if not documents:
        return {}
    qualified = all(ins_is_qualified(document.patient) for document in documents)
    return {
        "X-MSS-CODECDA": ",".join(document.type_code.code for document in documents),
        "X-MSS-INS": "O" if qualified else "N",
    }


def _subject(documents: Sequence[ClinicalDocument]) -> str:
    """
    Return ``XDM/1.0/DDM+<label> <NAME> <given> <birth date>``.

    Source: Référentiel socle MSSanté #2, ECO.2.1.3.
    """
    if not documents:
        return ""
    first = documents[0]
    traits = first.patient.traits
    birth = traits.birth_date[:8]
    shown = f"{birth[6:8]}/{birth[4:6]}/{birth[:4]}" if len(birth) == 8 else ""
    label = first.type_code.label or first.title
    words = (label, traits.family, traits.first_given, shown)
    return "XDM/1.0/DDM+" + " ".join(word for word in words if word)
