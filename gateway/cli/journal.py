"""`gateway journal`: verify the chains, export the lines."""

from __future__ import annotations

import argparse
import json
import sys

from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    note_reading,
    opened,
)
from gateway.store.altered import AlteredRows
from gateway.store.base.work import Database
from gateway.store.journal import Entry


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "journal", "the record of what was done")
    add_command(verbs, "verify", verify, "look for edits, gaps and cuts")
    export = add_command(verbs, "export", export_lines, "print lines as JSON, one each")
    export.add_argument("--chain", metavar="NAME", help="operator, or patient:<id>")


def verify(args: argparse.Namespace) -> int:
    """Check chains and rows that grant; 1 when anything was altered, with what."""
    with opened(args) as (_, database), database.read() as work:
        faults = work.journal.verify() + AlteredRows(work).find()
        chains = len(work.journal.heads())
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{chains} chains, {len(faults)} faults")
    return 1 if faults else 0


def export_lines(args: argparse.Namespace) -> int:
    """Print the lines, oldest first within each chain."""
    with opened(args) as (_, database):
        with database.write() as work:
            note_reading(work, "journal export", args.chain or "all")
        _print_lines(database, args.chain)
    return 0


def _print_lines(database: Database, chain: str | None) -> None:
    with database.read() as work:
        for entry in work.journal.lines(chain):
            print(json.dumps(_as_json(entry), ensure_ascii=False))


def _as_json(entry: Entry) -> dict[str, object]:
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "time": entry.at.isoformat(),
        "action": entry.action,
        "outcome": entry.outcome,
        "subject": entry.subject,
        "detail": dict(entry.detail),
        "previous": entry.previous,
        "hash": entry.hash,
    }
