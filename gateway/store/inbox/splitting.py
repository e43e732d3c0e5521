"""
One conversation with each correspondent, as earlier versions kept it, taken apart.

What was said on one subject is a conversation. The one with the newest message keeps
its id, its draft, and what is left of deleted messages, whose subject nobody knows.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import uuid4

from sqlalchemy import bindparam, select, update

from gateway.errors import DamagedError, DestroyedError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.digests import message_digest, thread_digest
from gateway.store.inbox.values import ConversationState, Direction, MayReply
from gateway.store.sealed.carried import place_in, set_place
from gateway.store.tables import conversations, inbox_messages

STEP: Final = "threads"
"""The step of carrying over that takes conversations of before apart by subject."""

_MOST: Final = 20
"""Conversations of one batch: each is taken apart whole, however long it is."""

_NAME = Prepared(
    update(inbox_messages).where(inbox_messages.c.id == bindparam("message")),
    ("conversation_id", "named"),
)


def carry_threads(work: UnitOfWork, most: int) -> int:
    """Take so many conversations at most apart; return how many, 0 at the end."""
    columns, after = conversations.c, place_in(work.connection, STEP)
    rows = work.connection.execute(
        select(columns.id, columns.profile_id)
        .where(columns.id > after, columns.thread.is_(None))
        .order_by(columns.id)
        .limit(min(most, _MOST))
    ).all()
    for row in rows:
        try:
            split(work, row.profile_id, row.id)
        except (DamagedError, DestroyedError):
            continue  # altered, or nobody's any more: no page shows it
    if rows:
        set_place(work.connection, STEP, rows[-1].id)
    return len(rows)


def split(work: UnitOfWork, profile_id: str, conversation_id: str) -> None:
    """
    Take a conversation of an earlier version apart; of this version, do nothing.

    Raises:
        DamagedError: something in it does not open; nothing was changed.
        DestroyedError: the patient's key is gone.
    """
    row = work.connection.execute(
        select(conversations)
        .where(conversations.c.id == conversation_id)
        .with_for_update()
    ).one()
    if row.thread is not None:
        return
    key_id = work.key_for(f"patient:{profile_id}")
    place = f"conversations.display:{conversation_id}"
    display = work.unseal(key_id, row.display, place)
    messages = work.connection.execute(
        select(inbox_messages)
        .where(inbox_messages.c.conversation_id == conversation_id)
        .order_by(inbox_messages.c.serial, inbox_messages.c.id)
    ).all()
    opened = [(one, _summary(work, one)) for one in messages]
    threads = [
        thread_digest(work.keys, profile_id, display["address"], said["subject"])
        for _, said in opened
    ]
    kept = thread_digest(work.keys, profile_id, display["address"], "")
    for (one, said), thread in zip(opened, threads, strict=True):
        if not _is_empty(one, said):
            kept = thread  # of the newest that says what it is about
    ids: dict[str, str] = {}
    parts: dict[str, list[tuple[Any, dict[str, Any]]]] = {kept: []}
    for (one, said), thread in zip(opened, threads, strict=True):
        into = kept if _is_empty(one, said) else thread
        ids.setdefault(into, conversation_id if into == kept else uuid4().hex)
        parts.setdefault(into, []).append((one, said))
    for thread, part in parts.items():
        values = {"thread": thread, **_standing(row, part)}
        if thread == kept:
            work.connection.execute(
                update(conversations)
                .where(conversations.c.id == conversation_id)
                .values(**values)
            )
            continue
        work.add_now(
            conversations,
            id=ids[thread],
            profile_id=profile_id,
            correspondent=row.correspondent,
            display=work.seal(key_id, display, f"conversations.display:{ids[thread]}"),
            mailbox_kind=row.mailbox_kind,
            started_at=part[0][0].at,
            **values,
        )
    if opened:
        _NAME.run(
            work.connection,
            [
                {
                    "message": one.id,
                    "conversation_id": ids[thread],
                    "named": message_digest(
                        work.keys, profile_id, said.get("message_id", one.message_id)
                    ),
                }
                for thread, part in parts.items()
                for one, said in part
            ],
        )


def _summary(work: UnitOfWork, row: Any) -> dict[str, Any]:
    place = f"inbox_messages.summary:{row.id}:{row.profile_id}"
    said: dict[str, Any] = work.unseal(row.key_id, row.summary, place)
    return said


def _is_empty(row: Any, said: dict[str, Any]) -> bool:
    """Tell whether a message was deleted or taken back: its subject went with it."""
    return row.deleted_at is not None or bool(said.get("recalled_at"))


def _standing(row: Any, part: list[tuple[Any, dict[str, Any]]]) -> dict[str, Any]:
    """Return the state of a part: an end that only another reopened ends it still."""
    if not part:
        return {}
    received = [one for one in part if one[0].direction == Direction.IN.value]
    last_at = max(one.at for one, _ in part)
    came_at = max((one.at for one, _ in received), default=last_at)
    if row.ended_at is not None and came_at <= row.ended_at:
        state = ConversationState.ENDED
    elif any(said["reply"] == MayReply.REPLY for _, said in received or part):
        state = ConversationState.OPEN
    else:
        state = ConversationState.NO_REPLY
    return {"state": state.value, "last_at": last_at, "ended_at": row.ended_at}
