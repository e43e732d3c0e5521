"""`gateway keys rotate`: another key takes over, and what was begun is gone on with."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_reason,
    opened,
    print_json,
    who_and_why,
)
from gateway.errors import ConflictError, MisuseError, NotFoundError
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.carrying.carrying import CarryingOver
from gateway.store.carrying.steps import STEPS
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.reencrypting import (
    SEALED_ANEW,
    Reencrypting,
    is_begun,
    note_begun,
)
from gateway.store.patients.epochs import MAILBOX, PATIENT, turn_owner, turn_owners
from gateway.store.patients.lookups import (
    DIGESTED_ANEW,
    begin_turn,
    carry_lookups,
    end_turn,
    settles_at,
    turn_under_way,
)
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.destroying import clear_traces
from gateway.store.sealed.turning import Kek, turn_all
from gateway.store.sealed.wrapping_keys import keks_in_use


def add_rotating(turning: Subparsers) -> None:
    """Add what may turn over."""
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
    owners.add_argument(
        "--reencrypt",
        action="store_true",
        help="of a mailbox: what there is too, and destroy the old key; after a theft",
    )


def rotate_kek(args: argparse.Namespace) -> int:
    """
    Make the next version, then wrap every key by it; the service may go on meanwhile.

    Raises:
        MisuseError: the source has no next version yet.
        UnavailableError: a version that wraps some is not at hand.
    """
    told = who_and_why(args)
    with opened(args) as (_, database):
        with database.write() as work, work.given_by(told):
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


def rotate_owner(args: argparse.Namespace) -> int:
    """
    Seal what is new of an owner, or of all with an older key, under another one.

    Raises:
        NotFoundError: there is no such patient or mailbox.
        UnavailableError: the key was destroyed.
    """
    if args.reencrypt:
        return _reencrypt(args)
    told, total = who_and_why(args), 0
    with opened(args) as (_, database):
        while True:
            with database.write() as work, work.given_by(told):
                count = _turn_owners(work, args, told["by"])
            total += count
            if args.made_before is None or not count:
                break
    if args.json:
        print_json({"turned": total})
    else:
        print(f"{total} owners have another key for what is new")
    return 0


def _reencrypt(args: argparse.Namespace) -> int:
    """
    Seal what the database has of a mailbox under another key, and destroy the old one.

    Raises:
        MisuseError: it is no mailbox.
        NotFoundError: no mailbox has this address.
        ConflictError: something was altered; run again once it is mended, it goes on.
    """
    if not args.mailbox:
        raise MisuseError(
            "--reencrypt is of a --mailbox: lines of a patient's journal are sealed "
            "under the patient's key, and cannot be written anew"
        )
    told, total = who_and_why(args), 0
    with opened(args) as (_, database):
        with database.write() as work, work.given_by(told):
            mailbox = Mailboxes(work).find(args.mailbox)
            if mailbox is None:
                raise NotFoundError("no mailbox has this address")
            if not is_begun(work, mailbox.id):
                turn_owner(work, MAILBOX, mailbox.id, by=told["by"])
                note_begun(work, mailbox.id)
        _wait(database, settles_at(database.clock()))
        while True:
            with database.write() as work, work.given_by(told):
                count = Reencrypting(work, mailbox.id).carry()
            total += count
            if not count:
                break
            if not args.json:
                print(f"{total} messages and rows", file=sys.stderr)
        _wait(database, settles_at(database.clock()))
        with database.write() as work, work.given_by(told):
            gone = Reencrypting(work, mailbox.id).end(by=told["by"])
        clear_traces(database.engine, SEALED_ANEW)
    if args.json:
        print_json({"carried": total, "destroyed": gone})
    else:
        print(f"{total} messages and rows are under another key; {gone} is destroyed")
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
            with database.write() as work, work.given_by(told):
                begun = begin_turn(work, by=told["by"])
        _wait(database, settles_at(begun))
        while True:
            with database.write() as work, work.given_by(told):
                count = carry_lookups(work)
            total += count
            if not count:
                break
            if not args.json:
                print(f"{total} patients", file=sys.stderr)
        with database.write() as work, work.given_by(told):
            gone = end_turn(work, by=told["by"])
        clear_traces(database.engine, DIGESTED_ANEW)
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
        print(
            f"every process goes over to the other keys: {left:.0f} s", file=sys.stderr
        )
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
