"""Asking the author of a document: to whom it goes, what it says, what is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, field, frozen

from gateway.core.document import Visibility
from gateway.core.texts.corrections import ASKING_SUBJECT, ASKING_TEXT
from gateway.core.vault import FiledDocument
from gateway.rights.correction_rules import (
    AskingFacts,
    AskingRefusal,
    Wish,
    refuse_to_ask,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.corrections import AskedOfAuthor, Corrections
from gateway.store.patients.profiles import Profiles
from gateway.web.patient.answering import Answering, Writing
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.site.desk import who_acts
from gateway.web.site.languages import say_day
from gateway.web.site.visits import Visit

MOST_REASON: Final = 2000
_MOST_SUBJECT: Final = 200


@frozen(kw_only=True)
class Author:
    """Somebody who may be written to; ``brought`` the document with a message."""

    id: str
    name: str = field(repr=False)
    address: str = field(repr=False)
    brought: bool


@frozen(kw_only=True)
class AskedByForm:
    """What a patient asks for, as the form said it."""

    wish: Wish
    reason: str = field(repr=False)
    conversation: str
    once: str


@frozen
class AuthorAsking:
    """Asks authors, and tells what was asked; blocking."""

    desk: PatientDesk

    def refusal(
        self,
        work: UnitOfWork,
        profile_id: str,
        document: FiledDocument,
        card: DocumentCard,
    ) -> AskingRefusal | None:
        """Return why the author of a document is not asked, or None."""
        under_way = Corrections(work).open_of(profile_id)
        return refuse_to_ask(
            AskingFacts(
                is_own=card.is_own,
                status=document.status,
                is_asked=any(one.document_id == document.id for one in under_way),
                open_ones=len(under_way),
                most=self.desk.settings.web.max_corrections,
            )
        )

    def authors(
        self, work: UnitOfWork, visit: Visit, document: FiledDocument
    ) -> list[Author]:
        """
        Return who may be written to, first who brought the document with a message.

        That somebody wrote is no proof of who signed: the patient chooses.
        """
        reader, profile = inbox_of(work), visit.profile
        talk = reader.brought_by(profile.id, document.arrival_id)
        found = reader.conversation(profile.id, talk) if talk else None
        brought = found.address if found is not None else ""
        authors = [
            Author(
                id=one.id,
                name=one.name,
                address=one.address,
                brought=one.address == brought,
            )
            for one in reader.contacts(profile.id)
        ]
        return sorted(authors, key=lambda one: not one.brought)

    def is_reached(self, work: UnitOfWork, visit: Visit, conversation_id: str) -> bool:
        """Tell whether whom a conversation is with may be written to now."""
        talk = inbox_of(work).conversation(visit.profile.id, conversation_id)
        if talk is None:
            return False
        return Answering(self.desk).route(work, visit.profile, talk).refusal is None

    def ask(
        self,
        visit: Visit,
        document: FiledDocument,
        card: DocumentCard,
        asking: AskedByForm,
    ) -> None:
        """
        Send what is asked, and keep track of it: both, or neither.

        Without somebody to write to, the service is told at the next round.
        """
        profile = visit.profile
        with self.desk.database.read() as work:
            talk = inbox_of(work).conversation(profile.id, asking.conversation)
            route = Answering(self.desk).route(work, profile, talk) if talk else None
        settings = self.desk.settings.notices
        due = visit.now + timedelta(days=settings.author_days)
        remind = visit.now + timedelta(days=settings.remind_author_days)
        by = who_acts()
        asked = AskedOfAuthor(
            wish=asking.wish,
            title=card.title,
            author=talk.name if talk else card.structure or ", ".join(card.authors),
            reason=asking.reason,
            **({"by": by.who.value} if by else {}),
        )

        def keep(work: UnitOfWork, place: str, arrival: str) -> None:
            held = Profiles(work).hold(profile.id)
            assert held is not None, "who signed in has a profile"
            sent = evolve(asked, conversation=place, arrival=arrival)
            Corrections(work).ask(held, document.id, sent, remind_at=remind, due_at=due)

        if talk is None or route is None or route.refusal is not None:
            self.desk.write(lambda work: keep(work, "", ""))
            return
        if Visibility.HIDDEN_FROM_REPRESENTATIVES in document.visibility(visit.now):
            talk = evolve(talk, is_secret=True)
        Answering(self.desk).send(
            profile,
            talk,
            route,
            self._written(visit, document, card, asking, due),
            visit.now,
            begins=True,
            also=keep,
        )

    def _written(
        self,
        visit: Visit,
        document: FiledDocument,
        card: DocumentCard,
        asking: AskedByForm,
        due: datetime,
    ) -> Writing:
        zone = self.desk.zone
        said = {
            "title": card.title or card.type,
            "day": say_day(card.day, "fr", zone),
            "due": say_day(due, "fr", zone),
            "unique_id": document.unique_id,
            "reason": asking.reason,
        }
        word = asking.wish.value
        subject = " ".join(ASKING_SUBJECT[word].format_map(said).split())
        return Writing(
            subject=subject[:_MOST_SUBJECT],
            text=ASKING_TEXT[word].format_map(said),
            once=asking.once,
        )
