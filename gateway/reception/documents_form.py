"""
How documents that came without a message lie in their blob.

One line that names the form, one line of JSON with the length of each document and what
its sender says of it, then the documents end to end, byte for byte as they came. One
blob, not one for each: an arrival has one, under one key, with one digest by which the
same sent again is known, and all that happens to an arrival (quarantine, the end of the
operator's own copy) happens to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from attrs import asdict

from gateway.core.document import AuthorEntry
from gateway.core.informing import InformedBy, PatientInformed
from gateway.core.person import Coded
from gateway.documents.xds.values import EntryAction
from gateway.errors import InvalidError
from gateway.reception.submission import (
    Said,
    SubmittedDocument,
    SubmittedDocuments,
)

_NAME: Final = b"gateway documents 1\n"
_DAMAGED: Final = "damaged submission of documents"


def write_documents(brought: SubmittedDocuments) -> bytes:
    """Return the bytes of a submission of documents; the same for the same."""
    head = {
        "identifier": brought.identifier,
        "documents": [
            {"size": len(one.content), **_said_to_json(one.said)}
            for one in brought.documents
        ],
    }
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    contents = (one.content for one in brought.documents)
    return b"".join((_NAME, line.encode(), b"\n", *contents))


def read_documents(content: bytes) -> SubmittedDocuments:
    """
    Return what `write_documents` wrote.

    Raises:
        InvalidError: it is of another form, or damaged.
    """
    name, head, rest = content[: len(_NAME)], *_line(content[len(_NAME) :])
    if name != _NAME:
        raise InvalidError("not a submission of documents")
    try:
        fields = json.loads(head)
        documents, at = [], 0
        for one in fields["documents"]:
            end = at + one["size"]
            documents.append(
                SubmittedDocument(content=rest[at:end], said=_said_from_json(one))
            )
            at = end
        brought = SubmittedDocuments(
            identifier=fields["identifier"], documents=tuple(documents)
        )
    except (ValueError, KeyError, TypeError) as error:
        # The values stay out of it: they may name a patient.
        raise InvalidError(_DAMAGED, detail=type(error).__name__) from None
    if at != len(rest):
        raise InvalidError(_DAMAGED)
    return brought


def _line(text: bytes) -> tuple[bytes, bytes]:
    line, _, rest = text.partition(b"\n")
    return line, rest


def _said_to_json(said: Said) -> dict[str, Any]:
    informed = said.informed
    return {
        "uniqueId": said.unique_id,
        "patientId": said.patient_id,
        "typeCode": asdict(said.type_code) if said.type_code else None,
        "confidentiality": list(said.confidentiality),
        "action": said.action.value,
        "replaces": said.replaces,
        "informed": (
            {
                "by": informed.by.value,
                "on": informed.on.isoformat() if informed.on else None,
                **({"teller": informed.teller} if informed.teller else {}),
            }
            if informed
            else None
        ),
        "author": asdict(said.author) if said.author else None,
        "contentType": asdict(said.content_type) if said.content_type else None,
    }


def _said_from_json(fields: Mapping[str, Any]) -> Said:
    informed, author = fields["informed"], fields["author"]
    return Said(
        unique_id=fields["uniqueId"],
        patient_id=fields["patientId"],
        type_code=_coded(fields["typeCode"]),
        confidentiality=tuple(fields["confidentiality"]),
        action=EntryAction(fields["action"]),
        replaces=fields["replaces"],
        informed=(
            PatientInformed(
                by=InformedBy(informed["by"]),
                on=date.fromisoformat(informed["on"]) if informed["on"] else None,
                teller=informed.get("teller", ""),  # an earlier version had none
            )
            if informed
            else None
        ),
        author=AuthorEntry(**author) if author else None,
        content_type=_coded(fields["contentType"]),
    )


def _coded(fields: Mapping[str, Any] | None) -> Coded | None:
    return Coded(**fields) if fields else None
