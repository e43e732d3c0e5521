"""
A message that went to the wrong patient is taken back, and its sender told the truth.

By mail, its sender writes to the same address with the subject ``[RAPPEL]`` as an
answer to what was sent; an operator has a command. What was opened before is said: it
cannot be taken back from who has read it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Protocol

from attrs import field, frozen

from gateway.core.envelope import RecipientKind
from gateway.core.recalls import BroughtBefore
from gateway.core.texts.recalls import (
    COPIES_STAY,
    DOCUMENTS_CONSULTED,
    DOCUMENTS_OPENED,
    DOCUMENTS_SENT,
    NEVER_OPENED,
    RECALL_SUBJECTS,
    RECALL_TEXTS,
    TAKEN_AWAY,
    WAS_OPENED,
)
from gateway.errors import ConflictError, InvalidError, UnavailableError
from gateway.message.headers import read_headers
from gateway.mssante.receipts.gathering import find_addressee
from gateway.mssante.receipts.postmaster import write_mail
from gateway.rights.recall_rules import (
    Recall,
    RecallFacts,
    is_same_sender,
    judge_recall,
)
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import (
    Arrivals,
    ArrivalState,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.inbox.recalls import Recalls
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task

_NOT_THERE_YET = frozenset({ArrivalState.RECEIVED, ArrivalState.DECIDED})
_NOTHING = BroughtBefore(documents=0, opened=0, copies=0)


class DocumentsOfMessage(Protocol):
    """What is asked of the vault; the node gives it."""

    def look(
        self, work: UnitOfWork, profile_id: str, arrival_id: str, message_id: str
    ) -> BroughtBefore:
        """Return what became of the documents of a message."""

    def withdraw(
        self, work: UnitOfWork, profile_id: str, arrival_id: str, **who: str
    ) -> int:
        """Take them from everybody's sight; return how many there were."""


@frozen(kw_only=True)
class Taken:
    """What came of it for one recipient, and what had been opened before."""

    position: int
    outcome: Recall
    message_opened: bool = False
    brought: BroughtBefore = _NOTHING

    @property
    def was_opened(self) -> bool:
        """True where something of it was read, or is kept."""
        return bool(self.message_opened or self.brought.opened or self.brought.copies)


@frozen
class TakingBack:
    """Takes a message back from its patients, within one transaction."""

    database: Database
    settings: Settings
    documents: DocumentsOfMessage

    def by_operator(
        self, work: UnitOfWork, sent: KeptArrival, *, by: str, reason: str
    ) -> list[Taken]:
        """
        Take it back from each patient it went to, and tell its sender.

        Raises:
            ConflictError: it is still on its way, and would arrive after all.
        """
        if sent.state in _NOT_THERE_YET:
            raise ConflictError(
                "it is not delivered yet: drop its task (gateway queue list), or try "
                "again once it is"
            )
        who = {"by": by, "reason": reason}
        taken = [
            self.take(work, one, sent, who, same_sender=False, by_operator=True)
            for one in _patients(sent)
        ]
        if any(one.outcome is Recall.TAKEN_BACK for one in taken):
            self.tell(work, sent, taken)
        return taken

    def take(
        self,
        work: UnitOfWork,
        one: RecipientOutcome,
        sent: KeptArrival,
        who: Mapping[str, str],
        *,
        same_sender: bool,
        by_operator: bool,
    ) -> Taken:
        """Judge one recipient's copy and, if it may be, take it back with a line."""
        profile_id = one.recipient.target_id
        Profiles(work).hold(profile_id)  # nobody opens or keeps it meanwhile
        message = Recalls(work).find(profile_id, sent.id)
        brought = self.documents.look(
            work, profile_id, sent.id, message.id if message else ""
        )
        found = Taken(
            position=one.position,
            outcome=Recall.UNKNOWN,
            message_opened=message is not None and message.read_at is not None,
            brought=brought,
        )
        outcome = judge_recall(
            RecallFacts(
                found=message is not None or brought.documents > 0,
                same_sender=same_sender,
                by_operator=by_operator,
                taken_back=message is not None
                and message.recalled_at is not None
                and not brought.documents,
                opened=found.was_opened,
                received_at=sent.received_at,
                now=work.now,
                most_days=self.settings.filing.recall_days,
            )
        )
        if outcome is Recall.UNKNOWN:
            return Taken(position=one.position, outcome=outcome)
        if outcome is Recall.TAKEN_BACK:
            if message is not None and message.recalled_at is None:
                Recalls(work).take_back(profile_id, message)
            self.documents.withdraw(work, profile_id, sent.id, **who)
            work.note(
                Action.MESSAGE_RECALLED,
                "opened" if found.was_opened else "unopened",
                sent.id,
                chain=chain_of(profile_id),
                recipient=one.position,
                **who,
            )
        return Taken(
            position=one.position,
            outcome=outcome,
            message_opened=found.message_opened,
            brought=brought,
        )

    def tell(
        self, work: UnitOfWork, asked: KeptArrival, taken: Sequence[Taken]
    ) -> None:
        """Write to who asked, or who sent, what came of it; nobody to a null path."""
        addressee = find_addressee(work, asked, self.settings.domains)
        if not asked.reverse_path or addressee.recipient is None:
            return
        whole = all(one.outcome in {Recall.TAKEN_BACK, Recall.ALREADY} for one in taken)
        write_mail(
            self.database,
            self.settings.domains,
            addressee.recipient,
            subject=RECALL_SUBJECTS[whole],
            text="\n\n".join(_words(one, asked) for one in taken),
            answers=asked,
        ).hand_over(work)


