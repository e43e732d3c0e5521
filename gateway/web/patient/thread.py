"""A page of a conversation: its messages with all that came with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from attrs import frozen

from gateway.core.keeping import MessageFile
from gateway.store.arrivals.outcomes import Outcomes
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.unopened import Unopened
from gateway.store.inbox.values import Conversation, Direction, InboxMessage
from gateway.web.patient.attachments import ListedFile, offered
from gateway.web.patient.brought import Remark, remarks
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.document_cards import DocumentCard
from gateway.web.patient.keeping import Keeping, KeepingOffer
from gateway.web.patient.undelivered import Undelivered, undelivered
from gateway.web.site.visits import Visit


@frozen
class ShownMessage:
    """A message with what came with it; a file with whether it may be kept."""

    message: InboxMessage
    files: list[tuple[ListedFile, KeepingOffer | None]]
    documents: list[DocumentCard]
    remarks: list[Remark]
    """What is to be said of documents that came with it and are not beside it."""
    undelivered: list[Undelivered]
    """The patient's own: to whom it did not arrive, or not yet."""
    is_unopened: bool
    """The patient's own, of which it was told that nobody opened it: still so."""


@frozen
class Thread:
    """The messages of a page; what is asked of the store is asked for all at once."""

    desk: PatientDesk

    def shown(
        self,
        work: UnitOfWork,
        visit: Visit,
        conversation: Conversation,
        messages: Sequence[InboxMessage],
    ) -> list[ShownMessage]:
        """Return the messages as they are shown, in their order."""
        seen = self.desk.seen(work, visit.profile.id)
        came = [arrival_id for one in messages if (arrival_id := _brought_by(one))]
        cards = seen.brought_by(came) if came else {}
        outcomes = Outcomes(work, visit.profile.id).of(came) if came else {}
        said = remarks(seen, outcomes, cards, visit.language)
        astray = undelivered(work, visit.profile.id, conversation, messages)
        unopened = Unopened(work).among(messages)
        offers = Keeping(self.desk).offers(work, visit, messages)
        return [
            ShownMessage(
                message=one,
                files=_files(one, offers, had_documents=arrival_id in outcomes),
                documents=cards.get(arrival_id, []),
                remarks=said.get(arrival_id, []),
                undelivered=astray.get(one.arrival_id, []) if not arrival_id else [],
                is_unopened=not arrival_id and one.arrival_id in unopened,
            )
            for one in messages
            for arrival_id in [_brought_by(one)]
        ]


def older_of(
    shown: Sequence[ShownMessage], fresh: Collection[str]
) -> Sequence[ShownMessage]:
    """
    Return the first of some messages, which a page folds: what is new stays open.

    The newest is open, and all from the first on that is ``fresh``, did not arrive, or
    lies unopened.
    """
    opened = (
        place
        for place, one in enumerate(shown)
        if one.message.id in fresh or one.undelivered or one.is_unopened
    )
    return shown[: min(next(opened, len(shown)), max(len(shown) - 1, 0))]


def is_the_same(shown: str, proven: str) -> bool:
    """
    Tell whether a name a sender wrote is that of the certificate, word for word.

    >>> is_the_same("Dr Claire MARTIN", "CLAIRE MARTIN"), is_the_same("Dr", "CHU")
    (True, False)
    >>> is_the_same("Service de cardiologie", "CHU")
    False
    """
    return bool(proven) and _words_of(shown) == _words_of(proven) != frozenset()


def _words_of(name: str) -> frozenset[str]:
    found = frozenset(re.findall(r"\w+", _without_accents(name)))
    return found - {"DR", "DOCTEUR", "PR", "PROFESSEUR", "M", "MME"}


def _without_accents(name: str) -> str:
    plain = unicodedata.normalize("NFD", name)
    return "".join(one for one in plain if not unicodedata.combining(one)).upper()


def _brought_by(message: InboxMessage) -> str:
    """Return the arrival that brought a message to the patient; none of their own."""
    return message.arrival_id if message.direction is Direction.IN else ""


def _files(
    message: InboxMessage,
    offers: Mapping[MessageFile, KeepingOffer],
    *,
    had_documents: bool,
) -> list[tuple[ListedFile, KeepingOffer | None]]:
    return [
        (file, offers.get(MessageFile(message.id, file.place)))
        for file in offered(message, had_documents=had_documents)
    ]
