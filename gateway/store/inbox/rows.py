"""The rows of inboxes: conversations and messages, sealed as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import bindparam, select, update

from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.values import (
    ConversationState,
    Direction,
    InboxMessage,
)
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.sealed.column_digests import column_digest
from gateway.store.sealed.digest_keys import Label
from gateway.store.sealed.keys import KeyRing
from gateway.store.tables import conversations, inbox_messages

_CONVERSATION = Prepared(
    select(
        conversations.c.id,
        conversations.c.state,
        conversations.c.display,
        conversations.c.last_at,
        conversations.c.ended_at,
    ).where(
        conversations.c.profile_id == bindparam("profile"),
        conversations.c.correspondent.in_([bindparam("digest"), bindparam("before")]),
    )
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANGE = Prepared(
    update(conversations).where(conversations.c.id == bindparam("conversation")),
    ("display", "mailbox_kind", "last_at", "state"),
)

_ERASE = Prepared(
    update(inbox_messages).where(inbox_messages.c.id == bindparam("message")),
    ("summary", "blob_id", "deleted_at"),
)
_TAKE_BACK = Prepared(
    update(inbox_messages).where(inbox_messages.c.id == bindparam("message")),
    ("summary", "blob_id"),
)


def correspondent_digests(
    keys: KeyRing, profile_id: str, address: str
) -> tuple[str, str]:
    """Return what stands for a correspondent, and what an earlier version wrote."""
    return _digest(keys, profile_id, address), keys.digest(Label.INS, address)


def secret_digests(keys: KeyRing, profile_id: str, address: str) -> tuple[str, str]:
    """Return what stands for a correspondent in what representatives do not see."""
    # No address begins so: RFC 5322 §3.4.1.
    digest = _digest(keys, profile_id, f"secret:<{address}>")
    return digest, digest


def _digest(keys: KeyRing, profile_id: str, said: str) -> str:
    place = "conversations.correspondent"
    return f"~{column_digest(keys, place, said, owner=profile_id)[:63]}"


def serial_of(moment: datetime) -> int:
    """Return the place of a moment in the order of all messages: its microseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@frozen
