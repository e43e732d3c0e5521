"""A patient's inbox: conversations with professionals, and the messages in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from attrs import asdict, frozen
from sqlalchemy import and_, delete, func, insert, or_, select, update

from gateway.store.inbox_values import (
    AttachedFile,
    Conversation,
    ConversationState,
    Direction,
    Draft,
    InboxMessage,
    Reply,
)
from gateway.store.journal import Action, chain_of
from gateway.store.profiles import Profiles
from gateway.store.tables import conversations, drafts, inbox_messages
from gateway.store.work import UnitOfWork

_NO_FILES: Sequence[AttachedFile] = ()


@frozen
class Inbox:
    """The inboxes within one transaction; everything is under the patient's key."""

    work: UnitOfWork

    def receive(
        self,
        profile_id: str,
        arrival_id: str,
        *,
        correspondent: str,
        display_name: str,
        subject: str,
        text: str,
        attachments: Sequence[AttachedFile] = _NO_FILES,
        blob_id: str,
        from_key: str,
        message_id: str,
        reply_to: Sequence[str] = (),
        reply: Reply = Reply.REPLY,
        mailbox_kind: str = "",
        receipt_asked: bool = False,
        hidden_until: datetime | None = None,
    ) -> str:
        """
        Put a professional's message in the inbox; return the inbox message's id.

        Once per arrival and profile: again changes nothing and returns the same id.
        The conversation with that correspondent is found, or opened; a message that
        may be answered reopens one that was ended (mssante §3.3).

        Args:
            profile_id: Whose inbox.
            arrival_id: The arrival the message came in.
            correspondent: The address in From.
            display_name: Of From, what the patient sees; empty shows the address.
            subject: As decoded, of any length.
            text: What to show as the message: plain text, never HTML.
            attachments: The files in the order of the message's parts.
            blob_id: The arrival's bytes: shared, not copied.
            from_key: The key the bytes are readable with (`KeptArrival.key_id`).
            message_id: The Message-ID, for the answer's In-Reply-To.
            reply_to: The addresses in Reply-To; the answer goes there if there are any.
            reply: NO_REPLY for ``X-MSS-MES: FIN``.
            mailbox_kind: PER, ORG, APP or CAB where known.
            receipt_asked: A read receipt is due when the patient opens the message.
            hidden_until: With a document hidden from the patient (CSP R. 1111-53).
        """
        known = self.work.connection.execute(
            select(inbox_messages.c.id).where(
                inbox_messages.c.arrival_id == arrival_id,
                inbox_messages.c.profile_id == profile_id,
                inbox_messages.c.direction == Direction.IN.value,
            )
        ).first()
        if known is not None:
            return str(known.id)
        Profiles(self.work).lock(profile_id)  # one conversation per correspondent
        key_id = self.work.key_for(f"patient:{profile_id}")
        conversation_id = self._conversation_with(
            profile_id, key_id, correspondent.lower(), display_name, mailbox_kind, reply
        )
        self.work.blobs.share(blob_id, from_key, key_id)
        return self._add(
            profile_id,
            key_id,
            conversation_id,
            Direction.IN,
            arrival_id=arrival_id,
            message_id=message_id,
            blob_id=blob_id,
            hidden_until=hidden_until,
            sender=correspondent.lower(),
            subject=subject,
            text=text,
            files=attachments,
            reply=reply,
            reply_to=[address.lower() for address in reply_to],
            receipt_asked=receipt_asked,
        )
