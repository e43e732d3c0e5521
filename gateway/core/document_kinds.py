"""Of which kind a document is for the eye: its picture and its colour in the lists."""

from __future__ import annotations

from types import MappingProxyType

from gateway.core.document import DocumentEntry

_BY_TYPE = MappingProxyType(
    {
        "11502-2": "bio",
        "DOCPAT05": "bio",
        "11369-6": "vax",
        "87273-9": "vax",
        "96874-3": "vax",
        "11490-0": "lettre",
        "18761-7": "lettre",
        "83981-1": "lettre",
        "88348-8": "lettre",
        "96349-6": "lettre",
    }
)
"""Types (LOINC, TRE_A05) that people tell apart from others of their class."""

_BY_CLASS = MappingProxyType(
    {
        "10": "cr",
        "11": "cr",
        "31": "img",
        "42": "ordo",
        "43": "ordo",
        "44": "ordo",
        "45": "ordo",
        "52": "admin",
        "60": "admin",
        "95": "admin",
    }
)
"""Classes (TRE_A03)."""

OWN = "perso"
"""The kind of what the patient put there, and of what none of the classes names."""


KINDS = ("bio", "ordo", "img", "cr", "lettre", "vax", "admin", OWN)
"""All kinds, in the order in which they are offered."""


def kind_of(entry: DocumentEntry) -> str:
    """Return the kind, by which the icon and the colour of a document are named."""
    by_class = _BY_CLASS.get(entry.class_code.code, OWN)
    return _BY_TYPE.get(entry.type_code.code, by_class)
