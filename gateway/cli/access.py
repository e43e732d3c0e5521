"""`gateway access`: documents that were named are opened for minutes (break-glass)."""

from __future__ import annotations

import argparse
from datetime import timedelta

from gateway.cli.access_asking import add_wanted, add_why, wanted_of
from gateway.cli.access_showing import (
    as_json,
    lines_of,
    note_showing,
    story_of,
    summary,
)
from gateway.cli.operators import operator_account, operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    opened,
    print_json,
    print_table,
    say_altered,
)
from gateway.core.accesses import Verdict
from gateway.core.texts.both import LANGUAGES
from gateway.dmp_bridge.named_secrets import NamedSecrets
from gateway.errors import MisuseError, NotFoundError
from gateway.node.vaults import open_vaults
from gateway.settings.file import Settings
from gateway.store.accesses.accesses import Accesses, Terms
from gateway.store.accesses.reading import AccessReader
from gateway.store.accesses.telling import tell, tell_of_review
from gateway.store.accesses.values import Access
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.patients.notices import Notices

_ID = "as `access list` shows it"
_MOST = 100


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "access", "opening documents that were named")
    for verb, run, said in (
        ("ask", ask, "ask for an access, which a second person grants"),
        ("take", take, "begin an access at once; another account reviews it"),
    ):
        add_wanted(add_command(verbs, verb, run, said, json_too=True))
    grant_it = add_command(verbs, "grant", grant, "let an access begin that was asked")
    grant_it.add_argument("access", metavar="ID", help=_ID)
    refuse_it = add_command(verbs, "refuse", refuse, "say no to one that was asked for")
    refuse_it.add_argument("access", metavar="ID", help=_ID)
    add_why(refuse_it)
    ending = add_command(verbs, "end", end, "end one's own access before its time")
    ending.add_argument("access", metavar="ID", help=_ID)
    reviewing = add_command(
        verbs, "review", review, "say whether an access that was taken was justified"
    )
    reviewing.add_argument("access", metavar="ID", help=_ID)
    found = reviewing.add_mutually_exclusive_group(required=True)
    for verdict, said in (
        (Verdict.FINE, "it was justified"),
        (Verdict.NOT_FINE, "it was not; the patient is told"),
    ):
        found.add_argument(
            f"--{verdict.value}",
            dest="verdict",
            action="store_const",
            const=verdict.value,
            help=said,
        )
    add_why(reviewing)
    listing = add_command(
        verbs, "list", list_accesses, "list accesses, the last first", json_too=True
    )
    listing.add_argument(
        "--unreviewed", action="store_true", help="those that wait for a review"
    )
    listing.add_argument(
        "--most", type=int, default=_MOST, metavar="N", help="default: %(default)s"
    )
    show = add_command(
        verbs, "show", show_access, "what was named, and what was opened", json_too=True
    )
    show.add_argument("access", metavar="ID", help=_ID)
    show.add_argument(
        "--language", choices=LANGUAGES, default="fr", help="fr (default) or en"
    )
    add_reason(show)


def ask(args: argparse.Namespace) -> int:
    """
    Ask for an access; nothing can be opened before a second person grants it.

    Raises:
        MisuseError: too little or too much is named, or the delay is not one.
        NotFoundError: a document is not of that patient, or nothing is held back.
    """
    with opened(args) as (settings, database), database.write() as work:
        wanted = wanted_of(args, work, settings, database)
        access_id = _accesses(work).ask(wanted, _terms(settings))
    if args.json:
        print_json({"access": access_id, "state": "asked"})
    else:
        hours = settings.admin.access_wait_hours
        print(
            f"access {access_id}: asked for; within {hours} hours another account "
            f"says: gateway access grant {access_id}"
        )
    return 0


def take(args: argparse.Namespace) -> int:
    """
    Begin an access; the patient is told, and another account has to review it.

    Raises:
        MisuseError: too little or too much is named, or the delay is not one.
        NotFoundError: a document is not of that patient, or nothing is held back.
    """
    with opened(args) as (settings, database), database.write() as work:
        wanted = wanted_of(args, work, settings, database)
        access_id = _accesses(work).take(wanted, _terms(settings))
        access = AccessReader(work).get(access_id)
        assert access is not None, "made just now"
        said = _tell_now(work, settings, access, database)
    _say_begun(args, settings, access, said)
    return 0


def grant(args: argparse.Namespace) -> int:
    """
    Let an access begin, as a second person; the patient is told.

    Raises:
        NotFoundError: there is none.
        ConflictError: one asked for it oneself, or it does not wait any more.
    """
    with opened(args) as (settings, database), database.write() as work:
        access = _accesses(work).grant(args.access, _terms(settings))
        said = _tell_now(work, settings, access, database)
    args.json = False
    _say_begun(args, settings, access, said)
    return 0


