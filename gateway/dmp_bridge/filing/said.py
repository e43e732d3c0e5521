"""What a sender says of a document beside it, and where the two contradict."""

from __future__ import annotations

from gateway.core.document import ClinicalDocument
from gateway.core.ins import Ins, InsAuthority
from gateway.documents.xds.values import EntryFacts, SubmissionFacts
from gateway.errors import InvalidError
from gateway.reception.submission import Said


def said_in_metadata(facts: EntryFacts, submission: SubmissionFacts | None) -> Said:
    """Return what a METADATA.XML says of a document that counts for its filing."""
    return Said(
        unique_id=facts.unique_id,
        patient_id=facts.patient_id,
        type_code=facts.type_code,
        confidentiality=tuple(coded.code for coded in facts.confidentiality),
        action=facts.action,
        replaces=facts.replaced_uuid,
        author=submission.author if submission else None,
        content_type=submission.content_type if submission else None,
        informed=submission.informed if submission else None,
    )


def contradiction(document: ClinicalDocument, said: Said, by: str) -> str:
    """
    Say where a document and what its sender says of it contradict each other.

    The patient is compared by the filing rules, which then set the whole submission
    aside. An identifier without extension may be written with an empty one.
    """
    if said.unique_id and said.unique_id.removesuffix("^") != document.unique_id:
        return f"{by} and the document give different uniqueId"
    coded = said.type_code
    if coded is not None and coded.code != document.type_code.code:
        return f"{by} and the document give different typeCode"
    return ""


def ins_in_cx(cx: str) -> Ins | str | None:
    """
    Return whom a patientId names: an INS, the text that is none, or None.

    None is a local identifier; a text stands where an INS was announced, by its
    authority or its type, and is malformed.
    """
    try:
        return Ins.from_cx(cx)
    except InvalidError:
        parts = cx.split("^")
        authority = parts[3].split("&")[1:2] if len(parts) > 3 else []
        known = {one.value for one in InsAuthority}
        announced = bool(known.intersection(authority))
        return cx if announced else None
