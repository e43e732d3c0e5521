"""An operator opens a document or a held message: the lines are before the bytes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from gateway.cli.operators import acting_operator, operator_account, operator_name
from gateway.cli.options import who_and_why
from gateway.core.actors import actor_of
from gateway.core.document import DocumentEntry
from gateway.core.envelope import RecipientKind
from gateway.store.accesses.accesses import Accesses, ReadingCommand
from gateway.store.accesses.values import Named
from gateway.store.arrivals.values import KeptArrival
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.facts import said_of

VAULT_GET = ReadingCommand("vault get", Action.DOCUMENT_DOWNLOADED, "operator")
VAULT_LIST = ReadingCommand("vault list", Action.OPERATOR_READ, "vault list")
"""The subject is the patient, whom an access to the list names."""
QUARANTINE_GET = ReadingCommand(
    "quarantine get", Action.OPERATOR_READ, "quarantine get"
)


def may_open(
    work: UnitOfWork,
    args: argparse.Namespace,
    place: ReadingCommand,
    subject: str,
    patients: Iterable[str],
) -> bool:
    """
    Tell whether the command may give a document, a list of documents or a message, and
    write its lines.

    Where the service gives the command, only by an open access of the account that
    names it; who tried without one is in the journal. By the master key always: what is
    read so is said by the lines to be. The bytes are for after the commit.

    Raises:
        InvalidError: the reason may hold a patient's identifier.
        AlteredError: an access is not as it was written.
    """
    name = operator_name()
    if acting_operator() is not None:
        accesses = Accesses(work, name, operator_account())
        access = accesses.opening(subject)
        if access is None:
            work.note(Action.OPERATOR_REFUSED, place.command, subject, by=name)
            return False
        accesses.note_reading(access, place, subject)
        return True
    detail = {**said_of(actor_of(name)), **who_and_why(args)}
    for profile_id in patients:
        chain = chain_of(profile_id)
        work.note(place.action, place.outcome, subject, chain=chain, **detail)
    work.note(Action.OPERATOR_READ, place.command, subject, chain=OPERATOR, **detail)
    return True


def named_document(document_id: str, entry: DocumentEntry) -> Named:
    """Return a document as an access and a line of the journal name it."""
    origins = [one.institution.split("^", 1)[0].strip() for one in entry.authors]
    return Named(document_id, entry.type_code.code, next(filter(None, origins), ""))


def named_message(held: KeptArrival) -> Named:
    """Return a message that is held back as an access names it."""
    return Named(held.id, "", held.sender.identity or held.sender.subject)


def patients_of(held: KeptArrival) -> tuple[str, ...]:
    """Return the patients among the recipients of a message, each once."""
    return tuple(
        dict.fromkeys(
            one.recipient.target_id
            for one in held.recipients
            if one.recipient.kind is RecipientKind.PATIENT and one.recipient.target_id
        )
    )
