"""Whether the database answers and is whole: noted by every use of it, said once."""

from __future__ import annotations

import time
from threading import Lock

from twisted.logger import Logger

log = Logger()


class DatabaseHealth:
    """
    What this process knows of its database, from the last time it was used.

    A database that is away fails everything that is tried meanwhile, hundreds of times
    a minute. So the log has one line when it goes and one when it is back.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._away_since: float | None = None
        self.damage = ""
        """What was found damaged in it; only a new process is without."""

    def answered(self) -> None:
        """Note that a transaction went well."""
        if self._away_since is None:
            return
        with self._lock:
            since, self._away_since = self._away_since, None
        if since is not None:
            seconds = round(time.monotonic() - since)
            log.info("the database answers again, after {seconds} s", seconds=seconds)

    def failed(self, why: str) -> None:
        """Note that it did not answer."""
        with self._lock:
            if self._away_since is not None:
                return
            self._away_since = time.monotonic()
        log.error("the database does not answer: {why}", why=why)

    def found_damaged(self, why: str) -> None:
        """Note that what is kept in it is damaged."""
        if not self.damage:
            self.damage = why
            log.error(
                "the database is damaged: {why}; see the runbook before anything else",
                why=why,
            )
