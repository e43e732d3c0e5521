"""Which authority may name operators, structures, employees and professionals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from gateway.errors import InvalidError
from gateway.trust.certificates import NAMEABLE, CertificateKind

Naming = Mapping[CertificateKind, tuple[str, ...]]
"""The common names of the authorities that may name each kind, as the settings say."""

USUAL: Final[Mapping[CertificateKind, str]] = {
    CertificateKind.OPERATOR: "ORGANISATIONS",
    CertificateKind.ORGANISATION: "ORGANISATIONS",
    CertificateKind.EMPLOYEE: "PERSONNES",
    CertificateKind.PERSON: "PERSONNES",
}
"""
The last word of the names of IGC-Santé's issuing authorities (``AC IGC-SANTE
ELEMENTAIRE ORGANISATIONS``, ``AC IGC-SANTE FORT PERSONNES``, ``… STANDARD PERSONNES``),
and whom they name: servers and structures the first, holders of cards the others.
"""


def may_name(
    pinned: Iterable[str], naming: Naming
) -> Mapping[str, frozenset[CertificateKind]]:
    """
    Return whom each pinned authority may name, by its common name.

    Where the settings are silent on a kind, the authorities that IGC-Santé has for it
    may. Where they are silent on all and none of the pinned ones is IGC-Santé's, as
    with a PKI of one's own, each may name whomever: see `names_anybody`.

    Raises:
        InvalidError: the settings name an authority that is not pinned.
    """
    names = list(pinned)
    known = {_key(name) for name in names}
    for kind, wanted in naming.items():
        if any(_key(name) not in known for name in wanted):
            raise InvalidError(
                f"[trust] {_SETTINGS[kind]} names an authority that is not in the file"
            )
    if names_anybody(names, naming):
        return dict.fromkeys(names, NAMEABLE)
    return {
        name: frozenset(kind for kind in NAMEABLE if _may(name, kind, naming))
        for name in names
    }


def names_anybody(pinned: Iterable[str], naming: Naming) -> bool:
    """Tell whether nothing says which authority may name whom."""
    usual = any(_is_usual(name, kind) for name in pinned for kind in USUAL)
    return not usual and not any(naming.values())


def is_named(name: str, wanted: Iterable[str]) -> bool:
    """
    Tell whether an authority is among some that the settings name.

    >>> is_named("AC IGC-SANTE FORT PERSONNES", ["ac igc-sante  fort personnes"])
    True
    """
    return _key(name) in {_key(one) for one in wanted}


def _may(name: str, kind: CertificateKind, naming: Naming) -> bool:
    if wanted := naming.get(kind):
        return is_named(name, wanted)
    return _is_usual(name, kind)


def _is_usual(name: str, kind: CertificateKind) -> bool:
    return name.upper().split()[-1:] == [USUAL[kind]]


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


_SETTINGS: Final = {
    CertificateKind.OPERATOR: "operator_authorities",
    CertificateKind.ORGANISATION: "structure_authorities",
    CertificateKind.EMPLOYEE: "employee_authorities",
    CertificateKind.PERSON: "person_authorities",
}
