"""The form of a message to a patient: what was filled in, and what is wrong."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import uuid4

from attrs import evolve, field, frozen

from gateway.rights.attachment_rules import AttachmentPolicy
from gateway.rights.messaging_rules import END_SUBJECT
from gateway.store.professionals.templates import MessageTemplates
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.visits import ProfessionalVisit
from gateway.web.professional.writing import Answers, ProfessionalWriting
from gateway.web.site.forms import FieldProblem
from gateway.web.site.languages import zone_of
from gateway.web.site.uploads import file_problems, judge_files

MOST_SUBJECT: Final = 200
MOST_TEXT: Final = 20_000
LONGEST_WINDOW: Final = timedelta(days=366)
"""For so long at most answers are taken, where an end is set."""


@frozen(kw_only=True)
class MessageForm:
    """What the form holds when it is shown."""

    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    take: str = Answers.TAKEN.value
    until: str = ""
    template: str = ""
    once: str = field(factory=lambda: uuid4().hex, repr=False)
    had_files: bool = False
    problems: tuple[FieldProblem, ...] = ()

    def of(self, name: str) -> tuple[FieldProblem, ...]:
        """Return what is wrong with one field."""
        return tuple(one for one in self.problems if one.name == name)

    def with_template(self, text: str) -> MessageForm:
        """Return it with a text of one's own at its end, and nothing judged yet."""
        whole = "\n\n".join(filter(None, [self.text, text]))
        return evolve(self, text=whole, problems=())

    def with_problem(self, name: str, code: str, text: str = "") -> MessageForm:
        """Return it with something more that is wrong."""
        wrong = FieldProblem(name=name, code=code, text=text)
        return evolve(self, problems=(*self.problems, wrong))


@frozen
class MessageForms:
    """Reads and checks the form."""

    desk: ProfessionalDesk

    def limits(self) -> AttachmentPolicy:
        """Return the limits on attached files, from the settings."""
        settings = self.desk.settings.professional
        return AttachmentPolicy(
            max_files=settings.files_of_message,
            max_file_bytes=settings.file_bytes,
            max_total_bytes=settings.max_message_bytes,
        )

    def with_template(self, visit: ProfessionalVisit, form: MessageForm) -> MessageForm:
        """Return a form with the text of one's own that it names; others are none."""
        with self.desk.database.read() as work:
            account = visit.held_session.account
            chosen = MessageTemplates(work, account).find(form.template)
        return form.with_template(chosen.text if chosen else "")

    def read(
        self, visit: ProfessionalVisit, *, needs_subject: bool
    ) -> tuple[MessageForm, ProfessionalWriting]:
        """
        Return the form as it was sent, with its problems, and what would be sent.

        What is written is only to be sent when there is no problem.
        """
        fields = visit.form
        take = fields.line("take")
        form = MessageForm(
            subject=fields.line("subject"),
            text=fields.text("text").strip(),
            take=take if take in set(Answers) else Answers.TAKEN.value,
            until=fields.line("until")[:10],
            template=fields.line("template")[:32],
            once=fields.once(),
            had_files=bool(fields.files) or bool(fields.cut),
        )
        wrong = self._words(form, needs_subject=needs_subject)
        until = self.until(visit, form.until) if form.take == Answers.UNTIL else None
        if form.take == Answers.UNTIL and until is None:
            wrong.append(FieldProblem(name="until", code="day"))
        judged = judge_files(fields.files, self.limits())
        wrong += file_problems(judged, fields.cut, visit.language)
        writing = ProfessionalWriting(
            subject=form.subject,
            text=form.text,
            files=judged.accepted,
            take=Answers(form.take),
            until=until,
            once=form.once,
        )
        return evolve(form, problems=tuple(wrong)), writing

    def _words(self, form: MessageForm, *, needs_subject: bool) -> list[FieldProblem]:
        wrong = []
        if needs_subject and not form.subject:
            wrong.append(FieldProblem(name="subject", code="missing"))
        elif len(form.subject) > MOST_SUBJECT:
            wrong.append(FieldProblem(name="subject", code="long"))
        elif form.subject == END_SUBJECT or not form.subject.isprintable():
            # The mark of mail programs that ends an exchange is a button here.
            wrong.append(FieldProblem(name="subject", code="odd"))
        if not form.text:
            wrong.append(FieldProblem(name="text", code="missing"))
        elif len(form.text) > MOST_TEXT:
            wrong.append(FieldProblem(name="text", code="long"))
        return wrong

    def until(self, visit: ProfessionalVisit, day: str) -> datetime | None:
        """
        Return the end of a day that is named, or None: it is none, past, or too late.
        """
        try:
            named = date.fromisoformat(day)
        except ValueError:
            return None
        today = self.desk.day(visit.now)
        if not today <= named <= today + LONGEST_WINDOW:
            return None
        zone = zone_of(self.desk.settings.web.time_zone)
        return datetime.combine(named + timedelta(days=1), time(), zone)
