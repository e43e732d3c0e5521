"""The pages where the patient writes: an answer, or a new message."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from gateway.core.texts.elision import of
from gateway.core.texts.writing import WRITTEN_BY, WRITTEN_BY_LAW
from gateway.errors import NotFoundError
from gateway.message.subjects import answer_subject
from gateway.rights.delegation_rules import REPRESENTING
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.drafts import Begun, Draft, DraftReader, Drafts
from gateway.store.inbox.values import Conversation
from gateway.store.mailbox.terms import ReplyTerms
from gateway.store.patients.profiles import Profile
from gateway.web.patient.answering import Answering, AnswerRoute, Writing
from gateway.web.patient.blocked_contacts import blocked_addresses
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.inbox_pages import InboxPages, subject_of
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.pharmacies import KnownPharmacies
from gateway.web.patient.writing_evidence import RefusedWriting, writing_part
from gateway.web.patient.writing_form import Filled, WritingForm, notice
from gateway.web.site.answers import Answer, redirect
from gateway.web.site.desk import reader_now
from gateway.web.site.forms import FieldProblem
from gateway.web.site.visits import Visit, person_name

_LOOKED_AT = 20
"""Messages that may say what a conversation is about."""

_DOCUMENTS = "documents"
"""What the button says that leads to all documents."""


@frozen
class WritingPages:
    """
    Only to professionals who wrote first and have not ended the exchange.

    What is not sent is kept as a draft, whatever the reason.
    """

    desk: PatientDesk

    def answer(self, visit: Visit, conversation_id: str) -> Answer:
        """Send an answer, or keep it as a draft."""
        profile = visit.profile
        pages, action = InboxPages(self.desk), visit.form.line("action")
        with self.desk.database.read() as work:
            conversation = pages.find(work, visit, conversation_id)
            route = Answering(self.desk).route(work, profile, conversation)
            filled, writing = WritingForm(self.desk).read(
                work, visit, needs_subject=False, terms=route.terms
            )
        begun = filled.begun(conversation.id)
        if action in {"draft", _DOCUMENTS}:
            self._keep_answer(profile, begun, always=action == _DOCUMENTS)
            if action == _DOCUMENTS:
                return redirect(f"/inbox/drafts/{conversation.id}/documents")
            saved = "?saved=1" if begun.says_something else ""
            return redirect(f"/conversation/{conversation.id}{saved}#answer")
        if route.refusal is not None or filled.problems:
            self._note_refusal(profile, conversation, route, writing)
        if route.refusal is not None:  # the page says why, in place of the form
            self._keep_answer(profile, begun)
            kept = begun.says_something
            return pages.show(visit, conversation, filled, status=409, kept=kept)
        if filled.problems:
            self._keep_answer(profile, begun)
            status = visit.form.cut or 422
            return pages.show(visit, conversation, filled, status=status)
        if route.message is not None:
            about = route.message.subject
        else:
            with self.desk.database.read() as work:
                own = inbox_of(work).messages(profile.id, conversation.id, _LOOKED_AT)
            about = subject_of(own)
        writing = evolve(writing, subject=answer_subject(about))
        place = Answering(self.desk).send(
            profile,
            conversation,
            route,
            _signed(visit, writing),
            visit.now,
            also=lambda work, *_: self._sent(work, profile, begun),
        )
        return redirect(f"/conversation/{place}?sent=1#last")

    def new_form(self, visit: Visit) -> Answer:
        """Show the form of a new message, as it was begun if an address says so."""
        form = WritingForm(self.desk)
        filled, draft = form.empty(visit), None
        if draft_id := visit.query.get("draft", ""):
            with self.desk.database.read() as work:
                draft = DraftReader(inbox_of(work)).new(visit.profile.id, draft_id)
            if draft is None:
                raise NotFoundError("not found")
            filled = filled.with_draft(draft)
        return self._form(visit, filled, draft=draft)

    def _form(
        self,
        visit: Visit,
        filled: Filled,
        *,
        status: int = 200,
        draft: Draft | None = None,
    ) -> Answer:
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            contacts = inbox_of(work).contacts(profile_id)
            pharmacies = _pharmacies(work, visit, contacts)
            blocked = blocked_addresses(self.desk, work, profile_id, contacts)
            choices = WritingForm(self.desk).documents(work, profile_id, filled.chosen)
            filled = WritingForm(self.desk).with_gone(filled, choices)
            kept = DraftReader(inbox_of(work)).new(profile_id, filled.draft)
            filled = evolve(filled, was=kept.version if kept is not None else "")
            to = inbox_of(work).conversation(profile_id, filled.contact)
            terms = ReplyTerms()
            if to is not None:
                terms = Answering(self.desk).terms(work, profile_id, to)
        if to is not None:  # whom an earlier draft or a document names
            filled = evolve(filled, contact=_contact_of(contacts, to))
        return self.desk.page(
            visit,
            "new.html",
            status=status,
            contacts=contacts,
            pharmacies=pharmacies,
            blocked=blocked,
            choices=choices,
            terms=terms,
            form=filled,
            draft=draft,
            saved="saved" in visit.query,
            limits=WritingForm(self.desk).limits(terms),
            notice=notice(visit.language),
            usual=Answering(self.desk).usual,
        )

    def new(self, visit: Visit) -> Answer:
        """Send a new message to who already wrote, or keep it as a draft."""
        profile, contact = visit.profile, visit.form.line("contact")
        action = visit.form.line("action")
        with self.desk.database.read() as work:
            conversation = inbox_of(work).conversation(profile.id, contact)
            if conversation is None and visit.acting is None:
                conversation = KnownPharmacies(work, profile).contact(contact)
            if contact and conversation is None:
                raise NotFoundError("not found")
            route = None
            if conversation is not None:
                route = Answering(self.desk).route(work, profile, conversation)
            filled, writing = WritingForm(self.desk).read(
                work, visit, needs_subject=True, terms=route.terms if route else None
            )
        if action in {"draft", _DOCUMENTS}:
            filled = self._keep_new(profile, filled, always=True)
            if action == _DOCUMENTS:
                return redirect(f"/inbox/drafts/{filled.draft}/documents")
            return redirect(f"/inbox/new?draft={filled.draft}&saved=1")
        is_refused = route is not None and (route.refusal or filled.problems)
        if conversation is not None and route is not None and is_refused:
            self._note_refusal(profile, conversation, route, writing)
        if conversation is None:
            missing = FieldProblem(name="contact", code="missing")
            filled = evolve(filled, problems=(missing, *filled.problems))
        elif route is None or route.refusal is not None:
            kept = self._keep_new(profile, filled)
            saved = "?saved=1" if kept.draft else ""
            return redirect(f"/conversation/{conversation.id}{saved}")
        if conversation is None or route is None or filled.problems:
            filled = self._keep_new(profile, filled)
            return self._form(visit, filled, status=visit.form.cut or 422)
        place = Answering(self.desk).send(
            profile,
            conversation,
            route,
            _signed(visit, writing),
            visit.now,
            begins=True,
            also=lambda work, *_: self._forget_new(work, profile, filled),
        )
        return redirect(f"/conversation/{place}?sent=1#last")

    def rescue_answer(self, visit: Visit, person: Profile, conversation_id: str) -> str:
        """Keep an answer that came when the session was over; return its page."""
        with self.desk.database.read() as work:
            conversation = inbox_of(work).conversation(person.id, conversation_id)
        if conversation is None:
            raise NotFoundError("not found")
        begun = WritingForm(self.desk).rescued(visit, conversation_id)
        if begun.says_something:
            self._keep_answer(person, begun)
        return f"/conversation/{conversation_id}"

    def rescue_new(self, visit: Visit, person: Profile) -> str:
        """Keep a new message that came when the session was over; return its page."""
        contact = visit.form.line("contact")
        with self.desk.database.read() as work:
            known = inbox_of(work).conversation(person.id, contact)
        begun = WritingForm(self.desk).rescued(visit, known.id if known else "")
        kept_id = self._save_new(person, begun, visit.form.line("draft"))
        return f"/inbox/new?draft={kept_id}"

    def _note_refusal(
        self,
        profile: Profile,
        conversation: Conversation,
        route: AnswerRoute,
        writing: Writing,
    ) -> None:
        part = writing_part(route.facts, writing.asked, profile)
        RefusedWriting(self.desk).note(profile, conversation, part)

    def _keep_answer(
        self, person: Profile, begun: Begun, *, always: bool = False
    ) -> None:
        """Keep what was begun; where everything was taken out, forget it."""

        def job(work: UnitOfWork) -> None:
            written = self._with_unseen(work, person, begun, begun.to)
            self._set_aside(work, person, begun)
            if always or written.says_something:
                Drafts(work).save_answer(person.id, begun.to, written)
            else:
                Drafts(work).forget_answer(begun.to)

        self.desk.write(job)

    def _set_aside(self, work: UnitOfWork, person: Profile, begun: Begun) -> None:
        most = self.desk.settings.web.max_drafts
        Drafts(work).set_aside(person.id, begun.to, begun, most=most)

    def _sent(self, work: UnitOfWork, person: Profile, begun: Begun) -> None:
        """
        Keep of the draft of an answer what was not sent: of another window, or with
        what who sent it does not see, which stays for whoever attached it.
        """
        is_in_part = self._unseen(work, person, begun.to)
        kept = Drafts(work).begun(person.id, begun.to) if is_in_part else None
        if kept is None:
            self._set_aside(work, person, begun)
            return
        most = self.desk.settings.web.max_drafts
        theirs = evolve(kept, to=begun.to, is_own=True)
        Drafts(work).save_new(person.id, theirs, most=most)

    def _unseen(
        self, work: UnitOfWork, person: Profile, draft_id: str
    ) -> tuple[str, ...]:
        """Return the documents of a draft that are kept from who acts now."""
        if sees_secrets(reader_now()):
            return ()
        kept = Drafts(work).begun(person.id, draft_id)
        if kept is None:
            return ()
        there = self.desk.seen(work, person.id).each(kept.documents)
        return tuple(sorted({*kept.documents} - {one.id for one in there}))

    def _with_unseen(
        self, work: UnitOfWork, person: Profile, begun: Begun, draft_id: str
    ) -> Begun:
        """Return what is kept, with what of the draft before is kept from who acts."""
        unseen = self._unseen(work, person, draft_id)
        return evolve(begun, documents=(*begun.documents, *unseen))

    def _forget_new(self, work: UnitOfWork, person: Profile, filled: Filled) -> None:
        """
        Delete the draft of what was sent; what another window wrote stays, and what is
        kept from who sent it.
        """
        begun = filled.begun(filled.contact)
        if self._unseen(work, person, filled.draft):
            return
        if Drafts(work).is_continued(person.id, filled.draft, begun):
            Drafts(work).forget(person.id, filled.draft)

    def _keep_new(
        self, person: Profile, filled: Filled, *, always: bool = False
    ) -> Filled:
        begun = filled.begun(filled.contact)
        if not always and not begun.says_something:
            return filled
        return evolve(filled, draft=self._save_new(person, begun, filled.draft))

    def _save_new(self, person: Profile, begun: Begun, draft_id: str) -> str:
        most = self.desk.settings.web.max_drafts

        def job(work: UnitOfWork) -> str:
            known = Drafts(work).is_continued(person.id, draft_id, begun)
            kept_as = draft_id if known else ""
            written = self._with_unseen(work, person, begun, kept_as)
            return Drafts(work).save_new(person.id, written, kept_as, most=most)

        return self.desk.write(job)


def _pharmacies(
    work: UnitOfWork, visit: Visit, contacts: Sequence[Conversation]
) -> list[Conversation]:
    """
    Return the pharmacies that may be written to first, but those that are contacts.

    For the patient alone: that a minor was at one is not for who represents them.
    """
    if visit.acting is not None:
        return []
    known = {one.address for one in contacts}
    found = KnownPharmacies(work, visit.profile).contacts()
    return [one for one in found if one.address not in known]


def _contact_of(contacts: Sequence[Conversation], to: Conversation) -> str:
    """Return which contact a conversation is with; its own id where it is none."""
    return next(
        (
            one.id
            for one in contacts
            if (one.address, one.is_secret) == (to.address, to.is_secret)
        ),
        to.id,
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
