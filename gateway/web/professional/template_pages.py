"""What a professional keeps for messages: texts to begin with, and their hours."""

from __future__ import annotations

from attrs import frozen

from gateway.errors import ConflictError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.terms import MOST_HOURS, MailboxTerms
from gateway.store.professionals.templates import (
    MOST_NAME,
    MOST_TEXT,
    MessageTemplate,
    MessageTemplates,
)
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.own_mailboxes import OwnMailboxes
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.site.answers import Answer, redirect


@frozen
class TemplatePages:
    """Texts of one's own, and when one's mailboxes are read."""

    desk: ProfessionalDesk

    def texts(self, visit: ProfessionalVisit) -> Answer:
        """Show the texts, the hours of each mailbox, and the forms to change them."""
        return self._show(visit, visit.query.get("edit", "")[:32])

    def keep(self, visit: ProfessionalVisit) -> Answer:
        """Keep a new text, or another in place of one."""
        fields = visit.form
        written = MessageTemplate(
            id=fields.line("id")[:32],
            name=fields.line("name"),
            text=fields.text("text").strip(),
        )
        problem = _wrong(written)
        if problem:
            return self._show(visit, written.id, written, problem, status=422)
        most = self.desk.settings.professional.templates

        def job(work: UnitOfWork) -> bool:
            templates = MessageTemplates(work, visit.held_session.account)
            if written.id:
                return templates.change(written.id, written.name, written.text)
            templates.add(written.name, written.text, most=most)
            return True

        try:
            is_kept = self.desk.write(job)
        except ConflictError:
            return self._show(visit, "", written, "many", status=409)
        if not is_kept:
            raise NotFoundError("not found")
        return redirect("/texts?done=kept")

    def remove(self, visit: ProfessionalVisit) -> Answer:
        """Delete a text."""
        template_id, account = visit.form.line("id")[:32], visit.held_session.account
        is_gone = self.desk.write(
            lambda work: MessageTemplates(work, account).remove(template_id)
        )
        if not is_gone:
            raise NotFoundError("not found")
        return redirect("/texts?done=removed")

    def set_hours(self, visit: ProfessionalVisit) -> Answer:
        """Say when a mailbox of one's own is read; patients who write are shown it."""
        text = " ".join(visit.form.text("hours").split())
        with self.desk.database.read() as work:
            mailbox = OwnMailboxes(work).get(visit, visit.form.line("mailbox"))
        if len(text) > MOST_HOURS or not text.isprintable():
            return self._show(visit, "", None, "hours", status=422)
        account, by = visit.held_session.account, visit.professional.national_id
        self.desk.write(
            lambda work: MailboxTerms(work).set_hours(
                mailbox.id, text, key_id=account.key_id, by=by
            )
        )
        return redirect("/texts?done=hours#hours")

    def _show(
        self,
        visit: ProfessionalVisit,
        edited: str,
        written: MessageTemplate | None = None,
        problem: str = "",
        *,
        status: int = 200,
    ) -> Answer:
        with self.desk.database.read() as work:
            templates = MessageTemplates(work, visit.held_session.account).listed()
            hours = [
                (one, MailboxTerms(work).hours(one.id))
                for one in OwnMailboxes(work).all(visit)
            ]
        if written is None:
            written = next((one for one in templates if one.id == edited), None)
        return self.desk.page(
            visit,
            "texts.html",
            status=status,
            templates=templates,
            written=written,
            hours=hours,
            problem=problem,
            most=self.desk.settings.professional.templates,
            most_name=MOST_NAME,
            most_text=MOST_TEXT,
            most_hours=MOST_HOURS,
            done=visit.query.get("done", ""),
        )


def _wrong(written: MessageTemplate) -> str:
    """Return what is wrong with a text, as a word, or an empty one."""
    if not written.name or len(written.name) > MOST_NAME:
        return "name"
    if not written.name.isprintable():
        return "name"
    return "text" if not written.text or len(written.text) > MOST_TEXT else ""
