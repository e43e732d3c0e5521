"""
May a message that was sent to the wrong patient be taken back?

Its sender may while nobody has opened it: what a patient has read is theirs to keep,
and a letter that was right is not to be unsaid. The operator may at any time, with a
reason, once it is found that the letter is about somebody else.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from gateway.core.envelope import Sender, SenderKind

RECALL_SUBJECT = "[RAPPEL]"
"""The subject by which a sender takes a message back that its In-Reply-To names."""


_OF_OURS = frozenset({SenderKind.PERSON, SenderKind.EMPLOYEE, SenderKind.ORGANISATION})


class Recall(StrEnum):
    """What came of it, for one patient; kept in the journal, so never renamed."""

    TAKEN_BACK = "taken-back"
    ALREADY = "already"
    OPENED = "opened"
    TOO_OLD = "too-old"
    UNKNOWN = "unknown"


@frozen(kw_only=True)
class RecallFacts:
    """
    What taking back a message depends on.

    ``found``: it was delivered to that patient. ``same_sender``: whoever asks is who
    sent it. ``opened``: the patient, or who acts for them, has opened it or a document
    that it brought, or keeps a file of it.
    """

    found: bool
    same_sender: bool
    by_operator: bool
    taken_back: bool
    opened: bool
    received_at: datetime
    now: datetime
    most_days: int


def judge_recall(facts: RecallFacts) -> Recall:
    """Return what is to come of it; nothing is told of another sender's message."""
    if not facts.found or not (facts.same_sender or facts.by_operator):
        return Recall.UNKNOWN
    if facts.taken_back:
        return Recall.ALREADY
    if facts.by_operator:
        return Recall.TAKEN_BACK
    if facts.now - facts.received_at > timedelta(days=facts.most_days):
        return Recall.TOO_OLD
    return Recall.OPENED if facts.opened else Recall.TAKEN_BACK


def is_same_sender(asks: Sender, asks_from: str, sent: Sender, sent_from: str) -> bool:
    """
    Tell whether whoever asks is who sent, by what their certificates prove.

    Another operator's certificate proves its users' addresses only together with the
    address itself.
    """
    if asks.kind is not sent.kind or not asks.identity:
        return False
    if asks.identity != sent.identity:
        return False
    if asks.kind is SenderKind.OPERATOR:
        return bool(asks_from) and asks_from.lower() == sent_from.lower()
    return asks.kind in _OF_OURS
