"""`gateway bench`: how fast this machine is, without any peer to compare with."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from gateway.cli.options import Subparsers, print_json, print_table
from gateway.errors import MisuseError
from gateway.measuring.directory import LINES, measure_directory
from gateway.measuring.figures import HEAD, rows_of
from gateway.measuring.keys import MANY, measure_keys
from gateway.measuring.patients import measure_patients
from gateway.measuring.session import Scale, Session

_FEW_KEYS = 1_200
_FEW_LINES = 300


def add_parser(commands: Subparsers) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "bench",
        help="measure this machine",
        description="Measure acceptance, filing, delay, memory and growth on a "
        "gateway of its own, in a folder that is removed afterwards.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("all", "pages", "keys", "journal", "directory", "patients"),
        default="all",
        help="pages: the patients' pages alone, with few things and with many; keys: "
        "turning keys over, alone; journal: a million lines sealed and proved; "
        "directory: an extraction of the national directory imported and searched; "
        "patients: a feed of people imported, and once more",
    )
    parser.add_argument(
        "--folder",
        type=Path,
        metavar="DIR",
        help="where to work, on the disk to be measured (default: the temporary one)",
    )
    parser.add_argument(
        "--schema", type=Path, metavar="DIR", help="validate by the CI-SIS schema too"
    )
    parser.add_argument(
        "--documents",
        type=int,
        default=Scale().documents,
        metavar="N",
        help="documents in the full vault (default: %(default)s)",
    )
    parser.add_argument(
        "--keys",
        type=int,
        default=MANY,
        metavar="N",
        help="keys to turn over (default: %(default)s)",
    )
    parser.add_argument(
        "--lines",
        type=int,
        default=LINES,
        metavar="N",
        help="lines of the extraction, or of the feed (default: %(default)s)",
    )
    parser.add_argument(
        "--tiny", action="store_true", help="a try of a minute; its figures say nothing"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=bench)


def bench(args: argparse.Namespace) -> int:
    """
    Measure; print a table, and what is being measured on standard error.

    Raises:
        MisuseError: the folder to work in is not there.
    """
    if args.folder is not None and not args.folder.is_dir():
        raise MisuseError(f"{args.folder}: no such folder")
    scale = Scale.tiny() if args.tiny else Scale(documents=args.documents)
    with tempfile.TemporaryDirectory(
        dir=args.folder, prefix="gateway-bench-"
    ) as folder:
        session = Session(Path(folder), scale, _say, schema=args.schema)
        match args.what:
            case "keys":
                count = _FEW_KEYS if args.tiny else args.keys
                figures = list(measure_keys(Path(folder) / "keys", count))
            case "pages":
                figures = list(session.pages())
            case "directory":
                count = _FEW_LINES if args.tiny else args.lines
                figures = list(measure_directory(Path(folder), count))
            case "patients":
                count = _FEW_LINES if args.tiny else args.lines
                figures = list(measure_patients(Path(folder), count))
            case "journal":
                figures = list(session.journal())
            case _:
                figures = list(session.all_alone())
    if args.json:
        print_json([one.to_json() for one in figures])
    else:
        print_table(HEAD, rows_of(figures))
    return 0


def _say(what: str) -> None:
    print(f"gateway bench: {what}", file=sys.stderr, flush=True)
