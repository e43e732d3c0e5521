"""The HL7 v2 forms that XDS metadata is made of: CX, CXi, XCN, XON, PID values."""

from __future__ import annotations

import re
from typing import Final

from gateway.core.codes import PROFESSIONALS, STRUCTURES
from gateway.core.document import AuthorEntry
from gateway.core.person import IdentityTraits, Participant, Patient, Structure

ORDER: Final = "urn:ihe:iti:xds:2013:order"
ACCESSION: Final = "urn:ihe:iti:xds:2013:accession"
STUDY: Final = "urn:ihe:iti:xds:2016:studyInstanceUID"

# The escape sequences of HL7 v2, so that a name cannot open a field of its own.
_ESCAPES: Final = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\"}
)


_MEANING: Final = {"E": "\\", "F": "|", "S": "^", "T": "&", "R": "~"}
_ESCAPED: Final = re.compile(r"\\([EFSTR])\\")


def escape(text: str) -> str:
    r"""
    Return a text safe inside a component of an HL7 v2 form.

    >>> escape("A^B&C")
    'A\\S\\B\\T\\C'
    """
    return text.translate(_ESCAPES)


def unescape(text: str) -> str:
    r"""
    Return the text that `escape` was given.

    >>> unescape("A\\S\\B\\E\\T")
    'A^B\\T'
    """
    return _ESCAPED.sub(lambda found: _MEANING[found[1]], text)


def to_cx(root: str, extension: str, kind: str) -> str:
    """Return a patient identifier; ``kind`` is ``PI`` for one of a structure."""
    return f"{escape(extension)}^^^&{escape(root)}&ISO^{kind}"


def to_cxi(unique_id: str, kind: str) -> str:
    """Return a reference of a referenceIdList from ``root`` or ``root^extension``."""
    root, _, extension = unique_id.partition("^")
    if not extension:
        return f"{escape(root)}^^^^{kind}"
    return f"{escape(extension)}^^^&{escape(root)}&ISO^{kind}"


def to_xcn(person: Participant) -> str:
    """
    Return a person or device (CI-SIS, mapping of the CDA header to XDS metadata).

    >>> to_xcn(Participant(root="1.2.250.1.71.4.2.1", identifier="801234567897",
    ...     family="DAVID", given="Charles"))
    '801234567897^DAVID^Charles^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'
    """
    if person.is_device:
        name_type, kind = "U", "RI"
    elif person.is_patient:
        name_type, kind = "D", "NH"
    else:
        # A slash joins the number of a structure and its own number for the person.
        name_type, kind = "D", "EI" if "/" in person.identifier else "IDNPS"
    parts = (person.identifier, person.family, person.given)
    start = "^".join(escape(part) for part in parts)
    root = escape(person.root or PROFESSIONALS)
    return f"{start}^^^^^^&{root}&ISO^{name_type}^^^{kind}"


def to_xon(structure: Structure) -> str:
    """
    Return a structure (CI-SIS, mapping of the CDA header to XDS metadata).

    >>> to_xon(Structure(identifier="1750000011", name="CHU"))
    'CHU^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1750000011'
    """
    name = escape(structure.name)
    if not structure.identifier:
        return name
    root = escape(structure.root or STRUCTURES)
    return f"{name}^^^^^&{root}&ISO^IDNST^^^{escape(structure.identifier)}"


def to_author(person: Participant) -> AuthorEntry:
    """Return the four texts of an author."""
    specialty = person.specialty
    return AuthorEntry(
        person=to_xcn(person),
        institution=to_xon(person.structure) if person.structure else "",
        role=person.role.label or person.role.code if person.role else "",
        specialty=(
            "^".join(
                escape(part)
                for part in (specialty.code, specialty.label, specialty.scheme)
            )
            if specialty
            else ""
        ),
    )


def patient_info(patient: Patient) -> tuple[str, ...]:
    """
    Return the values of sourcePatientInfo (ITI TF-3 §4.2.3.2.23, CI-SIS Partage).

    Birth name and used name as PID-5 of types L and D, birth date, sex, the COG code
    of the birth place in PID-11, and other identifiers after the first as PID-3.
    """
    traits = patient.traits
    values = [
        f"PID-3|{to_cx(root, extension or root, 'PI')}"
        for root, extension in patient.other_ids[1:]
    ]
    if traits.family or traits.first_given or traits.given_names:
        values.append(f"PID-5|{_birth_name(traits)}^^^^L")
    if traits.used_family or traits.used_given:
        used = f"{escape(traits.used_family)}^{escape(traits.used_given)}"
        values.append(f"PID-5|{used}^^^^^D")
    if traits.birth_date:
        values.append(f"PID-7|{traits.birth_date}")
    if traits.sex:
        values.append(f"PID-8|{escape(traits.sex)}")
    if traits.birth_place:
        values.append(f"PID-11|^^^^^^BDL^^{escape(traits.birth_place)}")
    return tuple(values)


def _birth_name(traits: IdentityTraits) -> str:
    parts = (traits.family, traits.first_given, traits.given_names)
    return "^".join(escape(part) for part in parts)
