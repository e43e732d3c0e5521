"""Mail and documents put into the inbox and the vault as the workers put them there."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from attrs import evolve

from gateway.core.codes import VISIBILITY, coded
from gateway.core.document import (
    AuthorEntry,
    Availability,
    BodyLevel,
    DocumentEntry,
    Visibility,
)
from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.core.person import Coded
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message
from gateway.message.reading import read_parts
from gateway.node.vaults import open_vaults
from gateway.store.arrivals.arrivals import Arrivals, DocumentOutcome
from gateway.store.base.work import Database
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.values import AttachedFile, MayReply
from gateway.store.patients.profiles import Profiles

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01"
    + bytes(40)
    + b"\xff\xda\x00\x08x\xff\xd9"
)
DOCTOR = "dr.martin@hopital.mssante.test"
TEXT = "Bonjour,\n\nVoici votre lettre de sortie.\n\nBien à vous"


def narrative(text: str, extra: str = "") -> bytes:
    """Return a small CDA whose body is sections (N3)."""
    return _cda(
        "<structuredBody><component><section><title>Synthèse du séjour</title>"
        f"<text>{text}</text>{extra}</section></component></structuredBody>"
    )


def carried(media_type: str, content: bytes) -> bytes:
    """Return a small CDA that carries a file (N1)."""
    packed = base64.b64encode(content).decode()
    return _cda(
        f'<nonXMLBody><text mediaType="{media_type}" representation="B64">{packed}'
        "</text></nonXMLBody>"
    )


def _cda(body: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><id root="1.2.3"/>'
        f"<component>{body}</component></ClinicalDocument>"
    ).encode()


def receive(
    database: Database,
    profile_id: str,
    *,
    sender: str = DOCTOR,
    name: str = "Dr Claire MARTIN",
    subject: str = "Votre lettre de sortie",
    text: str = TEXT,
    files: Sequence[OutgoingPart] = (),
    kind: str = "PER",
    outcome: str = "",
    hidden_until: datetime | None = None,
    others: Sequence[Recipient] = (),
    **changes: Any,
) -> str:
    """
    Put a message in a patient's inbox, as delivery does; return the arrival's id.

    ``others`` received it too.
    """
    arrival_id = uuid4().hex
    with database.read() as work:
        profile = Profiles(work).get(profile_id)
        assert profile is not None
        now = work.now
    address = f"{profile.ins.matricule}@patient.mssante.test"
    content = build_message(
        sender=NamedAddress(read_address(sender), name),
        to=[NamedAddress(read_address(address))],
        subject=subject,
        text=text,
        date=now,
        message_id=f"{arrival_id}@hopital.mssante.test",
        parts=files,
    )
    arrival = Arrival(
        id=arrival_id,
        door=Door.SUBMISSION,
        sender=Sender(kind=SenderKind.ORGANISATION, identity="1750000011"),
        reverse_path=sender,
        recipients=(
            Recipient(
                kind=RecipientKind.PATIENT, address=address, target_id=profile_id
            ),
            *others,
        ),
        content=content,
        message_id=f"{arrival_id}@hopital.mssante.test",
    )
    parcel = database.prepare(content)
    with database.write() as work:
        Arrivals(work).keep(arrival, parcel)
    with database.write() as work:
        kept = Arrivals(work).get(arrival_id)
        assert kept is not None
        if outcome:
            Arrivals(work).record_documents(
                arrival_id,
                [
                    DocumentOutcome(
                        recipient=0, position=0, unique_id="1.2.3", outcome=outcome
                    )
                ],
            )
        Inbox(work).receive(
            profile_id,
            arrival_id,
            correspondent=sender,
            display_name=name,
            subject=subject,
            text=text,
            attachments=[
                AttachedFile(one.name, one.media_type, one.size)
                for one in read_parts(content).attachments
            ],
            blob_id=kept.blob_id,
            from_key=kept.key_id,
            message_id=kept.message_id,
            mailbox_kind=kind,
            hidden_until=hidden_until,
            **{"reply": MayReply.REPLY, **changes},
        )
    return arrival_id


def file(
    database: Database,
    profile_id: str,
    content: bytes,
    *,
    title: str = "Lettre de liaison à la sortie",
    arrival_id: str = "",
    flags: frozenset[Visibility] = frozenset(),
    status: Availability = Availability.APPROVED,
    visible_at: datetime | None = None,
    said: dict[str, Any] | None = None,
    replaced_by: str = "",
    owners: Sequence[str] = (),
) -> str:
    """
    Put a document in a patient's vault, ``said`` in its entry; return its id.

    ``replaced_by`` is the id of one that replaced it before it came, ``owners`` are the
    identifiers of who wrote it.
    """
    document_id = uuid4().hex
    entry = DocumentEntry(
        unique_id=f"1.2.250.{int(document_id[:8], 16)}",
        entry_uuid=document_id,
        patient_id="279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
        type_code=Coded(
            code="11490-0",
            scheme="2.16.840.1.113883.6.1",
            label="Lettre de liaison à la sortie d'établissement de santé",
        ),
        class_code=Coded(code="11", scheme="1.2.250.1.213.1.1.4.1"),
        format_code=Coded(code="urn:ans:ci-sis:ldl-ses:2022", scheme="1.2"),
        title=title,
        creation_time=datetime(2026, 11, 20, 15, 30, tzinfo=UTC),
        service_start_time=datetime(2026, 11, 18, 8, tzinfo=UTC),
        language_code="fr-FR",
        mime_type="text/xml",
        confidentiality=tuple(coded(VISIBILITY, flag.value) for flag in flags),
        authors=(
            AuthorEntry(
                person="801234567897^MARTIN^CLAIRE^^^Dr^^^&1.2&ISO^D^^^IDNPS",
                institution="Hôpital de démonstration^^^^^&1.2&ISO^IDNST^^^1",
            ),
        ),
        size=len(content),
        hash=hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        availability_status=status,
    )
    with database.write() as work:
        vault = open_vaults(database).within(work)
        later = vault.get(replaced_by) if replaced_by else None
        vault.file(
            Deposit(
                profile_id=profile_id,
                arrival_id=arrival_id,
                submission_id=uuid4().hex,
                entry=evolve(entry, **(said or {})),
                content=content,
                sha256=hashlib.sha256(content).hexdigest(),
                body_level=BodyLevel.N3,
                people=tuple(owners),
                visible_at=visible_at,
                superseded_by=(later.unique_id,) if later is not None else (),
            )
        )
    return document_id
