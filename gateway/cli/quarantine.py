"""`gateway quarantine`: messages held back, looked at, released or returned."""

from __future__ import annotations

import argparse
import sys

from gateway.cli.opening import QUARANTINE_GET, may_open, patients_of
from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    opened,
    print_json,
    print_table,
    reason,
)
from gateway.core.texts.accesses import TO_OPEN
from gateway.errors import MisuseError
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival
from gateway.store.arrivals.quarantine import Quarantine

_ID = "as `quarantine list` shows it"


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "quarantine", "messages held back")
    add_command(verbs, "list", list_held, "list messages held back", json_too=True)
    get = add_command(verbs, "get", get_content, "print the bytes of one")
    get.add_argument("arrival", metavar="ID", help=_ID)
    add_reason(get)
    for verb, run, summary in (
        ("release", release, "have it judged anew, by every rule, as if just received"),
        ("close", close, "end the matter: the sender was told, nothing goes out"),
    ):
        ending = add_command(verbs, verb, run, summary)
        ending.add_argument("arrival", metavar="ID", help=_ID)
        ending.add_argument(
            "--reason",
            "--note",
            required=True,
            type=reason,
            metavar="TEXT",
            help="what was found, for the journal; it names no patient",
        )


def list_held(args: argparse.Namespace) -> int:
    """List what is in quarantine, oldest first, without naming patients."""
    with opened(args) as (_, database), database.read() as work:
        held = Quarantine(work).listed()
    if args.json:
        print_json([_as_json(one) for one in held])
        return 0
    print_table(
        ("ID", "RECEIVED", "SENDER", "SIZE", "REASONS"),
        [
            (
                one.id,
                f"{one.received_at:%Y-%m-%d %H:%M:%S}Z",
                one.sender.identity or one.sender.subject,
                one.size,
                ", ".join(_reasons(one)),
            )
            for one in held
        ],
    )
    return 0


def _as_json(one: KeptArrival) -> dict[str, object]:
    return {
        "id": one.id,
        "messageId": one.message_id,
        "received": one.received_at.isoformat(),
        "sender": one.sender.identity,
        "size": one.size,
        "reasons": _reasons(one),
    }


def _reasons(one: KeptArrival) -> list[str]:
    return sorted({reason for each in one.recipients for reason in each.reasons})


def get_content(args: argparse.Namespace) -> int:
    """
    Write the exact bytes of a message in quarantine on standard output.

    Raises:
        NotFoundError: nothing in quarantine has that id.
        MisuseError: the service gives the command, and no access names it.
    """
    with opened(args) as (_, database), database.write() as work:
        held = Quarantine(work).get(args.arrival)
        is_open = may_open(work, args, QUARANTINE_GET, held.id, patients_of(held))
        content = Arrivals(work).content(held) if is_open else b""
    if not is_open:
        raise MisuseError(TO_OPEN)
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
    return 0


def release(args: argparse.Namespace) -> int:
    """Have a message judged anew; whether it passes, the rules say."""
    with opened(args) as (_, database), database.write() as work:
        Quarantine(work).release(args.arrival, by=operator_name(), reason=args.reason)
    print(
        f"{args.arrival}: released; `gateway trace {args.arrival}` tells what follows"
    )
    return 0


def close(args: argparse.Namespace) -> int:
    """Close a case: kept in the journal, with the operator's reason."""
    with opened(args) as (_, database), database.write() as work:
        Quarantine(work).close(args.arrival, by=operator_name(), reason=args.reason)
    print(f"{args.arrival}: closed")
    return 0
