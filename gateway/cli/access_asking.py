"""What `gateway access ask` and `take` are given: what is named, and why."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.cli.opening import named_document, named_message, patients_of
from gateway.cli.options import add_reason, reason
from gateway.cli.patient_setting import find_profile
from gateway.cli.vault import find_document
from gateway.core.accesses import AccessCause
from gateway.core.texts.accesses import ASK_TEXTS
from gateway.errors import MisuseError, NotFoundError
from gateway.node.vaults import open_vaults
from gateway.rights.access_rules import refuse_asking
from gateway.settings.file import Settings
from gateway.store.accesses.values import Named, Wanted
from gateway.store.arrivals.quarantine import Quarantine
from gateway.store.base.work import Database, UnitOfWork


def add_wanted(parser: argparse.ArgumentParser) -> None:
    """Add what an access names, its cause, and when the patient is told."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--document",
        action="append",
        metavar="ID",
        help="uniqueId or entryUUID of a document of --patient; may be given again",
    )
    what.add_argument(
        "--list",
        dest="listing",
        action="store_true",
        help="the list of the documents of --patient: titles, and no content",
    )
    what.add_argument(
        "--message", metavar="ID", help="one message of `quarantine list`"
    )
    parser.add_argument("--patient", metavar="INS", help="whose documents these are")
    parser.add_argument(
        "--cause",
        required=True,
        choices=[one.value for one in AccessCause],
        help="what it is for",
    )
    add_why(parser)
    parser.add_argument(
        "--request",
        required=True,
        type=reason,
        metavar="TEXT",
        help="on whose request: a person, an office, a ticket",
    )
    parser.add_argument(
        "--tell-on",
        type=_day,
        metavar="DATE",
        help="tell the patient on that day only, as 2026-11-29; needs --delay-reason",
    )
    parser.add_argument(
        "--delay-reason",
        type=reason,
        metavar="TEXT",
        help="why the patient may not be told at once",
    )


def add_why(parser: argparse.ArgumentParser) -> None:
    """Add a reason that has to be given."""
    said = "for the journal and the patient; it names no patient"
    add_reason(parser, required=True, said=said)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write it as YYYY-MM-DD") from None


def wanted_of(
    args: argparse.Namespace, work: UnitOfWork, settings: Settings, database: Database
) -> Wanted:
    """
    Return what a command asks for.

    Raises:
        MisuseError: too little or too much is named, or the delay is not one.
        NotFoundError: a document is not of that patient, or nothing is held back.
    """
    if bool(args.tell_on) != bool(args.delay_reason):
        raise MisuseError("--tell-on and --delay-reason go together")
    patients: tuple[str, ...]
    named: tuple[Named, ...]
    if args.message:
        held = Quarantine(work).get(args.message)
        patients, named = patients_of(held), (named_message(held),)
    else:
        patients, named = _documents(args, work, database)
    tell_at = _tell_at(args.tell_on, settings)
    why_not = refuse_asking(
        len(named),
        settings.admin.access_documents,
        tell_at=tell_at,
        now=work.now,
        latest=timedelta(days=settings.admin.access_delay_days),
    )
    if why_not is not None:
        raise MisuseError(ASK_TEXTS[why_not])
    return Wanted(
        cause=AccessCause(args.cause),
        why=args.reason,
        request=args.request,
        patients=patients,
        named=named,
        is_message=bool(args.message),
        tell_at=tell_at,
        delayed_why=args.delay_reason or "",
    )


def _documents(
    args: argparse.Namespace, work: UnitOfWork, database: Database
) -> tuple[tuple[str, ...], tuple[Named, ...]]:
    """Return the patient and each document once, or their list: all of that patient."""
    if not args.patient:
        raise MisuseError("--document and --list need --patient: whose these are")
    profile = find_profile(work, args.patient)
    if args.listing:
        return (profile.id,), (Named(profile.id),)
    vault = open_vaults(database).within(work)
    named: dict[str, Named] = {}
    for name in args.document:
        stored = find_document(vault, name)
        if stored is None or stored.profile_id != profile.id:
            raise NotFoundError(f"this patient has no document {name}")
        named[stored.id] = named_document(stored.id, vault.entry(stored))
    return (profile.id,), tuple(named.values())


def _tell_at(day: date | None, settings: Settings) -> datetime | None:
    """Return when that day begins by the patients' clock."""
    if day is None:
        return None
    zone = ZoneInfo(settings.web.time_zone)
    return datetime.combine(day, time(), zone).astimezone(UTC)
