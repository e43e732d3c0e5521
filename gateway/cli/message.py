"""`gateway message`: a message that went to the wrong patient is taken back."""

from __future__ import annotations

import argparse

from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    opened,
    print_json,
    print_table,
)
from gateway.core.ins import check_note
from gateway.dmp_bridge.recalled import BroughtDocuments
from gateway.errors import MisuseError, NotFoundError
from gateway.mssante.sending.recalling import Taken, TakingBack
from gateway.node.vaults import open_vaults
from gateway.rights.recall_rules import Recall
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from gateway.store.base.work import UnitOfWork

_COLUMNS = (
    "RECIPIENT",
    "OUTCOME",
    "OPENED BEFORE",
    "DOCUMENTS",
    "OF THEM",
    "COPIES",
    "CONSULTED",
    "SENT ON",
    "DOWNLOADED",
)
_DONE = frozenset({Recall.TAKEN_BACK, Recall.ALREADY})


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verb."""
    verbs = add_noun(commands, "message", "messages that went to the wrong patient")
    recall = add_command(
        verbs,
        "recall",
        take_back,
        "take one out of its patients' spaces, with the documents it brought",
        json_too=True,
    )
    recall.add_argument(
        "message", metavar="MESSAGE-ID", help="as `gateway trace` shows it"
    )
    found = "what was found, for the journal; it names no patient"
    add_reason(recall, required=True, said=found)


def take_back(args: argparse.Namespace) -> int:
    """
    Take a message back from every patient it went to; its sender is told by mail.

    Raises:
        NotFoundError: no message has that id, or it went to no patient.
        ConflictError: it is not delivered yet.
        MisuseError: several messages have that Message-ID.
        InvalidError: the reason may hold a patient's identifier.
    """
    check_note(args.reason)
    with opened(args) as (settings, database), database.write() as work:
        sent = _find(work, args.message)
        taking = TakingBack(database, settings, BroughtDocuments(open_vaults(database)))
        taken = taking.by_operator(work, sent, by=operator_name(), reason=args.reason)
    if args.json:
        print_json({"id": args.message, "patients": [_as_json(one) for one in taken]})
    elif taken:
        print_table(
            _COLUMNS,
            [
                (
                    one.position,
                    one.outcome.value,
                    "yes" if one.message_opened else "no",
                    one.brought.documents,
                    one.brought.opened,
                    one.brought.copies,
                    one.brought.consulted,
                    one.brought.sent,
                    "maybe" if one.brought.may_be_taken_away else "no",
                )
                for one in taken
            ],
        )
    if not taken:
        raise NotFoundError(f"{args.message} went to no patient")
    return 0 if all(one.outcome in _DONE for one in taken) else 1


def _find(work: UnitOfWork, name: str) -> KeptArrival:
    """Return the message of a Message-ID, or of an id of our own where two have it."""
    arrivals = Arrivals(work)
    found = [
        one for each in (name, *arrivals.find(name)) if (one := arrivals.get(each))
    ]
    if not found:
        raise NotFoundError(f"no message has the id {name}")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        raise MisuseError(f"several messages have this Message-ID, say which: {ids}")
    return found[0]


def _as_json(one: Taken) -> dict[str, object]:
    return {
        "recipient": one.position,
        "outcome": one.outcome.value,
        "messageOpened": one.message_opened,
        "documents": one.brought.documents,
        "documentsOpened": one.brought.opened,
        "copies": one.brought.copies,
        "documentsConsulted": one.brought.consulted,
        "documentsSent": one.brought.sent,
        "mayBeTakenAway": one.brought.may_be_taken_away,
    }
