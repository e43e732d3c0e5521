"""The messages in a space whose pages are measured; some are the patient's own."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    RecipientKind,
    Sender,
    SenderKind,
)
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart, build_message

TEXT = "Bonjour,\n\nVoici la suite de votre traitement.\n\n" + "Bien à vous. " * 40
OWN_ADDRESS = "279035121518989@patient.mssante.test"
FILES = (
    OutgoingPart(
        media_type="application/pdf", content=b"%PDF-1.4\n", name="courrier.pdf"
    ),
    OutgoingPart(
        media_type="application/zip", content=b"PK\x05\x06", name="IHE_XDM.ZIP"
    ),
    OutgoingPart(
        media_type="image/png", content=b"\x89PNG\r\n\x1a\n", name="image.png"
    ),
)
CONTENT = build_message(
    sender=NamedAddress(read_address("dr0@hopital.mssante.test"), "Dr MARTIN"),
    to=[NamedAddress(read_address(OWN_ADDRESS))],
    subject="Suite",
    text=TEXT,
    date=datetime(2026, 11, 20, tzinfo=UTC),
    message_id="measured@hopital.mssante.test",
    parts=FILES,
)


def is_own(number: int) -> bool:
    return number % 8 == 7


def message(profile_id: str, number: int) -> Arrival:
    """Return a message; every second one is of, or to, the same correspondent."""
    arrival_id = uuid4().hex
    own = is_own(number)
    theirs = f"dr{0 if number % 2 else number}@hopital.mssante.test"
    sender = (
        Sender(kind=SenderKind.PATIENT, identity=profile_id)
        if own
        else Sender(kind=SenderKind.OPERATOR, subject="O=CHU,CN=smtp.peer")
    )
    recipient = (
        Recipient(kind=RecipientKind.REMOTE, address=theirs)
        if own
        else Recipient(
            kind=RecipientKind.PATIENT, address=OWN_ADDRESS, target_id=profile_id
        )
    )
    return Arrival(
        id=arrival_id,
        door=Door.WEB if own else Door.OPERATOR,
        sender=sender,
        reverse_path=OWN_ADDRESS if own else theirs,
        recipients=(recipient,),
        content=CONTENT,
        message_id=f"<{arrival_id}@hopital.mssante.test>",
    )