def _words(one: Taken, asked: KeptArrival) -> str:
    """Return what is said of one recipient: in French, then in English."""
    address = next(
        each.recipient.address
        for each in asked.recipients
        if each.position == one.position
    )
    said = [RECALL_TEXTS[one.outcome.value]]
    if one.outcome is Recall.TAKEN_BACK:
        said.append(WAS_OPENED if one.was_opened else NEVER_OPENED)
    if one.brought.opened:
        said.append(_with(DOCUMENTS_OPENED, one.brought.opened))
    if one.brought.copies:
        said.append(_with(COPIES_STAY, one.brought.copies))
    if one.brought.consulted:
        said.append(_with(DOCUMENTS_CONSULTED, one.brought.consulted))
    if one.brought.sent:
        said.append(_with(DOCUMENTS_SENT, one.brought.sent))
    if one.brought.may_be_taken_away:
        said.append(TAKEN_AWAY)
    return "\n".join(
        (address, " ".join(fr for fr, _ in said), " ".join(en for _, en in said))
    )


def _with(text: tuple[str, str], number: int) -> tuple[str, str]:
    french, english = text
    return french.format(number), english.format(number)


def _patients(sent: KeptArrival) -> list[RecipientOutcome]:
    return [
        one for one in sent.recipients if one.recipient.kind is RecipientKind.PATIENT
    ]


@frozen
class Recalling:
    """The step for `TaskKind.RECALL`: a message that asks for another one back."""

    taking: TakingBack = field(repr=False)

    def __call__(self, task: Task) -> Job:
        """
        Read which message is asked back; return the job that answers.

        Raises:
            InvalidError: there is no such message, or it cannot be read.
        """
        with self.taking.database.read() as work:
            kept = Arrivals(work).get(task.subject)
            if kept is None:
                raise InvalidError("no such message")
            headers = read_headers(Arrivals(work).content(kept))
        named = headers.get("in-reply-to").split()
        return partial(self._answer, kept, named)

    def _answer(
        self, kept: KeptArrival, named: Collection[str], work: UnitOfWork
    ) -> None:
        candidates = self._sent_before(work, kept, named)
        who = {
            "sender": kept.sender.kind.value,
            "identity": kept.sender.identity,
            "asked": kept.id,
        }
        taken = []
        for one in sorted(_patients(kept), key=_by_target):
            if not (one.outcome and one.deliver):
                continue
            found = _to_the_same(candidates, one)
            if found is None:
                taken.append(Taken(position=one.position, outcome=Recall.UNKNOWN))
                continue
            sent, copy = found
            result = self.taking.take(
                work, copy, sent, who, same_sender=True, by_operator=False
            )
            taken.append(_at(result, one.position))
        if taken:
            taken.sort(key=lambda one: one.position)
            self.taking.tell(work, kept, taken)

    def _sent_before(
        self, work: UnitOfWork, kept: KeptArrival, named: Collection[str]
    ) -> list[KeptArrival]:
        """Return what the same sender sent under the names, the newest first."""
        arrivals, found = Arrivals(work), []
        for arrival_id in {one for name in named for one in arrivals.find(name)}:
            sent = arrivals.get(arrival_id)
            if sent is None or sent.id == kept.id:
                continue
            if not is_same_sender(
                kept.sender, kept.reverse_path, sent.sender, sent.reverse_path
            ):
                continue
            if sent.state in _NOT_THERE_YET:
                raise UnavailableError("what is asked back is not delivered yet")
            found.append(sent)
        return sorted(found, key=lambda one: one.received_at, reverse=True)


def _to_the_same(
    candidates: Sequence[KeptArrival], asked: RecipientOutcome
) -> tuple[KeptArrival, RecipientOutcome] | None:
    for sent in candidates:
        for one in _patients(sent):
            if one.recipient.target_id == asked.recipient.target_id:
                return sent, one
    return None


def _at(taken: Taken, position: int) -> Taken:
    return Taken(
        position=position,
        outcome=taken.outcome,
        message_opened=taken.message_opened,
        brought=taken.brought,
    )


def _by_target(one: RecipientOutcome) -> str:
    return one.recipient.target_id
