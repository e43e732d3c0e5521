"""What there is to do: its kinds and states, a task as workers and operators see it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen


class TaskKind(StrEnum):
    """What there is to do; the subject is an id of the thing to do it to."""

    FILE = "file"  # an arrival: open it, decide, file
    DELIVER = "deliver"  # an arrival: inboxes and mailboxes
    ACKNOWLEDGE = "acknowledge"  # an arrival: DSN and MDN
    RELAY = "relay"  # a delivery: to another operator
    CODE = "code"  # an e-mail to a professional: the code that lets them in
    NOTIFY = "notify"  # a notice: to the patient's ordinary e-mail
    DISCLOSE = "disclose"  # a document: what its patient is told of it by e-mail
    MASK = "mask"  # a mask run: the next documents of a patient who masks them all
    PACK = "pack"  # a download: the next documents, and its end
    INDEX = "index"  # a profile: what its lists and searches are made from
    TEXT = "text"  # a profile: the texts of files in its documents are taken out
    LIVE = "live"  # a profile: what time does to it
    RECALL = "recall"  # an arrival: its sender takes another one back
    REVIEW = "review"  # a version of advance directives: its author is reminded
    WITHDRAW = "withdraw"  # a document: its patient is told that its author did
    DIGEST = "digest"  # a profile: the e-mail of the day
    DIGEST_PROFESSIONAL = "digest-pro"  # an account: its e-mail of the day
    UNREAD = "unread"  # a place among all messages: who is to hear that nobody read it
    APPOINT = "appoint"  # a patient and a professional, who is told to be administrator
    TELL = "tell"  # an access: its patients learn of it, on the day that was set
    REMIND = "remind"  # what was asked of an author: they are reminded of it
    TELL_TREATING = "tell-treating"  # a consultation in an emergency: tell the doctor


OF_THE_DAY = frozenset({TaskKind.UNREAD, TaskKind.DIGEST, TaskKind.DIGEST_PROFESSIONAL})
"""What waits for its hour, and is there each day."""


class TaskState(StrEnum):
    """
    READY waits or is leased. DEAD failed too often, HELD was stopped by an operator:
    both wait for a person.
    """

    READY = "ready"
    HELD = "held"
    DEAD = "dead"


@frozen
class Task:
    """
    A claimed task; ``attempts`` counts the failures so far, ``lost`` the workers that
    ended while they had it.
    """

    id: int
    kind: TaskKind
    subject: str
    attempts: int
    created_at: datetime
    lost: int = 0


@frozen
class TaskRow:
    """A task as operators see it."""

    id: int
    kind: str
    subject: str
    state: str
    attempts: int
    due_at: datetime
    lease_owner: str
    last_error: str
    created_at: datetime
