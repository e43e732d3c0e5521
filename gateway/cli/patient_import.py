"""`gateway patient import`: spaces for the people of a feed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import asdict

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_reason,
    opened,
    print_json,
    who_and_why,
)
from gateway.clock import utc_now
from gateway.errors import MisuseError
from gateway.rights.profile import ProfileState
from gateway.store.patients.feed import OPTIONAL, REQUIRED, read_feed
from gateway.store.patients.importing import Importing

_STATES = (ProfileState.ANNOUNCED.value, ProfileState.OPEN_NOT_ACTIVATED.value)


def add_import(verbs: Subparsers) -> None:
    """Add the verb."""
    verb = add_command(
        verbs,
        "import",
        import_patients,
        "spaces for the people of a feed; done again, it makes the differences only",
        json_too=True,
    )
    verb.add_argument(
        "csv",
        type=Path,
        metavar="CSV",
        help=f"columns: {', '.join(REQUIRED)}; and may have {', '.join(OPTIONAL)}",
    )
    verb.add_argument(
        "--state",
        choices=_STATES,
        default=_STATES[0],
        help="of the spaces that are made; default: %(default)s",
    )
    add_reason(verb)


def import_patients(args: argparse.Namespace) -> int:
    """
    Make spaces of a feed; 1 where lines were refused, each with its number and why.

    Raises:
        MisuseError: the file cannot be read, or lacks a column.
    """
    told = who_and_why(args)
    try:
        source = args.csv.open(encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        raise MisuseError(f"feed: {error}") from error
    with source, opened(args) as (settings, database):
        today = utc_now().astimezone(ZoneInfo(settings.web.time_zone)).date()
        state, why = ProfileState(args.state), args.reason or ""
        importing = Importing(database, state, told["by"], why)
        for line in importing.run(read_feed(source, today)):
            print(f"line {line.number}: {line.why}", file=sys.stderr)
    done = importing.done
    if args.json:
        print_json(asdict(done))
    else:
        print(
            f"{done.read} lines: {done.added} added, {done.changed} changed, "
            f"{done.same} the same, {done.refused} refused"
        )
    return 1 if done.refused else 0
