"""
The sign of life of a process that does tasks, and the end of leases nobody holds.

A process has a name by chance. It holds a lock on a file of that name, which the kernel
gives back when it dies, whatever number or machine name it had; and it writes into the
database every few seconds, for nodes that do not share its folder.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from twisted.logger import Logger

from gateway.errors import GatewayError
from gateway.store.base.failures import AwayError
from gateway.store.base.presence import end_presence, note_presence, silent_owners
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.tasks.patience import Patience
from gateway.store.tasks.tasks import new_owner

log = Logger()

BEAT_SECONDS: Final = 10.0
SILENCE: Final = timedelta(seconds=40)
"""Longer than a writer waits for its turn, and several beats."""


class Presence:
    """
    Writes that this process lives, until it ends; ``owner`` names its leases.

    At each beat the leases of processes that are gone are freed, and tasks whose time
    was reckoned by a clock that was set back since get a time by this one.
    """

    def __init__(self, database: Database, folder: Path, patience: Patience) -> None:
        self._patience = patience
        self.owner = new_owner()
        self._database = database
        self._folder = folder / "run"
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)
        self._descriptor = -1
        self._beaten_at = float("-inf")

    def start(self) -> None:
        """
        Begin; what processes of this folder left that are dead is free after it.

        Raises:
            UnavailableError: the database does not answer.
        """
        try:
            self._lock()
        except OSError as error:  # its silence tells of its end, if later
            log.warn("{folder}: {why}", folder=self._folder, why=error.strerror)
        self.beat()
        self._thread.start()

    def stop(self) -> None:
        """End it: the leases are to be given back before."""
        self._ending.set()
        self._thread.join()
        try:
            with self._database.write() as work:
                end_presence(work, self.owner)
        except GatewayError:
            pass  # silence tells it too
        if self._descriptor >= 0:
            (self._folder / self.owner).unlink(missing_ok=True)
            os.close(self._descriptor)

    def _lock(self) -> None:
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path = self._folder / self.owner
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        os.write(self._descriptor, _kernel())

    def beat(self) -> None:
        """
        Write that this process lives, and look after the others.

        Raises:
            UnavailableError: nothing can be written.
        """
        # One that could not write itself does not judge the silence of others.
        judges = time.monotonic() - self._beaten_at < 2 * BEAT_SECONDS
        with self._database.write() as work:
            note_presence(work, self.owner)
            work.keys.held(work.connection)  # what doors ask by may have turned over
            freed = self._free(work, judges=judges)
            moved = work.tasks.follow_clock()
        self._beaten_at = time.monotonic()
        if freed:
            log.info("{count} tasks of dead workers are free again", count=freed)
        if moved:
            log.warn("the clock was set back: {count} tasks follow it", count=moved)

    def _free(self, work: UnitOfWork, *, judges: bool) -> int:
        owners = work.tasks.owners() - {self.owner}
        gone = {owner for owner in owners if self._has_died(owner)}
        if judges:
            gone |= silent_owners(work, owners - gone, SILENCE)
        return work.tasks.release(gone, self._patience.wait_after)

    def _has_died(self, owner: str) -> bool:
        """
        Tell whether a process of this kernel and folder is gone.

        Of others nothing is known: a network disk may keep each node's locks apart.
        """
        path = self._folder / owner
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            if os.read(descriptor, 64) != (kernel := _kernel()) or not kernel:
                return False
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except OSError:
            return False
        else:
            return True
        finally:
            os.close(descriptor)

    def _run(self) -> None:
        while not self._ending.wait(BEAT_SECONDS):
            try:
                self.beat()
            except AwayError:
                continue  # said already
            except GatewayError as error:
                log.error("no sign of life could be written: {why}", why=str(error))


def _kernel() -> bytes:
    """Return what tells this run of the kernel from any other (random(4))."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return b""