def refuse(args: argparse.Namespace) -> int:
    """
    Say no, as a second person.

    Raises:
        NotFoundError: there is none.
        ConflictError: one asked for it oneself, or it does not wait any more.
    """
    with opened(args) as (_, database), database.write() as work:
        _accesses(work).refuse(args.access, args.reason)
    print(f"access {args.access}: refused")
    return 0


def end(args: argparse.Namespace) -> int:
    """
    End one's own access.

    Raises:
        NotFoundError: there is none.
        ConflictError: it is somebody else's, or over.
    """
    with opened(args) as (_, database), database.write() as work:
        _accesses(work).end(args.access)
    print(f"access {args.access}: ended")
    return 0


def review(args: argparse.Namespace) -> int:
    """
    Say what a review found; where it was not justified, the patient is told.

    Raises:
        NotFoundError: there is none.
        ConflictError: one took it oneself, it is not over, or needs no review.
    """
    verdict = Verdict(args.verdict)
    with opened(args) as (settings, database), database.write() as work:
        access = _accesses(work).review(args.access, verdict, args.reason)
        is_secret = NamedSecrets(open_vaults(database))
        told = tell_of_review(work, Notices.of(work, settings), access, is_secret)
    print(f"access {access.id}: reviewed, {verdict.value}")
    if verdict is Verdict.NOT_FINE and access.patients:
        print(_TOLD if told else _NOT_TOLD)
    return 0


def list_accesses(args: argparse.Namespace) -> int:
    """
    List accesses, without naming a patient; 1 where some were left out because
    somebody else wrote to the database.

    Raises:
        MisuseError: ``--most`` is no number of accesses.
    """
    if args.most < 1:
        raise MisuseError("--most is a number of accesses")
    with opened(args) as (_, database), database.read() as work:
        found, altered = AccessReader(work).listed(
            args.most, unreviewed=args.unreviewed
        )
        rows = [summary(one, work.now) for one in found]
    if args.json:
        print_json(rows)
    else:
        print_table(
            ("ID", "ASKED", "BY", "STATE", "CAUSE", "REVIEW"),
            [
                (
                    row["id"],
                    f"{row['asked']:.19}Z",
                    row["by"],
                    row["state"],
                    row["cause"],
                    row["verdict"] or row["reviewBy"] or "",
                )
                for row in rows
            ],
        )
    return say_altered(altered)


def show_access(args: argparse.Namespace) -> int:
    """
    Print an access, what was opened by it, and what a review found.

    Raises:
        NotFoundError: there is none.
    """
    with opened(args) as (_, database), database.write() as work:
        access = AccessReader(work).get(args.access)
        if access is None:
            raise NotFoundError("no access has this id")
        story = story_of(work, access)
        now = work.now
        note_showing(work, args, "access show", [access])
    if args.json:
        print_json(as_json(access, story, now))
        return 0
    for line in lines_of(access, story, now, args.language):
        print(line)
    return 0


_TOLD = "the patient is told by e-mail"
_NOT_TOLD = (
    "nobody could be told by e-mail: the history in the patient's space says it; "
    "tell them another way"
)


def _accesses(work: UnitOfWork) -> Accesses:
    return Accesses(work, operator_name(), operator_account())


def _terms(settings: Settings) -> Terms:
    admin = settings.admin
    return Terms(
        lasts=timedelta(minutes=admin.access_minutes),
        waits=timedelta(hours=admin.access_wait_hours),
        review=timedelta(hours=admin.access_review_hours),
    )


def _tell_now(
    work: UnitOfWork, settings: Settings, access: Access, database: Database
) -> str:
    """Tell the patient, unless that is for a later day; return what to say of it."""
    if access.tell_at is not None and work.now < access.tell_at:
        return f"the patient is told on {access.tell_at:%Y-%m-%d %H:%M} UTC"
    is_secret = NamedSecrets(open_vaults(database))
    made = tell(work, Notices.of(work, settings), access, is_secret)
    if not access.patients:
        return "no patient is among the recipients: nobody is told"
    return _TOLD if made else _NOT_TOLD


def _say_begun(
    args: argparse.Namespace, settings: Settings, access: Access, told: str
) -> None:
    ends, due = access.facts.ends_at, access.facts.review_by
    assert ends is not None, "it began"
    if args.json:
        print_json(
            {
                "access": access.id,
                "state": "open",
                "until": ends.isoformat(),
                "reviewBy": due.isoformat() if due else None,
            }
        )
        return
    print(
        f"access {access.id}: open until {ends:%Y-%m-%d %H:%M} UTC for "
        f"{access.facts.asked_by}"
    )
    print(told)
    if due is not None:
        print(f"another account reviews it before {due:%Y-%m-%d %H:%M} UTC")
