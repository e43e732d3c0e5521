"""The e-mails to professionals: each leaves once, or is too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import delete, select, update

from gateway.metrics import NOTICES_UNREACHED
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.patients.notices import NoticeEnd
from gateway.store.professionals.accounts import (
    ProfessionalAccount,
    ProfessionalAccounts,
)
from gateway.store.tables import professional_mails
from gateway.store.tasks.values import TaskKind

KEPT = timedelta(days=7)
"""So long it is known that one was sent; its content is gone once it left."""

_UNREACHED: Final = frozenset({NoticeEnd.REFUSED, NoticeEnd.BOUNCED})


class MailKind(StrEnum):
    """What an e-mail to a professional is for."""

    CODE = "code"
    MESSAGES = "messages"
    """Patients wrote to them."""


@frozen(kw_only=True)
class ProfessionalMail:
    """An e-mail to send; maybe with a code in it, and nothing of a patient."""

    id: str
    professional_id: str
    kind: MailKind
    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    is_sent: bool


@frozen
class ProfessionalMails:
    """The e-mails to professionals within one transaction."""

    work: UnitOfWork

    def add(
        self,
        account: ProfessionalAccount,
        subject: str,
        text: str,
        life: timedelta,
        kind: MailKind = MailKind.CODE,
    ) -> str:
        """Keep an e-mail that is worth sending for so long, and its task."""
        now, mail_id = self.work.now, uuid4().hex
        self.work.connection.execute(
            delete(professional_mails).where(
                professional_mails.c.expires_at < now - KEPT
            )
        )
        content = {"to": account.email, "subject": subject, "text": text}
        self.work.add(
            professional_mails,
            id=mail_id,
            professional_id=account.id,
            kind=kind.value,
            content=self.work.seal(account.key_id, content, _place(mail_id)),
            key_id=account.key_id,
            created_at=now,
            expires_at=now + life,
        )
        self.work.tasks.add(TaskKind.CODE, mail_id)
        return mail_id

    def get(self, mail_id: str) -> ProfessionalMail | None:
        """Return an e-mail, or None; of one that left the content is gone."""
        row = self.work.connection.execute(
            select(professional_mails).where(professional_mails.c.id == mail_id)
        ).first()
        if row is None:
            return None
        content = {"to": "", "subject": "", "text": ""}
        if row.content is not None:
            content = self.work.unseal(row.key_id, row.content, _place(row.id))
        return ProfessionalMail(
            id=row.id,
            professional_id=row.professional_id,
            kind=MailKind(row.kind),
            to=content["to"],
            subject=content["subject"],
            text=content["text"],
            created_at=row.created_at,
            expires_at=row.expires_at,
            is_sent=row.content is None,
        )

    def end(self, mail_id: str, end: NoticeEnd) -> None:
        """
        Record that it left, will not, or came back; its content, maybe a code, is gone.

        Where the address did not take it, that is kept of the account.
        """
        columns = professional_mails.c
        row = self.work.connection.execute(
            select(columns.kind, columns.professional_id, columns.created_at).where(
                columns.id == mail_id
            )
        ).first()
        if row is None:  # forgotten meanwhile
            return
        self.work.connection.execute(
            update(professional_mails).where(columns.id == mail_id).values(content=None)
        )
        self.work.note(Action.NOTICE_SENT, end.value, mail_id, kind=row.kind)
        if end in _UNREACHED:
            accounts = ProfessionalAccounts(self.work)
            if accounts.failed(row.professional_id, row.created_at):
                self.work.after_commit(NOTICES_UNREACHED.labels(end.value).inc)


def _place(mail_id: str) -> str:
    return f"professional_mails.content:{mail_id}"
