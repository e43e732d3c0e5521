"""The rows of inboxes: conversations and messages, sealed as they are written."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import bindparam, select, update

from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import (
    ConversationState,
    Direction,
    InboxMessage,
    MayReply,
)
from gateway.store.tables import conversations, inbox_messages

_CONVERSATION = Prepared(
    select(conversations.c.id, conversations.c.state).where(
        conversations.c.profile_id == bindparam("profile"),
        conversations.c.correspondent == bindparam("digest"),
    )
)
_CHANGE = Prepared(
    update(conversations).where(conversations.c.id == bindparam("conversation")),
    ("display", "mailbox_kind", "last_at", "state"),
)


@frozen
class InboxRows:
    """Writes the rows within one transaction; `Inbox` knows what they mean."""

    work: UnitOfWork

    def conversation_with(
        self,
        profile_id: str,
        key_id: str,
        address: str,
        *,
        name: str,
        kind: str,
        reply: MayReply,
    ) -> str:
        """Return the conversation with an address, opened or reopened."""
        answerable = reply is MayReply.REPLY
        digest = self.work.keys.digest(address)
        row = _CONVERSATION.first(
            self.work.connection, profile=profile_id, digest=digest
        )
        conversation_id = row.id if row is not None else uuid4().hex
        display = self.work.seal(
            key_id,
            {"address": address, "name": name},
            f"conversations.display:{conversation_id}",
        )
        state = ConversationState.NO_REPLY.value if row is None else row.state
        values: dict[str, Any] = {
            "display": display,
            "mailbox_kind": kind,
            "last_at": self.work.now,
            "state": ConversationState.OPEN.value if answerable else state,
        }
        if row is not None:
            _CHANGE.run(
                self.work.connection, [{"conversation": conversation_id, **values}]
            )
            return conversation_id
        self.work.add_now(
            conversations,
            id=conversation_id,
            profile_id=profile_id,
            correspondent=digest,
            started_at=self.work.now,
            **values,
        )
        return conversation_id

    def add(
        self,
        profile_id: str,
        key_id: str,
        conversation_id: str,
        direction: Direction,
        summary: dict[str, Any],
        **columns: Any,
    ) -> str:
        """Add a message, its summary sealed; return its id."""
        item_id = uuid4().hex
        self.work.add(
            inbox_messages,
            id=item_id,
            conversation_id=conversation_id,
            profile_id=profile_id,
            direction=direction.value,
            summary=self.work.seal(
                key_id, summary, f"inbox_messages.summary:{item_id}"
            ),
            key_id=key_id,
            at=self.work.now,
            read_at=self.work.now if direction is Direction.OUT else None,
            deleted_at=None,
            **columns,
        )
        return item_id

    def erase(self, message: InboxMessage) -> None:
        """
        Empty a message and give its bytes back; its row stays, to say that it was
        there.
        """
        facts = {
            "sender": message.sender,
            "subject": "",
            "text": "",
            "files": [],
            "reply": message.reply.value,
            "reply_to": list(message.reply_to),
            "receipt_asked": False,
        }
        self.work.connection.execute(
            update(inbox_messages)
            .where(inbox_messages.c.id == message.id)
            .values(
                summary=self.work.seal(
                    message.key_id, facts, f"inbox_messages.summary:{message.id}"
                ),
                blob_id=None,
                deleted_at=self.work.now,
            )
        )
        if self.work.blobs.release(message.blob_id, message.key_id):
            folder, blob_id = self.work.folder, message.blob_id
            self.work.after_commit(lambda: folder.discard(blob_id))
