"""Seals the journal beside the service: the tree grows, and checkpoints are signed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from twisted.logger import Logger

from gateway import metrics
from gateway.checkpoints.notes import Note
from gateway.errors import GatewayError
from gateway.node.signing import SignerClient
from gateway.node.vouching import (
    program_hash,
    rules_hash,
    settings_hash,
    trust_words,
)
from gateway.settings.file import Settings
from gateway.store.base.failures import AwayError
from gateway.store.base.work import Database
from gateway.store.checkpoints.proving import SealedJournal
from gateway.store.checkpoints.sealing import Sealer, SealingError
from gateway.store.checkpoints.signed import Checkpoints, Vouched

log = Logger()

LOOK_SECONDS: Final = 10.0
"""Between two looks whether there is enough to seal; nothing is signed more often."""


class Sealing:
    """
    One round of sealing, and what went wrong with the last; one at a time.

    A journal that is not what it was stops it: that is said by `fault` and by the log
    until a round ends well.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        file: Path,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        socket = settings.signer_socket
        self._database = database
        self._settings = settings
        self._file = file
        self._seconds = seconds
        self._signer = None if socket is None else SignerClient(socket)
        self._sealer = Sealer(database)
        self._checkpoints = Checkpoints(database, settings.journal_origin)
        self._lock = threading.Lock()
        self._done_at = float("-inf")
        self._began = database.clock()
        self._last: datetime | None = None
        self._broken = ""
        self._unsigned = ""
        if self._signer is not None:
            metrics.show_checkpoint_age(self.age)

    def look(self) -> int:
        """Make a round if it is time, or if there are lines enough; return how many."""
        journal = self._settings.journal
        due = self._seconds() - self._done_at >= journal.seal_seconds
        try:
            if not due and self._sealer.waiting() < journal.seal_lines:
                return 0
            return self.run()
        except AwayError:
            return 0  # said already
        except GatewayError as error:
            log.error("the journal is not sealed: {why}", why=str(error))
            return 0

    def run(self) -> int:
        """
        Seal every line there is and have a checkpoint signed; return how many lines.

        Raises:
            SealingError: a line is missing or another, or fewer than were signed.
            SignerRefusedError: the signer knows another past.
            UnavailableError: the database or the signer does not answer.
        """
        with self._lock:
            self._done_at = self._seconds()
            try:
                count = self._sealer.run()
                self._broken = ""
                metrics.SEALED.inc(count)
                if self._signer is not None:
                    self._sign(self._signer)
            except SealingError as error:
                self._broken = str(error)
                raise
            except AwayError:
                raise
            except GatewayError as error:
                self._unsigned = str(error)
                raise
            self._unsigned = ""
            return count

    def _sign(self, signer: SignerClient) -> None:
        if self._last is None:
            with self._database.read() as work:
                if last := SealedJournal(work.connection).last():
                    self._last = last.made_at
        size, hash_, note = signer.last()
        vouched = Vouched(
            program=program_hash(),
            rules=rules_hash(),
            settings=settings_hash(self._file),
            trust=trust_words(self._settings),
        )
        draft = self._checkpoints.draft(size, hash_, vouched)
        signed = signer.sign(draft.checkpoint.text(), draft.proof)
        if note:  # it may have been signed in a round that ended before it was kept
            self._checkpoints.keep(Note.parse(note))
        self._checkpoints.keep(signed)
        self._last = draft.checkpoint.time

    def age(self) -> float:
        """Return the age of the last checkpoint in seconds, or since the start."""
        since = self._last or self._began
        return (self._database.clock() - since).total_seconds()

    def fault(self) -> str:
        """Return what the operator should look into; empty when all is well."""
        if self._broken:
            return f"the journal is not sealed: {self._broken}"
        if self._signer is None or self.age() <= self._settings.journal.late_seconds:
            return ""
        why = f": {self._unsigned}" if self._unsigned else ""
        return f"the last checkpoint is {self.age():.0f} s old{why}"
