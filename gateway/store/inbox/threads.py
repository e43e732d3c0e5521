"""
Which conversation a message stands in: what it answers says it, or else its subject.

What a message refers to counts only with the same correspondent (RFC 5322 §3.6.4):
whoever writes the Message-ID of another's letter comes into no conversation of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import bindparam, or_, select, update

from gateway.message.threading import MOST_REFERENCES, Threaded, find_thread
from gateway.rights.messaging_rules import END_SUBJECT
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.digests import (
    correspondent_digests,
    message_digest,
    secret_digests,
    thread_digest,
)
from gateway.store.inbox.splitting import split
from gateway.store.inbox.values import ConversationState
from gateway.store.tables import conversations, inbox_messages

_COLUMNS = conversations.c
_OF_CORRESPONDENT = (
    _COLUMNS.profile_id == bindparam("profile"),
    _COLUMNS.correspondent.in_([bindparam("digest"), bindparam("before")]),
)
_ROWS = select(
    _COLUMNS.id,
    _COLUMNS.profile_id,
    _COLUMNS.thread,
    _COLUMNS.state,
    _COLUMNS.display,
    _COLUMNS.last_at,
    _COLUMNS.ended_at,
)
_ABOUT = Prepared(
    _ROWS.where(
        *_OF_CORRESPONDENT,
        or_(_COLUMNS.thread == bindparam("thread"), _COLUMNS.thread.is_(None)),
    )
)
_LAST = Prepared(
    _ROWS.where(*_OF_CORRESPONDENT)
    .order_by(_COLUMNS.last_at.desc(), _COLUMNS.id)
    .limit(1)
)
_ENDED = Prepared(
    select(_COLUMNS.ended_at)
    .where(*_OF_CORRESPONDENT, _COLUMNS.ended_at.is_not(None))
    .order_by(_COLUMNS.ended_at.desc())
    .limit(1)
)
_CHANGE = Prepared(
    update(conversations).where(_COLUMNS.id == bindparam("conversation")),
    ("display", "mailbox_kind", "last_at", "state"),
)


@frozen(kw_only=True)
class Talk:
    """
    With whom a patient exchanges letters, and about what.

    ``address`` is in lower case; ``references`` are the Message-IDs that a message
    names, without ``<>``, the nearest last; ``is_secret`` is kept from representatives.
    """

    profile_id: str
    key_id: str
    address: str = field(repr=False)
    subject: str = field(default="", repr=False)
    references: Sequence[str] = field(default=(), repr=False)
    is_secret: bool = False


@frozen
class Met:
    """A conversation, and how its correspondent was called before this message."""

    id: str
    name_before: str = field(repr=False)


@frozen
class ConversationThreads:
    """Finds and opens conversations, within one transaction."""

    work: UnitOfWork

    def meet(
        self,
        talk: Talk,
        *,
        name: str,
        kind: str,
        state: ConversationState,
        at: datetime,
    ) -> Met:
        """
        Return the conversation that a message stands in, opened or reopened.

        ``at`` is when the message was received that leads to it. Messages may be filed
        in another order than that: one from before the end reopens nothing, and only
        the newest says how the correspondent is called.
        """
        known = _KeptThreads(self.work, talk)
        row = known.find()
        if row is None:
            last = known.last()
            new = self._open(known, name=name, kind=kind, state=state, at=at)
            return Met(new, "" if last is None else self._name(talk, last))
        is_newest = at >= row.last_at
        is_over = row.state == ConversationState.ENDED.value and at <= row.ended_at
        opens = state is ConversationState.OPEN and not is_over
        _CHANGE.run(
            self.work.connection,
            [
                {
                    "conversation": row.id,
                    "display": self._display(talk, name, row.id)
                    if is_newest
                    else row.display,
                    "mailbox_kind": kind,
                    "last_at": max(at, row.last_at),
                    "state": state.value if opens else row.state,
                }
            ],
        )
        return Met(row.id, self._name(talk, row))

    def begin(self, talk: Talk, *, name: str, kind: str, at: datetime) -> str:
        """
        Return the conversation that the patient begins, or goes on with.

        ``at`` is of the newest message that may be answered: an end that comes after
        it ends this one too.
        """
        known = _KeptThreads(self.work, talk)
        row = known.find()
        if row is None:
            state = ConversationState.OPEN
            return self._open(known, name=name, kind=kind, state=state, at=at)
        if row.state == ConversationState.ENDED.value:
            self.work.connection.execute(
                update(conversations)
                .where(_COLUMNS.id == row.id)
                .values(state=ConversationState.OPEN.value, last_at=at)
            )
        return str(row.id)

    def answers_secret(
        self, profile_id: str, address: str, references: Sequence[str]
    ) -> bool:
        """Tell whether a message answers one that is kept from representatives."""
        talk = Talk(
            profile_id=profile_id,
            key_id="",
            address=address.lower(),
            is_secret=True,
        )
        named = references[-MOST_REFERENCES:]
        known = _KeptThreads(self.work, talk)
        return bool(named) and known.answered(named) is not None

    def _open(
        self,
        known: _KeptThreads,
        *,
        name: str,
        kind: str,
        state: ConversationState,
        at: datetime,
    ) -> str:
        """Open a conversation; the end of all with that correspondent ends it too."""
        talk, ended_at = known.talk, known.ended_at()
        if state is ConversationState.ENDED:
            ended_at = at
        elif ended_at is not None and at <= ended_at:
            state = ConversationState.ENDED
        conversation_id = uuid4().hex
        self.work.add_now(
            conversations,
            id=conversation_id,
            profile_id=talk.profile_id,
            correspondent=known.digests[0],
            thread=known.subject_digest,
            started_at=self.work.now,
            display=self._display(talk, name, conversation_id),
            mailbox_kind=kind,
            last_at=at,
            state=state.value,
            ended_at=ended_at if state is ConversationState.ENDED else None,
        )
        return conversation_id

    def _name(self, talk: Talk, row: Any) -> str:
        place = f"conversations.display:{row.id}"
        return str(self.work.unseal(talk.key_id, row.display, place)["name"])

    def _display(self, talk: Talk, name: str, conversation_id: str) -> bytes:
        said = {"address": talk.address, "name": name}
        return self.work.seal(
            talk.key_id,
            {**said, "secret": True} if talk.is_secret else said,
            f"conversations.display:{conversation_id}",
        )


@frozen
class _KeptThreads:
    """The conversations of a patient with one correspondent, by keyed digests."""

    work: UnitOfWork
    talk: Talk
    digests: tuple[str, str] = field(init=False, repr=False)

    @digests.default
    def _digests(self) -> tuple[str, str]:
        digests = secret_digests if self.talk.is_secret else correspondent_digests
        return digests(self.work.keys, self.talk.profile_id, self.talk.address)

    def answered(self, references: Sequence[str]) -> Any:
        """Return the conversation of the newest message that is referred to, or None"""
        keys, message = self.work.keys, inbox_messages.c
        named = {
            message_digest(keys, self.talk.profile_id, one) for one in references
        } - {None}
        if not named:
            return None
        return self.work.connection.execute(
            select(conversations)
            .join(inbox_messages, message.conversation_id == _COLUMNS.id)
            .where(
                message.profile_id == self.talk.profile_id,
                message.named.in_(sorted(filter(None, named))),
                _COLUMNS.correspondent.in_(self.digests),
            )
            .order_by(message.serial.desc(), message.id)
            .limit(1)
        ).first()

    def about(self, subject: str) -> Any:
        """Return the conversation on a subject, or None; those of before are split."""
        while True:
            about = self._rows(_ABOUT, thread=self._thread(subject))
            whole = [row for row in about if row.thread is None]
            if not whole:
                return about[0] if about else None
            for row in whole:  # of an earlier version: by subjects from now on
                split(self.work, row.profile_id, row.id)

    def last(self) -> Any:
        """Return the conversation that was the last, or None."""
        found = self._rows(_LAST)
        if found and found[0].thread is None:  # of an earlier version
            split(self.work, found[0].profile_id, found[0].id)
            found = self._rows(_LAST)
        return found[0] if found else None

    def find(self) -> Any:
        """Return the conversation that this message goes on with, or None."""
        message = Threaded(
            references=self.talk.references,
            subject=self.talk.subject,
            is_of_all=self.talk.subject == END_SUBJECT,
        )
        return find_thread(self, message)

    def ended_at(self) -> datetime | None:
        """Return when the correspondent ended all of it last, None: never."""
        found = self._rows(_ENDED)
        return found[0].ended_at if found else None

    @property
    def subject_digest(self) -> str:
        """What stands for the subject of this message with its correspondent."""
        return self._thread(self.talk.subject)

    def _thread(self, subject: str) -> str:
        keys, talk = self.work.keys, self.talk
        return thread_digest(keys, talk.profile_id, talk.address, subject)

    def _rows(self, statement: Prepared, **values: str) -> list[Any]:
        digest, before = self.digests
        return statement.rows(
            self.work.connection,
            profile=self.talk.profile_id,
            digest=digest,
            before=before,
            **values,
        )
