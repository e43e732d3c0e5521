"""What the SMTP doors reply to an answer of the reception, or to a refused row."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.core.envelope import Door
from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replies import Reply
from gateway.reception.keeping import Answer, Failed, Failure, Kept, Twin
from gateway.rights.mailbox_rules import MailboxRefusal
from gateway.rights.relay_rules import RelayRefusal
from gateway.rights.sender_rules import SenderRefusal

PATIENT_BY_MAIL = "PATIENT_BY_MAIL"
"""What the doors refuse beside the rules' own reasons; for journal and log."""

_TO_USERS: Mapping[str, Reply] = MappingProxyType(
    {
        SenderRefusal.CLIENT_WITHOUT_MAILBOX: replies.NO_MAILBOX_HELD,
        SenderRefusal.REVERSE_PATH_MALFORMED: replies.BAD_SENDER_ADDRESS,
        SenderRefusal.REVERSE_PATH_NOT_HELD: replies.MAILBOX_NOT_HELD,
        SenderRefusal.FROM_MISSING: replies.FROM_MISSING,
        SenderRefusal.FROM_SEVERAL: replies.FROM_MISSING,
        SenderRefusal.FROM_DIFFERS: replies.FROM_DIFFERS,
        SenderRefusal.FROM_NOT_HELD: replies.FROM_NOT_HELD,
        SenderRefusal.SENDER_SEVERAL: replies.SENDER_SEVERAL,
        SenderRefusal.SENDER_DIFFERS: replies.SENDER_DIFFERS,
        SenderRefusal.REPLY_TO_OUTSIDE: replies.REPLY_TO_OUTSIDE,
        PATIENT_BY_MAIL: replies.PATIENT_BY_MAIL,
        MailboxRefusal.UNKNOWN: replies.NO_SUCH_MAILBOX,
        MailboxRefusal.CLOSED: replies.MAILBOX_CLOSED,
        RelayRefusal.REFUSED: replies.OUTSIDE_TRUST_SPACE,
    }
)


def reply_to_sender(door: Door, code: str) -> Reply:
    """
    Return plain words for a user of ours, who has to know what to correct, and the one
    refusal for another operator. No patient is meant: see `reply_to_refusal`.
    """
    if door is not Door.SUBMISSION:
        return replies.REFUSED
    return _TO_USERS.get(code, replies.REFUSED)


def reply_to(answer: Answer) -> Reply:
    """
    Return 250 for what is on disk, be it since before; else 4xx: it may come again.

    A peer that sends again because it lost our 250 hears that very 250.
    """
    match answer:
        case Kept(arrival_id) | Twin(arrival_id):
            return replies.accepted(arrival_id)
        case Failed(failure=Failure.STORAGE_FULL):
            return replies.STORAGE_FULL
        case Failed():
            return replies.TRY_LATER


def reply_to_refusal(reason: Reason) -> Reply:
    """Return the one refusal for all reasons, but for what may pass later."""
    if reason is Reason.PROFILE_SUSPENDED:
        return replies.TRY_LATER
    return replies.REFUSED
