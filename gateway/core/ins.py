"""The national health identifier (INS): a matricule and who assigned it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Self

from attrs import Attribute, field, frozen

from gateway.errors import InvalidError


class InsAuthority(Enum):
    """Who assigned the matricule, by OID (ANS, referentiel INS, annex of OIDs)."""

    NIR = "1.2.250.1.213.1.4.8"
    NIA = "1.2.250.1.213.1.4.9"
    NIR_TEST = "1.2.250.1.213.1.4.10"
    NIR_DEMO = "1.2.250.1.213.1.4.11"

    @property
    def is_test(self) -> bool:
        """True for the ranges that never name a real person."""
        return self in {InsAuthority.NIR_TEST, InsAuthority.NIR_DEMO}


# Sex, year, month; department, with 2A and 2B for Corsica; commune, order, key.
_MATRICULE = re.compile(r"[1-9][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}")
_CX = re.compile(r"([0-9AB]{15})\^\^\^[^&^]*&([0-9.]+)&ISO(?:\^(?:NH|INS)?(?:\^.*)?)?")
_CORSICA = {"2A": "19", "2B": "18"}


@frozen
class Ins:
    """
    A matricule and the authority that assigned it; neither means anything alone.

    A wrong control key is an error, except in the test ranges, where several of
    the ANS's own examples carry one: there `key_is_valid` tells, and the caller's
    settings decide.
    """

    matricule: str = field(repr=lambda text: f"...{text[-2:]}")
    authority: InsAuthority

    @matricule.validator
    def _check(self, _: Attribute[str], text: str) -> None:
        if not _MATRICULE.fullmatch(text):
            raise InvalidError("malformed patient identifier")

    def __attrs_post_init__(self) -> None:
        if not self.authority.is_test and not self.key_is_valid:
            raise InvalidError("patient identifier with a wrong control key")

    @property
    def key_is_valid(self) -> bool:
        """True when the last two digits are the control key of the first thirteen."""
        return has_valid_key(self.matricule)

    @classmethod
    def of(cls, matricule: str, oid: str) -> Self:
        """Build from the two texts; `InvalidError` for an authority that is not INS."""
        try:
            authority = InsAuthority(oid)
        except ValueError as error:
            raise InvalidError("unknown patient identifier authority") from error
        return cls(matricule.strip().upper(), authority)

    @classmethod
    def from_cx(cls, text: str) -> Self:
        """
        Read the HL7 CX form used in XDS metadata (ITI TF-3 §4.2.3.1.7).

        The identifier type may be absent, ``NH`` (XDS) or ``INS`` (HL7 v2), and
        further components such as a date may follow it.
        """
        match = _CX.fullmatch(text.strip().upper())
        if match is None:
            raise InvalidError("malformed patient identifier")
        return cls.of(*match.groups())

    def to_cx(self) -> str:
        """Return the CX form, identifier type ``NH`` (CI-SIS, patientId)."""
        return f"{self.matricule}^^^&{self.authority.value}&ISO^NH"


def has_valid_key(matricule: str) -> bool:
    """
    Tell whether a 15-character matricule ends with its control key.

    >>> has_valid_key("279035121518989"), has_valid_key("279035121518988")
    (True, False)
    """
    if not _MATRICULE.fullmatch(matricule):
        return False
    return control_key(matricule[:13]) == matricule[13:]


def control_key(body: str) -> str:
    """
    Return the two-digit key of a 13-character matricule body.

    Corsican departments count as numbers: ``2A`` as 19, ``2B`` as 18.

    >>> control_key("2790351215189")
    '89'
    """
    department = body[5:7]
    digits = body[:5] + _CORSICA.get(department, department) + body[7:]
    return f"{97 - int(digits) % 97:02d}"


_IDENTIFIER = re.compile(r"\d(?:[ .-]?[\dABab]){12}")
"""Thirteen digits, as a matricule has; A and B are those of Corsica."""


def check_note(text: str) -> None:
    """
    Refuse an operator's note that may hold a patient's number.

    Raises:
        InvalidError: thirteen digits stand in it one after the other.
    """
    if _IDENTIFIER.search(text):
        raise InvalidError("the reason names no patient, by no number either")


def spaced_ins(matricule: str) -> str:
    """
    Return a number as it is printed on a health card, in groups.

    >>> spaced_ins("279035121518989"), spaced_ins("1")
    ('2 79 03 51 215 189 89', '1')
    """
    ends = (1, 3, 5, 7, 10, 13, 15)
    begins = (0, *ends)
    parts = (matricule[at:end] for at, end in zip(begins, ends, strict=False))
    return " ".join(part for part in parts if part)
