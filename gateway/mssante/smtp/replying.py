"""What the SMTP doors reply to an answer of the reception, or to a refused row."""

from __future__ import annotations

from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replies import Reply
from gateway.reception.keeping import Answer, Failed, Failure, Kept, Twin


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
