"""What is no longer needed goes: copies in transit, sessions, sent notices."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from attrs import frozen
from sqlalchemy import delete, exists, select, update

from gateway.store.base.work import Database, UnitOfWork
from gateway.store.inbox.drafts import forget_old_drafts
from gateway.store.patients.notice_centre import forget_old
from gateway.store.tables import (
    account_steps,
    arrivals,
    deliveries,
    notices,
    one_time_codes,
    trusted_devices,
    unknown_logins,
    web_sessions,
)

_BATCH = 200
_REMEMBERED = timedelta(days=1)


@frozen
class Housekeeping:
    """
    One round of tidying; each piece is a short transaction, so nobody waits for it.

    ``transit`` is how long the operator's own grant on a message's bytes lives after
    the message has ended; the patient's and the mailboxes' grants are their own.
    """

    database: Database
    transit: timedelta
    kept: timedelta = timedelta(days=730)
    """How long what happened stands in the notices of a space."""
    drafts: timedelta = timedelta(days=90)
    """How long a message that nobody went on with is kept."""

    def run(self) -> dict[str, int]:
        """Tidy everything; return how many of each went."""
        return {
            "messages": self._all(self._release_messages),
            "sessions": self._all(self._end_sessions),
            "notices": self._all(self._forget_notices),
            "drafts": self._all(
                lambda work: forget_old_drafts(work, self.drafts, _BATCH)
            ),
            "centre": self._all(lambda work: forget_old(work, self.kept, _BATCH)),
        }

    def _all(self, once: Callable[[UnitOfWork], int]) -> int:
        total = 0
        while True:
            with self.database.write() as work:
                count = once(work)
            total += count
            if count < _BATCH:
                return total

    def _release_messages(self, work: UnitOfWork) -> int:
        """
        Take the transit grant back from messages that ended long ago, and of which
        nothing more is waited for: a report gives back a part of the message.
        """
        columns = arrivals.c
        waiting = exists().where(
            deliveries.c.arrival_id == columns.id, deliveries.c.confirm_by.is_not(None)
        )
        rows = work.connection.execute(
            select(columns.id, columns.blob_id, columns.key_id)
            .where(
                columns.ended_at < work.now - self.transit,
                columns.blob_id.is_not(None),
                columns.state != "quarantined",
                ~waiting,
            )
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            work.change(arrivals, columns.id == row.id, blob_id=None)
            work.connection.execute(
                update(deliveries)
                .where(deliveries.c.arrival_id == row.id)
                .values(blob_id=None)
            )
            if work.blobs.release(row.blob_id, row.key_id):
                work.after_commit(partial(work.folder.discard, row.blob_id))
        return len(rows)

    def _end_sessions(self, work: UnitOfWork) -> int:
        """
        Forget web sessions, one-time codes and wrong logins that nobody needs.

        Not at their end: a session may have left something written, codes sent are
        counted by the hour, and a login that nobody has is paused as long as one that
        somebody has, which the settings may make days.
        """
        count, then = 0, work.now - _REMEMBERED
        paused = unknown_logins.c.paused_until
        for table, gone in (
            (web_sessions, web_sessions.c.expires_at < then),
            (account_steps, account_steps.c.expires_at < then),
            (one_time_codes, one_time_codes.c.expires_at < then),
            (trusted_devices, trusted_devices.c.expires_at < then),
            (
                unknown_logins,
                (unknown_logins.c.tried_at < then)
                & (paused.is_(None) | (paused < work.now)),
            ),
        ):
            done = work.connection.execute(delete(table).where(gone))
            count += int(done.rowcount)
        return min(count, _BATCH - 1)

    def _forget_notices(self, work: UnitOfWork) -> int:
        """Forget notices sent long ago; the journal remembers that they were."""
        done = work.connection.execute(
            delete(notices).where(notices.c.sent_at < work.now - self.transit)
        )
        return min(int(done.rowcount), _BATCH - 1)
