"""Reading a patient's inbox: only what is visible to the patient, and not deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import evolve, frozen
from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select

from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import (
    AttachedFile,
    Conversation,
    ConversationState,
    Direction,
    Draft,
    InboxMessage,
    MayReply,
)
from gateway.store.tables import conversations, drafts, inbox_messages

_MESSAGE = inbox_messages.c


@frozen
class InboxReader:
    """The inboxes as they are read, within one transaction."""

    work: UnitOfWork

    def conversations(
        self, profile_id: str, limit: int = 50, offset: int = 0
    ) -> list[Conversation]:
        """Return the conversations with a visible message, the newest first."""
        newest = (
            select(
                _MESSAGE.conversation_id.label("id"),
                func.max(_MESSAGE.at).label("last_at"),
                func.count().label("messages"),
                func.sum(case((_MESSAGE.read_at.is_(None), 1), else_=0)).label(
                    "unread"
                ),
            )
            .where(_MESSAGE.profile_id == profile_id, self._visible())
            .group_by(_MESSAGE.conversation_id)
            .subquery()
        )
        rows = self.work.connection.execute(
            select(conversations, newest.c.last_at, newest.c.messages, newest.c.unread)
            .join(newest, newest.c.id == conversations.c.id)
            .order_by(newest.c.last_at.desc(), conversations.c.id)
            .limit(limit)
            .offset(offset)
        ).all()
        return [self._with_last(row) for row in rows]

    def count(self, profile_id: str) -> int:
        """Return how many conversations have a visible message."""
        return self.work.connection.execute(
            select(func.count(_MESSAGE.conversation_id.distinct())).where(
                _MESSAGE.profile_id == profile_id, self._visible()
            )
        ).scalar_one()

    def unread_count(self, profile_id: str) -> int:
        """Return how many visible messages are not read yet."""
        return self.work.connection.execute(
            select(func.count())
            .select_from(inbox_messages)
            .where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.read_at.is_(None),
                self._visible(),
            )
        ).scalar_one()

    def contacts(self, profile_id: str) -> list[Conversation]:
        """Return whom the patient may write to, messages deleted or not, by name."""
        rows = self.work.connection.execute(
            select(conversations).where(
                conversations.c.profile_id == profile_id,
                conversations.c.state == ConversationState.OPEN.value,
                conversations.c.id.in_(
                    select(_MESSAGE.conversation_id).where(
                        _MESSAGE.profile_id == profile_id, self._not_hidden()
                    )
                ),
            )
        )
        found = [self._conversation(row) for row in rows]
        return sorted(found, key=lambda one: one.name.casefold())

    def conversation(
        self, profile_id: str, conversation_id: str
    ) -> Conversation | None:
        """
        Return a conversation of this patient, or None. A conversation of which the
        patient may not see any message yet is not there either.
        """
        row = self.work.connection.execute(
            select(conversations).where(
                conversations.c.id == conversation_id,
                conversations.c.profile_id == profile_id,
                conversations.c.id.in_(
                    select(_MESSAGE.conversation_id).where(
                        _MESSAGE.profile_id == profile_id, self._not_hidden()
                    )
                ),
            )
        ).first()
        return None if row is None else self._conversation(row)

    def messages(self, profile_id: str, conversation_id: str) -> list[InboxMessage]:
        """Return the visible messages of a conversation, the oldest first."""
        return self._messages(
            _MESSAGE.conversation_id == conversation_id,
            _MESSAGE.profile_id == profile_id,
            self._visible(),
        )

    def received(self, profile_id: str, conversation_id: str) -> list[InboxMessage]:
        """
        Return all that came in, deleted or not, oldest first; it decides on answers.
        """
        return self._messages(
            _MESSAGE.conversation_id == conversation_id,
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.direction == Direction.IN.value,
            self._not_hidden(),
        )

    def unread(self, profile_id: str, conversation_id: str) -> list[InboxMessage]:
        """Return the visible messages of a conversation that are not read yet."""
        return self._messages(
            _MESSAGE.conversation_id == conversation_id,
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.read_at.is_(None),
            self._visible(),
        )

    def message(self, profile_id: str, message_id: str) -> InboxMessage | None:
        """Return one visible message of this patient, or None."""
        found = self._messages(
            _MESSAGE.id == message_id,
            _MESSAGE.profile_id == profile_id,
            self._visible(),
        )
        return found[0] if found else None

    def content(self, message: InboxMessage) -> bytes:
        """Return the exact bytes of a message."""
        return self.work.blobs.get(message.blob_id, message.key_id)

    def draft(self, profile_id: str, conversation_id: str) -> Draft | None:
        """Return what the patient began to write in a conversation, or None."""
        row = self.work.connection.execute(
            select(drafts).where(
                drafts.c.conversation_id == conversation_id,
                drafts.c.profile_id == profile_id,
            )
        ).first()
        if row is None:
            return None
        key_id = self.work.key_for(f"patient:{profile_id}")
        content = self.work.unseal(
            key_id, row.content, f"drafts.content:{conversation_id}"
        )
        return Draft(
            subject=content["subject"], text=content["text"], saved_at=row.saved_at
        )

    def _not_hidden(self) -> ColumnElement[bool]:
        return or_(
            _MESSAGE.hidden_until.is_(None), _MESSAGE.hidden_until <= self.work.now
        )

    def _visible(self) -> ColumnElement[bool]:
        return and_(_MESSAGE.deleted_at.is_(None), self._not_hidden())

    def _messages(self, *conditions: ColumnElement[bool]) -> list[InboxMessage]:
        rows = self.work.connection.execute(
            select(inbox_messages).where(*conditions).order_by(_MESSAGE.at, _MESSAGE.id)
        )
        return [self._message(row) for row in rows]

    def _conversation(self, row: Row[Any]) -> Conversation:
        key_id = self.work.key_for(f"patient:{row.profile_id}")
        display = self.work.unseal(
            key_id, row.display, f"conversations.display:{row.id}"
        )
        return Conversation(
            id=row.id,
            address=display["address"],
            # Names of mailboxes are written with underscores:
            # Référentiel socle MSSanté #2, ECO.2.2.7.
            name=" ".join(display["name"].replace("_", " ").split()),
            kind=row.mailbox_kind,
            state=ConversationState(row.state),
            last_at=row.last_at,
            ended_at=row.ended_at,
        )

    def _with_last(self, row: Row[Any]) -> Conversation:
        last = self.work.connection.execute(
            select(inbox_messages)
            .where(_MESSAGE.conversation_id == row.id, self._visible())
            .order_by(_MESSAGE.at.desc(), _MESSAGE.id.desc())
            .limit(1)
        ).one()
        message = self._message(last)
        return evolve(
            self._conversation(row),
            last_at=message.at,
            last_subject=message.subject,
            last_direction=message.direction,
            messages=row.messages,
            unread=row.unread,
            has_files=bool(message.files),
        )

    def _message(self, row: Row[Any]) -> InboxMessage:
        summary = self.work.unseal(
            row.key_id, row.summary, f"inbox_messages.summary:{row.id}"
        )
        return InboxMessage(
            id=row.id,
            conversation_id=row.conversation_id,
            direction=Direction(row.direction),
            message_id=row.message_id,
            sender=summary["sender"],
            subject=summary["subject"],
            text=summary["text"],
            files=_files(summary["files"]),
            reply=MayReply(summary["reply"]),
            reply_to=tuple(summary["reply_to"]),
            receipt_asked=summary["receipt_asked"],
            arrival_id=row.arrival_id or "",
            blob_id=row.blob_id or "",
            key_id=row.key_id,
            at=row.at,
            read_at=row.read_at,
            deleted=row.deleted_at is not None,
        )


def _files(rows: Iterable[dict[str, Any]]) -> tuple[AttachedFile, ...]:
    return tuple(AttachedFile(**row) for row in rows)
