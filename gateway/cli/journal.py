"""`gateway journal`: seal and verify it, hand lines out, run what signs it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from gateway.checkpoints.notes import Note, VerificationKey
from gateway.checkpoints.signing_keys import SigningKeys, make_signing_keys
from gateway.cli.options import (
    Subparsers,
    add_command,
    add_log_json,
    add_noun,
    add_reason,
    note_reading,
    opened,
)
from gateway.errors import MisuseError
from gateway.logs import begin_logging
from gateway.node.sealing import Sealing
from gateway.node.signing import (
    KEY_FILE,
    STATE_FILE,
    SignerClient,
    SignerDoor,
    SignerMemory,
    open_signer,
)
from gateway.store.altered import AlteredRows
from gateway.store.base.work import Database
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
        help="a checkpoint kept elsewhere, to compare with; may be repeated",
    )
    export = add_command(verbs, "export", export_lines, "print lines as JSON, one each")
    export.add_argument("--chain", metavar="NAME", help="operator, or patient:<id>")
    add_reason(export)
    add_command(verbs, "seal", seal, "append new lines to the tree, have it signed")
    add_command(verbs, "checkpoint", show, "print the last signed checkpoint")
    _add_signer(verbs)


def _add_signer(verbs: Subparsers) -> None:
    summary = "make the signer's key, in a folder of its own"
    key = verbs.add_parser("key", help=summary, description=summary)
    key.add_argument("folder", type=Path, metavar="DIR", help="where it is kept")
    key.add_argument(
        "--name", required=True, help="the journal it signs for, as [journal] origin"
    )
    key.set_defaults(run=make_key)
    summary = "run what signs checkpoints"
    signer = verbs.add_parser("signer", help=summary, description=summary)
    signer.add_argument("folder", type=Path, metavar="DIR", help="of its key")
    signer.add_argument(
        "--socket", type=Path, required=True, metavar="PATH", help="where it is asked"
    )
    signer.add_argument(
        "--account",
        type=int,
        action="append",
        default=[],
        metavar="UID",
        help="number of an account that may ask (default: the signer's own)",
    )
    signer.add_argument(
        "--most-per-minute", type=int, default=10, metavar="N", help="signatures"
    )
    add_log_json(signer)
    signer.set_defaults(run=run_signer)


def verify(args: argparse.Namespace) -> int:
    """Check chains, tree, checkpoints, vaults and rows; 1 when anything was altered."""
    with opened(args) as (settings, database):
        notes = [_read_note(one) for one in args.checkpoint]
        socket = settings.signer_socket
        if socket is not None and (last := SignerClient(socket).last()[2]):
            notes.append(Note.parse(last))
        keys = [VerificationKey.parse(one) for one in settings.journal.keys]
        with database.read() as work:
            check = JournalCheck(work, keys, settings.journal_origin)
            faults = [*check.faults(notes), *AlteredRows(work).find()]
            chains = len(work.journal.heads())
            size = SealedJournal(work.connection).state().size
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{chains} chains, {size} lines sealed, {len(faults)} faults")
    return 1 if faults else 0


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


def make_key(args: argparse.Namespace) -> int:
    """
    Make a signer's key and memory; print what verifies it, for ``[journal] keys``.

    Raises:
        MisuseError: there is one in the folder.
    """
    args.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = args.folder / KEY_FILE
    if file.exists():
        raise MisuseError(f"{file}: there is a key already")
    make_signing_keys(file, args.name)
    SignerMemory(args.folder / STATE_FILE).make()
    keys = SigningKeys.from_file(file)
    for key in (*keys.verification_keys, keys.witness_key):
        print(key)
    return 0


def run_signer(args: argparse.Namespace) -> int:
    """Sign until SIGTERM or SIGINT."""
    begin_logging(as_json=args.log_json)
    signer = open_signer(args.folder, args.most_per_minute)
    door = SignerDoor(args.socket, signer.answer, args.account or [os.getuid()])

    def stop(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=door.close).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    door.run()
    args.socket.unlink(missing_ok=True)
    return 0


def export_lines(args: argparse.Namespace) -> int:
    """Print the lines, oldest first within each chain."""
    with opened(args) as (_, database):
        with database.write() as work:
            note_reading(work, args, "journal export", args.chain or "all")
        _print_lines(database, args.chain)
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
