"""Professionals are told of what patients wrote to them: once a day, if they want."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Final

from attrs import frozen
from sqlalchemy import insert, select, update

from gateway.core.notices import NoticeWhen
from gateway.core.texts.professional_notices import AT, MESSAGES_TEXTS
from gateway.settings.file import Settings
from gateway.store.base.work import Job, UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.mailbox.with_patients import MOST_COUNTED, MailWithPatients
from gateway.store.patients.daily_due import DigestHour, Digests, DigestsOf
from gateway.store.professionals.accounts import (
    ProfessionalAccount,
    ProfessionalAccounts,
)
from gateway.store.professionals.mails import MailKind, ProfessionalMails
from gateway.store.tables import (
    mailbox_holders,
    professional_accounts,
    professional_digests,
)
from gateway.store.tasks.tasks import Task, TaskKind

_ROW = professional_digests.c
_LIFE: Final = timedelta(days=2)
"""An e-mail of the day that could not leave for so long is too late."""


def _hold(work: UnitOfWork, account_id: str) -> None:
    columns = professional_accounts.c
    work.connection.execute(
        select(columns.id).where(columns.id == account_id).with_for_update()
    )


OF_PROFESSIONALS: Final = DigestsOf(
    professional_digests, "professional_id", TaskKind.DIGEST_PROFESSIONAL, _hold
)


@frozen
class ProfessionalNotices:
    """Who is told, and what they chose, within one transaction."""

    work: UnitOfWork
    hour: DigestHour = DigestHour()

    def came(self, mailbox_ids: Collection[str]) -> None:
        """
        See to it that who reads some mailboxes hears of what a patient wrote there.

        That is their holders by their own number, as far as an address is known of them
        and they did not choose otherwise: never all who work for a structure.
        """
        if not mailbox_ids:
            return
        account, holder = professional_accounts.c, mailbox_holders.c
        found = self.work.connection.execute(
            select(account.id)
            .join(mailbox_holders, holder.identity == account.national_id)
            .outerjoin(professional_digests, _ROW.professional_id == account.id)
            .where(
                holder.mailbox_id.in_(sorted(mailbox_ids)),
                account.contact.is_not(None),
                _ROW.chosen.is_distinct_from(NoticeWhen.NEVER.value),
            )
            .distinct()
            .order_by(account.id)  # in one order, so that no two wait for each other
        )
        days = Digests(self.work, self.hour, OF_PROFESSIONALS)
        for account_id in list(found.scalars()):
            days.ask(account_id)

    def chosen(self, account_id: str) -> NoticeWhen:
        """Return whether somebody wants the e-mail of the day: that, or never."""
        return self._said(account_id)[0]

    def _said(self, account_id: str) -> tuple[NoticeWhen, str]:
        row = self.work.connection.execute(
            select(_ROW.chosen, _ROW.language).where(_ROW.professional_id == account_id)
        ).first()
        if row is None:
            return NoticeWhen.DAILY, "fr"
        return NoticeWhen(row.chosen), row.language

    def choose(self, account_id: str, when: NoticeWhen, language: str) -> None:
        """Keep what somebody wants, and in which language they read it."""
        _hold(self.work, account_id)
        before = self.chosen(account_id)
        said = {"chosen": when.value, "language": language}
        changed = self.work.connection.execute(
            update(professional_digests)
            .where(_ROW.professional_id == account_id)
            .values(**said)
        )
        if not changed.rowcount:
            self.work.connection.execute(
                insert(professional_digests).values(
                    professional_id=account_id, since=self.work.now, **said
                )
            )
        if when is not before:
            self.work.note(
                Action.PROFESSIONAL_CHANGED, f"notices {when.value}", account_id
            )

    def mail(
        self, account: ProfessionalAccount, number: int, settings: Settings
    ) -> None:
        """Have an e-mail leave that says how many messages wait."""
        language = self._said(account.id)[1]
        subject, text = MESSAGES_TEXTS[language]
        url = settings.professional.public_url
        words = {
            "number": f"{number}" if number < MOST_COUNTED else f"{MOST_COUNTED}+",
            "service": settings.domains.operator_name,
            "url": AT[language].format(url=url) if url else "",
        }
        ProfessionalMails(self.work).add(
            account,
            subject.format_map(words),
            text.format_map(words),
            _LIFE,
            MailKind.MESSAGES,
        )


@frozen
class TellingProfessional:
    """
    The step of `TaskKind.DIGEST_PROFESSIONAL`; the subject is an account.

    What was read meanwhile, by whomever reads the mailbox, is not told; what they do
    not read any more neither. For nothing no e-mail leaves.
    """

    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Return the job; reading and writing are its own."""
        return partial(self._tell, task.subject)

    def _tell(self, account_id: str, work: UnitOfWork) -> None:
        days = Digests(work, DigestHour.of(self.settings), OF_PROFESSIONALS)
        since = days.waiting(account_id)
        if since is None:
            return
        account = ProfessionalAccounts(work).get(account_id)
        notices, number = ProfessionalNotices(work, days.hour), 0
        if (
            account is not None
            and account.email
            and account.unreached_since is None
            and notices.chosen(account_id) is NoticeWhen.DAILY
        ):
            held = Mailboxes(work).held_by(account.national_id)
            ids = [one.id for one in held]
            number = MailWithPatients(work).unread(ids, since=since)
            if number:
                notices.mail(account, number, self.settings)
        days.done(account_id, sent=bool(number))
