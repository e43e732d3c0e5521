"""May who signed in to the professionals' pages write to a patient, and from where?"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from attrs import frozen

from gateway.rights.mailbox_rules import MailboxFacts, refuse_mailbox
from gateway.rights.recipient_rules import PatientFacts, refuse_patient


class NoPageWriting(StrEnum):
    """Why nothing is written by a page, each with its words there."""

    NO_MAILBOX = "NO_MAILBOX"
    MAILBOX_SHUT = "MAILBOX_SHUT"
    NOT_REACHED = "NOT_REACHED"


@frozen(kw_only=True)
class PageWritingFacts:
    """
    What the answer depends on, each looked up every time.

    ``holds_mailbox``: who signed in is a holder of the mailbox by their own number.
    """

    holds_mailbox: bool
    mailbox: MailboxFacts
    patient: PatientFacts


def writes_from_own_mailbox(facts: PageWritingFacts) -> NoPageWriting | None:
    """
    The sender is a secure address that who signed in holds.

    That a structure holds it opens it to nobody by name: each access is a person's.
    """
    return None if facts.holds_mailbox else NoPageWriting.NO_MAILBOX


def mailbox_takes_the_copy(facts: PageWritingFacts) -> NoPageWriting | None:
    """What is sent is kept in the mailbox, and its answer comes there."""
    return NoPageWriting.MAILBOX_SHUT if refuse_mailbox(facts.mailbox) else None


def patient_is_reached(facts: PageWritingFacts) -> NoPageWriting | None:
    """
    Rows 3 to 8 of the filing table, as at the doors of mail: one refusal for all.

    Which of them objects is not told: not whether somebody has a space, opposed it,
    closed it, or blocked who asks.
    """
    return None if can_be_written_to(facts.patient) else NoPageWriting.NOT_REACHED


def can_be_written_to(facts: PatientFacts) -> bool:
    """Tell whether a message to a patient would be taken now, from who asks."""
    return refuse_patient(facts) is None


PAGE_WRITING_ROWS: tuple[Callable[[PageWritingFacts], NoPageWriting | None], ...] = (
    writes_from_own_mailbox,
    mailbox_takes_the_copy,
    patient_is_reached,
)
"""In the order they are asked."""


def refuse_page_writing(facts: PageWritingFacts) -> NoPageWriting | None:
    """Return why somebody may not write by a page, or None."""
    found = (rule(facts) for rule in PAGE_WRITING_ROWS)
    return next((why for why in found if why is not None), None)
