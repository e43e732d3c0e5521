"""
Writing the document of a file that a patient keeps: a CDA with that file as its body.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from attrs import frozen
from lxml import etree

from gateway.core.codes import NOT_PROFESSIONAL
from gateway.core.ins import Ins
from gateway.core.keeping import FileToKeep
from gateway.core.person import IdentityTraits
from gateway.documents.cda.body import OWN_TYPES
from gateway.documents.cda.writing import (
    Head,
    add,
    add_file,
    add_ins,
    add_no_contact,
    add_record_target,
    add_replaced,
    add_texts,
    add_time,
    add_vault_as_custodian,
    new_root,
    written_document,
)
from gateway.documents.media import normal_type
from gateway.documents.times import PARIS
from gateway.errors import InvalidError

_OWN: Mapping[str, str] = MappingProxyType(
    {
        "code": "EXP_PATIENT",
        "codeSystem": NOT_PROFESSIONAL,
        "displayName": "Expression personnelle du patient",
    }
)


def make_patient_document(
    file: FileToKeep, *, ins: Ins, traits: IdentityTraits, written_at: datetime
) -> bytes:
    """
    Return the CDA R2 of a patient's own document, with the file as its body.

    The patient is its author and answers for it, and the vault keeps it (CI-SIS,
    Structuration minimale: documents of patient expression). It is the first version
    of its set.

    Raises:
        InvalidError: the title is empty, longer than 128 characters or has controls;
            the file is of a type no such body may be, or nobody could read it.
    """
    media_type = normal_type(file.media_type)
    if media_type not in OWN_TYPES:
        raise InvalidError("a file that cannot be the body of a document")
    head = OwnHead(
        unique_id=file.source.unique_id,
        set_id=file.source.set_id,
        kind=file.category.document_type,
        title=file.title,
        day=file.day,
    )
    root = own_root(head, ins=ins, traits=traits, written_at=written_at)
    add_file(root, media_type, file.content)
    return written_document(root)


@frozen(kw_only=True)
class OwnHead(Head):
    """
    What the header of a patient's own document says beside who the patient is.

    ``day`` is the day the patient says it is of, None where nothing was said.
    """

    day: date | None = None


def own_root(
    head: OwnHead, *, ins: Ins, traits: IdentityTraits, written_at: datetime
) -> etree._Element:
    """
    Return the root of a patient's own document, whole but for its body.

    Raises:
        InvalidError: the title is empty, longer than 128 characters or has controls.
    """
    at = written_at.astimezone(PARIS)
    root = new_root(head, at)
    try:
        add_record_target(root, ins, traits)
        _Writer(root, ins, traits, at).write(head)
    except ValueError:  # lxml's: the cause may quote a name
        raise InvalidError("a name that XML cannot hold") from None
    return root


@frozen
class _Writer:
    """Adds what follows the patient, in the order of the schema."""

    root: etree._Element
    ins: Ins
    traits: IdentityTraits
    at: datetime

    def write(self, head: OwnHead) -> None:
        author = add(self.root, "author")
        add_time(author, "time", self.at)
        self._add_self(add(author, "assignedAuthor"))
        add_vault_as_custodian(self.root)
        authenticator = add(self.root, "legalAuthenticator")
        add_time(authenticator, "time", self.at)
        add(authenticator, "signatureCode", code="S")
        self._add_self(add(authenticator, "assignedEntity"))
        self._add_context(head)

    def _add_context(self, head: OwnHead) -> None:
        service = add(add(self.root, "documentationOf"), "serviceEvent")
        add(service, "code", **_OWN)
        period = add(service, "effectiveTime")
        said = f"{head.day:%Y%m%d}" if head.day else f"{self.at:%Y%m%d%H%M%z}"
        add(period, "low", value=said)
        performer = add(add(service, "performer", typeCode="PRF"), "assignedEntity")
        add_ins(performer, self.ins)
        field = add(performer, "representedOrganization")
        add(field, "standardIndustryClassCode", **_OWN)
        add_replaced(self.root, head)
        encounter = add(add(self.root, "componentOf"), "encompassingEncounter")
        add(encounter, "effectiveTime", nullFlavor="NAV")
        facility = add(add(encounter, "location"), "healthCareFacility")
        add(facility, "code", **_OWN)

    def _add_self(self, assigned: etree._Element) -> None:
        """Name the patient as a writer: no profession, no structure."""
        traits = self.traits
        add_ins(assigned, self.ins)
        add_no_contact(assigned)
        name = add(add(assigned, "assignedPerson"), "name")
        given = traits.used_given or traits.first_given or traits.given_names
        add_texts(
            name,
            ("family", "", traits.used_family or traits.family),
            ("given", "", given),
        )
