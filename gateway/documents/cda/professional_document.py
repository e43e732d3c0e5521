"""
Writing the document of a professional's file: a CDA with a PDF as its body.

The one place where a PDF becomes a CDA R2 N1 of a professional (CI-SIS, Structuration
minimale): what comes by mail with a tag, and what a page takes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import field, frozen
from lxml import etree

from gateway.core.codes import (
    ENCOUNTERS,
    FACILITIES,
    PRACTICES,
    PROFESSIONALS,
    STRUCTURES,
    coded,
)
from gateway.core.ins import Ins
from gateway.core.person import Coded, IdentityTraits, Participant, Structure
from gateway.documents.cda.body import PDF
from gateway.documents.cda.writing import (
    Head,
    add,
    add_custodian,
    add_file,
    add_no_contact,
    add_record_target,
    add_replaced,
    add_texts,
    add_time,
    add_vault_as_custodian,
    new_root,
    written_document,
)
from gateway.documents.pdf_password import needs_password
from gateway.documents.times import PARIS
from gateway.errors import InvalidError

SOLO_PRACTICE: Final = coded(FACILITIES, "SA07")
"""Where care is given by somebody whose place is not known."""

_OUTPATIENT: Final = "AMBULATOIRE"
_OUTPATIENT_ENCOUNTER: Final = "AMB"


@frozen(kw_only=True)
class ProfessionalFile:
    """
    A professional's PDF, as it is to be filed.

    ``author`` answers for it as well, and performed the act, on the day ``done_at``.
    ``facility`` is the kind of place (TRE_R02) it was done in.
    """

    head: Head
    author: Participant
    facility: Coded = SOLO_PRACTICE
    done_at: datetime
    content: bytes = field(repr=False)


def make_professional_document(
    file: ProfessionalFile, *, ins: Ins, traits: IdentityTraits, written_at: datetime
) -> bytes:
    """
    Return the CDA R2 N1 of a professional's PDF.

    The author's structure keeps it; where none is known, the vault does.

    Raises:
        InvalidError: the title is empty, longer than 128 characters or has controls;
            the author has no number or no name; the file is no PDF, nobody could read
            it, or not without a password.
    """
    author = file.author
    if not author.identifier or not author.family:
        raise InvalidError("an author without a number or a name")
    if needs_password(file.content):
        raise InvalidError("a PDF that needs a password")
    at = written_at.astimezone(PARIS)
    root = new_root(file.head, at)
    try:
        add_record_target(root, ins, traits)
        _write(root, file, at)
    except ValueError:  # lxml's: the cause may quote a name
        raise InvalidError("a name that XML cannot hold") from None
    add_file(root, PDF, file.content)
    return written_document(root)


def _write(root: etree._Element, file: ProfessionalFile, at: datetime) -> None:
    person = file.author
    author = add(root, "author")
    add_time(author, "time", at)
    _add_person(add(author, "assignedAuthor"), person)
    structure = person.structure
    if structure is not None and structure.identifier:
        add_custodian(root, (STRUCTURES, structure.identifier), structure.name)
    else:
        add_vault_as_custodian(root)
    authenticator = add(root, "legalAuthenticator")
    add_time(authenticator, "time", at)
    add(authenticator, "signatureCode", code="S")
    _add_person(add(authenticator, "assignedEntity"), person)
    _add_context(root, file)


def _add_person(assigned: etree._Element, person: Participant) -> None:
    add(assigned, "id", root=PROFESSIONALS, extension=person.identifier)
    if person.specialty is not None:
        _add_code(assigned, "code", person.specialty)
    add_no_contact(assigned)
    add_texts(
        add(add(assigned, "assignedPerson"), "name"),
        ("family", "", person.family),
        ("given", "", person.given),
        ("prefix", "", person.prefix),
        ("suffix", "", person.suffix),
    )
    _add_structure(assigned, person.structure)


def _add_structure(
    assigned: etree._Element, structure: Structure | None, practice: Coded | None = None
) -> None:
    if structure is None and practice is None:
        return
    organization = add(assigned, "representedOrganization")
    if structure is not None and structure.identifier:
        add(organization, "id", root=STRUCTURES, extension=structure.identifier)
    if structure is not None:
        add_texts(organization, ("name", "", structure.name))
    if practice is not None:
        _add_code(organization, "standardIndustryClassCode", practice)


def _add_context(root: etree._Element, file: ProfessionalFile) -> None:
    done = file.done_at.astimezone(PARIS)
    service = add(add(root, "documentationOf"), "serviceEvent")
    add(add(service, "effectiveTime"), "low", value=f"{done:%Y%m%d%H%M%z}")
    performer = add(add(service, "performer", typeCode="PRF"), "assignedEntity")
    add(performer, "id", root=PROFESSIONALS, extension=file.author.identifier)
    _add_structure(performer, file.author.structure, coded(PRACTICES, _OUTPATIENT))
    add_replaced(root, file.head)
    encounter = add(add(root, "componentOf"), "encompassingEncounter")
    add(encounter, "code", code=_OUTPATIENT_ENCOUNTER, codeSystem=ENCOUNTERS)
    add(add(encounter, "effectiveTime"), "low", value=f"{done:%Y%m%d%H%M%z}")
    facility = add(add(encounter, "location"), "healthCareFacility")
    _add_code(facility, "code", file.facility)


def _add_code(parent: etree._Element, name: str, value: Coded) -> None:
    label = {"displayName": value.label} if value.label else {}
    add(parent, name, code=value.code, codeSystem=value.scheme, **label)
