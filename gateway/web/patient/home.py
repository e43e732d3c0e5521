"""What the first page says: what is to be done, what is new, who else was there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from gateway.core.actors import Who
from gateway.core.habilitation import column_texts
from gateway.core.reading import IN_EMERGENCY
from gateway.core.texts.both import Both
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.consultations import Consultations
from gateway.store.inbox.drafts import Draft, DraftReader
from gateway.store.inbox.sent_copies import SentCopies
from gateway.store.inbox.values import Conversation
from gateway.store.journal import Action, Entry, chain_of
from gateway.web.patient.document_cards import DocumentCard, SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.told_accesses import untold_lines

_LOOKED_AT = 30
_MOST = 5
"""Lines of one kind that the page shows; what is beyond stands in the lists."""

_PAST = timedelta(days=90)

_READ_BY_OPERATORS = (
    Action.OPERATOR_READ,
    Action.ACCESS_TAKEN,
    Action.ACCESS_GRANTED,
    Action.DOCUMENT_DOWNLOADED,
)
"""The last is the patient's own too, where no operator is named."""

_LINES = 5_000
"""Of the patient's chain so many last lines are looked through: older is not told."""


@frozen
class Reading:
    """Someone else looked at something of the patient's: who, what of it, when, why."""

    at: datetime
    by: str = field(repr=False)
    what: str
    reason: str = field(repr=False)
    times: int = 1
    """How often the same was done for the same reason; ``at`` is the last time."""


@frozen
class RecordVisit:
    """A professional opened the record: who, as what, where, by what way, when."""

    at: datetime
    name: str = field(repr=False)
    profession: Both = field(repr=False)
    place: str = field(repr=False)
    in_emergency: bool
    reason: str = field(repr=False)
    """What they wrote of an emergency."""
    times: int = 1
    """How often they opened it in the same way; ``at`` is the last time."""


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
    begun: Sequence[Draft]
    news: Sequence[News]
    """The newest first."""
    more_documents: bool
    """Whether more documents are not opened yet than are shown."""
    more_messages: bool
    """Whether more conversations have something unread than are shown."""
    readings: Sequence[Reading | RecordVisit]
    """What operators and professionals looked at, the newest first."""

    @property
    def has_tasks(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.lost or self.begun)

    @classmethod
    def of(cls, work: UnitOfWork, profile_id: str, seen: SeenDocuments) -> Home:
        """Look it all up; of each kind the newest few."""
        reader = inbox_of(work)
        newest = reader.conversations(profile_id, _LOOKED_AT)
        lost = SentCopies(work, profile_id).with_losses([one.id for one in newest])
        drafts = DraftReader(reader).all(profile_id, _LOOKED_AT)
        unread = seen.unopened(_MOST + 1)
        written = reader.conversations(profile_id, _MOST + 1, unread=True)
        return cls(
            last_visit=last_visit(work, profile_id),
            lost=[one for one in newest if one.id in lost][:_MOST],
            begun=[one for one in drafts if one.may_be_sent][:_MOST],
            news=sorted(
                [
                    *(
                        News(one.filed_at, document=seen.card(one))
                        for one in unread[:_MOST]
                    ),
                    *(News(one.last_at, conversation=one) for one in written[:_MOST]),
                ],
                key=lambda one: one.at,
                reverse=True,
            ),
            more_documents=len(unread) > _MOST,
            more_messages=len(written) > _MOST,
            readings=_others(work, seen),
        )

    def is_since(self, moment: datetime) -> bool:
        """Tell whether something came after the visit before this one."""
        return self.last_visit is None or moment > self.last_visit


def last_visit(work: UnitOfWork, profile_id: str) -> datetime | None:
    """
    Return when somebody signed in the time before this one, or None.

    The newest line of signing in is that of this visit.
    """
    lines = _newest(work, profile_id, Action.SIGNED_IN, 2)
    return lines[1].at if len(lines) > 1 else None


def _others(work: UnitOfWork, seen: SeenDocuments) -> Sequence[Reading | RecordVisit]:
    """Return the newest of what operators and professionals looked at."""
    found: list[Reading | RecordVisit] = [
        *_readings(work, seen),
        *_openings(work, seen),
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)[:_MOST]


def _readings(work: UnitOfWork, seen: SeenDocuments) -> list[Reading]:
    """Return what operators read, or were given access to, as far as it may be told."""
    lines = work.journal.latest(
        chain_of(seen.profile_id),
        _READ_BY_OPERATORS,
        who=(Who.OPERATOR,),
        of_them=(Action.OPERATOR_READ,),
        since=work.now - _PAST,
        within=_LINES,
        most=_LOOKED_AT,
    )
    untold = untold_lines(work, seen, lines)
    told = [work.journal.opened(one) for one in lines if one.seq not in untold]
    found = [
        Reading(
            one.at,
            str(one.detail.get("by", "")),
            one.outcome if one.action == Action.OPERATOR_READ else one.action,
            str(one.detail.get("reason") or one.detail.get("why") or ""),
        )
        for one in told
        if one.action != Action.DOCUMENT_DOWNLOADED or seen.find(one.subject)
    ]
    return _said_once(found)


def _openings(work: UnitOfWork, seen: SeenDocuments) -> list[RecordVisit]:
    """Return which professionals opened the record, to whom it is all told."""
    if not sees_secrets(seen.reader):
        return []
    professions = {one.column.value: one for one in column_texts().values()}
    since, found = work.now - _PAST, dict[tuple[str, str, bool, str], RecordVisit]()
    for one in Consultations(work).of_patient(seen.profile_id, _LOOKED_AT):
        if one.begun_at < since or one.said is None:
            continue
        said, party = professions.get(one.said.column), one.said.party
        in_emergency, reason = one.way in IN_EMERGENCY, one.said.reason
        key = (party.identity, party.structure, in_emergency, reason)
        last = found.get(key)
        found[key] = (
            evolve(last, times=last.times + 1)
            if last is not None
            else RecordVisit(
                one.begun_at,
                party.name,
                Both(said.french, said.english) if said else Both("", ""),
                party.place,
                in_emergency,
                reason,
            )
        )
    return list(found.values())


def _said_once(readings: Sequence[Reading]) -> list[Reading]:
    """Return the last of those that differ in who, what or why, the others counted."""
    alike: dict[tuple[str, str, str], Reading] = {}
    for one in readings:  # the last first
        key = (one.by, one.what, one.reason)
        last = alike.get(key)
        alike[key] = one if last is None else evolve(last, times=last.times + 1)
    return list(alike.values())


def _newest(
    work: UnitOfWork, profile_id: str, action: Action, most: int
) -> list[Entry]:
    chain = chain_of(profile_id)
    return work.journal.latest(chain, [action], within=_LINES, most=most)
