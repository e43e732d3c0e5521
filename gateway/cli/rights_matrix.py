"""`gateway rights import-matrix`, and what another version of the matrix changes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from attrs import define, field

from gateway.cli.operators import operator_name
from gateway.cli.options import (
    Subparsers,
    add_command,
    note_reading,
    opened,
    print_json,
    print_table,
)
from gateway.core.codes import document_types
from gateway.core.habilitation import MAX_LINE, PROCEDURE_TYPE, Matrix, read_matrix
from gateway.dmp_bridge.vaults.kinds import KindsKept, kind_kept, kinds_kept
from gateway.errors import MisuseError
from gateway.evidence.arguments import EvidenceKind, TakenDecision
from gateway.evidence.replaying import decide_again, same
from gateway.evidence.resetting import under_matrix
from gateway.rights.habilitation_rules import DocumentKind, changes_between
from gateway.store.base.work import Database
from gateway.store.evidence.keeping import EvidenceReader, KeptDecisions
from gateway.store.habilitation.matrices import Matrices
from gateway.web.site.languages import PARIS

MOST_NAMED = 20
"""Codes of types that a warning names."""

PERMITTED = "PERMITTED"
"""What stands for a decision to which nothing objects."""


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
    _warn(found)
    return 0


def _warn(matrix: Matrix) -> None:
    """Say which codes look mistyped: a version is never changed once imported."""
    known = {*document_types(), PROCEDURE_TYPE}
    if unknown := sorted({*matrix.types} - known):
        print(f"no document has these types here: {_some(unknown)}", file=sys.stderr)
    if missing := sorted(known - {*matrix.types}):
        said = f"{len(missing)} types stand in no row, for doctors alone"
        print(f"{said}: {_some(missing)}", file=sys.stderr)


def _some(codes: list[str]) -> str:
    more = len(codes) - MOST_NAMED
    return ", ".join(codes[:MOST_NAMED]) + (f", {more} more" if more > 0 else "")


def _lines(file: TextIO) -> Iterator[str]:
    """Yield the lines of a file, none longer than what is read as one."""
    while line := file.readline(MAX_LINE + 1):
        yield line


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write it as YYYY-MM-DD") from None


@define
class _Replayed:
    """The documents that professionals opened, asked again under another matrix."""

    readings: int = 0
    unreadable: int = 0
    """Of which nothing can be asked: what was kept, or the document, is gone."""
    closed: list[dict[str, str]] = field(factory=list)


def what_if_matrix(args: argparse.Namespace) -> int:
    """
    Print what a version would open and close, and which readings it would have refused.

    Two versions are compared over the types of all documents in the vaults, by column,
    masks and blocks left aside. Each opening of a document that is kept is asked again
    with all that was known then, but the matrix.

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
        kept, replayed = kinds_kept(database), _replay(database, asked)
    _print(args, holds, asked, kept, replayed)
    return 0


def _replay(database: Database, asked: Matrix) -> _Replayed:
    found = _Replayed()
    with database.read() as work:
        for kept in EvidenceReader(work).listed():
            if kept.fault:
                said = [one.get("kind") for one in kept.outcomes]
                found.unreadable += said.count(EvidenceKind.VIEWING.value)
                continue
            parts = [one for one in kept.parts if one.kind is EvidenceKind.VIEWING]
            kind = kind_kept(work, kept.subject) if parts else None
            if kind is None:
                found.unreadable += len(parts)
                continue
            for part in parts:
                _compare(kept, part, asked, kind, found)
    return found


def _compare(
    kept: KeptDecisions,
    part: TakenDecision,
    asked: Matrix,
    kind: DocumentKind,
    found: _Replayed,
) -> None:
    other = under_matrix(part, asked, kind)
    assert other is not None, "a decision on reading a document"
    (decided,) = decide_again([other])
    found.readings += 1
    if not same(part.decided, decided):
        found.closed.append(
            {
                "decision": kept.id,
                "document": kept.subject,
                "type": kind.type_code,
                "column": part.arguments.column.value,
                "matrix": part.arguments.version,
                "was": next(iter(part.reasons), PERMITTED),
                "is": next(iter(decided.reasons), PERMITTED),
            }
        )


def _print(
    args: argparse.Namespace,
    holds: Matrix,
    asked: Matrix,
    kept: KindsKept,
    replayed: _Replayed,
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
                "readingsReplayed": replayed.readings,
                "readingsUnreadable": replayed.unreadable,
                "readings": replayed.closed,
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
    if changes:
        print_table(
            ("TYPE", "COLUMN", "WAS", "WOULD BE", "DOCUMENTS"),
            [tuple(str(cell) for cell in one.values()) for one in changes],
        )
    print(
        f"{replayed.readings} readings replayed, {len(replayed.closed)} would be"
        f" others, {replayed.unreadable} cannot be read"
    )
    if replayed.closed:
        print_table(
            ("DECISION", "DOCUMENT", "TYPE", "COLUMN", "MATRIX", "WAS", "WOULD BE"),
            [tuple(one.values()) for one in replayed.closed],
        )
