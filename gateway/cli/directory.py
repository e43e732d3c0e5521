"""`gateway directory`: the national directory, imported and looked up."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

from attrs import asdict

from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    opened,
    print_json,
    print_table,
)
from gateway.core.practice import Practice
from gateway.documents.directory_files import ExtractFiles
from gateway.errors import MisuseError, NotFoundError
from gateway.rights.directory_rules import is_old
from gateway.rights.situation_rules import PracticeChoice, choices_of
from gateway.store.directory.directory import (
    Directory,
    KnownProfessional,
    shown_name,
)
from gateway.store.directory.importing import BrokenLine, DirectoryImport
from gateway.store.directory.staging import Staging
from gateway.web.site.languages import PARIS

_MOST_SAID: Final = 100
"""Broken lines that are said one by one."""
_MOST_FOUND: Final = 50


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "directory", "the national directory of professionals")
    verb = add_command(
        verbs,
        "import",
        import_extract,
        "take an extraction over; done again, it makes the differences only",
        json_too=True,
    )
    verb.add_argument(
        "extract",
        type=Path,
        metavar="EXTRACT",
        help="PS_LibreAcces as its ZIP, or its file Personne_activite",
    )
    verb.add_argument(
        "--skills",
        type=Path,
        metavar="FILE",
        help="its file SavoirFaire, where EXTRACT is no ZIP that has it",
    )
    verb.add_argument(
        "--date",
        type=_day,
        metavar="D",
        help="its day, as YYYY-MM-DD, where its name does not say it",
    )
    verb.add_argument(
        "--force",
        action="store_true",
        help="though it is older than the last, or many persons are gone",
    )
    showing = add_command(
        verbs, "show", show, "print what is known of one person", json_too=True
    )
    showing.add_argument(
        "number", metavar="NUMBER", help="the national number: 8 and RPPS, 0 and ADELI"
    )
    searching = add_command(
        verbs, "search", search, "find persons by name and town", json_too=True
    )
    searching.add_argument(
        "words", nargs="+", metavar="WORD", help="how words of the name or town begin"
    )
    searching.add_argument("--town", default="", metavar="TOWN", help="in this town")
    searching.add_argument(
        "--profession", default="", metavar="CODE", help="of this profession: 10, 60, …"
    )
    add_command(
        verbs,
        "status",
        status,
        "print which extraction is held, and whether it is too old",
        json_too=True,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write it as YYYY-MM-DD") from None


def import_extract(args: argparse.Namespace) -> int:
    """
    Take an extraction over; 1 where lines were refused, each with its number and why.

    Raises:
        MisuseError: a file cannot be read, or its day is not known.
        InvalidError: it is no extraction, or too large.
        ConflictError: it is older than the last, or too many persons are gone.
    """
    with opened(args) as (settings, database):
        try:
            files = ExtractFiles(
                args.extract, args.skills, settings.directory.max_bytes
            )
        except OSError as error:
            raise MisuseError(f"{error.filename}: {error.strerror}") from error
        with files, Staging() as staging:
            day = args.date or files.day
            if day is None:
                raise MisuseError("no day in the name of the file: give it by --date")
            taking = DirectoryImport(database, staging)
            _say(taking.read(files.activities()))
            if files.has_skills:
                _say(taking.read_skills(files.skills()))
            done = taking.apply(
                day,
                by=operator_name(),
                most_gone_percent=settings.directory.most_gone_percent,
                force=args.force,
            )
    if args.json:
        print_json(asdict(done))
    else:
        print(
            f"{done.lines} lines, {done.people} persons: {done.added} added, "
            f"{done.changed} changed, {done.gone} gone, {done.same} the same, "
            f"{done.refused} lines refused"
        )
        if not done.changes:
            print("nothing was changed")
    if done.altered:
        print(
            f"gateway: {done.altered} were altered in the database, and are no more",
            file=sys.stderr,
        )
    return 1 if done.refused else 0


def _say(broken: Iterable[BrokenLine]) -> None:
    count = 0
    for count, line in enumerate(broken, 1):
        if count <= _MOST_SAID:
            of = "SavoirFaire, line" if line.of_skills else "line"
            print(f"{of} {line.number}: {line.why}", file=sys.stderr)
    if count > _MOST_SAID:
        print(f"and {count - _MOST_SAID} more", file=sys.stderr)


def show(args: argparse.Namespace) -> int:
    """
    Print a person, their activities, and by which column of the matrix each reads.

    Raises:
        NotFoundError: nobody has this number.
        AlteredError: what is kept of them was altered.
    """
    with opened(args) as (_, database), database.read() as work:
        directory = Directory(work)
        known = directory.known(args.number)
        if known is None:
            raise NotFoundError("nobody in the directory has this number")
        said = _said(directory, known)
    if args.json:
        print_json(said)
        return 0
    gone = f", gone since {said['goneSince']}" if said["goneSince"] else ""
    print(f"{said['number']}  {said['name']}{gone}")
    print_table(
        ("PROFESSION", "SPECIALTY", "ACTIVITY", "FUNCTION", "PLACE", "COLUMN"),
        [
            (
                one["profession"],
                one["specialty"] or "-",
                one["activity"] or "-",
                one["function"] or "-",
                " ".join(filter(None, (one["structure"], one["place"], one["town"])))
                or "-",
                one["column"],
            )
            for one in said["practices"]
        ],
    )
    return 0


def _said(directory: Directory, known: KnownProfessional) -> dict[str, Any]:
    person = known.professional
    return {
        "number": person.national_id,
        "name": shown_name(person.family, person.given),
        "goneSince": _as_day(known),
        "mayRegulate": person.may_regulate,
        "practices": [
            _practice(directory, one)
            for one in choices_of(person, activities_are_open=True)
        ],
    }


def _as_day(known: KnownProfessional) -> str:
    if known.gone_at is None:
        return ""
    return known.gone_at.astimezone(PARIS).date().isoformat()


def _practice(directory: Directory, choice: PracticeChoice) -> dict[str, str]:
    practice = choice.practice
    return {
        **asdict(practice),
        "profession": _named(directory, "profession", practice),
        "specialty": _named(directory, "specialty", practice),
        "column": choice.column.value,
    }


def _named(directory: Directory, kind: str, practice: Practice) -> str:
    code: str = getattr(practice, kind)
    return f"{code} {directory.label(kind, code)}".strip()


def search(args: argparse.Namespace) -> int:
    """List persons of some name; 1 where there are none."""
    with opened(args) as (_, database), database.read() as work:
        directory = Directory(work)
        found = [
            directory.entry(one)
            for one in directory.search(
                " ".join(args.words),
                town=args.town,
                profession=args.profession,
                most=_MOST_FOUND,
            )
        ]
    if args.json:
        print_json([asdict(one) for one in found])
    elif found:
        print_table(
            ("NUMBER", "NAME", "ABOUT"),
            [(one.identity, one.name, one.about) for one in found],
        )
    return 0 if found else 1


def status(args: argparse.Namespace) -> int:
    """Print which extraction is held; 1 where there is none, or it is too old."""
    with opened(args) as (settings, database), database.read() as work:
        last = Directory(work).last_import()
        today = work.now.astimezone(PARIS).date()
        days = settings.directory.max_age_days
    if last is None:
        if args.json:
            print_json(None)
        else:
            print("no extraction was imported")
        return 1
    old = is_old(last.made_on, today, days)
    if args.json:
        said = {
            **asdict(last),
            "made_on": last.made_on.isoformat(),
            "imported_at": last.imported_at.isoformat(),
            "old": old,
        }
        print_json(said)
    else:
        print(
            f"extraction of {last.made_on}, imported at "
            f"{last.imported_at.astimezone(PARIS):%Y-%m-%d %H:%M}: {last.people} "
            f"persons; {last.added} added, {last.changed} changed, {last.gone} gone"
        )
        if old:
            print(f"older than {days} days: import a new one")
    return 1 if old else 0
