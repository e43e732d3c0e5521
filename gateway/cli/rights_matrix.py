"""`gateway rights import-matrix`, and what another version of the matrix would open."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    note_reading,
    opened,
    print_json,
    print_table,
)
from gateway.core.habilitation import MAX_LINE, Matrix, read_matrix
from gateway.dmp_bridge.vaults.kinds import KindsKept, kinds_kept
from gateway.errors import MisuseError
from gateway.rights.habilitation_rules import changes_between
from gateway.store.habilitation.matrices import Matrices
from gateway.web.site.languages import PARIS


def add_import(verbs: Subparsers) -> None:
    """Add the verb that imports a version."""
    asked = add_command(
        verbs,
        "import-matrix",
        import_matrix,
        "keep a version of the habilitation matrix: which profession reads which type",
    )
    asked.add_argument("csv", type=Path, metavar="CSV", help="the matrix, in UTF-8")
    asked.add_argument(
        "--version",
        required=True,
        metavar="V",
        help="its name: it is never changed once imported",
    )
    asked.add_argument(
        "--date",
        required=True,
        type=_day,
        metavar="D",
        help="the first day it holds, as YYYY-MM-DD",
    )


def import_matrix(args: argparse.Namespace) -> int:
    """
    Keep a version of the matrix, whole or not at all.

    Raises:
        MisuseError: the file is no text in UTF-8.
        InvalidError: the file is no matrix, or the version has no name of one.
        ConflictError: the version was imported already, or its day has another.
    """
    try:
        with args.csv.open(encoding="utf-8", newline="") as file:
            rows = read_matrix(_lines(file))
    except UnicodeDecodeError as error:
        raise MisuseError(f"{args.csv}: not UTF-8") from error
    with opened(args) as (_, database), database.write() as work:
        found = Matrices(work).add(args.version, args.date, rows, by=operator_name())
    print(f"matrix {found.version}: {len(found.rows)} types, from {found.in_force} on")
    return 0


def _lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file, none longer than what is read as one."""
    while line := file.readline(MAX_LINE + 1):
        yield line


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write it as YYYY-MM-DD") from None


def what_if_matrix(args: argparse.Namespace) -> int:
    """
    Print what a version would open and close of the documents kept, by column.

    No reading by a professional is recorded here yet, so nothing that was read is
    replayed: two versions are compared over the types of all documents in the vaults,
    masks and blocks left aside.

    Raises:
        MisuseError: settings are asked as well.
        NotFoundError: there is no such version.
    """
    if args.set:
        raise MisuseError("ask --matrix and --set apart")
    with opened(args) as (_, database):
        with database.write() as work:
            matrices = Matrices(work)
            asked = matrices.get(args.matrix)
            holds = matrices.in_force(work.now.astimezone(PARIS).date())
            note_reading(work, args, "rights what-if", f"matrix {asked.version}")
        kept = kinds_kept(database)
    _print(args, holds, asked, kept)
    return 0


def _print(
    args: argparse.Namespace, holds: Matrix, asked: Matrix, kept: KindsKept
) -> None:
    counts = {kind.type_code: 0 for kind in kept.kinds}
    for kind, count in kept.kinds.items():
        counts[kind.type_code] += count
    changes = [
        {
            "type": one.type_code,
            "column": one.column.value,
            "was": "may read" if not one.opened else "may not read",
            "is": "may read" if one.opened else "may not read",
            "documents": counts[one.type_code],
        }
        for one in changes_between(holds, asked, kept.kinds)
    ]
    total = sum(kept.kinds.values())
    if args.json:
        print_json(
            {
                "inForce": holds.version,
                "asked": asked.version,
                "readingsReplayed": 0,
                "documents": total,
                "unreadable": kept.unreadable,
                "changes": changes,
            }
        )
        return
    print(
        f"matrix {asked.version} beside {holds.version}, over {total} documents kept"
        f" ({kept.unreadable} cannot be read): {len(changes)} differences"
    )
    print("no reading by a professional is recorded yet: there is none to replay")
    if changes:
        print_table(
            ("TYPE", "COLUMN", "WAS", "WOULD BE", "DOCUMENTS"),
            [tuple(str(cell) for cell in one.values()) for one in changes],
        )
