"""The sending of notices: to the smart host, or into the outbox folder without one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import frozen

from gateway.core.notices import NoticeWay
from gateway.errors import InvalidError, UnavailableError
from gateway.mssante.sending.service_mail import PlainEmail, ServiceMail
from gateway.mssante.sending.sms import Sms, Texter, make_texter
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.patients.not_arrived import NotArrived
from gateway.store.patients.notices import (
    Notice,
    NoticeEnd,
    Notices,
    end_notice,
    get_notice,
)
from gateway.store.patients.ways import Ways
from gateway.store.tasks.steps import SyncedJob
from gateway.store.tasks.tasks import Task


@frozen
class Notifying:
    """
    The step for `TaskKind.NOTIFY`; the subject of the task is a notice's id.

    The e-mail leaves before the task is struck off, so a crash in between sends it
    twice rather than never; into the outbox it is the same file again.
    """

    database: Database
    mail: ServiceMail
    text: Texter | None = None
    """Takes text messages; None where there are none."""
    notices: Callable[[UnitOfWork], Notices] | None = None
    """By which what did not arrive leaves another way; None where none does."""

    @classmethod
    def from_settings(cls, database: Database, settings: Settings) -> Notifying:
        """Build from the settings."""
        mail = ServiceMail.from_settings(database.keys, settings)
        texter = make_texter(settings.sms)
        return cls(database, mail, texter, partial(_notices, settings))

    def __call__(self, task: Task) -> Job:
        """Send a notice; the job records that it left, or that it cannot."""
        with self.database.read() as work:
            notice, now = get_notice(work, task.subject), work.now
        if notice is None or notice.is_sent:
            return _nothing
        if notice.expires_at is not None and now >= notice.expires_at:
            return lambda work: end_notice(work, notice, NoticeEnd.TOO_LATE)
        if notice.way is NoticeWay.SMS:
            return self._texted(notice)
        plain = PlainEmail(
            id=notice.id,
            to=notice.to,
            subject=notice.subject,
            text=notice.text,
            created_at=notice.created_at,
        )
        try:
            sync = self.mail.send(plain)
        except InvalidError:
            return partial(self._refused, notice)
        sent = partial(_sent, notice)
        return sent if sync is None else SyncedJob(sent, sync)

    def _texted(self, notice: Notice) -> Job:
        if self.text is None:
            raise UnavailableError("not sent yet", detail="[sms]: nothing is set")
        try:
            self.text(Sms(notice.id, notice.to, notice.text))
        except InvalidError:
            return partial(self._number_refused, notice)
        return partial(_sent, notice)

    def _refused(self, notice: Notice, work: UnitOfWork) -> None:
        """The address is none, or the relay says so: the patient is told of it."""
        end_notice(work, notice, NoticeEnd.REFUSED)
        self._not_arrived(work).refused(notice)

    def _number_refused(self, notice: Notice, work: UnitOfWork) -> None:
        """The number is none any more: it is proved anew before another goes there."""
        end_notice(work, notice, NoticeEnd.REFUSED)
        Ways(work).unprove(notice.profile_id)
        self._not_arrived(work).try_another_way(notice)

    def _not_arrived(self, work: UnitOfWork) -> NotArrived:
        return NotArrived(work, self.notices(work) if self.notices else None)


def _notices(settings: Settings, work: UnitOfWork) -> Notices:
    return Notices.of(work, settings)


def _sent(notice: Notice, work: UnitOfWork) -> None:
    end_notice(work, notice, NoticeEnd.SENT)


def _nothing(_: UnitOfWork) -> None:
    """Sent by another worker, or erased with its patient: there is nothing to do."""
