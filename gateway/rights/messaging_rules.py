"""
May the patient write, to whom, and where does it go?

Source: rules of the citizens' messaging of Mon espace santé (who writes first, how a
professional ends an exchange), and the Reply-To rule of its notes for editors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import field, frozen

from gateway.core.decision import Decision, Permit, Refuse
from gateway.core.refusals import WritingRefusal
from gateway.rights.filing_facts import Standing
from gateway.rights.profile import ProfileState, may_sign_in

END_SUBJECT = "[FIN]"
"""The subject by which a professional ends the whole exchange."""

END_HEADER = "FIN"
"""
The value of X-MSS-MES by which one message forbids its answer.

Source: Référentiel socle MSSanté #2, ECO.2.2.8.
"""


@frozen(kw_only=True)
class AnswerQuota:
    """
    What a mailbox takes from one patient: so many messages within so many days.

    Counted are those since its own last message to them: whoever writes asks for
    answers. ``file_bytes``: the files of one message together; 0: as the service does.
    """

    messages: int
    days: int
    file_bytes: int = 0

    def counts_since(self, now: datetime, heard_at: datetime | None) -> datetime:
        """Return from when on messages count; ``heard_at``: of the mailbox's last."""
        since = now - timedelta(days=self.days)
        return since if heard_at is None else max(since, heard_at)

    def again_at(self, sent: Sequence[datetime]) -> datetime | None:
        """Return when one more is taken, None: now; ``sent``: when those that count."""
        if len(sent) < self.messages:
            return None
        return sorted(sent)[-self.messages] + timedelta(days=self.days)


class CorrespondentKind(StrEnum):
    """The kinds of mailboxes (TRE_R257), and what else may hide behind an address."""

    PERSONAL = "PER"
    ORGANISATION = "ORG"
    APPLICATION = "APP"
    PRACTICE = "CAB"
    PATIENT = "PATIENT"
    UNKNOWN = "UNKNOWN"


@frozen(kw_only=True)
class ReceivedMessage:
    """
    What is needed of a professional's message to tell whether it may be answered.

    ``forbids_answer``: it carries ``X-MSS-MES: FIN``. Addresses are in lower case.
    """

    message_id: str
    sender: str
    kind: CorrespondentKind
    subject: str = field(repr=False)
    forbids_answer: bool
    reply_to: tuple[str, ...] = ()

    @property
    def ends_exchange(self) -> bool:
        """True for the message that closes all the sender's earlier ones."""
        return self.subject == END_SUBJECT

    @property
    def answer_addresses(self) -> tuple[str, ...]:
        """
        Where an answer goes: Reply-To where there is one, else the sender.

        Empty for the mailbox of a program without Reply-To: nobody would read the
        answer.
        """
        if self.reply_to:
            return self.reply_to
        if self.kind is CorrespondentKind.APPLICATION:
            return ()
        return (self.sender,)


@frozen(kw_only=True)
class AnswerFacts:
    """
    What answering a message depends on.

    ``received``: what this patient received from the message's sender, in every
    conversation, oldest first; messages the patient deleted count too. ``trust``:
    whether every answer address is in the space of trust. ``leads_to_patient``:
    whether one of them is a patient's. ``answer_until``: the professional takes answers
    up to then, None where they set no end; ``now`` is when the patient writes.
    ``is_known_pharmacy``: of one that never wrote, whether it is a pharmacy that may be
    written to first (`first_message_rules`).
    ``most``: so many messages within the days that count are taken, 0 without a limit;
    ``sent`` of them are sent already. ``most_file_bytes``: what the files of one may
    be together where the professional set less than the service does, else 0.
    """

    profile: ProfileState
    message: ReceivedMessage
    received: tuple[ReceivedMessage, ...]
    trust: Standing
    leads_to_patient: bool
    answer_until: datetime | None = None
    is_known_pharmacy: bool = False
    most: int = 0
    sent: int = 0
    most_file_bytes: int = 0
    now: datetime


def forbids_answer(header: str | None) -> bool:
    """Tell whether the value of an ``X-MSS-MES`` header forbids answering."""
    return header is not None and header.strip() == END_HEADER


def open_messages(received: Sequence[ReceivedMessage]) -> tuple[ReceivedMessage, ...]:
    """
    Return the messages that may still be answered, oldest first.

    ``[FIN]`` closes itself and all earlier messages of its sender; ``X-MSS-MES: FIN``
    closes the message that carries it. A later message of that sender is open again.
    """
    ended: set[str] = set()
    still_open = []
    for message in reversed(received):
        if message.ends_exchange:
            ended.add(message.sender)
        elif message.sender not in ended and not message.forbids_answer:
            still_open.append(message)
    return tuple(reversed(still_open))


def message_to_answer(
    conversation: Sequence[ReceivedMessage], received: Sequence[ReceivedMessage]
) -> ReceivedMessage | None:
    """
    Return the newest message of a conversation the patient may answer, or None.

    ``received`` is all that came from the conversation's senders, oldest first.
    """
    answerable = {message.message_id for message in open_messages(received)}
    return next(
        (one for one in reversed(conversation) if one.message_id in answerable), None
    )


def decide_answer(facts: AnswerFacts) -> Decision[WritingRefusal]:
    """Permit the answer, or refuse with every rule that objects."""
    refusals = tuple(
        refusal for _, rule in ANSWER_ROWS if (refusal := rule(facts)) is not None
    )
    return Refuse(refusals) if refusals else Permit()


def _profile_may_write(facts: AnswerFacts) -> WritingRefusal | None:
    if may_sign_in(facts.profile):
        return None
    return WritingRefusal.PROFILE_NOT_ACTIVE


def _answer_is_not_to_a_patient(facts: AnswerFacts) -> WritingRefusal | None:
    kind = facts.message.kind
    if facts.leads_to_patient or kind is CorrespondentKind.PATIENT:
        return WritingRefusal.BETWEEN_PATIENTS
    return None


def _message_was_received(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.message in facts.received or facts.is_known_pharmacy:
        return None
    return WritingRefusal.NEVER_WROTE


def _message_is_open(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.message in open_messages(facts.received):
        return None
    if facts.message.forbids_answer:
        return WritingRefusal.ANSWER_FORBIDDEN
    return WritingRefusal.ENDED if facts.message in facts.received else None


def _window_is_open(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.answer_until is None or facts.now < facts.answer_until:
        return None
    return WritingRefusal.WINDOW_OVER


def _more_are_taken(facts: AnswerFacts) -> WritingRefusal | None:
    if not facts.most or facts.sent < facts.most:
        return None
    return WritingRefusal.ENOUGH_FOR_NOW


def _answer_has_an_address(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.message.answer_addresses:
        return None
    return WritingRefusal.NO_ANSWER_ADDRESS


def _answer_stays_inside(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.trust is Standing.GOOD or not facts.message.answer_addresses:
        return None
    return WritingRefusal.OUTSIDE_TRUST_SPACE


ANSWER_ROWS: tuple[tuple[str, Callable[[AnswerFacts], WritingRefusal | None]], ...] = (
    ("profile", _profile_may_write),
    ("no-patient", _answer_is_not_to_a_patient),
    ("received", _message_was_received),
    ("open", _message_is_open),
    ("window", _window_is_open),
    ("enough", _more_are_taken),
    ("address", _answer_has_an_address),
    ("inside", _answer_stays_inside),
)
"""The rules of answers, in their order, each by a name of its own."""
