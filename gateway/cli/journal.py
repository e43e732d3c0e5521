"""`gateway journal`: seal and verify it, hand lines out, with and without proof."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from gateway.checkpoints import offline
from gateway.checkpoints.notes import Note, VerificationKey
from gateway.cli.journal_signing import add_signing
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_noun,
    add_reason,
    note_reading,
    opened,
    print_json,
)
from gateway.errors import MisuseError
from gateway.node.sealing import Sealing
from gateway.node.signing import SignerClient
from gateway.settings.file import Settings, read_settings
from gateway.store.altered import AlteredRows
from gateway.store.base.work import Database
from gateway.store.checkpoints.exporting import CHECK, JournalProofs
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.verifying import JournalCheck
from gateway.store.journal import Entry


def add_parser(commands: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = add_noun(commands, "journal", "the record of what was done")
    checked = add_command(verbs, "verify", verify, "look for edits, gaps and cuts")
    checked.add_argument(
        "--checkpoint",
        type=Path,
        metavar="FILE",
        action="append",
        default=[],
        help="a checkpoint kept elsewhere, to compare with; may be repeated; with "
        "--export a later one with its proof (`journal prove --since`)",
    )
    checked.add_argument(
        "--export",
        type=Path,
        metavar="DIR",
        help="check this export (`journal export --proven`) instead of the database",
    )
    export = add_command(verbs, "export", export_lines, "print lines as JSON, one each")
    export.add_argument("--chain", metavar="NAME", help="operator, or patient:<id>")
    export.add_argument(
        "--proven",
        type=Path,
        metavar="DIR",
        help="write the chain into a new folder, with what proves it and a program "
        "that checks it anywhere",
    )
    add_reason(export)
    prove = add_command(verbs, "prove", prove_line, "print what proves a line, as JSON")
    prove.add_argument(
        "line", nargs="?", metavar="LINE", help="chain and number, patient:<id>/7"
    )
    prove.add_argument(
        "--without-names",
        action="store_true",
        help="leave out who acted and why; the proof holds all the same",
    )
    prove.add_argument(
        "--since",
        type=Path,
        metavar="FILE",
        help="instead: prove that the last checkpoint goes on from this one",
    )
    add_reason(prove)
    add_command(verbs, "seal", seal, "append new lines to the tree, have it signed")
    add_command(verbs, "checkpoint", show, "print the last signed checkpoint")
    add_signing(verbs)


def verify(args: argparse.Namespace) -> int:
    """Check chains, tree, checkpoints, vaults and rows; 1 when anything was altered."""
    if args.export is not None:
        return _verify_export(args)
    with opened(args) as (settings, database):
        notes = [_read_note(one) for one in args.checkpoint]
        socket = settings.signer_socket
        if socket is not None and (last := SignerClient(socket).last()[2]):
            notes.append(Note.parse(last))
        with database.read() as work:
            check = JournalCheck(work, _keys(settings), settings.journal_origin)
            faults = [*check.faults(notes), *AlteredRows(work).find()]
            chains = len(work.journal.heads())
            size = SealedJournal(work.connection).state().size
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{chains} chains, {size} lines sealed, {len(faults)} faults")
    return 1 if faults else 0


def _verify_export(args: argparse.Namespace) -> int:
    """Check an export as it is checked at home; the database is not asked."""
    if len(args.checkpoint) > 1:
        raise MisuseError("--export is compared with one later checkpoint")
    later = args.checkpoint[0] if args.checkpoint else None
    keys = list(read_settings(args.config).journal.keys)
    try:
        said = offline.check(args.export, keys, later)
    except offline.WrongError as error:
        print(f"{args.export}: {error}", file=sys.stderr)
        return 1
    except (ValueError, KeyError, TypeError) as error:
        print(f"{args.export}: not an export: {error}", file=sys.stderr)
        return 1
    for one in said:
        print(one)
    return 0


def _keys(settings: Settings) -> list[VerificationKey]:
    return [VerificationKey.parse(one) for one in settings.journal.keys]


def _read_note(file: Path) -> Note:
    return Note.parse(file.read_text("utf-8"))


def seal(args: argparse.Namespace) -> int:
    """Seal what is there and have a checkpoint signed, as the service does."""
    with opened(args) as (settings, database):
        count = Sealing(database, settings, args.config).run()
    signed = "" if settings.journal.signer else "; no signer is set, nothing is signed"
    print(f"{count} lines sealed{signed}")
    return 0


def show(args: argparse.Namespace) -> int:
    """Print the last checkpoint, to be kept elsewhere; 1 when there is none."""
    with opened(args) as (_, database), database.read() as work:
        last = SealedJournal(work.connection).last()
    if last is None:
        print("gateway: no checkpoint was signed yet", file=sys.stderr)
        return 1
    print(str(last.note), end="")
    return 0


def prove_line(args: argparse.Namespace) -> int:
    """
    Print a line opened and what proves it; or that a checkpoint follows another.

    Raises:
        MisuseError: neither a line nor an earlier checkpoint is named.
        NotFoundError: no signed checkpoint has the line.
    """
    chain, _, seq = (args.line or "").rpartition("/")
    if args.since is None and not (chain and seq.isdigit()):
        raise MisuseError("name a line, as operator/7, or --since FILE")
    with opened(args) as (_, database):
        if args.since is not None:
            with database.read() as work:
                print_json(JournalProofs(work).since(_read_note(args.since)))
            return 0
        with database.write() as work:
            note_reading(work, args, "journal prove", chain)
        with database.read() as work:
            names = not args.without_names
            print_json(JournalProofs(work).line(chain, int(seq), names=names))
    return 0


def export_lines(args: argparse.Namespace) -> int:
    """Print the lines, oldest first within each chain; or write one with its proof."""
    if args.proven is not None:
        return _export_proven(args)
    with opened(args) as (_, database):
        with database.write() as work:
            note_reading(work, args, "journal export", args.chain or "all")
        _print_lines(database, args.chain)
    return 0


def _export_proven(args: argparse.Namespace) -> int:
    if not args.chain:
        raise MisuseError("--proven wants --chain")
    with opened(args) as (settings, database):
        with database.write() as work:
            note_reading(work, args, "journal export", args.chain)
        with database.read() as work:
            keys = _keys(settings)
            count, more = JournalProofs(work).write(args.proven, args.chain, keys)
    print(f"{args.proven}: {count} lines; {more} more are in no signed checkpoint yet")
    print(f"to check it: python3 -I {args.proven / CHECK} {args.proven}")
    return 0


def _print_lines(database: Database, chain: str | None) -> None:
    with database.read() as work:
        for entry in work.journal.lines(chain):
            print(json.dumps(_as_json(entry), ensure_ascii=False))


def _told(entry: Entry) -> dict[str, object]:
    """Return what is sealed in the line; ``detail`` is what its hash was taken over."""
    private = {
        name: one for name, one in entry.detail.items() if name not in entry.kept
    }
    return {"sealed": private} if private else {}


def _as_json(entry: Entry) -> dict[str, object]:
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "time": entry.at.isoformat(),
        "action": entry.action,
        "outcome": entry.outcome,
        "subject": entry.subject,
        "detail": dict(entry.kept),
        **_told(entry),
        "previous": entry.previous,
        "hash": entry.hash,
    }
