"""Telling both sides that a message was opened by nobody for days: once, and truly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from attrs import field, frozen

from gateway.core.envelope import RecipientKind
from gateway.core.recalls import BroughtBefore
from gateway.core.texts.notices import NoticeKind
from gateway.core.texts.unread import UNREAD_SUBJECT, UNREAD_TEXT
from gateway.errors import DamagedError, DestroyedError
from gateway.mssante.receipts.gathering import find_addressee
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.mssante.receipts.postmaster import write_mail
from gateway.rights.profile import ProfileState
from gateway.rights.unread_rules import (
    ReceivedFacts,
    SentFacts,
    refuse_to_patient,
    refuse_to_sender,
)
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival, RecipientOutcome
from gateway.store.arrivals.blocked import is_sender_blocked
from gateway.store.arrivals.receipts import Receipts
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.unopened import KIND, Spot, Unopened, Waiting, go_on
from gateway.store.inbox.values import Direction
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.values import MAIL_TO_ME
from gateway.store.tasks.tasks import Task

BATCH: Final = 50
"""Messages that are looked at in one step."""


class OpenedDocuments(Protocol):
    """What is asked of the vault; the node gives it."""

    def look(
        self, work: UnitOfWork, profile_id: str, arrival_id: str, message_id: str
    ) -> BroughtBefore:
        """Return what became of the documents of a message."""


@frozen
class _Told:
    """A mail to the sender of one message, written and encrypted."""

    waiting: Waiting
    position: int
    written: WrittenReceipt = field(repr=False)

    @property
    def mailbox_id(self) -> str:
        """Where it goes, if that is here: in one order for all who deliver."""
        (recipient,) = self.written.arrival.recipients
        return recipient.target_id


@frozen
class TellingUnread:
    """
    The step of `TaskKind.UNREAD`; the subject is a `Spot` among all messages.

    A batch at a time, then the next; at the end it begins anew a day later. Whatever
    was told is recorded with its message, so that a day that is looked through twice
    tells nothing twice.
    """

    database: Database
    settings: Settings
    documents: OpenedDocuments

    def __call__(self, task: Task) -> Job:
        """
        Look at the next messages and write what is to be told; return the job.

        Raises:
            InvalidError: the subject is no place.
        """
        place, days = Spot.read(task.subject), self.settings.notices.unread_days
        if not days:
            return _nothing
        with self.database.read() as work:
            found = Unopened(work).after(place, days, BATCH)
            following = _following(place, found)
            if place.direction is Direction.IN:
                told = [one for each in found if (one := self._written(work, each))]
                return partial(self._tell_senders, task.id, told, following)
            due = [one for one in found if self._is_unopened(work, one)]
        return partial(self._tell_patients, task.id, due, following)

    def _written(self, work: UnitOfWork, one: Waiting) -> _Told | None:
        """Return the mail that is due to a sender, or None."""
        try:
            found = self._due(work, one)
            if found is None:
                return None
            kept, copy = found
            addressee = find_addressee(work, kept, self.settings.domains)
        except (DamagedError, DestroyedError):  # said; its neighbours are told
            return None
        if addressee.recipient is None:
            return None
        written = write_mail(
            self.database,
            self.settings.domains,
            addressee.recipient,
            subject=UNREAD_SUBJECT,
            text=self._text(kept, copy, work.now),
            answers=kept,
        )
        return _Told(one, copy.position, written)

    def _due(
        self, work: UnitOfWork, one: Waiting
    ) -> tuple[KeptArrival, RecipientOutcome] | None:
        """Return the message with its copy if its sender is to be told of it."""
        kept = Arrivals(work).get(one.arrival_id)
        copy = _copy_of(kept, one.profile_id) if kept else None
        if kept is None or copy is None:
            return None
        profile = Profiles(work).get(one.profile_id)
        rights = Profiles(work).rights(one.profile_id)
        talk = InboxReader(work).conversation(one.profile_id, one.conversation_id)
        brought = self.documents.look(work, one.profile_id, one.arrival_id, one.id)
        facts = ReceivedFacts(
            now=work.now,
            days=self.settings.notices.unread_days,
            shown_at=one.shown_at,
            profile=ProfileState(profile.state) if profile else ProfileState.ABSENT,
            opened=Receipts(work).was_read(one.arrival_id, one.profile_id)
            or bool(brought.opened or brought.copies),
            gone=False,  # of those that are not, `Unopened` finds none
            # Or wants no secure mail at all.
            blocked=any(each.kind == MAIL_TO_ME for each in rights.oppositions)
            or is_sender_blocked(
                work, one.profile_id, kept, talk.address if talk else ""
            ),
            notify=copy.recipient.notify,
            answered_to=bool(kept.reverse_path),
        )
        return None if refuse_to_sender(facts) else (kept, copy)

    def _text(self, kept: KeptArrival, copy: RecipientOutcome, now: datetime) -> str:
        zone = ZoneInfo(self.settings.web.time_zone)
        said = {
            "address": copy.recipient.address,
            "day": f"{kept.received_at.astimezone(zone):%d/%m/%Y}",
            "today": f"{now.astimezone(zone):%d/%m/%Y}",
        }
        return "\n\n".join(UNREAD_TEXT).format_map(said)

    def _tell_senders(
        self,
        task_id: int,
        told: Sequence[_Told],
        following: Spot,
        work: UnitOfWork,
    ) -> None:
        unopened = Unopened(work)
        still = unopened.still(one.waiting for one in told)
        for one in sorted(told, key=lambda one: one.mailbox_id):
            arrival_id = one.waiting.arrival_id
            if one.waiting.id not in still or unopened.was_told(
                arrival_id, one.position
            ):
                one.written.discard(work)
                continue
            unopened.record(arrival_id, one.position, state="sent")
            one.written.hand_over(work)
            work.note(
                Action.RECEIPT_SENT,
                KIND,
                arrival_id,
                chain=OPERATOR,
                recipient=one.position,
                receipt=one.written.arrival.id,
            )
        go_on(work, task_id, following)

    def _is_unopened(self, work: UnitOfWork, one: Waiting) -> bool:
        """Tell whether a patient is to hear of a message that they sent."""
        facts = SentFacts(
            now=work.now,
            days=self.settings.notices.unread_days,
            sent_at=one.at,
            gone=False,  # of those that are, `Unopened` finds none
            copies=Unopened(work).copies(one.arrival_id, one.blob_id),
        )
        return refuse_to_patient(facts) is None

    def _tell_patients(
        self,
        task_id: int,
        due: Sequence[Waiting],
        following: Spot,
        work: UnitOfWork,
    ) -> None:
        unopened = Unopened(work)
        still = unopened.still(due)
        for one in due:
            told = unopened.was_told(one.arrival_id, 0)
            if one.id in still and not told and self._is_unopened(work, one):
                self._tell_patient(work, one)
        go_on(work, task_id, following)

    def _tell_patient(self, work: UnitOfWork, one: Waiting) -> None:
        Unopened(work).record(one.arrival_id, 0, state="shown")
        try:
            answer = Notices.of(work, self.settings).tell(
                one.profile_id, NoticeKind.UNREAD, subject=one.arrival_id
            )
        except (DamagedError, DestroyedError):  # said; the page shows it all the same
            return
        work.note(
            Action.RECEIPT_SENT,
            KIND,
            one.arrival_id,
            chain=chain_of(one.profile_id),
            recipient=0,
            **answer.kept,
        )


def _copy_of(kept: KeptArrival, profile_id: str) -> RecipientOutcome | None:
    """Return the copy that a patient was delivered, or None."""
    return next(
        (
            one
            for one in kept.recipients
            if one.recipient.kind is RecipientKind.PATIENT
            and one.recipient.target_id == profile_id
            and one.outcome
            and one.deliver
        ),
        None,
    )


def _following(place: Spot, found: Sequence[Waiting]) -> Spot:
    """Return where to go on; the beginning once all was looked at."""
    if len(found) == BATCH:
        last = found[-1]
        return Spot(last.direction, last.conversation_id, last.serial)
    return Spot(Direction.OUT) if place.direction is Direction.IN else Spot()


def _nothing(_: UnitOfWork) -> None:
    """Nobody is to be told: the task ends, and comes back with the setting."""
