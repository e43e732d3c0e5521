"""
Asking the author of a document to correct or to withdraw it (CSP R. 1111-51).

What a professional filed is theirs to change: the patient asks. So that nobody has to
run after the answer, the asking is kept track of: the author is reminded, and once the
time is over the service looks into it.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gateway.core.document import Availability


class Wish(StrEnum):
    """What a patient asks for."""

    CORRECT = "CORRECT"
    WITHDRAW = "WITHDRAW"


class CorrectionState(StrEnum):
    """Where the asking stands; kept for years, so never renamed."""

    ASKED = "ASKED"
    REMINDED = "REMINDED"
    ESCALATED = "ESCALATED"  # the time is over: the service looks into it
    ANSWERED = "ANSWERED"
    CORRECTED = "CORRECTED"
    WITHDRAWN = "WITHDRAWN"
    TAKEN_BACK = "TAKEN_BACK"
    CLOSED = "CLOSED"  # by the service, which told the patient what it found


UNDER_WAY = frozenset(
    {CorrectionState.ASKED, CorrectionState.REMINDED, CorrectionState.ESCALATED}
)


class AskingRefusal(StrEnum):
    """Why an author is not asked."""

    OWN = "own"
    REPLACED = "replaced"
    UNDER_WAY = "under way"
    TOO_MANY = "too many"


@frozen(kw_only=True)
class AskingFacts:
    """
    A document whose author a patient wants to ask.

    ``is_own``: the patient put it there; ``status`` as it is seen now; ``is_asked``:
    the same was asked and is not over; ``open_ones`` of the patient, of ``most``.
    """

    is_own: bool
    status: Availability
    is_asked: bool
    open_ones: int
    most: int


@frozen(kw_only=True)
class CorrectionFacts:
    """
    What an asking depends on that is under way.

    ``remind_at`` and ``due_at`` are when the author is reminded and when the time is
    over. ``status`` is the document's, None where it is not there any more.
    ``is_answered``: its author wrote since in that conversation. ``has_way``: it could
    be sent to somebody. ``is_closed``: the service ended what it looked into.
    """

    now: datetime
    state: CorrectionState
    remind_at: datetime
    due_at: datetime
    status: Availability | None
    is_answered: bool
    has_way: bool
    is_closed: bool


def refuse_to_ask(facts: AskingFacts) -> AskingRefusal | None:
    """Return why an author is not asked, or None."""
    if facts.is_own:
        return AskingRefusal.OWN
    if facts.status is not Availability.APPROVED:
        return AskingRefusal.REPLACED
    if facts.is_asked:
        return AskingRefusal.UNDER_WAY
    if facts.open_ones >= facts.most:
        return AskingRefusal.TOO_MANY
    return None


def advanced(facts: CorrectionFacts) -> CorrectionState:
    """
    Return where an asking stands now.

    What was done with the document counts before what was said of it. After the service
    was told, an answer still ends it; nobody reminds where nobody could be asked.
    """
    if facts.state not in UNDER_WAY:
        return facts.state
    if facts.status is None or facts.status is Availability.DELETED:
        return CorrectionState.WITHDRAWN
    if facts.status is Availability.DEPRECATED:
        return CorrectionState.CORRECTED
    if facts.is_answered:
        return CorrectionState.ANSWERED
    if facts.is_closed:
        return CorrectionState.CLOSED
    if facts.state is CorrectionState.ESCALATED:
        return facts.state
    if facts.now >= facts.due_at or not facts.has_way:
        return CorrectionState.ESCALATED
    if facts.now >= facts.remind_at:
        return CorrectionState.REMINDED
    return facts.state


def may_take_back(state: CorrectionState) -> bool:
    """Tell whether the patient may still end it."""
    return state in UNDER_WAY
