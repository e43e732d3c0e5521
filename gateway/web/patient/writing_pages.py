"""The pages where the patient writes: an answer, a new message, a draft."""

from __future__ import annotations

from attrs import evolve, frozen

from gateway.core.texts.elision import of
from gateway.core.texts.writing import WRITTEN_BY, WRITTEN_BY_LAW
from gateway.errors import NotFoundError
from gateway.message.subjects import answer_subject
from gateway.rights.delegation_rules import REPRESENTING
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.values import Conversation
from gateway.store.patients.profiles import Profile
from gateway.web.patient.answering import Answering, AnswerRoute, Writing
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.inbox_pages import InboxPages
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.writing_evidence import RefusedWriting, writing_part
from gateway.web.patient.writing_form import Filled, Problem, WritingForm, notice
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.visits import Visit, person_name


@frozen
class WritingPages:
    """Only to professionals who wrote first and have not ended the exchange."""

    desk: PatientDesk

    def answer(self, visit: Visit, conversation_id: str) -> Answer:
        """Send an answer, or keep it as a draft."""
        profile = visit.profile
        pages = InboxPages(self.desk)
        with self.desk.database.read() as work:
            conversation = pages.find(work, visit, conversation_id)
            route = Answering(self.desk).route(work, profile, conversation)
            filled, writing = WritingForm(self.desk).read(
                work, visit, needs_subject=False
            )
        if visit.form.line("action") == "draft":
            self._save_draft(profile, conversation, writing)
            return redirect(f"/conversation/{conversation.id}?saved=1#answer")
        if route.refusal is not None or filled.problems:
            self._note_refusal(profile, conversation, route, writing)
        if route.refusal is not None:  # the page says why, in place of the form
            return pages.show(visit, conversation, filled, status=409)
        if filled.problems:
            status = visit.form.cut or 422
            return pages.show(visit, conversation, filled, status=status)
        about = route.message.subject if route.message is not None else ""
        writing = evolve(writing, subject=writing.subject or answer_subject(about))
        Answering(self.desk).send(
            profile, conversation, route, _signed(visit, writing), visit.now
        )
        return redirect(f"/conversation/{conversation.id}?sent=1#last")

    def new_form(self, visit: Visit) -> Answer:
        """Show the form of a new message."""
        return self._form(visit, WritingForm(self.desk).empty(visit))

    def _form(self, visit: Visit, filled: Filled, *, status: int = 200) -> Answer:
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            contacts = inbox_of(work).contacts(profile_id)
            choices = WritingForm(self.desk).documents(work, profile_id, filled.chosen)
            draft = None
            if not filled.contact and not filled.is_filled:
                draft = inbox_of(work).loose_draft(profile_id)
            elif not filled.is_filled:
                draft = inbox_of(work).draft(profile_id, filled.contact)
        if draft is not None:
            filled = evolve(filled, subject=draft.subject, text=draft.text)
        return self.desk.page(
            visit,
            "new.html",
            status=status,
            contacts=contacts,
            choices=choices,
            form=filled,
            draft=draft,
            saved="saved" in visit.query,
            limits=WritingForm(self.desk).limits(),
            notice=notice(visit.language),
        )

    def new(self, visit: Visit) -> Answer:
        """Send a new message to who already wrote, or keep it as a draft."""
        profile, contact = visit.profile, visit.form.line("contact")
        with self.desk.database.read() as work:
            filled, writing = WritingForm(self.desk).read(
                work, visit, needs_subject=True
            )
            conversation = inbox_of(work).conversation(profile.id, contact)
            if contact and conversation is None:
                raise NotFoundError("not found")
            if conversation is None and visit.form.line("action") == "draft":
                self._save_loose_draft(profile, writing)
                return redirect("/inbox/new?saved=1")
            if conversation is None:
                missing = Problem(name="contact", code="missing")
                filled = evolve(filled, problems=(missing, *filled.problems))
                return self._form(visit, filled, status=visit.form.cut or 422)
            route = Answering(self.desk).route(work, profile, conversation)
        if visit.form.line("action") == "draft":
            self._save_draft(profile, conversation, writing)
            return redirect(f"/conversation/{conversation.id}?saved=1#answer")
        if route.refusal is not None or filled.problems:
            self._note_refusal(profile, conversation, route, writing)
        if route.refusal is not None:
            return redirect(f"/conversation/{conversation.id}")
        if filled.problems:
            return self._form(visit, filled, status=visit.form.cut or 422)
        Answering(self.desk).send(
            profile, conversation, route, _signed(visit, writing), visit.now
        )
        self.desk.write(lambda work: Inbox(work).forget_loose_draft(profile.id))
        return redirect(f"/conversation/{conversation.id}?sent=1#last")

    def rescue_answer(self, visit: Visit, person: Profile, conversation_id: str) -> str:
        """Keep an answer that came when the session was over; return its page."""
        writing = _written(visit)
        with self.desk.database.read() as work:
            conversation = inbox_of(work).conversation(person.id, conversation_id)
        if conversation is None:
            raise NotFoundError("not found")
        if writing.text:
            self._save_draft(person, conversation, writing)
        return f"/conversation/{conversation_id}"

    def rescue_new(self, visit: Visit, person: Profile) -> str:
        """Keep a new message that came when the session was over; return its page."""
        contact, writing = visit.form.line("contact"), _written(visit)
        with self.desk.database.read() as work:
            conversation = inbox_of(work).conversation(person.id, contact)
        if conversation is None:
            self._save_loose_draft(person, writing)
            return "/inbox/new"
        self._save_draft(person, conversation, writing)
        return f"/inbox/new?to={conversation.id}"

    def _note_refusal(
        self,
        profile: Profile,
        conversation: Conversation,
        route: AnswerRoute,
        writing: Writing,
    ) -> None:
        part = writing_part(route.facts, writing.asked, profile)
        RefusedWriting(self.desk).note(profile, conversation, part)

    def _save_draft(
        self, person: Profile, conversation: Conversation, writing: Writing
    ) -> None:
        subject, text = writing.subject[:200], writing.text[:20_000]
        self.desk.write(
            lambda work: Inbox(work).save_draft(
                person.id, conversation.id, subject, text
            )
        )

    def _save_loose_draft(self, person: Profile, writing: Writing) -> None:
        subject, text = writing.subject[:200], writing.text[:20_000]
        self.desk.write(
            lambda work: Inbox(work).save_loose_draft(person.id, subject, text)
        )


def _signed(visit: Visit, writing: Writing) -> Writing:
    """Return a message as it leaves: it says who wrote it in the holder's place."""
    if visit.acting is None or visit.own is None:
        return writing
    by_law = visit.acting.capacity in REPRESENTING
    holder = person_name(visit.acting.holder)
    line = (WRITTEN_BY_LAW if by_law else WRITTEN_BY).format(
        carer=person_name(visit.own), holder=holder, of_holder=of(holder)
    )
    return evolve(writing, text=f"{writing.text.rstrip()}\n\n{line}\n")


def _written(visit: Visit) -> Writing:
    """Return what is in a form that nobody may send: its files are not kept."""
    form = visit.form
    return Writing(
        subject=form.line("subject"), text=form.text("text").strip(), once=""
    )
