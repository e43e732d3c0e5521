"""Reading a patient's inbox: only what is visible to who reads, and not deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import count
from typing import Any

from attrs import evolve, field, frozen
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)

from gateway.core.shown_text import mailbox_name
from gateway.rights.visibility_rules import PatientReader, sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.digests import correspondent_digests, secret_digests
from gateway.store.inbox.secrets import Secrets, secrets_of
from gateway.store.inbox.values import (
    AttachedFile,
    Conversation,
    ConversationState,
    Direction,
    InboxMessage,
    MayReply,
    WalkedMessage,
    WantedMessages,
)
from gateway.store.tables import conversations, inbox_messages

_MESSAGE = inbox_messages.c
_NOT_OPENED = func.sum(case((_MESSAGE.read_at.is_(None), 1), else_=0))
_CHUNK = 50
_PREVIEW, _LOOKED_AT = 120, 500
"""Characters of a text that a list shows, and of those that it is made from."""


@frozen
class InboxReader:
    """The inboxes as somebody reads them, within one transaction."""

    work: UnitOfWork
    reader: PatientReader = PatientReader.HOLDER
    # By patient: what of theirs is kept from representatives.
    _secrets: dict[str, Secrets] = field(factory=dict, repr=False)

    def conversations(
        self,
        profile_id: str,
        limit: int = 50,
        offset: int = 0,
        *,
        unread: bool = False,
    ) -> list[Conversation]:
        """
        Return the conversations with a visible message, the newest first.

        ``unread``: those alone with a message that was not opened yet.
        """
        newest = (
            self._counted(profile_id)
            .having(_NOT_OPENED > 0 if unread else true())
            .order_by(func.max(_MESSAGE.serial).desc(), _MESSAGE.conversation_id.desc())
            .limit(limit)
            .offset(offset)
            .subquery()
        )
        rows = self.work.connection.execute(
            select(conversations, newest.c.messages, newest.c.unread, newest.c.last)
            .join(newest, newest.c.id == conversations.c.id)
            .order_by(newest.c.last.desc(), conversations.c.id.desc())
        ).all()
        last = self._messages(
            tuple_(_MESSAGE.conversation_id, _MESSAGE.serial).in_(
                [(row.id, row.last) for row in rows]
            ),
            self._visible(profile_id),
        )
        by_conversation = {one.conversation_id: one for one in last}
        return [self._with_last(row, by_conversation[row.id]) for row in rows]

    def by_messages(
        self, profile_id: str, message_ids: Collection[str]
    ) -> dict[str, Conversation]:
        """
        Return the conversations of some visible messages, by the messages' ids.

        What is said of each is of that message, not of its last one.
        """
        messages = {
            one.conversation_id: one for one in self.some(profile_id, message_ids)
        }
        counted = (
            self._counted(profile_id)
            .where(_MESSAGE.conversation_id.in_(sorted(messages)))
            .subquery()
        )
        rows = self.work.connection.execute(
            select(conversations, counted.c.messages, counted.c.unread).join(
                counted, counted.c.id == conversations.c.id
            )
        )
        return {
            messages[row.id].id: self._with_last(row, messages[row.id]) for row in rows
        }

    def _counted(self, profile_id: str) -> Select[Any]:
        return (
            select(
                _MESSAGE.conversation_id.label("id"),
                func.max(_MESSAGE.serial).label("last"),
                func.count().label("messages"),
                _NOT_OPENED.label("unread"),
            )
            .where(_MESSAGE.profile_id == profile_id, self._visible(profile_id))
            .group_by(_MESSAGE.conversation_id)
        )

    def count(self, profile_id: str, *, unread: bool = False) -> int:
        """Return how many conversations have a visible message, or an unread one."""
        return self.work.connection.execute(
            select(func.count(_MESSAGE.conversation_id.distinct())).where(
                _MESSAGE.profile_id == profile_id,
                self._visible(profile_id),
                _MESSAGE.read_at.is_(None) if unread else true(),
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
                self._visible(profile_id),
            )
        ).scalar_one()

    def has_contacts(self, profile_id: str) -> bool:
        """Tell whether there is anybody the patient may write to."""
        return self.work.connection.execute(
            select(self._contacts(profile_id).exists())
        ).scalar_one()

    def contacts(self, profile_id: str, most: int = 200) -> list[Conversation]:
        """
        Return whom the patient may write to, messages deleted or not, by name.

        Each by the last conversation with them. Those who wrote last, where there are
        more than ``most``.
        """
        return self._with_each(self._contacts(profile_id), most)

    def correspondents(self, profile_id: str, most: int = 200) -> list[Conversation]:
        """Return with whom there is a visible message, by name; else as `contacts`."""
        seen = select(_MESSAGE.conversation_id).where(
            _MESSAGE.profile_id == profile_id, self._visible(profile_id)
        )
        among = select(conversations).where(
            conversations.c.profile_id == profile_id, conversations.c.id.in_(seen)
        )
        # With one correspondent there may be a secret conversation too.
        every = self._with_each(among, most)
        return list({one.address: one for one in every}.values())

    def _with_each(self, among: Select[Any], most: int) -> list[Conversation]:
        """Return of some conversations the last with each correspondent, by name."""
        each = among.add_columns(
            func.row_number()
            .over(
                partition_by=conversations.c.correspondent,
                order_by=(conversations.c.last_at.desc(), conversations.c.id),
            )
            .label("place")
        ).subquery()
        rows = self.work.connection.execute(
            select(each)
            .where(each.c.place == 1)
            .order_by(each.c.last_at.desc(), each.c.id)
            .limit(most)
        )
        found = [self._conversation(row) for row in rows]
        return sorted(found, key=lambda one: one.name.casefold())

    def _contacts(self, profile_id: str) -> Select[Any]:
        return select(conversations).where(
            conversations.c.profile_id == profile_id,
            conversations.c.state == ConversationState.OPEN.value,
            select(_MESSAGE.id)
            .where(
                _MESSAGE.conversation_id == conversations.c.id,
                self._not_hidden(profile_id),
            )
            .exists(),
        )

    def conversation(
        self, profile_id: str, conversation_id: str
    ) -> Conversation | None:
        """
        Return a conversation of this patient, or None. A conversation of which the
        patient may not see any message yet is not there either.
        """
        return self.each(profile_id, [conversation_id]).get(conversation_id)

    def each(
        self, profile_id: str, conversation_ids: Collection[str]
    ) -> dict[str, Conversation]:
        """Return some conversations by their ids, others left out as above."""
        if not conversation_ids:
            return {}
        rows = self.work.connection.execute(
            select(conversations).where(
                conversations.c.id.in_(sorted(conversation_ids)),
                conversations.c.profile_id == profile_id,
                select(_MESSAGE.id)
                .where(
                    _MESSAGE.conversation_id == conversations.c.id,
                    self._not_hidden(profile_id),
                )
                .exists(),
            )
        )
        return {row.id: self._conversation(row) for row in rows}

    def messages(
        self,
        profile_id: str,
        conversation_id: str,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[InboxMessage]:
        """
        Return the visible messages of a conversation, the oldest first.

        With ``limit`` the newest ones, ``offset`` of them left out.
        """
        return self._messages(
            _MESSAGE.conversation_id == conversation_id,
            _MESSAGE.profile_id == profile_id,
            self._visible(profile_id),
            limit=limit,
            offset=offset,
        )

    def keys(self, profile_id: str) -> list[tuple[str, str]]:
        """Return each visible message and its blob, the newest first."""
        rows = self.work.connection.execute(
            select(_MESSAGE.id, _MESSAGE.blob_id)
            .where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.blob_id.is_not(None),
                self._visible(profile_id),
            )
            .order_by(_MESSAGE.serial.desc(), _MESSAGE.id.desc())
        )
        return [(row.id, row.blob_id) for row in rows]

    def walk(self, profile_id: str, place: str, most: int) -> list[WalkedMessage]:
        """Return the visible messages with their bytes after a place, oldest first."""
        serial, _, after = place.partition(":")
        here = literal(int(serial or -1), BigInteger), literal(after)
        rows = self.work.connection.execute(
            select(_MESSAGE.id, _MESSAGE.at, _MESSAGE.serial)
            .where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.blob_id.is_not(None),
                self._visible(profile_id),
                tuple_(_MESSAGE.serial, _MESSAGE.id) > tuple_(*here),
            )
            .order_by(_MESSAGE.serial, _MESSAGE.id)
            .limit(most)
        )
        return [WalkedMessage(one, at, f"{serial}:{one}") for one, at, serial in rows]

    def some(self, profile_id: str, message_ids: Collection[str]) -> list[InboxMessage]:
        """Return some visible messages, a batch at most, the oldest first."""
        if not message_ids:
            return []
        return self._messages(
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.id.in_(sorted(message_ids)),
            self._visible(profile_id),
        )

    def fitting(
        self, profile_id: str, wanted: WantedMessages
    ) -> list[tuple[str, str, str]]:
        """
        Return what is wanted of the visible messages, the newest first.

        Of each its id, its conversation, and its blob or an empty text. What lies
        sealed is not looked at: words, and files (`finding.MessageFinding`).
        """
        fits = [_MESSAGE.profile_id == profile_id, self._visible(profile_id)]
        if wanted.unread:
            fits.append(_MESSAGE.read_at.is_(None))
        if wanted.sent:
            fits.append(_MESSAGE.direction == Direction.OUT.value)
        if wanted.begin is not None:
            fits.append(_MESSAGE.serial >= wanted.begin)
        if wanted.end is not None:
            fits.append(_MESSAGE.serial < wanted.end)
        if wanted.address:
            with_them = self._with_address(profile_id, wanted.address)
            fits.append(_MESSAGE.conversation_id.in_(with_them))
        rows = self.work.connection.execute(
            select(_MESSAGE.id, _MESSAGE.conversation_id, _MESSAGE.blob_id)
            .where(*fits)
            .order_by(_MESSAGE.serial.desc(), _MESSAGE.id.desc())
        )
        return [(one, talk, blob_id or "") for one, talk, blob_id in rows]

    def newer(self, profile_id: str, message_ids: Collection[str]) -> dict[str, int]:
        """Return how many visible messages of its conversation came after each."""
        one = inbox_messages.alias()
        # A range of the listing index; of what came at the same moment the id tells.
        after = (
            select(func.count())
            .select_from(inbox_messages)
            .where(
                _MESSAGE.profile_id == one.c.profile_id,
                _MESSAGE.conversation_id == one.c.conversation_id,
                _MESSAGE.serial >= one.c.serial,
                or_(_MESSAGE.serial != one.c.serial, _MESSAGE.id > one.c.id),
                self._visible(profile_id),
            )
            .scalar_subquery()
        )
        rows = self.work.connection.execute(
            select(one.c.id, after).where(
                one.c.id.in_(sorted(message_ids)), one.c.profile_id == profile_id
            )
        )
        return {row[0]: int(row[1]) for row in rows}

    def period(self, profile_id: str) -> tuple[int, int] | None:
        """Return when the first and the last visible message came, or None."""
        first, last = self.work.connection.execute(
            select(func.min(_MESSAGE.serial), func.max(_MESSAGE.serial)).where(
                _MESSAGE.profile_id == profile_id, self._visible(profile_id)
            )
        ).one()
        return None if first is None else (first, last)

    def _with_address(self, profile_id: str, address: str) -> Select[Any]:
        """Return the conversations with a correspondent, secret ones too."""
        with_them = {
            *correspondent_digests(self.work.keys, profile_id, address),
            *secret_digests(self.work.keys, profile_id, address),
        }
        return select(conversations.c.id).where(
            conversations.c.profile_id == profile_id,
            conversations.c.correspondent.in_(sorted(with_them)),
        )

    def message_count(self, profile_id: str, conversation_id: str) -> int:
        """Return how many messages of a conversation are visible."""
        return self.work.connection.execute(
            select(func.count())
            .select_from(inbox_messages)
            .where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.conversation_id == conversation_id,
                self._visible(profile_id),
            )
        ).scalar_one()

    def received(
        self, profile_id: str, conversation: Conversation
    ) -> list[InboxMessage]:
        """
        Return what came in and decides on answers, deleted or not, oldest first.

        That is the newest message, and the newest of those that may be answered: of
        the conversation, or of all with that correspondent, until its end, where it is
        the patient who began it.
        """
        found = self._deciding(profile_id, _MESSAGE.conversation_id == conversation.id)
        if found:
            return found
        of_them = self._with_address(profile_id, conversation.address)
        among: ColumnElement[bool] = _MESSAGE.conversation_id.in_(of_them)
        if conversation.state is ConversationState.ENDED:
            among = and_(among, _MESSAGE.at <= conversation.ended_at)
        return self._deciding(profile_id, among)

    def _deciding(
        self, profile_id: str, among: ColumnElement[bool]
    ) -> list[InboxMessage]:
        came_in = (
            among,
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.direction == Direction.IN.value,
            self._not_hidden(profile_id),
        )
        newest = self._messages(*came_in, limit=1)
        if not newest or newest[0].reply is MayReply.REPLY:
            return newest
        return [*self._answerable(came_in), *newest]

    def _answerable(
        self, came_in: tuple[ColumnElement[bool], ...]
    ) -> list[InboxMessage]:
        """Return the newest that may be answered, or nothing."""
        # Of rows of an earlier version only what is sealed says it.
        unknown = or_(_MESSAGE.reply.is_(None), _MESSAGE.reply == MayReply.REPLY.value)
        for chunk in count(0, _CHUNK):
            found = self._messages(*came_in, unknown, limit=_CHUNK, offset=chunk)
            for one in reversed(found):
                if one.reply is MayReply.REPLY:
                    return [one]
            if len(found) < _CHUNK:
                break
        return []

    def references(
        self, profile_id: str, conversation_id: str, most: int
    ) -> tuple[str, ...]:
        """Return the Message-IDs of the last messages that came in, oldest first."""
        newest = self._messages(
            _MESSAGE.conversation_id == conversation_id,
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.direction == Direction.IN.value,
            self._visible(profile_id),
            limit=most,
        )
        return tuple(one.message_id for one in newest)

    def unread(
        self,
        profile_id: str,
        conversation_id: str,
        among: Collection[str] | None = None,
    ) -> list[InboxMessage]:
        """Return what is visible of a conversation, ``among`` some, and not yet read"""
        some = () if among is None else (_MESSAGE.id.in_(among),)
        return self._messages(
            _MESSAGE.conversation_id == conversation_id,
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.read_at.is_(None),
            self._visible(profile_id),
            *some,
        )

    def message(self, profile_id: str, message_id: str) -> InboxMessage | None:
        """Return one visible message of this patient, or None."""
        found = self._messages(
            _MESSAGE.id == message_id,
            _MESSAGE.profile_id == profile_id,
            self._visible(profile_id),
        )
        return found[0] if found else None

    def received_by(self, profile_id: str, arrival_id: str) -> InboxMessage | None:
        """Return what a patient received of one arrival, even what is not shown."""
        found = self._messages(
            _MESSAGE.arrival_id == arrival_id,
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.direction == Direction.IN.value,
        )
        return found[0] if found else None

    def was_written_to_since(
        self, profile_id: str, conversation_id: str, moment: datetime
    ) -> bool:
        """Tell whether something came in since, in one conversation, deleted or not."""
        return self.work.connection.execute(
            select(
                select(_MESSAGE.id)
                .where(
                    _MESSAGE.conversation_id == conversation_id,
                    _MESSAGE.profile_id == profile_id,
                    _MESSAGE.direction == Direction.IN.value,
                    _MESSAGE.at > moment,
                )
                .exists()
            )
        ).scalar_one()

    def is_secret(self, profile_id: str, message: InboxMessage) -> bool:
        """Tell whether a message is kept from representatives, whoever reads now."""
        secrets = self._kept_from_representatives(profile_id)
        return (
            message.conversation_id in secrets.conversations
            or message.arrival_id in secrets.arrivals
        )

    def content(self, message: InboxMessage) -> bytes:
        """Return the exact bytes of a message."""
        return self.work.blobs.get(message.blob_id, message.key_id)

    def brought_by(self, profile_id: str, arrival_id: str) -> str:
        """Return the conversation that an arrival is in, empty where it is not seen."""
        if not self.seen_arrivals(profile_id, {arrival_id}):
            return ""
        found = self.work.connection.execute(
            select(_MESSAGE.conversation_id).where(
                _MESSAGE.profile_id == profile_id, _MESSAGE.arrival_id == arrival_id
            )
        ).scalar()
        return str(found or "")

    def seen_arrivals(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> frozenset[str]:
        """Return the messages of some arrivals that the patient may know of."""
        if not arrival_ids:
            return frozenset()
        found = self.work.connection.execute(
            select(_MESSAGE.arrival_id).where(
                _MESSAGE.profile_id == profile_id,
                _MESSAGE.arrival_id.in_(sorted(arrival_ids)),
                self._not_hidden(profile_id),
            )
        )
        return frozenset(found.scalars())

    def of_arrivals(
        self, profile_id: str, arrival_ids: Collection[str]
    ) -> list[InboxMessage]:
        """Return the messages of some arrivals, those deleted as well."""
        if not arrival_ids:
            return []
        return self._messages(
            _MESSAGE.profile_id == profile_id,
            _MESSAGE.arrival_id.in_(sorted(arrival_ids)),
            self._not_hidden(profile_id),
        )

    def _not_hidden(self, profile_id: str) -> ColumnElement[bool]:
        shown = or_(
            _MESSAGE.hidden_until.is_(None), _MESSAGE.hidden_until <= self.work.now
        )
        if sees_secrets(self.reader):
            return shown
        secrets = self._kept_from_representatives(profile_id)
        asked = [shown]
        if secrets.conversations:
            asked.append(_MESSAGE.conversation_id.not_in(secrets.conversations))
        if secrets.arrivals:  # else none is asked for, and the index of the list does
            known = _MESSAGE.arrival_id.not_in(secrets.arrivals)
            asked.append(or_(_MESSAGE.arrival_id.is_(None), known))
        return and_(*asked)

    def _visible(self, profile_id: str) -> ColumnElement[bool]:
        return and_(_MESSAGE.deleted_at.is_(None), self._not_hidden(profile_id))

    def _kept_from_representatives(self, profile_id: str) -> Secrets:
        # One page asks several readers. Who writes may make more secret in between.
        known = self.work.held if self.work.is_snapshot else self._secrets
        place = f"inbox secrets:{profile_id}"
        if place not in known:
            known[place] = secrets_of(self.work, profile_id)
        found: Secrets = known[place]
        return found

    def _messages(
        self,
        *conditions: ColumnElement[bool],
        limit: int | None = None,
        offset: int = 0,
    ) -> list[InboxMessage]:
        rows = self.work.connection.execute(
            select(inbox_messages)
            .where(*conditions)
            .order_by(_MESSAGE.serial.desc(), _MESSAGE.id.desc())
            .limit(limit)
            .offset(offset)
        ).all()
        return [self._message(row) for row in reversed(rows)]

    def _conversation(self, row: Row[Any]) -> Conversation:
        key_id = self.work.key_for(f"patient:{row.profile_id}")
        display = self.work.unseal(
            key_id, row.display, f"conversations.display:{row.id}"
        )
        return Conversation(
            id=row.id,
            address=display["address"],
            name=mailbox_name(display["name"]),
            kind=row.mailbox_kind,
            state=ConversationState(row.state),
            last_at=row.last_at,
            ended_at=row.ended_at,
            is_secret=display.get("secret", False),
        )

    def _with_last(self, row: Row[Any], message: InboxMessage) -> Conversation:
        return evolve(
            self._conversation(row),
            last_at=message.at,
            last_subject=message.subject,
            last_text=" ".join(message.text[:_LOOKED_AT].split())[:_PREVIEW],
            last_direction=message.direction,
            last_is_recalled=message.recalled_at is not None,
            messages=row.messages,
            unread=row.unread,
            has_files=bool(message.files),
        )

    def _message(self, row: Row[Any]) -> InboxMessage:
        summary = self.work.unseal(
            row.key_id, row.summary, f"inbox_messages.summary:{row.id}:{row.profile_id}"
        )
        return InboxMessage(
            id=row.id,
            conversation_id=row.conversation_id,
            direction=Direction(row.direction),
            # Messages of an earlier version have it in a column of its own.
            message_id=summary.get("message_id", row.message_id),
            sender=summary["sender"],
            # Messages of an earlier version do not say the three.
            name=mailbox_name(summary.get("name", "")),
            named_before=mailbox_name(summary.get("named_before", "")),
            proven=summary.get("proven", ""),
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
            recalled_at=_moment(summary.get("recalled_at", "")),
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _files(rows: Iterable[dict[str, Any]]) -> tuple[AttachedFile, ...]:
    return tuple(AttachedFile(**row) for row in rows)
