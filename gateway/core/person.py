"""People and structures, as documents and certificates name them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from attrs import field, frozen

from gateway.core.ins import Ins


class Sex(StrEnum):
    """Administrative sex (HL7 2.16.840.1.113883.5.1): M, F, or UN for undetermined."""

    MALE = "M"
    FEMALE = "F"
    UNDETERMINED = "UN"


@frozen(kw_only=True)
class IdentityTraits:
    """
    The five strict traits that go with an INS (RNIV); empty text where unknown.

    ``given_names`` holds all birth given names separated by a space;
    ``birth_date`` is ``YYYYMMDD`` and may be shorter when the day is not known;
    ``birth_place`` is the COG code.
    """

    family: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)
    first_given: str = field(default="", repr=False)
    birth_date: str = field(default="", repr=False)
    sex: str = field(default="", repr=False)
    birth_place: str = field(default="", repr=False)
    used_family: str = field(default="", repr=False)
    used_given: str = field(default="", repr=False)


@frozen(kw_only=True)
class Patient:
    """
    A patient as a document names them; ``ins`` is None where none was given.

    ``unread_ins`` is what the document gives as an INS although it is none: its length
    is wrong, or its control key under a real authority.
    """

    ins: Ins | None
    unread_ins: str = field(default="", repr=False)
    # (root, extension), IPP first
    other_ids: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    traits: IdentityTraits


@frozen(kw_only=True)
class Coded:
    """A code of a terminology: code, coding scheme (OID or name) and label."""

    code: str
    scheme: str = ""
    label: str = ""


@frozen(kw_only=True)
class Structure:
    """
    A facility by its Struct_IdNat (``1``+FINESS, ``3``+SIRET, ...) and name.

    ``root`` is the OID of the identifier where it is not that of the Struct_IdNat (a
    digital service is known by its SIREN).
    """

    identifier: str = ""
    name: str = ""
    root: str = ""


@frozen(kw_only=True)
class Participant:
    """
    Who wrote or signed: a professional, a patient, or a device of a structure.

    ``identifier`` is the PS_IdNat (``8``+RPPS, ...), ``root`` the OID it is from;
    ``family`` and ``given`` hold the software and model names of a device.
    """

    root: str = ""
    identifier: str = field(default="", repr=False)
    family: str = field(default="", repr=False)
    given: str = field(default="", repr=False)
    prefix: str = ""
    suffix: str = ""
    is_device: bool = False
    is_patient: bool = False
    specialty: Coded | None = None
    role: Coded | None = None
    structure: Structure | None = None


def age_on(birth_date: str, day: date) -> int | None:
    """
    Return the age in whole years on ``day``, or None when the birth year is unknown.

    A month or a day that is not known counts as the last possible one, so that a person
    whose age is in doubt is a minor.

    >>> age_on("19790328", date(2026, 3, 27)), age_on("2008", date(2026, 6, 1))
    (46, 17)
    """
    if len(birth_date) < 4 or not birth_date[:4].isdigit():
        return None
    year = int(birth_date[:4])
    month = birth_date[4:6].ljust(2, "0")
    month = month if month != "00" else "12"
    day_text = birth_date[6:8].ljust(2, "0")
    day_text = day_text if day_text != "00" else "31"
    had_birthday = (f"{day.month:02d}", f"{day.day:02d}") >= (month, day_text)
    return day.year - year - (0 if had_birthday else 1)
