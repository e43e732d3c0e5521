"""Lines of the journal with what proves them, for somebody who has nothing of ours."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from gateway.checkpoints import offline
from gateway.checkpoints.checkpoint import Checkpoint
from gateway.checkpoints.notes import Note, VerificationKey, base64_of
from gateway.errors import InvalidError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.checkpoints.proving import SealedJournal

HISTORY: Final = "history.jsonl"
PROOF: Final = "proof.json"
CHECKPOINT: Final = "checkpoint.txt"
KEYS: Final = "keys.json"
CHECK: Final = "check.py"
"""The names of the files of an export; the last is `gateway/checkpoints/offline.py`."""


@frozen
class JournalProofs:
    """Proofs of the last signed checkpoint, within one transaction."""

    work: UnitOfWork

    def line(self, chain: str, seq: int, *, names: bool = True) -> dict[str, Any]:
        """
        Return a line opened, and what proves it.

        Raises:
            NotFoundError: it is not there, or no signed checkpoint has it yet.
        """
        sealed, note, size = self._last()
        place = sealed.place(chain, seq)
        if place.index >= size:
            raise NotFoundError("the line is sealed, and no checkpoint has it yet")
        return {
            "line": place.leaf.opened(names=names),
            "index": place.index,
            "inclusion": _texts(sealed.tree().inclusion(place.index, size)),
            "checkpoint": str(note),
        }

    def since(self, earlier: Note) -> dict[str, Any]:
        """
        Return the last checkpoint, and what proves that it goes on from an earlier.

        Raises:
            InvalidError: it is of a larger tree.
        """
        sealed, note, size = self._last()
        old = Checkpoint.parse(earlier.text).size
        if old > size:
            raise InvalidError("that checkpoint is of more lines than the last one")
        return {
            "checkpoint": str(note),
            "consistency": _texts(sealed.tree().consistency(old, size)),
        }

    def write(
        self, folder: Path, chain: str, keys: Sequence[VerificationKey]
    ) -> tuple[int, int]:
        """
        Write a chain's lines and what proves them into a new folder.

        Returns how many lines it has, and how many more there are that no checkpoint
        has yet.

        Raises:
            NotFoundError: no line of it is in a signed checkpoint.
        """
        sealed, note, size = self._last()
        folder.mkdir(mode=0o700)
        count, index = 0, -1
        with (folder / HISTORY).open("w", encoding="utf-8") as out:
            for place in sealed.places(chain):
                if place.index < size:
                    out.write(json.dumps(place.leaf.opened(), ensure_ascii=False))
                    out.write("\n")
                    count, index = count + 1, place.index
        if not count:
            raise NotFoundError(f"no line of {chain} is in a signed checkpoint yet")
        proof = {
            "version": 1,
            "chain": chain,
            "index": index,
            "inclusion": _texts(sealed.tree().inclusion(index, size)),
        }
        _write(folder / PROOF, json.dumps(proof, indent=1))
        _write(folder / CHECKPOINT, str(note))
        _write(folder / KEYS, json.dumps([str(key) for key in keys], indent=1))
        _write(folder / CHECK, Path(offline.__file__).read_text("utf-8"))
        head = self.work.journal.heads().get(chain, (0, ""))[0]
        return count, head - count

    def _last(self) -> tuple[SealedJournal, Note, int]:
        sealed = SealedJournal(self.work.connection)
        last = sealed.last()
        if last is None:
            raise NotFoundError("no checkpoint was signed yet")
        return sealed, last.note, last.checkpoint.size


def _texts(hashes: Sequence[bytes]) -> list[str]:
    return [base64_of(one) for one in hashes]


def _write(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")
