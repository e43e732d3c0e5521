"""Can this patient receive messages? A yes or no, their address, and a first message"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import evolve, field, frozen

from gateway.rights.page_writing_rules import NoPageWriting
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.mailboxes import Mailbox
from gateway.store.patients.profiles import Profile
from gateway.store.professionals.templates import MessageTemplates
from gateway.web.professional.desk import ProfessionalDesk
from gateway.web.professional.filing import (
    ProfessionalFiling,
)
from gateway.web.professional.message_form import MessageForm, MessageForms
from gateway.web.professional.naming import (
    LONGEST_NUMBER,
    NamedPatients,
    NoPatient,
)
from gateway.web.professional.own_mailboxes import OwnMailboxes
from gateway.web.professional.visits import ProfessionalVisit, name_of
from gateway.web.professional.writing import WritingToPatients
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import identity_of, person_name

_HOUR: Final = timedelta(hours=1)


@frozen(kw_only=True)
class NamedForMail:
    """How a patient was named: by an open record, or by a number and a birth date."""

    record: str = ""
    number: str = field(default="", repr=False)
    born: str = field(default="", repr=False)
    problem: NoPatient | None = None
    profile: Profile | None = None


@frozen
class ReachingPages:
    """Looking up whether a patient can receive, and writing to one for the first time.

    Nobody, opposed, closed and blocked have one answer: no. Each question is counted
    for who asks, and stands in the history of the patient it is about.
    """

    desk: ProfessionalDesk

    def ask(self, visit: ProfessionalVisit) -> Answer:
        """Ask of whom; of the patient of an open record, answer at once."""
        named = self._of_record(visit, visit.query.get("record", "")[:32])
        if named.profile is None:
            return self._show(visit, named)
        return self._tell(visit, named)

    def look(self, visit: ProfessionalVisit) -> Answer:
        """Say whether the patient who is named can receive messages."""
        named = self._named(visit)
        if named.problem is not None and named.problem is not NoPatient.NOBODY:
            return self._show(visit, named, status=422)
        return self._tell(visit, named)

    def _tell(self, visit: ProfessionalVisit, named: NamedForMail) -> Answer:
        if self._asked_often(visit):
            return self._show(
                visit, evolve(named, problem=NoPatient.TOO_OFTEN), status=429
            )
        profile, writing = named.profile, WritingToPatients(self.desk)
        reaches = profile is not None and writing.reaches(visit, profile)
        if profile is not None and not reaches and not named.record:
            # Counted as nobody is, so that trying again does not tell them apart.
            NamedPatients(self.desk).miss(visit)
        self.desk.write(lambda work: self._note(work, visit, profile, reaches=reaches))
        address = writing.address(profile) if reaches and profile else ""
        named = evolve(named, problem=None)
        return self._show(visit, named, answered=True, address=address)

    def _note(
        self,
        work: UnitOfWork,
        visit: ProfessionalVisit,
        profile: Profile | None,
        *,
        reaches: bool,
    ) -> None:
        outcome, account = "yes" if reaches else "no", visit.held_session.account
        work.note(Action.RECIPIENT_LOOKED, outcome, account.id, who="professional")
        if profile is not None:
            work.note_patient(
                Action.RECIPIENT_LOOKED,
                outcome,
                profile.id,
                who="professional",
                identity=visit.professional.national_id,
                person=name_of(visit.professional),
                structure=visit.practice.place,
            )

    def _asked_often(self, visit: ProfessionalVisit) -> bool:
        most = self.desk.settings.professional.look_ups
        with self.desk.database.read() as work:
            asked = work.journal.last_about(
                visit.held_session.account.id,
                Action.RECIPIENT_LOOKED,
                since=work.now - _HOUR,
                most=most,
            )
        return len(asked) >= most

    def form(self, visit: ProfessionalVisit) -> Answer:
        """Show the form of a first message to a patient."""
        named = self._of_record(visit, visit.query.get("record", "")[:32])
        called = self.desk.called(visit)
        if called is not None and not named.record and named.problem is None:
            named = evolve(named, number=called.call.number, born=called.born)
        return self._write(visit, named, MessageForm())

    def send(self, visit: ProfessionalVisit) -> Answer:
        """Send a message to the patient who is named, from a mailbox of one's own."""
        named, action = self._named(visit), visit.form.line("action")
        if action == "begin":
            return self._write(visit, named, MessageForm())
        form, writing = MessageForms(self.desk).read(visit, needs_subject=True)
        if action == "template":
            form = MessageForms(self.desk).with_template(visit, form)
            return self._write(visit, evolve(named, problem=None), form)
        with self.desk.database.read() as work:
            mailbox = self._mailbox(work, visit)
        if mailbox is None:
            form = form.with_problem("mailbox", "missing")
        elif named.profile is not None:
            why = WritingToPatients(self.desk).refusal(visit, named.profile, mailbox)
            if why is NoPageWriting.NOT_REACHED and not named.record:
                NamedPatients(self.desk).miss(visit)
                named = evolve(named, problem=NoPatient.NOBODY, profile=None)
            elif why is not None:
                form = form.with_problem("patient", why.value)
        if named.problem or form.problems or named.profile is None or mailbox is None:
            return self._write(visit, named, form, status=visit.form.cut or 422)
        if named.record:
            # Who named a number learns no name by it.
            writing = evolve(writing, to_name=person_name(named.profile))
        WritingToPatients(self.desk).send(visit, named.profile, mailbox, writing)
        return self.desk.without_call(
            visit, redirect(f"/messages?mailbox={mailbox.id}&sent=1")
        )

    def _mailbox(self, work: UnitOfWork, visit: ProfessionalVisit) -> Mailbox | None:
        wanted = visit.form.line("mailbox")
        own = OwnMailboxes(work).all(visit)
        return next((one for one in own if one.id == wanted), None)

    def _of_record(self, visit: ProfessionalVisit, record: str) -> NamedForMail:
        if not record:
            return NamedForMail()
        profile = ProfessionalFiling(self.desk).of_record(visit, record)
        if profile is None:
            return NamedForMail(problem=NoPatient.RECORD)
        return NamedForMail(record=record, profile=profile)

    def _named(self, visit: ProfessionalVisit) -> NamedForMail:
        """Return who is named by a form; a miss is counted and kept, as at filing."""
        fields = visit.form
        if record := fields.line("record")[:32]:
            return self._of_record(visit, record)
        named = NamedForMail(
            number="".join(fields.line("ins").split()).upper()[:LONGEST_NUMBER],
            born=fields.line("born")[:10],
        )
        found = NamedPatients(self.desk).named(visit, named.number, named.born)
        if isinstance(found, NoPatient):
            return evolve(named, problem=found)
        return evolve(named, profile=found)

    def _show(
        self,
        visit: ProfessionalVisit,
        named: NamedForMail,
        *,
        status: int = 200,
        answered: bool = False,
        address: str = "",
    ) -> Answer:
        with self.desk.database.read() as work:
            has_mailbox = bool(OwnMailboxes(work).all(visit))
        profile = named.profile if named.record else None
        return self.desk.page(
            visit,
            "reach.html",
            status=status,
            named=named,
            patient=identity_of(profile) if profile else None,
            answered=answered,
            address=address,
            has_mailbox=has_mailbox,
            today=self.desk.day(visit.now).isoformat(),
        )

    def _write(
        self,
        visit: ProfessionalVisit,
        named: NamedForMail,
        form: MessageForm,
        *,
        status: int = 200,
    ) -> Answer:
        with self.desk.database.read() as work:
            mailboxes = OwnMailboxes(work).all(visit)
            templates = MessageTemplates(work, visit.held_session.account).listed()
        profile = named.profile if named.record else None
        return self.desk.page(
            visit,
            "write.html",
            status=status,
            named=named,
            patient=identity_of(profile) if profile else None,
            mailboxes=mailboxes,
            mailbox=visit.form.line("mailbox"),
            **self.desk.call_words(
                visit, None if named.record else self.desk.called(visit)
            ),
            form=form,
            templates=templates,
            limits=MessageForms(self.desk).limits(),
            today=self.desk.day(visit.now).isoformat(),
        )
