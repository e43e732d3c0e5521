"""What the holders of a mailbox set for patients who answer: when, and how much."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import asdict, field, frozen
from sqlalchemy import ColumnElement, delete, insert, select

from gateway.errors import UnavailableError
from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.sealed.column_digests import column_digest
from gateway.store.tables import mailbox_hours, mailbox_quotas, reply_windows

MOST_HOURS: Final = 300
"""Characters of the text that says when a mailbox is read."""


_INSTANT: Final = timedelta(microseconds=1)


def day_before(until: datetime) -> datetime:
    """Return the last moment before an end: it is on the day that people name."""
    return until - _INSTANT


@frozen(kw_only=True)
class ReplyTerms:
    """
    What holds for a patient who answers a mailbox.

    ``until`` is when the last answer is taken, None without an end; ``hours`` is the
    text of its holder, empty where there is none. ``quota`` is how much is taken, None
    where nobody said; of it ``sent`` was sent, and one more is taken at ``again_at``,
    None: now.
    """

    until: datetime | None = None
    hours: str = field(default="", repr=False)
    quota: AnswerQuota | None = None
    sent: int = 0
    again_at: datetime | None = None

    @property
    def left(self) -> int:
        """How many messages are taken still, where there is a quota."""
        return max(0, self.quota.messages - self.sent) if self.quota else 0

    @property
    def last_day(self) -> datetime | None:
        """A moment of the last day on which an answer is taken."""
        return None if self.until is None else day_before(self.until)


@frozen
class MailboxTerms:
    """The terms of mailboxes within one transaction."""

    work: UnitOfWork

    def for_patient(self, address: str, profile_id: str) -> ReplyTerms:
        """Return what holds for a patient who writes to an address; of none, nothing"""
        mailbox = Mailboxes(self.work).find(address)
        if mailbox is None:
            return ReplyTerms()
        return ReplyTerms(
            until=self.until(mailbox.id, profile_id),
            hours=self.hours(mailbox.id),
            quota=self.quota(mailbox.id),
        )

    def until(self, mailbox_id: str, profile_id: str) -> datetime | None:
        """Return until when a patient may answer a mailbox, None without an end."""
        found: datetime | None = self.work.connection.execute(
            select(reply_windows.c.until).where(*self._window(mailbox_id, profile_id))
        ).scalar()
        return found

    def set_until(
        self, mailbox_id: str, profile_id: str, until: datetime | None, *, by: str
    ) -> None:
        """Take a patient's answers up to then; None takes the end away. ``by``: who."""
        if until == self.until(mailbox_id, profile_id):
            return
        where = self._window(mailbox_id, profile_id)
        self.work.connection.execute(delete(reply_windows).where(*where))
        if until is not None:
            self.work.connection.execute(
                insert(reply_windows).values(
                    profile_id=profile_id,
                    mailbox=self._digest(mailbox_id, profile_id),
                    until=until,
                )
            )
        outcome = "answers end" if until else "answers have no end"
        self.work.note(
            Action.MAILBOX_CHANGED,
            outcome,
            mailbox_id,
            identity=by,
            **({"until": until.isoformat()} if until else {}),
        )

    def hours(self, mailbox_id: str) -> str:
        """Return when a mailbox is read, in its holder's words; empty: not said."""
        row = self.work.connection.execute(
            select(mailbox_hours).where(mailbox_hours.c.mailbox_id == mailbox_id)
        ).first()
        if row is None:
            return ""
        try:
            content = self.work.unseal(row.key_id, row.content, _place(mailbox_id))
        except UnavailableError:  # the key of who wrote it is destroyed
            return ""
        return str(content["text"])

    def set_hours(self, mailbox_id: str, text: str, *, key_id: str, by: str) -> None:
        """Say when a mailbox is read, under the key of who says so; empty: nothing."""
        if text == self.hours(mailbox_id):
            return
        columns = mailbox_hours.c
        self.work.connection.execute(
            delete(mailbox_hours).where(columns.mailbox_id == mailbox_id)
        )
        if text:
            self.work.connection.execute(
                insert(mailbox_hours).values(
                    mailbox_id=mailbox_id,
                    content=self.work.seal(key_id, {"text": text}, _place(mailbox_id)),
                    key_id=key_id,
                    changed_at=self.work.now,
                )
            )
        outcome = "hours set" if text else "hours taken away"
        self.work.note(Action.MAILBOX_CHANGED, outcome, mailbox_id, identity=by)

    def quota(self, mailbox_id: str) -> AnswerQuota | None:
        """Return what a mailbox takes from one patient; None: what the service does."""
        row = self.work.connection.execute(
            select(mailbox_quotas).where(mailbox_quotas.c.mailbox_id == mailbox_id)
        ).first()
        if row is None:
            return None
        return AnswerQuota(
            messages=row.messages, days=row.days, file_bytes=row.file_bytes
        )

    def set_quota(self, mailbox_id: str, quota: AnswerQuota | None, *, by: str) -> None:
        """Say what a mailbox takes from one patient; None: what the service does."""
        if quota == self.quota(mailbox_id):
            return
        columns = mailbox_quotas.c
        self.work.connection.execute(
            delete(mailbox_quotas).where(columns.mailbox_id == mailbox_id)
        )
        said = asdict(quota) if quota is not None else {}
        if said:
            self.work.connection.execute(
                insert(mailbox_quotas).values(
                    mailbox_id=mailbox_id, changed_at=self.work.now, **said
                )
            )
        outcome = "quota set" if said else "quota taken away"
        self.work.note(Action.MAILBOX_CHANGED, outcome, mailbox_id, identity=by, **said)

    def _window(
        self, mailbox_id: str, profile_id: str
    ) -> tuple[ColumnElement[bool], ...]:
        columns = reply_windows.c
        return (
            columns.profile_id == profile_id,
            columns.mailbox == self._digest(mailbox_id, profile_id),
        )

    def _digest(self, mailbox_id: str, profile_id: str) -> str:
        """Return what stands for a mailbox: another with each patient."""
        place = "reply_windows.mailbox"
        return column_digest(self.work.keys, place, mailbox_id, owner=profile_id)


def _place(mailbox_id: str) -> str:
    return f"mailbox_hours.content:{mailbox_id}"
