"""What the first page says: what is to be done, what is new, who else was there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import field, frozen

from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.sent_copies import SentCopies
from gateway.store.inbox.values import Begun, Conversation, Draft
from gateway.store.journal import Action, Entry, chain_of
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of

_LOOKED_AT = 30
_MOST = 5
"""Lines of one kind that the page shows; what is beyond stands in the lists."""

_PAST = timedelta(days=90)

_LINES = 5_000
"""Of the patient's chain so many last lines are looked through: older is not told."""


@frozen
class Reading:
    """Someone else looked at something of the patient's: who, what of it, when, why."""

    at: datetime
    by: str = field(repr=False)
    what: str
    reason: str = field(repr=False)


@frozen
class News:
    """Something not opened yet: a document, or a conversation with unread messages."""

    at: datetime
    document: DocumentCard | None = None
    conversation: Conversation | None = None


@frozen(kw_only=True)
class Home:
    """The first page of one patient at one moment."""

    last_visit: datetime | None
    """When the space was signed in to the time before this one."""
    lost: Sequence[Conversation]
    begun: Sequence[Begun]
    loose: Draft | None
    news: Sequence[News]
    """The newest first."""
    more_documents: int
    """How many more of the newest documents are not opened yet."""
    more_messages: int
    """How many more of the newest conversations have something unread."""
    readings: Sequence[Reading]

    @property
    def has_tasks(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.lost or self.begun or self.loose)

    @classmethod
    def of(cls, work: UnitOfWork, profile_id: str, seen: SeenDocuments) -> Home:
        """Look it all up; of each kind the newest few."""
        reader = inbox_of(work)
        newest = reader.conversations(profile_id, _LOOKED_AT)
        lost = SentCopies(work, profile_id).with_losses([one.id for one in newest])
        unread = [one for one in seen.listed(_LOOKED_AT) if one.read_at is None]
        shown, written = unread[:_MOST], [one for one in newest if one.unread]
        return cls(
            last_visit=_last_visit(work, profile_id),
            lost=[one for one in newest if one.id in lost][:_MOST],
            begun=reader.begun(profile_id, _MOST),
            loose=reader.loose_draft(profile_id),
            news=sorted(
                [
                    *(News(one.filed_at, document=seen.card(one)) for one in shown),
                    *(News(one.last_at, conversation=one) for one in written[:_MOST]),
                ],
                key=lambda one: one.at,
                reverse=True,
            ),
            more_documents=max(len(unread) - _MOST, 0),
            more_messages=max(len(written) - _MOST, 0),
            readings=_readings(work, profile_id),
        )

    def is_since(self, moment: datetime) -> bool:
        """Tell whether something came after the visit before this one."""
        return self.last_visit is None or moment > self.last_visit


def _last_visit(work: UnitOfWork, profile_id: str) -> datetime | None:
    """The newest line of signing in is that of this visit."""
    lines = _newest(work, profile_id, Action.SIGNED_IN, 2)
    return lines[1].at if len(lines) > 1 else None


def _readings(work: UnitOfWork, profile_id: str) -> list[Reading]:
    lines = _newest(work, profile_id, Action.OPERATOR_READ, _MOST)
    told = [work.journal.opened(one) for one in lines if one.at > work.now - _PAST]
    return [
        Reading(
            one.at,
            str(one.detail.get("by", "")),
            one.outcome,
            str(one.detail.get("reason", "")),
        )
        for one in told
    ]


def _newest(
    work: UnitOfWork, profile_id: str, action: Action, most: int
) -> list[Entry]:
    chain = chain_of(profile_id)
    return work.journal.latest(chain, [action], within=_LINES, most=most)
