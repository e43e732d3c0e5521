"""
The text of a checkpoint (C2SP tlog-checkpoint): a tree, and what else is vouched for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final, Self

from attrs import frozen

from gateway.checkpoints.notes import base64_of, bytes_of
from gateway.errors import InvalidError

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


@frozen
class VaultCount:
    """How many documents were filed, and a commitment to all of them."""

    documents: int = 0
    sum: bytes = bytes(32)


@frozen(kw_only=True)
class Checkpoint:
    """
    What is vouched for at a time.

    ``program``, ``rules`` and ``settings`` are hashes of what decided; ``trust`` says
    by which lists others were believed, ``keys`` which keys there were; ``previous`` is
    the hash of the checkpoint before, empty for the first.
    """

    origin: str
    size: int
    root: bytes
    time: datetime
    program: str = ""
    rules: str = ""
    settings: str = ""
    trust: tuple[str, ...] = ()
    keys: str = ""
    vault: VaultCount = VaultCount()
    previous: str = ""

    def text(self) -> str:
        """Return the text that is signed."""
        lines = [
            self.origin,
            str(self.size),
            base64_of(self.root),
            f"time {self.time.astimezone(UTC).strftime(_TIME)}",
            f"program {self.program or '-'}",
            f"rules {self.rules or '-'}",
            f"settings {self.settings or '-'}",
            " ".join(["trust", *(self.trust or ("-",))]),
            f"keys {self.keys or '-'}",
            f"vault {self.vault.documents}:{base64_of(self.vault.sum)}",
            f"previous {self.previous or '-'}",
        ]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read the text; extension lines that are not known are passed over.

        Raises:
            InvalidError: it is no checkpoint, or says no time.
        """
        lines = text.splitlines()
        if len(lines) < 3 or not text.endswith("\n") or "" in lines:
            raise InvalidError("not a checkpoint")
        origin, size, root = lines[:3]
        said = dict(line.partition(" ")[::2] for line in lines[3:])
        documents, _, total = said.get("vault", f"0:{base64_of(bytes(32))}").partition(
            ":"
        )
        if not _NUMBER.fullmatch(size) or not _NUMBER.fullmatch(documents):
            raise InvalidError("not a checkpoint: a count is wanted")
        found = bytes_of(root)
        if len(found) != 32:
            raise InvalidError("not a checkpoint: a root is wanted")
        try:
            time = datetime.strptime(said.get("time", ""), _TIME).replace(tzinfo=UTC)
        except ValueError as error:
            raise InvalidError("the checkpoint says no time") from error

        def word(name: str) -> str:
            return said.get(name, "-").removeprefix("-")

        return cls(
            origin=origin,
            size=int(size),
            root=found,
            time=time,
            program=word("program"),
            rules=word("rules"),
            settings=word("settings"),
            trust=tuple(word("trust").split()),
            keys=word("keys"),
            vault=VaultCount(int(documents), bytes_of(total)),
            previous=word("previous"),
        )
