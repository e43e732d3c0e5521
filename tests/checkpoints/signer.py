"""A signer in the test's own process: its key, its memory, without a socket."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.checkpoints.notes import Note, base64_of
from gateway.checkpoints.signing_keys import SigningKeys, make_signing_keys
from gateway.clock import Clock
from gateway.node.signing import Signer, SignerMemory

ORIGIN = "gateway.example/journal/1"


def make_signer(folder: Path, clock: Clock, *, most_per_minute: int = 1000) -> Signer:
    """Return a new signer of `ORIGIN`."""
    folder.mkdir()
    make_signing_keys(folder / "signer.key", ORIGIN)
    memory = SignerMemory(folder / "signed.json")
    memory.make()
    keys = SigningKeys.from_file(folder / "signer.key")
    return Signer(keys, memory, most_per_minute, clock)


def ask(signer: Signer, text: str, proof: list[bytes]) -> Note:
    """Return the signed note; fail when it is refused."""
    asked = {"text": text, "consistency": [base64_of(one) for one in proof]}
    said = signer.answer(json.dumps(asked).encode())
    assert "note" in said, said
    return Note.parse(said["note"])
