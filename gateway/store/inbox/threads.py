"""
Which conversation a message stands in: what it answers says it, or else its subject.

What a message refers to counts only with the same correspondent (RFC 5322 §3.6.4):
whoever writes the Message-ID of another's letter comes into no conversation of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import ColumnElement, bindparam, func, or_, select, update

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

_MOST_REFERENCES: Final = 50
"""Messages that an answer may name; of more the last ones count, which are nearest."""

_COLUMNS = conversations.c
_OF_CORRESPONDENT = (
    _COLUMNS.profile_id == bindparam("profile"),
    _COLUMNS.correspondent.in_([bindparam("digest"), bindparam("before")]),
)
_ABOUT = Prepared(
    select(
        _COLUMNS.id,
        _COLUMNS.profile_id,
        _COLUMNS.thread,
        _COLUMNS.state,
        _COLUMNS.display,
        _COLUMNS.last_at,
        _COLUMNS.ended_at,
    ).where(
        *_OF_CORRESPONDENT,
        or_(_COLUMNS.thread == bindparam("thread"), _COLUMNS.thread.is_(None)),
    )
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
        digests = self._digests(talk)
        row = self._find(talk, digests)
        if row is None:
            last = self._last(talk, digests)
            known_as = "" if last is None else self._name_of(talk, last)
            opened = self._open(talk, digests, name=name, kind=kind, state=state, at=at)
            return Met(opened, known_as)
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
        return Met(row.id, self._name_of(talk, row))

    def begin(self, talk: Talk, *, name: str, kind: str, at: datetime) -> str:
        """
        Return the conversation that the patient begins, or goes on with.

        ``at`` is of the newest message that may be answered: an end that comes after
        it ends this one too.
        """
        digests = self._digests(talk)
        row = self._find(talk, digests)
        if row is None:
            state = ConversationState.OPEN
            return self._open(talk, digests, name=name, kind=kind, state=state, at=at)
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
        digests = secret_digests(self.work.keys, profile_id, address.lower())
        return self._answered(profile_id, digests, references) is not None

    def _find(self, talk: Talk, digests: tuple[str, str]) -> Any:
        answered = self._answered(talk.profile_id, digests, talk.references)
        if answered is not None:
            return answered
        while True:
            about = _ABOUT.rows(
                self.work.connection,
                profile=talk.profile_id,
                digest=digests[0],
                before=digests[1],
                thread=self._thread(talk),
            )
            whole = [row for row in about if row.thread is None]
            if not whole and talk.subject == END_SUBJECT:
                return self._last(talk, digests)  # it is about all there is
            if not whole:
                return about[0] if about else None
            for row in whole:  # of an earlier version: by subjects from now on
                split(self.work, row.profile_id, row.id)

    def _answered(
        self, profile_id: str, digests: tuple[str, str], references: Sequence[str]
    ) -> Any:
        """Return the conversation of the newest message that is referred to."""
        keys, message = self.work.keys, inbox_messages.c
        named = {
            message_digest(keys, profile_id, one)
            for one in references[-_MOST_REFERENCES:]
        } - {None}
        if not named:
            return None
        return self.work.connection.execute(
            select(conversations)
            .join(inbox_messages, message.conversation_id == _COLUMNS.id)
            .where(
                message.profile_id == profile_id,
                message.named.in_(sorted(filter(None, named))),
                _COLUMNS.correspondent.in_(digests),
            )
            .order_by(message.serial.desc(), message.id)
            .limit(1)
        ).first()

    def _open(
        self,
        talk: Talk,
        digests: tuple[str, str],
        *,
        name: str,
        kind: str,
        state: ConversationState,
        at: datetime,
    ) -> str:
        """Open a conversation; the end of all with that correspondent ends it too."""
        ended_at = self.work.connection.execute(
            select(func.max(_COLUMNS.ended_at)).where(*_with(talk, digests))
        ).scalar()
        if state is ConversationState.ENDED:
            ended_at = at
        elif ended_at is not None and at <= ended_at:
            state = ConversationState.ENDED
        conversation_id = uuid4().hex
        self.work.add_now(
            conversations,
            id=conversation_id,
            profile_id=talk.profile_id,
            correspondent=digests[0],
            thread=self._thread(talk),
            started_at=self.work.now,
            display=self._display(talk, name, conversation_id),
            mailbox_kind=kind,
            last_at=at,
            state=state.value,
            ended_at=ended_at if state is ConversationState.ENDED else None,
        )
        return conversation_id

    def _name_of(self, talk: Talk, row: Any) -> str:
        """Return how the correspondent is called in a conversation."""
        place = f"conversations.display:{row.id}"
        return str(self.work.unseal(talk.key_id, row.display, place)["name"])

    def _last(self, talk: Talk, digests: tuple[str, str]) -> Any:
        """Return the conversation with a correspondent that was the last, or None."""
        return self.work.connection.execute(
            select(conversations)
            .where(*_with(talk, digests))
            .order_by(_COLUMNS.last_at.desc(), _COLUMNS.id)
            .limit(1)
        ).first()

    def _digests(self, talk: Talk) -> tuple[str, str]:
        digests = secret_digests if talk.is_secret else correspondent_digests
        return digests(self.work.keys, talk.profile_id, talk.address)

    def _thread(self, talk: Talk) -> str:
        return thread_digest(
            self.work.keys, talk.profile_id, talk.address, talk.subject
        )

    def _display(self, talk: Talk, name: str, conversation_id: str) -> bytes:
        said = {"address": talk.address, "name": name}
        return self.work.seal(
            talk.key_id,
            {**said, "secret": True} if talk.is_secret else said,
            f"conversations.display:{conversation_id}",
        )


def _with(talk: Talk, digests: tuple[str, str]) -> tuple[ColumnElement[bool], ...]:
    return (
        _COLUMNS.profile_id == talk.profile_id,
        _COLUMNS.correspondent.in_(digests),
    )
