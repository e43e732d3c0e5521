"""The people of a CDA header: the patient, the authors, who answers for it."""

from __future__ import annotations

import re

from lxml import etree

from gateway.core.codes import PROFESSIONALS
from gateway.core.ins import Ins, InsAuthority
from gateway.core.person import IdentityTraits, Participant, Patient, Structure
from gateway.documents.cda.nodes import (
    children,
    find,
    get,
    read_code,
    read_identifier,
    read_text,
)
from gateway.documents.remarks import Remarks
from gateway.errors import InvalidError

_INS_ROOTS = {authority.value for authority in InsAuthority}
_BIRTH_DATE = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,2}")


def read_patient(record_target: etree._Element, odd: Remarks | None = None) -> Patient:
    """
    Return the patient of a ``recordTarget`` (CI-SIS Structuration minimale).

    A number of a structure that is no identifier counts as absent.

    Raises:
        InvalidError: no patientRole, no identifier at all, one of an authority of the
            INS that is none, or two different INS.
    """
    role = get(record_target, "patientRole")
    odd = odd or Remarks()
    pairs = [
        pair
        for element in children(role, "id")
        if (pair := _patient_identifier(element, odd))
    ]
    if not pairs:
        raise InvalidError("the document has no recordTarget/patientRole/id")
    given = [pair for pair in pairs if pair[0] in _INS_ROOTS and pair[1]]
    ins, unread = _read_ins(given)
    return Patient(
        ins=ins,
        unread_ins=unread,
        other_ids=tuple(pair for pair in pairs if pair[0] not in _INS_ROOTS),
        traits=_read_traits(find(role, "patient")),
    )


def _patient_identifier(
    element: etree._Element, odd: Remarks
) -> tuple[str, str] | None:
    name = "recordTarget/patientRole/id"
    if element.get("root", "").strip() in _INS_ROOTS:
        return read_identifier(element, name)
    return odd.optional(read_identifier, element, name)


def _read_ins(pairs: list[tuple[str, str]]) -> tuple[Ins | None, str]:
    """Return the INS, or else the text given in its place."""
    if not pairs:
        return None, ""
    if len(set(pairs)) > 1:
        raise InvalidError("the document gives the patient more than one INS")
    root, matricule = pairs[0]
    try:
        return Ins.of(matricule, root), ""
    except InvalidError:
        # Not the reader's to refuse: the patient is then not qualified, or not the
        # one of the address, and the rules have their own answer to each.
        return None, matricule


def _read_traits(patient: etree._Element | None) -> IdentityTraits:
    if patient is None:
        return IdentityTraits()
    family: dict[str, str] = {}
    given: dict[str, str] = {}
    for name in children(patient, "name"):
        for element in children(name, "family"):
            family.setdefault(element.get("qualifier", "").strip(), read_text(element))
        for element in children(name, "given"):
            qualifier = element.get("qualifier", "").strip()
            given[qualifier] = (
                f"{given.get(qualifier, '')} {read_text(element)}".strip()
            )
    sex = read_code(find(patient, "administrativeGenderCode"))
    birth = find(patient, "birthTime")
    date = birth.get("value", "").strip()[:8] if birth is not None else ""
    county = find(patient, "birthplace", "place", "addr", "county")
    return IdentityTraits(
        family=family.get("BR", ""),
        given_names=given.get("", ""),
        first_given=given.get("BR", ""),
        birth_date=date if _BIRTH_DATE.fullmatch(date) else "",
        sex=sex.code if sex else "",
        birth_place=read_text(county),
        # SP was the married name before CL; a name of no stated kind is one in use.
        used_family=family.get("CL") or family.get("SP") or family.get("", ""),
        used_given=given.get("CL", ""),
    )


def read_author(author: etree._Element, odd: Remarks) -> Participant:
    """
    Return an ``author``, with what it did (functionCode) as its role.

    An identifier that is none counts as absent: the rules look at who wrote it.

    Raises:
        InvalidError: there is no assignedAuthor.
    """
    assigned = find(author, "assignedAuthor")
    if assigned is None:
        raise InvalidError("the document has no author/assignedAuthor")
    return _read_participant(assigned, author, "author/assignedAuthor", odd)


def read_authenticator(authenticator: etree._Element, odd: Remarks) -> Participant:
    """
    Return who answers for the document (legalAuthenticator).

    Raises:
        InvalidError: there is no assignedEntity.
    """
    assigned = find(authenticator, "assignedEntity")
    if assigned is None:
        raise InvalidError("the document has no legalAuthenticator/assignedEntity")
    name = "legalAuthenticator/assignedEntity"
    return _read_participant(assigned, authenticator, name, odd)


def _read_participant(
    assigned: etree._Element, part: etree._Element, name: str, odd: Remarks
) -> Participant:
    pairs = [
        pair
        for element in children(assigned, "id")
        if (pair := odd.optional(read_identifier, element, f"{name}/id"))
    ]
    # A professional may have a second identifier, that of health insurance.
    root, identifier = next(
        (pair for pair in pairs if pair[0] == PROFESSIONALS),
        pairs[0] if pairs else ("", ""),
    )
    device = find(assigned, "assignedAuthoringDevice")
    person = find(assigned, "assignedPerson", "name")
    if device is not None:
        family = read_text(find(device, "softwareName"))
        given = read_text(find(device, "manufacturerModelName"))
    else:
        family = read_text(find(person, "family"))
        given = read_text(find(person, "given"))
    return Participant(
        root=root,
        identifier=identifier,
        family=family,
        given=given,
        prefix=read_text(find(person, "prefix")),
        suffix=read_text(find(person, "suffix")),
        is_device=device is not None,
        is_patient=root in _INS_ROOTS,
        specialty=read_code(find(assigned, "code")),
        role=read_code(find(part, "functionCode")),
        structure=_read_structure(find(assigned, "representedOrganization"), name, odd),
    )


def _read_structure(
    organization: etree._Element | None, name: str, odd: Remarks
) -> Structure | None:
    if organization is None:
        return None
    element = find(organization, "id")
    place = f"{name}/representedOrganization/id"
    pair = (
        odd.optional(read_identifier, element, place) if element is not None else None
    )
    root, identifier = pair or ("", "")
    return Structure(
        identifier=identifier, name=read_text(find(organization, "name")), root=root
    )
