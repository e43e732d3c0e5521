"""What the patient's side sees of a document, and which flags exclude each other."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from types import MappingProxyType

from gateway.core.actors import Who
from gateway.core.document import Availability, Visibility
from gateway.rights.delegation_rules import Capacity


class PatientReader(StrEnum):
    """Who reads on the patient's side."""

    HOLDER = "HOLDER"
    """The adult whose space it is."""
    MINOR = "MINOR"
    """A minor with an access of their own."""
    REPRESENTATIVE = "REPRESENTATIVE"
    """Who acts by law: a parent or guardian of a minor, who is in charge of an adult"""
    CARER = "CARER"
    """A carer (aidant), reading by delegation."""


_ALL = frozenset(Visibility)

_SEEN = MappingProxyType(
    {
        PatientReader.HOLDER: _ALL - {Visibility.HIDDEN_FROM_PATIENT},
        PatientReader.MINOR: _ALL - {Visibility.HIDDEN_FROM_PATIENT},
        PatientReader.REPRESENTATIVE: frozenset({Visibility.MASKED}),
        PatientReader.CARER: _ALL - {Visibility.HIDDEN_FROM_PATIENT},
    }
)
"""The flags a document may carry and still be seen by this reader."""

_READS_AS = MappingProxyType(
    {
        Capacity.HOLDER: PatientReader.HOLDER,
        Capacity.CARER: PatientReader.CARER,
        Capacity.REPRESENTATIVE: PatientReader.REPRESENTATIVE,
        Capacity.PROTECTOR: PatientReader.REPRESENTATIVE,
    }
)

_ON_REQUEST = frozenset({Availability.DEPRECATED, Availability.ARCHIVED})

_IMPOSSIBLE = frozenset({Visibility.MASKED, Visibility.HIDDEN_FROM_PATIENT})


def patient_sees(
    visibility: Iterable[Visibility],
    availability: Availability,
    reader: PatientReader,
    *,
    on_request: bool = False,
) -> bool:
    """
    Tell whether the reader may know that the document exists.

    What a reader may not see is absent from every list and count, without a gap. Old
    versions and archived documents are shown ``on_request`` only, deleted ones never. A
    masked document is masked from professionals, not from the patient (CSP R. 1111-49);
    one hidden from the patient waits for its announcement (CSP R. 1111-53); a minor's
    secret is hidden from representatives (CSP R. 1111-50).
    """
    if availability is Availability.DELETED:
        return False
    if availability in _ON_REQUEST and not on_request:
        return False
    return _SEEN[reader].issuperset(visibility)


def reader_of(capacity: Capacity) -> PatientReader:
    """Return as which reader somebody sees a space who is there as that."""
    return _READS_AS[capacity]


def sees_secrets(reader: PatientReader) -> bool:
    """
    Tell whether a reader may know of what is kept from representatives.

    Such a document, the message that brought it, and what was done about either are
    in no list, count, search, export, notice or history of anybody else (CSP
    R. 1111-33, R. 1111-50).
    """
    return Visibility.HIDDEN_FROM_REPRESENTATIVES in _SEEN[reader]


def knows_of_act(by: Who | str, reader: PatientReader) -> bool:
    """
    Tell whether a reader may know of an objection or a report, by whose it is.

    What a minor objects to, or is written down for them, may name what is secret: who
    represents them knows of what representatives did (CSP R. 1111-33).
    """
    return sees_secrets(reader) or by == Who.REPRESENTATIVE


def sees_version(
    flags: Iterable[Visibility],
    newer: Iterable[Visibility] | None,
    reader: PatientReader,
) -> bool:
    """
    Tell whether a reader may know of a version that another one replaced, or not.

    ``newer`` are the flags of the one that replaced it, None where there is none: an
    old version would say that there is a newer one, to who must not know of that.
    """
    seen = _SEEN[reader]
    if not seen.issuperset(flags):
        return False
    return sees_secrets(reader) or newer is None or seen.issuperset(newer)


def impossible_pairs(
    visibility: Iterable[Visibility], *, masked_and_hidden: bool = False
) -> tuple[frozenset[Visibility], ...]:
    """
    Return the flags that cannot stand together, or nothing.

    A document masked from professionals and hidden from the patient at once would be
    read by hardly anybody (SEL-MP-037 EX_2.1-1050). ``masked_and_hidden`` is the
    parameter of the vault that allows it.
    """
    if not masked_and_hidden and frozenset(visibility) >= _IMPOSSIBLE:
        return (_IMPOSSIBLE,)
    return ()
