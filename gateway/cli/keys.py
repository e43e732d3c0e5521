"""`gateway keys`: which there are, turning them over, destroying them."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from typing import Any

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
    who_and_why,
)
from gateway.core.ins import check_note
from gateway.errors import ConflictError, NotFoundError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying import CarryingOver
from gateway.store.carrying_steps import STEPS
from gateway.store.mailbox.closing import close_for_ever
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.deletion import delete_patient
from gateway.store.patients.epochs import MAILBOX, PATIENT, turn_owner, turn_owners
from gateway.store.patients.lookups import (
    begin_turn,
    carry_lookups,
    end_turn,
    settles_at,
    turn_under_way,
)
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.destroying import clear_traces
from gateway.store.sealed.key_counts import kinds_of
from gateway.store.sealed.turning import Kek, KekVersion, turn_all
from gateway.store.sealed.wrapping_keys import keks_in_use


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "keys", "which there are, turning them over")
    add_command(verbs, "status", status, "the keys there are", json_too=True)
    turning = add_noun(verbs, "rotate", "have another key take over")
    wrapping = add_command(
        turning,
        "kek",
        rotate_kek,
        "have another version wrap every key; ended half-way, it goes on",
        json_too=True,
    )
    add_reason(wrapping)
    owners = add_command(
        turning,
        "owner",
        rotate_owner,
        "another key for what is new of a patient or a mailbox; ended, it goes on",
        json_too=True,
    )
    add_reason(owners)
    whose = owners.add_mutually_exclusive_group(required=True)
    whose.add_argument("--patient", metavar="INS", help="of this patient")
    whose.add_argument("--mailbox", metavar="ADDRESS", help="of this mailbox")
    whose.add_argument(
        "--made-before",
        type=_day,
        metavar="DATE",
        help="all whose key was made before that day (UTC), as 2026-11-29",
    )
    digests = add_command(
        turning,
        "lookup",
        rotate_lookup,
        "other keys for what people are found by and show; ended half-way, it goes on",
        json_too=True,
    )
    add_reason(digests)
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


def rotate_kek(args: argparse.Namespace) -> int:
    """
    Make the next version, then wrap every key by it; the service may go on meanwhile.

    Raises:
        MisuseError: the source has no next version yet.
        UnavailableError: a version that wraps some is not at hand.
    """
    told = who_and_why(args)
    with opened(args) as (_, database):
        with database.write() as work, work.acting_by(told):
            now = work.keys.wrapping(work.connection)
            is_under_way = bool(set(keks_in_use(work.connection)) - {now.id})
            if not is_under_way:
                Kek(work).next(told["by"])
        count = turn_all(database, told=None if args.json else _tell)
        with database.read() as work:
            versions = [one for one in Kek(work).versions() if not one.destroyed_at]
    if args.json:
        print_json({"wrapped": count, "version": versions[-1].version})
        return 0
    print(f"{count} keys are wrapped by version {versions[-1].version}")
    for one in versions[:-1]:
        print(
            f"version {one.version} wraps nothing any more; older backups need it "
            f"until: gateway keys destroy --version {one.version} --cause TEXT"
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


def rotate_owner(args: argparse.Namespace) -> int:
    """
    Seal what is new of an owner, or of all with an older key, under another one.

    Raises:
        NotFoundError: there is no such patient or mailbox.
        UnavailableError: the key was destroyed.
    """
    told, total = who_and_why(args), 0
    with opened(args) as (_, database):
        while True:
            with database.write() as work, work.acting_by(told):
                count = _turn_owners(work, args, told["by"])
            total += count
            if args.made_before is None or not count:
                break
    if args.json:
        print_json({"turned": total})
    else:
        print(f"{total} owners have another key for what is new")
    return 0


def rotate_lookup(args: argparse.Namespace) -> int:
    """
    Have other keys of digests take over, carry over who is found by them, destroy the
    old ones. The service may go on meanwhile; who is signed in signs in again.

    Raises:
        ConflictError: an earlier version's rows are not carried over yet, or one was
            altered; run again once that is done, it goes on.
        UnavailableError: a key is not at hand, or the keys are destroyed and the
            database's log keeps their bytes yet.
    """
    told, total = who_and_why(args), 0
    with opened(args) as (_, database):
        with database.read() as work:
            begun = turn_under_way(work)
        if begun is None:
            if left := CarryingOver(database, STEPS).left():
                raise ConflictError(
                    f"what earlier versions wrote is being carried over "
                    f"({', '.join(left)}): wait until the service has done it"
                )
            with database.write() as work, work.acting_by(told):
                begin_turn(work, by=told["by"])
                begun = work.now
        _wait(database, settles_at(begun))
        while True:
            with database.write() as work, work.acting_by(told):
                count = carry_lookups(work)
            total += count
            if not count:
                break
            if not args.json:
                print(f"{total} patients", file=sys.stderr)
        with database.write() as work, work.acting_by(told):
            gone = end_turn(work, by=told["by"])
        clear_traces(database.engine)
    if args.json:
        print_json({"carried": total, "destroyed": gone})
    else:
        print(f"{total} patients are found by other keys; {gone} keys are destroyed")
        print("who was signed in signs in again; codes under way are asked for anew")
    return 0


def _wait(database: Database, until: datetime) -> None:
    """Wait until every process knows the other keys, as each does within seconds."""
    left = (until - database.clock()).total_seconds()
    if left > 0:
        print(f"every process learns of the other keys: {left:.0f} s", file=sys.stderr)
        time.sleep(left)


def _turn_owners(work: UnitOfWork, args: argparse.Namespace, by: str) -> int:
    if args.made_before is not None:
        return turn_owners(work, args.made_before, by=by)
    if args.mailbox:
        mailbox = Mailboxes(work).find(args.mailbox)
        if mailbox is None:
            raise NotFoundError("no mailbox has this address")
        turn_owner(work, MAILBOX, mailbox.id, by=by)
        return 1
    found = Profiles(work).find_state(args.patient.strip())
    if found is None:
        raise NotFoundError("no profile has this INS")
    turn_owner(work, PATIENT, found[0], by=by)
    return 1


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written 2026-11-29") from None


def _tell(count: int) -> None:
    print(f"{count} keys", file=sys.stderr)


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
