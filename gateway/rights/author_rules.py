"""Row 14 of the filing table: is the author known, and of the sending structure?"""

from __future__ import annotations

import re

from gateway.core.codes import PROFESSIONALS
from gateway.core.person import Participant
from gateway.rights.filing_facts import CertificateHolder, SenderIdentity

# PS_IdNat: one digit for the kind, the number, and for people or devices known only
# inside a structure "/" and their internal identifier. FINESS and ADELI numbers may
# carry a Corsican department (2A, 2B).
_PERSON = re.compile(
    r"""
      0[0-9AB]{9}           # ADELI
    | 8\d{11}               # RPPS
    | (?: 1[0-9AB]{9}       # ADELI practice
        | 3[0-9AB]{9}       # FINESS
        | 4\d{9}            # SIREN
        | 5\d{14}           # SIRET
        | 6\d{11,14}        # RPPS practice
      ) / \S{1,64}
    """,
    re.VERBOSE,
)
_PROFESSIONAL = re.compile(r"0[0-9AB]{9}|8\d{11}")
"""ADELI or RPPS: those of people known in a structure alone are its employees'."""

_STRUCTURE = re.compile(
    r"""
      0[0-9AB]{9,12}        # ADELI practice
    | 1[0-9AB]{9}           # FINESS
    | 2\d{9}                # SIREN
    | 3\d{14}               # SIRET
    | 4\d{11,14}            # RPPS and rank
    """,
    re.VERBOSE,
)
_SIREN = re.compile(r"\d{9}")


def is_person_id(text: str) -> bool:
    """
    Tell whether the text has the shape of a PS_IdNat.

    >>> is_person_id("801234567897"), is_person_id("12345")
    (True, False)
    """
    return _PERSON.fullmatch(text) is not None


def is_professional_id(text: str) -> bool:
    """
    Tell whether the text is the national number of a professional (RPPS or ADELI).

    >>> is_professional_id("801234567897"), is_professional_id("1750803447")
    (True, False)
    """
    return _PROFESSIONAL.fullmatch(text) is not None


def is_structure_id(text: str) -> bool:
    """
    Tell whether the text has the shape of a Struct_IdNat.

    >>> is_structure_id("1750803447"), is_structure_id("318003502400041")
    (True, True)
    """
    return _STRUCTURE.fullmatch(text) is not None


def author_is_verified(
    sender: SenderIdentity, authors: tuple[Participant, ...]
) -> bool:
    """
    Tell whether one author can be answered for (SEL-MP-037 EX_GEN-1320).

    A structure's or person's certificate must name the author's structure or the
    author. An operator's certificate names neither: there the author must be well
    formed. A patient alone is no author of what a professional sends; co-authors of
    other structures are. An employee files under the responsibility of a professional
    of the same structure, who is an author: see `responsible`.
    """
    writers = [author for author in authors if not author.is_patient]
    if sender.kind is CertificateHolder.EMPLOYEE:
        return responsible(sender, authors) is not None
    if sender.kind is CertificateHolder.OPERATOR:
        return any(map(_is_well_formed, writers))
    return any(_is_of_sender(sender, author) for author in writers)


def responsible(
    sender: SenderIdentity, authors: tuple[Participant, ...]
) -> Participant | None:
    """
    Return the professional under whose responsibility an employee files, or None.

    The first author who is a health professional, by a national number, and writes for
    the structure the employee works for. Whoever sends as a professional or as a
    structure answers for what it sends: None.

    Source: CSP L. 1111-15 and R. 1111-46, as Mon espace santé explains them: a person
    under a professional's responsibility (a secretary, the reception) may file.
    """
    if sender.kind is not CertificateHolder.EMPLOYEE:
        return None
    return next((one for one in authors if _answers_for(sender, one)), None)


def _answers_for(sender: SenderIdentity, author: Participant) -> bool:
    professional = is_professional_id(author.identifier)
    if not professional or author.is_patient or author.is_device:
        return False
    return author.structure is not None and (
        author.structure.identifier in sender.structures
    )


def _is_of_sender(sender: SenderIdentity, author: Participant) -> bool:
    if author.identifier and author.identifier in sender.persons:
        return True
    if author.structure is None:
        return False
    structure = author.structure.identifier
    return bool(structure) and structure in sender.structures


def _is_well_formed(author: Participant) -> bool:
    structure = author.structure.identifier if author.structure else ""
    if author.is_device and author.root != PROFESSIONALS:
        # A referenced digital service: the editor's OID, and its SIREN.
        editor = bool(author.root and author.identifier)
        return editor and _SIREN.fullmatch(structure) is not None
    if not is_person_id(author.identifier):
        return False
    return not structure or is_structure_id(structure)
