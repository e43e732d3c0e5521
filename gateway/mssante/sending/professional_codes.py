"""The sending of e-mails to professionals, codes and notices, as notices are sent."""

from __future__ import annotations

from functools import partial

from attrs import frozen

from gateway.errors import InvalidError
from gateway.mssante.sending.service_mail import PlainEmail, ServiceMail
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.patients.notices import NoticeEnd
from gateway.store.professionals.mails import ProfessionalMails
from gateway.store.tasks.steps import SyncedJob
from gateway.store.tasks.tasks import Task


@frozen
class SendingCodes:
    """
    The step for `TaskKind.CODE`; the subject of the task is an e-mail's id.

    It leaves before the task is struck off, so a crash in between sends it twice
    rather than never.
    """

    database: Database
    mail: ServiceMail

    @classmethod
    def from_settings(cls, database: Database, settings: Settings) -> SendingCodes:
        """Build from the settings."""
        return cls(database, ServiceMail.from_settings(database.keys, settings))

    def __call__(self, task: Task) -> Job:
        """Send an e-mail; the job records that it left, or that it cannot."""
        with self.database.read() as work:
            mail, now = ProfessionalMails(work).get(task.subject), work.now
        if mail is None or mail.is_sent:
            return _nothing
        if now >= mail.expires_at:
            return partial(_end, mail.id, NoticeEnd.TOO_LATE)
        plain = PlainEmail(
            id=mail.id,
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            created_at=mail.created_at,
        )
        try:
            sync = self.mail.send(plain)
        except InvalidError:
            return partial(_end, mail.id, NoticeEnd.REFUSED)
        sent = partial(_end, mail.id, NoticeEnd.SENT)
        return sent if sync is None else SyncedJob(sent, sync)


def _end(mail_id: str, end: NoticeEnd, work: UnitOfWork) -> None:
    ProfessionalMails(work).end(mail_id, end)


def _nothing(_: UnitOfWork) -> None:
    """Sent by another worker, or forgotten: there is nothing to do."""
