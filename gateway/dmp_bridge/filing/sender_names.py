"""By which names a sender and the authors of a document are known to the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.core import envelope
from gateway.core.person import Participant
from gateway.errors import InvalidError
from gateway.message.reading import MessageParts
from gateway.rights.author_rules import responsible
from gateway.rights.filing_facts import CertificateHolder, SenderIdentity
from gateway.store.arrivals.arrivals import KeptArrival
from gateway.store.patients.profiles import ProfileRights

_KINDS: Final = {
    envelope.SenderKind.ORGANISATION: CertificateHolder.STRUCTURE,
    envelope.SenderKind.EMPLOYEE: CertificateHolder.EMPLOYEE,
    envelope.SenderKind.PERSON: CertificateHolder.PERSON,
}


def sender_of(
    kept: KeptArrival, from_address: str, rights: ProfileRights
) -> SenderIdentity:
    """
    Return who sends; an operator sends for others, and so does the gateway itself.

    The address is the reverse path, or that of From where the patient named it.
    """
    named = rights.blocked | rights.secret_senders
    return _proven(
        kept.sender,
        address=from_address if from_address in named else kept.reverse_path.lower(),
    )


def answering_for(sender: envelope.Sender, authors: tuple[Participant, ...]) -> str:
    """
    Return the number of the professional an employee files under, as `responsible`.

    Empty where the sender answers for itself.
    """
    found = responsible(_proven(sender), authors)
    return "" if found is None else found.identifier


def _proven(sender: envelope.Sender, address: str = "") -> SenderIdentity:
    kind = _KINDS.get(sender.kind, CertificateHolder.OPERATOR)
    identity = frozenset({sender.identity} - {""})
    structures: frozenset[str] = frozenset()
    if kind is CertificateHolder.STRUCTURE:
        structures = identity
    elif kind is CertificateHolder.EMPLOYEE:
        structures = frozenset({sender.structure} - {""})
    return SenderIdentity(
        kind=kind,
        identity=sender.identity,
        address=address,
        structures=structures,
        persons=identity if kind is CertificateHolder.PERSON else frozenset(),
    )


def all_names(
    sender: SenderIdentity, authors: tuple[Participant, ...]
) -> frozenset[str]:
    """Return every name the sender and the authors go by, in lower case."""
    names = {sender.address, *sender.structures, *sender.persons}
    names |= _author_names(authors)
    return frozenset(name.lower() for name in names if name)


def proven_names(
    sender: SenderIdentity, authors: tuple[Participant, ...]
) -> frozenset[str]:
    """
    Return the identifiers in whose name the sender may replace a document.

    A structure or a person has the identifiers of its certificate, and not those of the
    authors it names. An operator sends for others: the authors it names are believed.
    """
    if sender.kind is CertificateHolder.OPERATOR:
        return _author_names(authors)
    return sender.structures | sender.persons


def people_of(authors: Sequence[Participant]) -> tuple[str, ...]:
    """Return the identifiers of those who wrote a document; no patient's."""
    return tuple(
        author.identifier
        for author in authors
        if author.identifier and not author.is_patient
    )


def structures_of(authors: Sequence[Participant]) -> tuple[str, ...]:
    """Return the identifiers of the structures for which a document was written."""
    return tuple(
        author.structure.identifier
        for author in authors
        if author.structure and author.structure.identifier and not author.is_patient
    )


def _author_names(authors: Sequence[Participant]) -> frozenset[str]:
    return frozenset((*people_of(authors), *structures_of(authors)))


def address_in_from(parts: MessageParts) -> str:
    """Return the address in From, empty unless it is exactly one."""
    try:
        found = parts.headers.mailboxes("from")
    except InvalidError:
        return ""
    return found[0].address.key if len(found) == 1 else ""
