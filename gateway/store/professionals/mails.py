"""The e-mails with the codes of professionals: each leaves once, or is too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import delete, select, update

from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.professionals.accounts import ProfessionalAccount
from gateway.store.tables import professional_mails
from gateway.store.tasks.values import TaskKind

KEPT = timedelta(days=1)
"""So long it is known that one was sent; its content is gone once it left."""


@frozen(kw_only=True)
class ProfessionalMail:
    """An e-mail to send; with a code in it, and nothing of a patient."""

    id: str
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
        self, account: ProfessionalAccount, subject: str, text: str, life: timedelta
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
            to=content["to"],
            subject=content["subject"],
            text=content["text"],
            created_at=row.created_at,
            expires_at=row.expires_at,
            is_sent=row.content is None,
        )

    def end(self, mail_id: str, outcome: str) -> None:
        """Record that it left, or will not; its content, a code, is erased."""
        self.work.connection.execute(
            update(professional_mails)
            .where(professional_mails.c.id == mail_id)
            .values(content=None)
        )
        self.work.note(Action.NOTICE_SENT, outcome, mail_id, kind="code")


def _place(mail_id: str) -> str:
    return f"professional_mails.content:{mail_id}"
