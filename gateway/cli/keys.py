"""`gateway keys`: which there are, turning them over, destroying them."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from gateway.cli.keys_rotating import add_rotating
from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    opened,
    print_json,
    print_table,
    reason,
)
from gateway.core.ins import check_note
from gateway.store.mailbox.closing import close_for_ever
from gateway.store.patients.deletion import delete_patient
from gateway.store.sealed.destroying import clear_traces
from gateway.store.sealed.key_counts import kinds_of
from gateway.store.sealed.turning import Kek, KekVersion


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "keys", "which there are, turning them over")
    add_command(verbs, "status", status, "the keys there are", json_too=True)
    add_rotating(add_noun(verbs, "rotate", "have another key take over"))
    destroying = add_command(
        verbs,
        "destroy",
        destroy,
        "destroy a key: what it sealed opens to nobody any more",
        json_too=True,
    )
    which = destroying.add_mutually_exclusive_group(required=True)
    which.add_argument("--patient", metavar="INS", help="the profile is deleted")
    which.add_argument("--mailbox", metavar="ADDRESS", help="the mailbox is closed")
    which.add_argument(
        "--version",
        type=int,
        metavar="NUMBER",
        help="of the key that wraps: older backups stay closed",
    )
    destroying.add_argument(
        "--cause", type=reason, required=True, metavar="TEXT", help="for the journal"
    )
    add_command(
        verbs,
        "clear",
        clear,
        "take the bytes of destroyed keys out of the database's log",
    )


def status(args: argparse.Namespace) -> int:
    """Print the versions of the key that wraps, and how many keys each kind has."""
    with opened(args) as (_, database), database.read() as work:
        versions = Kek(work).versions()
        kinds = kinds_of(work)
        source = database.keys.source.name
    if args.json:
        print_json(
            {
                "source": source,
                "versions": [_version_json(one) for one in versions],
                "keys": [one.as_json() for one in kinds],
            }
        )
        return 0
    print(f"keys are wrapped by {source}")
    print_table(
        ("VERSION", "ID", "MADE", "STATE", "WRAPS"),
        (
            (one.version, one.id, f"{one.created_at:%Y-%m-%d}", _state(one), one.wraps)
            for one in versions
        ),
    )
    print()
    print_table(
        ("KEYS OF", "OPEN", "DESTROYED", "EPOCH", "MOST SEALS"),
        (
            (one.kind, one.number, one.destroyed, one.epoch, one.most_seals)
            for one in kinds
        ),
    )
    return 0


def destroy(args: argparse.Namespace) -> int:
    """
    Destroy the keys of a patient or a mailbox, or a version of the key that wraps.

    Raises:
        InvalidError: the cause may hold a patient's identifier.
        NotFoundError: there is none.
        ConflictError: it was destroyed before, or is needed still.
        UnavailableError: it is destroyed, but the database's log keeps its bytes yet.
    """
    by = operator_name()
    check_note(args.cause)
    with opened(args) as (_, database):
        with database.write() as work:
            if args.patient:
                delete_patient(work, args.patient, cause=args.cause, by=by)
                named = "the patient's key"
            elif args.mailbox:
                close_for_ever(work, args.mailbox, cause=args.cause, by=by)
                named = "the mailbox's key"
            else:
                is_gone = Kek(work).destroy(args.version, cause=args.cause, by=by)
                named = f"version {args.version}"
                if not is_gone:
                    named += " counts as destroyed; destroy it where it is kept too"
        clear_traces(database.engine)
    if args.json:
        print_json({"destroyed": True})
    elif named.endswith("too"):
        print(named)
    else:
        print(f"{named} is destroyed")
        if not args.version:
            print(_OLDER_BACKUPS)
    return 0


def clear(args: argparse.Namespace) -> int:
    """
    Cut the write-ahead log of SQLite, or remove the dead rows of PostgreSQL.

    Raises:
        UnavailableError: somebody has been reading for too long.
    """
    with opened(args) as (_, database):
        clear_traces(database.engine)
    print("cleared")
    return 0


_OLDER_BACKUPS = (
    "an older backup opens it until the key that wraps has turned over: gateway keys "
    "rotate kek, a new backup, then gateway keys destroy --version"
)


def _state(one: KekVersion) -> str:
    if one.destroyed_at:
        return f"destroyed {one.destroyed_at:%Y-%m-%d}"
    return "opens" if one.retired_at else "wraps"


def _version_json(one: KekVersion) -> dict[str, Any]:
    return {
        "version": one.version,
        "id": one.id,
        "made": one.created_at.isoformat(),
        "retired": _moment(one.retired_at),
        "destroyed": _moment(one.destroyed_at),
        "wraps": one.wraps,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
