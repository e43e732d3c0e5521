"""`gateway journal key`, `signer`, `witness`: who signs checkpoints, who cosigns."""

from __future__ import annotations

import argparse
import os
import signal
import ssl
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from gateway.checkpoints.notes import VerificationKey
from gateway.checkpoints.signing_keys import SigningKeys, make_signing_keys
from gateway.cli.options import Subparsers, add_command, add_log_json, opened
from gateway.errors import MisuseError, NotFoundError
from gateway.logs import begin_logging
from gateway.node.signing import (
    KEY_FILE,
    STATE_FILE,
    SignerDoor,
    SignerMemory,
    open_signer,
)
from gateway.node.witnessing import (
    WitnessClient,
    WitnessDoor,
    WitnessRefusedError,
    cosignatures_of,
    witness_at,
)
from gateway.settings.file import Settings
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.signed import Checkpoints


def add_signing(verbs: Subparsers) -> None:
    """Add the verbs."""
    summary = "make the signer's key, in a folder of its own"
    key = verbs.add_parser("key", help=summary, description=summary)
    key.add_argument("folder", type=Path, metavar="DIR", help="where it is kept")
    key.add_argument(
        "--name", required=True, help="the journal it signs for, as [journal] origin"
    )
    key.set_defaults(run=make_key)
    _add_signer(verbs)
    witness = add_command(
        verbs, "witness", ask_witness, "have the last checkpoint cosigned by another"
    )
    witness.add_argument("url", metavar="URL", help="of another operator's signer")


def _add_signer(verbs: Subparsers) -> None:
    summary = "run what signs checkpoints, and cosigns those of others"
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
    signer.add_argument(
        "--witness",
        metavar="HOST:PORT",
        help="cosign for other operators there; by HTTPS with --certificate",
    )
    signer.add_argument(
        "--log",
        action="append",
        default=[],
        metavar="KEY",
        help="verification key of a journal to cosign; may be repeated",
    )
    signer.add_argument(
        "--certificate",
        type=Path,
        nargs=2,
        metavar=("PEM", "KEY"),
        help="of the witness's door",
    )
    add_log_json(signer)
    signer.set_defaults(run=run_signer)


def make_key(args: argparse.Namespace) -> int:
    """
    Make a signer's key and memory; print what verifies it, for ``[journal] keys``.

    The last one printed is for those whose checkpoints it will cosign.

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
    with ExitStack() as open_doors:
        if args.witness:
            host, _, port = args.witness.rpartition(":")
            if not port.isdigit():
                raise MisuseError("--witness: HOST:PORT is wanted")
            witness = witness_at(signer.keys, args.folder / "witnessed", args.log)
            beside = WitnessDoor(host, int(port), witness, args.certificate)
            beside.start()
            open_doors.callback(beside.close)
        door = SignerDoor(args.socket, signer.answer, args.account or [os.getuid()])

        def stop(_signal: int, _frame: FrameType | None) -> None:
            threading.Thread(target=door.close).start()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        door.run()
        args.socket.unlink(missing_ok=True)
    return 0


def ask_witness(args: argparse.Namespace) -> int:
    """
    Have the last checkpoint cosigned, and keep the signature with it.

    Raises:
        WitnessRefusedError: the witness knows another past, or its key is not known.
        NotFoundError: nothing was signed yet.
    """
    with opened(args) as (settings, database):
        keys = [VerificationKey.parse(one) for one in settings.journal.keys]
        client = WitnessClient(args.url, _context(settings))
        with database.read() as work:
            sealed = SealedJournal(work.connection)
            last = sealed.last()
            if last is None:
                raise NotFoundError("no checkpoint was signed yet")
            tree, size = sealed.tree(), last.checkpoint.size

            def prove(old: int) -> list[bytes]:
                if old > size:
                    raise WitnessRefusedError(
                        f"{args.url} cosigned {old} lines, and the last checkpoint is "
                        f"over {size}: was an older database put back?"
                    )
                return tree.consistency(old, size)

            signatures = client.cosign(last.note, prove)
        known = cosignatures_of(signatures, last.note, keys)
        whole = last.note.with_signatures(known)
        Checkpoints(database, settings.journal_origin).keep(whole)
    print(f"{size} lines cosigned by {', '.join(one.name for one in known)}")
    return 0


def _context(settings: Settings) -> ssl.SSLContext:
    """Return TLS as for the space of trust: its authorities, and our certificate."""
    trust = settings.trust
    context = ssl.create_default_context(cafile=str(trust.authorities))
    context.load_cert_chain(trust.certificate, trust.private_key)
    return context
