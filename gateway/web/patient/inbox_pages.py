"""The pages of messages: the list, a conversation, its files, its deletion."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from attrs import evolve, frozen

from gateway.core.folding import MOST_ASKED
from gateway.core.refusals import WritingRefusal
from gateway.core.texts.writing import WRITING_TEXTS
from gateway.errors import NotFoundError
from gateway.message.subjects import said_subject
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.drafts import DraftReader
from gateway.store.inbox.inbox import Inbox
from gateway.store.inbox.sent_copies import SentCopies
from gateway.store.inbox.values import Conversation, Direction, InboxMessage
from gateway.store.journal import Action, chain_of
from gateway.web.patient.answering import Answering, AnswerRoute
from gateway.web.patient.attachments import open_file
from gateway.web.patient.blocked_contacts import is_blocked
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_search import MONTHS, TypedSealing
from gateway.web.patient.draft_pages import MOST_DRAFTS
from gateway.web.patient.home_page import own_address
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.message_lists import MessageLists
from gateway.web.patient.message_search import AskedMessages
from gateway.web.patient.pharmacies import KnownPharmacies
from gateway.web.patient.thread import Thread, is_the_same, older_of
from gateway.web.patient.writing_form import Filled, WritingForm, notice
from gateway.web.site.answers import Answer, download, inline, redirect
from gateway.web.site.paging import PER_PAGE, ListPage
from gateway.web.site.uploads import shown_type
from gateway.web.site.visits import Visit


@frozen
class InboxPages:
    """Reading messages; every address of another patient's thing is a 404."""

    desk: PatientDesk

    def inbox(self, visit: Visit) -> Answer:
        """List the conversations, or those in which something fits, newest first."""
        profile_id, asked = visit.profile.id, AskedMessages.read(visit.query)
        with self.desk.database.read() as work:
            listed = MessageLists(self.desk, work, visit).made(asked)
            reader = inbox_of(work)
            lost = SentCopies(work, profile_id).with_losses(
                [one.conversation.id for one in listed.lines]
            )
            can_write = reader.has_contacts(profile_id) or (
                visit.acting is None
                and bool(KnownPharmacies(work, visit.profile).contacts())
            )
            drafts = DraftReader(reader).all(profile_id, MOST_DRAFTS)
        if listed.is_old:
            self.desk.have_index_made(profile_id)
        if not listed.page.is_there:
            return redirect(asked.page(listed.page.pages))
        return self.desk.page(
            visit,
            "inbox.html",
            found=listed,
            asked=asked,
            lost=lost,
            can_write=can_write,
            address=own_address(self.desk, visit.profile),
            drafts=drafts,
            begun={one.id for one in drafts if one.is_answer},
            recent_periods=[f"{one}m" for one in MONTHS],
            most_asked=MOST_ASKED,
            deleted="deleted" in visit.query,
        )

    def search(self, visit: Visit) -> Answer:
        """Take what was typed and chosen, and lead to its list."""
        form = visit.form
        said = {name: form.line(name) for name in form.fields if name != "q"}
        with self.desk.database.read() as work:
            sealed = TypedSealing(work, visit).seal(form.line("words"))
        return redirect(AskedMessages.read({**said, "q": sealed}).address())

    def conversation(self, visit: Visit, conversation_id: str) -> Answer:
        """Show a page of a conversation; that marks what is on it as read."""
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            conversation = self.find(work, visit, conversation_id)
            reader = inbox_of(work)
            total = reader.message_count(profile_id, conversation_id)
            page = ListPage.asked(visit.query, total)
            if not page.is_there:
                return redirect(f"/conversation/{conversation_id}?page={page.pages}")
            shown = reader.messages(profile_id, conversation_id, PER_PAGE, page.offset)
        unread = [one.id for one in shown if one.read_at is None]
        if unread:
            self.desk.write(
                lambda work: Inbox(work).open(profile_id, conversation_id, unread)
            )
        self.desk.note_opened(visit, [one.arrival_id for one in shown])
        form = WritingForm(self.desk).empty(visit)
        return self.show(visit, conversation, form, fresh=unread)

    def show(
        self,
        visit: Visit,
        conversation: Conversation,
        form: Filled,
        *,
        fresh: Collection[str] = (),
        status: int = 200,
        kept: bool = False,
    ) -> Answer:
        """
        Show a conversation with its form as it is filled; ``fresh`` were unread.

        ``kept``: what was written is a draft now.
        """
        profile, found = visit.profile, visit.query.get("found", "")
        with self.desk.database.read() as work:
            reader = inbox_of(work)
            total = reader.message_count(profile.id, conversation.id)
            page = ListPage.asked(visit.query, total)
            messages = reader.messages(
                profile.id, conversation.id, PER_PAGE, page.offset
            )
            shown = Thread(self.desk).shown(work, visit, conversation, messages)
            route = Answering(self.desk).route(work, profile, conversation)
            draft = DraftReader(reader).answer(profile.id, conversation.id)
            if draft is not None and not form.is_filled:
                form = form.with_draft(draft)
            form = evolve(form, was=draft.version if draft is not None else "")
            choices = WritingForm(self.desk).documents(work, profile.id, form.chosen)
            form = WritingForm(self.desk).with_gone(form, choices)
            blocked = is_blocked(self.desk, work, profile.id, conversation, messages)
        proven = _proven(messages)
        return self.desk.page(
            visit,
            "conversation.html",
            status=status,
            conversation=conversation,
            shown=shown,
            folded=older_of(shown, {*fresh, found}),
            fresh=fresh,
            found=found,
            subject=subject_of(messages),
            proven=proven,
            is_proven=is_the_same(conversation.name, proven),
            has_received=any(one.direction is Direction.IN for one in messages),
            refusal=_words(route, visit.language),
            terms=route.terms,
            again_at=_again_at(route),
            blocked=blocked,
            draft=draft,
            form=form,
            choices=choices,
            limits=WritingForm(self.desk).limits(route.terms),
            notice=notice(visit.language),
            number=page.number,
            pages=page.pages,
            sent="sent" in visit.query and not (shown and shown[-1].undelivered),
            saved=kept or "saved" in visit.query,
        )

    def file(self, visit: Visit, message_id: str, place: int) -> Answer:
        """Give a file of a message to keep."""
        name, content = self._read_file(visit, message_id, place)
        return download(name, content)

    def view(self, visit: Visit, message_id: str, place: int) -> Answer:
        """Show a PDF or an image of a message, if its bytes are what its name says."""
        name, content = self._read_file(visit, message_id, place)
        return inline(name, shown_type(name, content), content)

    def _read_file(
        self, visit: Visit, message_id: str, place: int
    ) -> tuple[str, bytes]:
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            found = open_file(work, profile_id, message_id, place)
        arrival_id = found.message.arrival_id
        self.desk.write(
            lambda work: work.note(
                Action.MESSAGE_READ, "file", arrival_id, chain=chain_of(profile_id)
            )
        )
        return found.name, found.content

    def ask_deletion(self, visit: Visit, conversation_id: str) -> Answer:
        """Ask whether a conversation is to be deleted for good."""
        with self.desk.database.read() as work:
            conversation = self.find(work, visit, conversation_id)
        return self.desk.page(visit, "delete.html", conversation=conversation)

    def delete(self, visit: Visit, conversation_id: str) -> Answer:
        """Delete a conversation."""
        profile_id = visit.profile.id
        with self.desk.database.read() as work:
            self.find(work, visit, conversation_id)
        self.desk.write(
            lambda work: Inbox(work).delete_conversation(profile_id, conversation_id)
        )
        return redirect("/inbox?deleted=1")

    def find(
        self, work: UnitOfWork, visit: Visit, conversation_id: str
    ) -> Conversation:
        """Return a conversation of this patient; another's is not found."""
        found = inbox_of(work).conversation(visit.profile.id, conversation_id)
        if found is None:
            raise NotFoundError("not found")
        return found


def subject_of(messages: Sequence[InboxMessage]) -> str:
    """Return what a conversation is about, as its newest message says it."""
    return said_subject(one.subject for one in reversed(messages))


def _proven(messages: Sequence[InboxMessage]) -> str:
    """Return whose certificate the newest message received came with, if any."""
    received = [one for one in messages if one.direction is Direction.IN]
    return received[-1].proven if received else ""


def _again_at(route: AnswerRoute) -> datetime | None:
    """Return from when one may write, where it was only too much for now."""
    is_enough = route.refusal is WritingRefusal.ENOUGH_FOR_NOW
    return route.terms.again_at if is_enough else None


def _words(route: AnswerRoute, language: str) -> str:
    if route.refusal is None:
        return ""
    return WRITING_TEXTS[route.refusal][1 if language == "en" else 0]
