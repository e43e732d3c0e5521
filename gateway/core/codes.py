"""The terminologies a document entry is coded in: types, classes, formats, labels."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from attrs import frozen

from gateway.core.person import Coded

LOINC: Final = "2.16.840.1.113883.6.1"
FRENCH_TYPES: Final = "1.2.250.1.213.1.1.4.12"  # TRE_A05, beside LOINC
CLASSES: Final = "1.2.250.1.213.1.1.4.1"  # TRE_A03
FRENCH_FORMATS: Final = "1.2.250.1.213.1.1.4.2.282"  # TRE_A06
IHE_FORMATS: Final = "1.3.6.1.4.1.19376.1.2.3"
CONFIDENTIALITY: Final = "2.16.840.1.113883.5.25"
VISIBILITY: Final = "1.2.250.1.213.1.1.4.13"  # TRE_A07
FACILITIES: Final = "1.2.250.1.71.4.2.4"  # TRE_R02, the SAxx codes
PRACTICES: Final = "1.2.250.1.213.1.1.4.9"  # TRE_A01
NOT_PROFESSIONAL: Final = "1.2.250.1.213.1.1.4.6"  # EXP_PATIENT, SNR
STAYS: Final = "1.2.250.1.213.2.2"  # SubmissionSet contentTypeCode, JDV J59
ENCOUNTERS: Final = "2.16.840.1.113883.5.4"  # HL7 ActCode
PROFESSIONALS: Final = "1.2.250.1.71.4.2.1"  # PS_IdNat
STRUCTURES: Final = "1.2.250.1.71.4.2.2"  # Struct_IdNat

_SCHEMES: Final = {
    "LOINC": LOINC,
    "A05": FRENCH_TYPES,
    "A06": FRENCH_FORMATS,
    "IHE": IHE_FORMATS,
}
_LISTS: Final = {
    "class": CLASSES,
    "confidentiality": CONFIDENTIALITY,
    "visibility": VISIBILITY,
    "stay": STAYS,
    "facility": FACILITIES,
    "practice": PRACTICES,
}

UNKNOWN_MODEL: Final = Coded(
    code="urn:asipSante:modelesHorsProfils:2011",
    scheme=FRENCH_FORMATS,
    label="Document hors profil",
)
"""The format of a structured document of no published model."""


@frozen(kw_only=True)
class DocumentType:
    """
    A type of document the vault accepts, and the class it is filed under.

    ``label`` is the French name of the type, ``english`` ours in English; of the two
    types that no source names, they are the name of the class. Types that are no longer
    to be produced are still received.
    """

    code: str
    scheme: str
    label: str
    english: str
    document_class: Coded


@cache
def document_types() -> Mapping[str, DocumentType]:
    """Return the accepted types by code (ASS_X04; a code is in one terminology)."""
    return MappingProxyType(
        {
            row["code"]: DocumentType(
                code=row["code"],
                scheme=_SCHEMES[row["terminology"]],
                label=row["fr"] or label_of(CLASSES, row["class"]),
                english=row["en"] or label_of(CLASSES, row["class"], "en"),
                document_class=coded(CLASSES, row["class"]),
            )
            for row in _table("document_types")
        }
    )


def find_document_type(coded_type: Coded) -> DocumentType | None:
    """Return the accepted type of this code *and* coding scheme, or None."""
    found = document_types().get(coded_type.code)
    return found if found and found.scheme == coded_type.scheme else None


def type_label(coded_type: Coded, language: str) -> str:
    """
    Return the name of a type in ``fr`` or ``en``.

    In French it is the one that the document gives, if any; of a type that is not
    accepted there is no other in any language.
    """
    known = find_document_type(coded_type)
    if known is None:
        return coded_type.label
    return known.english if language == "en" else coded_type.label or known.label


def format_of(template_ids: Iterable[str]) -> Coded:
    """
    Return the formatCode of a structured document from its templateIds.

    The most precise model is declared last (CI-SIS, Structuration minimale), so the
    last one that has a format gives it; a document of no known model has its own.
    """
    for template_id in reversed(tuple(template_ids)):
        if found := _formats().get(template_id):
            return found
    return UNKNOWN_MODEL


def format_of_media(media_type: str) -> Coded:
    """Return the formatCode of a document whose body is one file (IHE XDS-SD)."""
    return _formats().get(media_type, UNKNOWN_MODEL)


def coded(scheme: str, code: str) -> Coded:
    """Return the code with its French label, as far as our tables have one."""
    return Coded(code=code, scheme=scheme, label=label_of(scheme, code))


def label_of(scheme: str, code: str, language: str = "fr") -> str:
    """Return the label of a code in ``fr`` or ``en``, or an empty text."""
    return _labels().get((scheme, code), {}).get(language, "")


@cache
def _formats() -> Mapping[str, Coded]:
    return {
        row["model"]: Coded(
            code=row["format"],
            scheme=_SCHEMES[row["terminology"]],
            label=row["format"],  # the code is what people know these by
        )
        for row in _table("formats")
    }


@cache
def _labels() -> Mapping[tuple[str, str], Mapping[str, str]]:
    return {
        (_LISTS[row["list"]], row["code"]): {"fr": row["fr"], "en": row["en"]}
        for row in _table("labels")
    }


def _table(name: str) -> list[dict[str, str]]:
    path = files("gateway.core") / "tables" / f"{name}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