class Met:
    """A conversation, and how its correspondent was called before this message."""

    id: str
    name_before: str = field(repr=False)


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
        state: ConversationState,
        at: datetime,
        is_secret: bool = False,
    ) -> Met:
        """
        Return the conversation with an address, opened or reopened.

        ``at`` is when the message was received that leads to it. Messages may be filed
        in another order than that: one from before the end reopens nothing, and only
        the newest says how the correspondent is called.
        """
        digests = secret_digests if is_secret else correspondent_digests
        digest, before = digests(self.work.keys, profile_id, address)
        row = _CONVERSATION.first(
            self.work.connection, profile=profile_id, digest=digest, before=before
        )
        conversation_id = row.id if row is not None else uuid4().hex
        said = {"address": address, "name": name}
        display = self.work.seal(
            key_id,
            {**said, "secret": True} if is_secret else said,
            f"conversations.display:{conversation_id}",
        )
        if row is None:
            self.work.add_now(
                conversations,
                id=conversation_id,
                profile_id=profile_id,
                correspondent=digest,
                started_at=self.work.now,
                display=display,
                mailbox_kind=kind,
                last_at=at,
                state=state.value,
                ended_at=at if state is ConversationState.ENDED else None,
            )
            return Met(conversation_id, "")
        is_newest = at >= row.last_at
        known = self.work.unseal(
            key_id, row.display, f"conversations.display:{conversation_id}"
        )
        is_over = row.state == ConversationState.ENDED.value and at <= row.ended_at
        opens = state is ConversationState.OPEN and not is_over
        _CHANGE.run(
            self.work.connection,
            [
                {
                    "conversation": conversation_id,
                    "display": display if is_newest else row.display,
                    "mailbox_kind": kind,
                    "last_at": max(at, row.last_at),
                    "state": state.value if opens else row.state,
                }
            ],
        )
        return Met(conversation_id, known["name"])

    def add(
        self,
        profile_id: str,
        key_id: str,
        conversation_id: str,
        direction: Direction,
        summary: dict[str, Any],
        *,
        at: datetime,
        **columns: Any,
    ) -> str:
        """Add a message, its summary sealed; ``at`` orders it. Return its id."""
        item_id = uuid4().hex
        self.work.add(
            inbox_messages,
            id=item_id,
            conversation_id=conversation_id,
            profile_id=profile_id,
            direction=direction.value,
            summary=self.work.seal(
                key_id, summary, f"inbox_messages.summary:{item_id}:{profile_id}"
            ),
            key_id=key_id,
            serial=serial_of(at),
            reply=summary["reply"],
            at=at,
            read_at=self.work.now if direction is Direction.OUT else None,
            deleted_at=None,
            message_id="",
            **columns,
        )
        return item_id

    def correspondent_column(self, row: Any) -> dict[str, Any]:
        """Return what stands for a correspondent in a row of an earlier version."""
        key_id = self.work.key_for(f"patient:{row.profile_id}")
        place = f"conversations.display:{row.id}"
        address = self.work.unseal(key_id, row.display, place)["address"]
        digest, _ = correspondent_digests(self.work.keys, row.profile_id, address)
        return {"correspondent": digest}

    def message_id_columns(self, row: Any) -> dict[str, Any]:
        """Return a row of an earlier version with its Message-ID in the summary."""
        place = f"inbox_messages.summary:{row.id}:{row.profile_id}"
        summary = self.work.unseal(row.key_id, row.summary, place)
        summary["message_id"] = row.message_id
        return {
            "message_id": "",
            "summary": self.work.seal(row.key_id, summary, place),
        }

    def erase(self, profile_id: str, messages: Sequence[InboxMessage]) -> None:
        """
        Empty messages and give their bytes back; their rows stay, to say that they were
        there. However many there are, the statements are as few.
        """
        _ERASE.run(
            self.work.connection,
            [
                {
                    "message": one.id,
                    "summary": self._emptied(profile_id, one),
                    "blob_id": None,
                    "deleted_at": self.work.now,
                }
                for one in messages
            ],
        )
        self._release(messages)

    def take_back(self, profile_id: str, message: InboxMessage) -> None:
        """Empty a message that its patient did not delete; it says when that was."""
        _TAKE_BACK.run(
            self.work.connection,
            [
                {
                    "message": message.id,
                    "summary": self._emptied(
                        profile_id, message, recalled_at=self.work.now.isoformat()
                    ),
                    "blob_id": None,
                }
            ],
        )
        self._release([message])

    def _release(self, messages: Iterable[InboxMessage]) -> None:
        by_key: dict[str, list[str]] = {}
        for one in messages:
            if one.blob_id:  # those of one that was taken back are gone already
                by_key.setdefault(one.key_id, []).append(one.blob_id)
        for key_id, blob_ids in by_key.items():
            gone = self.work.blobs.release_all(blob_ids, key_id)
            self.work.after_commit(partial(_discard, self.work.folder, gone))

    def _emptied(self, profile_id: str, message: InboxMessage, **more: str) -> bytes:
        """Return what stays of a message, sealed: who sent it, and who may answer."""
        facts = {
            **more,
            "sender": message.sender,
            "name": "",
            "named_before": "",
            "proven": "",
            "subject": "",
            "text": "",
            "files": [],
            "reply": message.reply.value,
            "reply_to": list(message.reply_to),
            "receipt_asked": False,
            "message_id": message.message_id,
        }
        return self.work.seal(
            message.key_id, facts, f"inbox_messages.summary:{message.id}:{profile_id}"
        )


def _discard(folder: BlobFolder, blob_ids: Iterable[str]) -> None:
    for blob_id in blob_ids:
        folder.discard(blob_id)
