"""The notices of a space as their reader is shown them: who, about what, and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import field, frozen

from gateway.core.notices import NoticeFamily, notice_table
from gateway.core.texts.both import Both
from gateway.core.texts.notice_centre import CENTRE_TEXTS
from gateway.core.texts.notices import NoticeKind
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import InboxMessage
from gateway.store.patients.notice_centre import CentreNotice
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of

_OF_MESSAGES = frozenset(
    {NoticeKind.MESSAGE, NoticeKind.UNDELIVERED, NoticeKind.UNREAD}
)
_OF_DOCUMENTS = frozenset({NoticeKind.DOCUMENT, NoticeKind.SHOWN, NoticeKind.WITHDRAWN})
_PLACES = {
    NoticeFamily.PEOPLE: "/people",
    NoticeFamily.ACCESS: "/history",
    NoticeFamily.READING: "/history?who=professionals",
}

_OWN_PLACES = {
    # In one's own history there is nothing of it.
    **{
        row.represented: "/people" for row in notice_table().values() if row.represented
    },
    NoticeKind.ADMINISTRATOR: "/confidentiality/administrators",
    NoticeKind.HELPED: "/history?who=helpers",
    NoticeKind.CORRECTION: "/corrections",
    NoticeKind.INQUIRY: "/reports",
    NoticeKind.REVIEW: "/papers/directives",
}


@frozen(kw_only=True)
class ShownNotice:
    """
    One notice as it is listed; ``who`` and ``what`` are empty where nobody knows more,
    or the thing is not there any more. ``path`` is where it is, or an empty text.
    """

    id: str
    at: datetime
    family: NoticeFamily
    said: Both
    who: str = field(repr=False)
    what: str = field(repr=False)
    path: str
    why_path: str
    """Where it is told on what it rests, empty where that is nowhere."""
    is_of_thing: bool
    """It is about a message or a document."""
    is_new: bool


@frozen
class NoticeLines:
    """
    The lines of a space within one transaction, for one reader.

    Whatever is hidden from the patient is not named: of a thing that is gone, the line
    says that it was there. To who must not know of secrets it is not said either: what
    is gone and what is secret look the same.
    """

    work: UnitOfWork
    seen: SeenDocuments

    def of(self, notices: Sequence[CentreNotice]) -> list[ShownNotice]:
        """Return the lines of those that may be known of, in their order."""
        reader, profile_id = inbox_of(self.work), self.seen.profile_id
        subjects = {one.subject for one in notices if one.kind in _OF_MESSAGES}
        messages = {
            one.arrival_id: one for one in reader.of_arrivals(profile_id, subjects)
        }
        names = {
            conversation_id: found.name
            for conversation_id in {one.conversation_id for one in messages.values()}
            if (found := reader.conversation(profile_id, conversation_id))
        }
        lines = [self._line(one, messages.get(one.subject), names) for one in notices]
        knows = sees_secrets(self.seen.reader)
        return [line for line in lines if knows or line.path or not line.is_of_thing]

    def _line(
        self,
        one: CentreNotice,
        message: InboxMessage | None,
        names: dict[str, str],
    ) -> ShownNotice:
        who = what = path = why = ""
        family = notice_table()[one.kind].family
        if one.kind in _OF_MESSAGES and message is not None:
            who = names.get(message.conversation_id, "")
            if not message.deleted:
                what = message.subject
                path = f"/conversation/{message.conversation_id}#last"
                if one.kind is NoticeKind.MESSAGE:
                    why = f"/why/message/{one.subject}"
        elif one.kind in _OF_DOCUMENTS:
            document = self.seen.find(one.subject)
            if document is not None:
                card = self.seen.card(document)
                who = card.structure or ", ".join(card.authors)
                what, path = card.title, f"/documents/{document.id}"
                why = f"/why/document/{document.id}"
        elif one.kind not in _OF_MESSAGES:
            who = one.by
            path = _OWN_PLACES.get(one.kind, _PLACES.get(family, ""))
        return ShownNotice(
            id=one.id,
            at=one.at,
            family=family,
            said=CENTRE_TEXTS[one.kind],
            who=who,
            what=what,
            path=path,
            why_path=why,
            is_of_thing=one.kind in _OF_MESSAGES | _OF_DOCUMENTS,
            is_new=one.is_new,
        )
