"""How a professional hears of patients' answers, and how much of them they take."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.core.notices import NoticeWhen
from gateway.rights.messaging_rules import AnswerQuota
from gateway.store.mailbox.mailboxes import Mailbox
from gateway.store.mailbox.terms import MailboxTerms
from gateway.store.professionals.accounts import ProfessionalAccounts
from gateway.store.professionals.telling import ProfessionalNotices
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.own_mailboxes import OwnMailboxes
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect

MOST_MESSAGES: Final = 100
MOST_DAYS: Final = 31
"""What a mailbox may be set to take from one patient at most."""

_MIB: Final = 1024 * 1024


@frozen(kw_only=True)
class QuotaForm:
    """What a mailbox takes, as its form has it; ``size`` in MiB, empty: the usual."""

    mailbox: Mailbox
    messages: str
    days: str
    size: str
    is_set: bool = False


@frozen
class AnswerPages:
    """One's own e-mail of the day, and the quotas of the mailboxes one holds."""

    desk: ProfessionalDesk

    def show(self, visit: ProfessionalVisit) -> Answer:
        """Show what was chosen, and the forms to change it."""
        return self._show(visit)

    def choose(self, visit: ProfessionalVisit) -> Answer:
        """Keep whether an e-mail says that patients wrote."""
        wanted = visit.form.line("told") == NoticeWhen.DAILY.value
        when = NoticeWhen.DAILY if wanted else NoticeWhen.NEVER
        account_id = visit.held_session.account.id
        self.desk.write(
            lambda work: ProfessionalNotices(work).choose(
                account_id, when, visit.language
            )
        )
        return redirect("/answers?done=told")

    def works(self, visit: ProfessionalVisit) -> Answer:
        """Keep that the address which did not take an e-mail is right all the same."""
        account, by = visit.held_session.account, visit.professional.national_id
        self.desk.write(
            lambda work: ProfessionalAccounts(work).works(account.id, by=by)
        )
        return redirect("/answers?done=works")

    def set_quota(self, visit: ProfessionalVisit) -> Answer:
        """Say what a mailbox of one's own takes from one patient."""
        fields = visit.form
        with self.desk.database.read() as work:
            mailbox = OwnMailboxes(work).get(visit, fields.line("mailbox"))
        form = QuotaForm(
            mailbox=mailbox,
            messages=fields.line("messages")[:6],
            days=fields.line("days")[:6],
            size=fields.line("size")[:6],
        )
        quota = None
        if fields.line("action") != "usual":
            messages = _number(form.messages, MOST_MESSAGES)
            days = _number(form.days, MOST_DAYS)
            size = _number(form.size, self._most_size) if form.size else 0
            said = {"messages": messages, "days": days, "size": size}
            wrong = next((name for name, one in said.items() if one is None), "")
            if messages is None or days is None or size is None:
                return self._show(visit, form, wrong)
            quota = AnswerQuota(messages=messages, days=days, file_bytes=size * _MIB)
        by = visit.professional.national_id
        self.desk.write(
            lambda work: MailboxTerms(work).set_quota(mailbox.id, quota, by=by)
        )
        return redirect("/answers?done=quota#quotas")

    @property
    def _most_size(self) -> int:
        """MiB that the service takes with one message of a patient."""
        return max(1, self.desk.settings.web.max_message_bytes // _MIB)

    @property
    def _usual(self) -> AnswerQuota:
        web = self.desk.settings.web
        return AnswerQuota(messages=web.answer_messages, days=web.answer_days)

    def _show(
        self,
        visit: ProfessionalVisit,
        filled: QuotaForm | None = None,
        wrong: str = "",
    ) -> Answer:
        account_id = visit.held_session.account.id
        with self.desk.database.read() as work:
            account = ProfessionalAccounts(work).get(account_id)
            chosen = ProfessionalNotices(work).chosen(account_id)
            forms = [
                self._form(one, MailboxTerms(work).quota(one.id))
                for one in OwnMailboxes(work).all(visit)
            ]
        if filled is not None:
            forms = [
                filled if one.mailbox.id == filled.mailbox.id else one for one in forms
            ]
        return self.desk.page(
            visit,
            "answers.html",
            status=422 if wrong else 200,
            email=account.email if account else "",
            unreached=account.unreached_since if account else None,
            told=chosen is NoticeWhen.DAILY,
            forms=forms,
            filled=filled,
            wrong=wrong,
            usual=self._usual,
            most_messages=MOST_MESSAGES,
            most_days=MOST_DAYS,
            most_size=self._most_size,
            hour=self.desk.settings.notices.digest_hour,
            done=visit.query.get("done", ""),
        )

    def _form(self, mailbox: Mailbox, quota: AnswerQuota | None) -> QuotaForm:
        said = quota or self._usual
        return QuotaForm(
            mailbox=mailbox,
            messages=f"{said.messages}",
            days=f"{said.days}",
            size=f"{said.file_bytes // _MIB}" if said.file_bytes else "",
            is_set=quota is not None,
        )


def _number(text: str, most: int) -> int | None:
    """Return a number from 1 to the most there may be, None where it is none."""
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if 1 <= int(text) <= most else None
