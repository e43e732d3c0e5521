"""What several commands share: the settings file, JSON output, the database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.cli.operators import operator_name
from gateway.core.ins import check_note
from gateway.settings.file import Settings, read_settings
from gateway.store.base.open_database import open_database
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.journal import OPERATOR, Action

Subparsers = Any  # argparse keeps the type of its subparsers private


def add_command(
    commands: Subparsers,
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,
    *,
    json_too: bool = False,
) -> argparse.ArgumentParser:
    """Add a command that takes ``-c FILE``, and ``--json`` where it lists."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=summary
    )
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        default=Path("gateway.toml"),
        metavar="FILE",
        help="settings file (default: gateway.toml here)",
    )
    if json_too:
        parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)
    return parser


def add_log_json(parser: argparse.ArgumentParser) -> None:
    """Add the option of the commands that run for long."""
    parser.add_argument(
        "--log-json", action="store_true", help="log one JSON object per line"
    )


def add_noun(commands: Subparsers, name: str, summary: str) -> Subparsers:
    """Add a noun with verbs of its own; return where its verbs go."""
    parser = commands.add_parser(name, help=summary, description=summary)
    return parser.add_subparsers(required=True, metavar="VERB")


@contextmanager
def opened(args: argparse.Namespace) -> Iterator[tuple[Settings, Database]]:
    """Read the settings and open their database; close it after."""
    settings = read_settings(args.config)
    database = open_database(settings)
    try:
        yield settings, database
    finally:
        database.close()


def reason(text: str) -> str:
    """Return what an operator gives as a reason, for the journal; argparse's way."""
    if not text.strip():
        raise argparse.ArgumentTypeError("say what was found")
    return text.strip()


def add_reason(
    parser: argparse.ArgumentParser,
    *,
    required: bool = False,
    said: str = "why, for the journal; it names no patient",
) -> None:
    """Add why it is done, which the journal keeps; ``said`` is its help."""
    parser.add_argument(
        "--reason", required=required, type=reason, metavar="TEXT", help=said
    )


def who_and_why(args: argparse.Namespace) -> dict[str, str]:
    """
    Return what a line of the journal says of an operator's command: ``by``, and
    ``reason`` where one was given.

    Raises:
        InvalidError: the reason may hold a patient's identifier.
    """
    why: str = args.reason or ""
    check_note(why)
    return {"by": operator_name()} | ({"reason": why} if why else {})


def note_reading(
    work: UnitOfWork,
    args: argparse.Namespace,
    what: str,
    subject: str,
    *,
    chain: str = OPERATOR,
    **more: str,
) -> None:
    """Write in the journal that an operator reads what is about people; ``what``."""
    said = {**who_and_why(args), **more}
    work.note(Action.OPERATOR_READ, what, subject, chain=chain, **said)


def say_altered(count: int) -> int:
    """
    Say how many rows a list leaves out because somebody else wrote to the database;
    return the exit status of the list.
    """
    if count:
        print(
            f"gateway: {count} more were altered in the database: gateway journal "
            "verify",
            file=sys.stderr,
        )
    return 1 if count else 0


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows in aligned columns under their heads."""
    texts = [tuple(str(cell) for cell in row) for row in rows]
    widths = [
        max(len(cell) for cell in column) for column in zip(head, *texts, strict=True)
    ]
    for row in (tuple(head), *texts):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
