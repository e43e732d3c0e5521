"""`gateway quarantine`: messages held back, looked at, released or returned."""

from __future__ import annotations

import argparse
import sys

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    opened,
    print_json,
    print_table,
)
from gateway.errors import NotFoundError
from gateway.store.arrivals import Arrivals, ArrivalState, KeptArrival
from gateway.store.journal import Action
from gateway.store.work import UnitOfWork


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "quarantine", "messages held back")
    add_command(verbs, "list", list_held, "list messages held back", json_too=True)
    get = add_command(verbs, "get", get_content, "print the bytes of one")
    get.add_argument("arrival", metavar="ID", help="as `quarantine list` shows it")
    discard = add_command(
        verbs, "close", close, "end the matter: the sender was told, nothing goes out"
    )
    discard.add_argument("arrival", metavar="ID", help="as `quarantine list` shows it")
    discard.add_argument(
        "--reason",
        required=True,
        metavar="TEXT",
        help="what was found, for the journal; it names no patient",
    )


def list_held(args: argparse.Namespace) -> int:
    """List what is in quarantine, oldest first, without naming patients."""
    with opened(args) as (_, database), database.read() as work:
        held = Arrivals(work).in_state(ArrivalState.QUARANTINED)
    rows = [
        {
            "id": one.id,
            "messageId": one.message_id,
            "received": one.received_at.isoformat(),
            "sender": one.sender.identity,
            "size": one.size,
            "reasons": sorted({r for each in one.recipients for r in each.reasons}),
        }
        for one in held
    ]
    if args.json:
        print_json(rows)
        return 0
    print_table(
        ("ID", "RECEIVED", "SENDER", "SIZE", "REASONS"),
        [
            (row["id"], row["received"], row["sender"], row["size"], row["reasons"])
            for row in rows
        ],
    )
    return 0


def get_content(args: argparse.Namespace) -> int:
    """Write the exact bytes of a message in quarantine on standard output."""
    with opened(args) as (_, database), database.read() as work:
        content = Arrivals(work).content(_held(work, args.arrival))
    sys.stdout.buffer.write(content)
    return 0


def close(args: argparse.Namespace) -> int:
    """Close a case: kept in the journal, with the operator's reason."""
    with opened(args) as (_, database), database.write() as work:
        held = _held(work, args.arrival)
        Arrivals(work).set_state(held.id, ArrivalState.RETURNED)
        work.note(Action.MESSAGE_RETURNED, "closed", held.id, reason=args.reason)
    print(f"{args.arrival}: closed")
    return 0


def _held(work: UnitOfWork, arrival_id: str) -> KeptArrival:
    kept = Arrivals(work).get(arrival_id)
    if kept is None or kept.state != ArrivalState.QUARANTINED:
        raise NotFoundError("nothing in quarantine has this id")
    return kept
