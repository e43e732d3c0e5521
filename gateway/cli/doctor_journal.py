"""The doctor's look at who signs the checkpoints of the journal."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.notes import Note, VerificationKey
from gateway.cli.findings import Finding
from gateway.clock import utc_now
from gateway.errors import GatewayError
from gateway.node.signing import SignerClient
from gateway.settings.file import Settings

_SUBJECT = "checkpoints"


def signing(settings: Settings) -> Iterator[Finding]:
    """Yield whether checkpoints are signed, by a key apart, and lately."""
    socket = settings.signer_socket
    if socket is None:
        yield Finding(
            _SUBJECT,
            "no signer is set: whoever writes the database can rewrite the journal",
        )
        return
    try:
        _, _, said = SignerClient(socket).last()
        account = socket.stat().st_uid
    except (GatewayError, OSError) as error:
        mend = "start gateway journal signer, or correct [journal] signer"
        yield Finding(_SUBJECT, str(error), mend)
        return
    if account == os.getuid():
        yield Finding(
            _SUBJECT,
            "the signer runs under this account, which can read its key",
            "give it an account of its own",
        )
    yield _age(settings, said)
    try:
        keys = [VerificationKey.parse(one) for one in settings.journal.keys]
        signers = Note.parse(said).verified_by(keys) if said else keys
    except GatewayError as error:
        yield Finding(_SUBJECT, str(error), "correct [journal] keys")
        return
    if not any(key.name == settings.journal_origin for key in signers):
        mend = "put what gateway journal key printed into [journal] keys"
        yield Finding(_SUBJECT, "no key verifies what the signer signs", mend)


def _age(settings: Settings, said: str) -> Finding:
    if not said:
        return Finding(_SUBJECT, "none yet", "gateway journal seal says why")
    last = Checkpoint.parse(Note.parse(said).text)
    age = utc_now() - last.time
    state = f"the last of {last.time:%Y-%m-%d %H:%M} over {last.size} lines"
    late = age > timedelta(seconds=settings.journal.late_seconds)
    return Finding(_SUBJECT, state, "gateway journal seal says why" if late else "")
