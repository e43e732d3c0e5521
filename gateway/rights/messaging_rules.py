"""
May the patient write, to whom, and where does it go?

Source: rules of the citizens' messaging of Mon espace santé (who writes first, how a
professional ends an exchange), and the Reply-To rule of its notes for editors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar

from attrs import field, frozen

from gateway.core.decision import Decision, Permit, Refuse
from gateway.rights.filing_facts import Standing
from gateway.rights.profile import ProfileState, may_sign_in

F = TypeVar("F")

END_SUBJECT = "[FIN]"
"""The subject by which a professional ends all that went before."""

END_HEADER = "FIN"
"""
The value of X-MSS-MES by which one message forbids its answer.

Source: Référentiel socle MSSanté #2, ECO.2.2.8.
"""


class CorrespondentKind(StrEnum):
    """The kinds of mailboxes (TRE_R257), and what else may hide behind an address."""

    PERSONAL = "PER"
    ORGANISATION = "ORG"
    APPLICATION = "APP"
    PRACTICE = "CAB"
    PATIENT = "PATIENT"
    UNKNOWN = "UNKNOWN"


class WritingRefusal(StrEnum):
    """Why the patient cannot write; each has a text in `messaging_texts`."""

    PROFILE_NOT_ACTIVE = "PROFILE_NOT_ACTIVE"
    BETWEEN_PATIENTS = "BETWEEN_PATIENTS"
    NEVER_WROTE = "NEVER_WROTE"
    ANSWER_FORBIDDEN = "ANSWER_FORBIDDEN"
    ENDED = "ENDED"
    NO_ANSWER_ADDRESS = "NO_ANSWER_ADDRESS"
    OUTSIDE_TRUST_SPACE = "OUTSIDE_TRUST_SPACE"


@frozen(kw_only=True)
class ReceivedMessage:
    """
    A professional's message as far as answering it goes.

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

        Empty for a software's mailbox without Reply-To: nobody would read it.
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
    whether one of them is a patient's.
    """

    profile: ProfileState
    message: ReceivedMessage
    received: tuple[ReceivedMessage, ...]
    trust: Standing
    leads_to_patient: bool


@frozen(kw_only=True)
class NewThreadFacts:
    """
    What starting a conversation depends on.

    ``received``: every message of which ``address`` is an answer address or the
    sender, and the other messages of those senders, oldest first.
    """

    profile: ProfileState
    address: str
    kind: CorrespondentKind
    received: tuple[ReceivedMessage, ...]
    trust: Standing


def forbids_answer(header: str | None) -> bool:
    """Tell whether the value of an ``X-MSS-MES`` header forbids answering."""
    return header is not None and header.strip() == END_HEADER


def open_messages(received: Sequence[ReceivedMessage]) -> tuple[ReceivedMessage, ...]:
    """
    Return the messages still open to an answer, oldest first.

    ``[FIN]`` closes all earlier messages of its sender and itself; ``X-MSS-MES: FIN``
    closes its own message only; a later message of that sender opens anew.
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
    return _collect(facts, ANSWER_RULES)


def decide_new_thread(facts: NewThreadFacts) -> Decision[WritingRefusal]:
    """
    Permit a new conversation with who already wrote and has not ended exchanges.

    A message with Reply-To makes a contact of that address, not of its sender.
    """
    return _collect(facts, NEW_THREAD_RULES)


def _collect(
    facts: F, rules: Sequence[Callable[[F], WritingRefusal | None]]
) -> Decision[WritingRefusal]:
    refusals = tuple(refusal for rule in rules if (refusal := rule(facts)) is not None)
    return Refuse(refusals) if refusals else Permit()


def _profile_may_write(facts: AnswerFacts | NewThreadFacts) -> WritingRefusal | None:
    if may_sign_in(facts.profile):
        return None
    return WritingRefusal.PROFILE_NOT_ACTIVE


def _answer_is_not_to_a_patient(facts: AnswerFacts) -> WritingRefusal | None:
    kind = facts.message.kind
    if facts.leads_to_patient or kind is CorrespondentKind.PATIENT:
        return WritingRefusal.BETWEEN_PATIENTS
    return None


def _message_was_received(facts: AnswerFacts) -> WritingRefusal | None:
    return None if facts.message in facts.received else WritingRefusal.NEVER_WROTE


def _message_is_open(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.message in open_messages(facts.received):
        return None
    if facts.message.forbids_answer:
        return WritingRefusal.ANSWER_FORBIDDEN
    return WritingRefusal.ENDED if facts.message in facts.received else None


def _answer_has_an_address(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.message.answer_addresses:
        return None
    return WritingRefusal.NO_ANSWER_ADDRESS


def _answer_stays_inside(facts: AnswerFacts) -> WritingRefusal | None:
    if facts.trust is Standing.GOOD or not facts.message.answer_addresses:
        return None
    return WritingRefusal.OUTSIDE_TRUST_SPACE


def _contact_is_not_a_patient(facts: NewThreadFacts) -> WritingRefusal | None:
    if facts.kind is CorrespondentKind.PATIENT:
        return WritingRefusal.BETWEEN_PATIENTS
    return None


def _contact_wrote_before(facts: NewThreadFacts) -> WritingRefusal | None:
    wrote = _messages_of_contact(facts, facts.received)
    return None if wrote else WritingRefusal.NEVER_WROTE


def _contact_is_open(facts: NewThreadFacts) -> WritingRefusal | None:
    wrote = _messages_of_contact(facts, facts.received)
    if not wrote or _messages_of_contact(facts, open_messages(facts.received)):
        return None
    return WritingRefusal.ENDED


def _contact_reads(facts: NewThreadFacts) -> WritingRefusal | None:
    """A software's mailbox reads what it named itself in a Reply-To."""
    if facts.kind is not CorrespondentKind.APPLICATION:
        return None
    named = any(facts.address in message.reply_to for message in facts.received)
    return None if named else WritingRefusal.NO_ANSWER_ADDRESS


def _contact_is_inside(facts: NewThreadFacts) -> WritingRefusal | None:
    if facts.trust is Standing.GOOD:
        return None
    return WritingRefusal.OUTSIDE_TRUST_SPACE


def _messages_of_contact(
    facts: NewThreadFacts, messages: Sequence[ReceivedMessage]
) -> list[ReceivedMessage]:
    """
    Return the messages that make a contact of the address.

    A software's own mailbox counts as having written: the refusal is then that
    nobody reads it, not that it never wrote.
    """
    return [
        message
        for message in messages
        if facts.address in message.answer_addresses
        or (not message.answer_addresses and facts.address == message.sender)
    ]


ANSWER_RULES: tuple[Callable[[AnswerFacts], WritingRefusal | None], ...] = (
    _profile_may_write,
    _answer_is_not_to_a_patient,
    _message_was_received,
    _message_is_open,
    _answer_has_an_address,
    _answer_stays_inside,
)

NEW_THREAD_RULES: tuple[Callable[[NewThreadFacts], WritingRefusal | None], ...] = (
    _profile_may_write,
    _contact_is_not_a_patient,
    _contact_wrote_before,
    _contact_is_open,
    _contact_reads,
    _contact_is_inside,
)
