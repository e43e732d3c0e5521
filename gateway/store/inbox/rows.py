"""The rows of inboxes: conversations and messages, sealed as they are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import bindparam, update

from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.digests import correspondent_digests, message_digest
from gateway.store.inbox.values import (
    Direction,
    InboxMessage,
)
from gateway.store.sealed.blobs import BlobFolder
from gateway.store.tables import inbox_messages
from gateway.store.tasks.values import TaskKind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ERASE = Prepared(
    update(inbox_messages).where(inbox_messages.c.id == bindparam("message")),
    ("summary", "blob_id", "deleted_at"),
)
_TAKE_BACK = Prepared(
    update(inbox_messages).where(inbox_messages.c.id == bindparam("message")),
    ("summary", "blob_id"),
)


def serial_of(moment: datetime) -> int:
    """Return the place of a moment in the order of all messages: its microseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


@frozen
class InboxRows:
    """Writes the rows within one transaction; `Inbox` knows what they mean."""

    work: UnitOfWork

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
            named=message_digest(self.work.keys, profile_id, summary["message_id"]),
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
        self._release(profile_id, messages)

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
        self._release(profile_id, [message])

    def _release(self, profile_id: str, messages: Iterable[InboxMessage]) -> None:
        # Their words, made ahead, go with them.
        self.work.tasks.ask(TaskKind.INDEX, profile_id)
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
