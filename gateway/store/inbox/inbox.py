"""A patient's inbox: what comes in, what the patient writes, what is deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from attrs import asdict, frozen
from sqlalchemy import bindparam, select, update

from gateway.core.shown_text import same_name
from gateway.errors import InvalidError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.digests import correspondent_digests, secret_digests
from gateway.store.inbox.drafts import Drafts
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.rows import InboxRows
from gateway.store.inbox.threads import ConversationThreads, Talk
from gateway.store.inbox.values import (
    AttachedFile,
    Conversation,
    ConversationState,
    Direction,
    InboxMessage,
    MayReply,
)
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.sealed.blobs import Parcel
from gateway.store.tables import conversations, inbox_messages
from gateway.store.tasks.tasks import TaskKind

_NO_FILES: Sequence[AttachedFile] = ()
_NOTHING: Mapping[str, str] = MappingProxyType({})

_RECEIVED = Prepared(
    select(inbox_messages.c.id).where(
        inbox_messages.c.arrival_id == bindparam("arrival"),
        inbox_messages.c.profile_id == bindparam("profile"),
        inbox_messages.c.direction == Direction.IN.value,
    )
)


@frozen
class Inbox:
    """The inboxes within one transaction; everything is under the patient's key."""

    work: UnitOfWork

    @property
    def reader(self) -> InboxReader:
        """What only reads."""
        return InboxReader(self.work)

    @property
    def _rows(self) -> InboxRows:
        return InboxRows(self.work)

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
        reply: MayReply = MayReply.REPLY,
        mailbox_kind: str = "",
        receipt_asked: bool = False,
        hidden_until: datetime | None = None,
        received_at: datetime | None = None,
        proven: str = "",
        is_secret: bool = False,
        references: Sequence[str] = (),
    ) -> str:
        """
        Put a professional's message in the inbox; return the inbox message's id.

        Once per arrival and profile: again changes nothing and returns the same id.
        The conversation with that correspondent that it answers is found, or the one
        on that subject, or it is opened; a message that may be answered reopens one
        that was ended.

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
            received_at: When it came in, by which messages are ordered; now, if absent.
            proven: Who the certificate it came with is of, in words.
            is_secret: Kept from legal representatives (CSP R. 1111-50): it stands in a
                conversation of its own, with what is answered to it
                (`answers_secret`).
            references: The Message-IDs that the message names (`Headers.references`).
        """
        known = _RECEIVED.first(
            self.work.connection, arrival=arrival_id, profile=profile_id
        )
        if known is not None:
            return str(known.id)
        # Held, so that there is one conversation on each subject.
        profile = Profiles(self.work).hold(profile_id)
        if profile is None:
            raise InvalidError("no such patient")
        key_id = profile.key_id
        address = correspondent.lower()
        at, name = received_at or self.work.now, display_name or address
        is_open = reply is MayReply.REPLY
        met = ConversationThreads(self.work).meet(
            Talk(
                profile_id=profile_id,
                key_id=key_id,
                address=address,
                subject=subject,
                references=references,
                is_secret=is_secret,
            ),
            name=name,
            kind=mailbox_kind,
            state=ConversationState.OPEN if is_open else ConversationState.NO_REPLY,
            at=at,
        )
        is_named = met.name_before not in {"", address} and name != address
        is_renamed = is_named and not same_name(met.name_before, name)
        self.work.blobs.share(blob_id, from_key, key_id)
        summary = {
            "sender": address,
            "name": name,
            "named_before": met.name_before if is_renamed else "",
            "proven": proven,
            "subject": subject,
            "text": text,
            "files": [
                {"name": one.name, "media_type": one.media_type, "size": one.size}
                for one in attachments
            ],
            "reply": reply.value,
            "reply_to": [one.lower() for one in reply_to],
            "receipt_asked": receipt_asked,
            "message_id": message_id,
        }
        return self._rows.add(
            profile_id,
            key_id,
            met.id,
            Direction.IN,
            summary,
            at=at,
            arrival_id=arrival_id,
            blob_id=blob_id,
            hidden_until=hidden_until,
        )

    def show_now(self, profile_id: str, arrival_id: str) -> None:
        """Show a message that waited for a document it brought to be announced."""
        columns = inbox_messages.c
        self.work.connection.execute(
            update(inbox_messages)
            .where(
                columns.profile_id == profile_id,
                columns.arrival_id == arrival_id,
                columns.hidden_until > self.work.now,
            )
            .values(hidden_until=self.work.now)
        )

    def answers_secret(
        self, profile_id: str, correspondent: str, references: Sequence[str]
    ) -> bool:
        """
        Tell whether a message answers what is kept from the representatives.

        Then so is it, whatever its author knows of that (CSP R. 1111-50).
        """
        return ConversationThreads(self.work).answers_secret(
            profile_id, correspondent, references
        )

    def begin(self, known: Conversation, profile_id: str, subject: str) -> str:
        """
        Return the conversation on a subject with a correspondent, opened if need be.

        ``known`` is another one with the same, in which the patient may write.
        """
        profile = Profiles(self.work).hold(profile_id)
        if profile is None:
            raise InvalidError("no such patient")
        talk = Talk(
            profile_id=profile_id,
            key_id=profile.key_id,
            address=known.address,
            subject=subject,
            is_secret=known.is_secret,
        )
        return ConversationThreads(self.work).begin(
            talk, name=known.name, kind=known.kind, at=known.last_at
        )

    def send(
        self,
        conversation_id: str,
        profile_id: str,
        arrival_id: str,
        *,
        subject: str,
        text: str,
        attachments: Sequence[AttachedFile] = _NO_FILES,
        parcel: Parcel,
        message_id: str,
        kept: Mapping[str, str] = _NOTHING,
    ) -> str:
        """
        Keep the patient's own message in its conversation; return its id.

        To be called in the transaction that keeps the arrival, of which ``parcel`` is
        the content: the patient's key is granted the same bytes. ``kept`` is what its
        line says of the decision to send it.
        """
        key_id = self.work.key_for(f"patient:{profile_id}")
        self.work.blobs.grant(parcel, key_id)
        Drafts(self.work).forget_answer(conversation_id)
        summary = {
            "sender": "",
            "name": "",
            "named_before": "",
            "proven": "",
            "subject": subject,
            "text": text,
            "files": [asdict(one) for one in attachments],
            "reply": MayReply.REPLY.value,
            "reply_to": [],
            "receipt_asked": False,
            "message_id": message_id,
        }
        self.work.note(
            Action.MESSAGE_SENT, "kept", arrival_id, chain=chain_of(profile_id), **kept
        )
        return self._rows.add(
            profile_id,
            key_id,
            conversation_id,
            Direction.OUT,
            summary,
            at=self.work.now,
            arrival_id=arrival_id,
            blob_id=parcel.id,
            hidden_until=None,
        )

    def end_conversations(
        self,
        profile_id: str,
        correspondent: str,
        at: datetime | None = None,
        display_name: str = "",
    ) -> bool:
        """
        End the exchange with a correspondent, who wrote ``[FIN]`` at that time.

        Return False when there was none to end: that it ended is kept all the same,
        for the messages sent before it may still be on their way here. A later message
        reopens the exchange, and one that is later already has.
        """
        columns, at = conversations.c, at or self.work.now
        address = correspondent.lower()
        profile = Profiles(self.work).hold(profile_id)
        if profile is None:
            raise InvalidError("no such patient")
        keys = self.work.keys
        known = self.work.connection.execute(
            select(columns.id, columns.state, columns.last_at)
            .where(
                columns.profile_id == profile_id,
                columns.correspondent.in_(
                    {
                        *correspondent_digests(keys, profile_id, address),
                        *secret_digests(keys, profile_id, address),
                    }
                ),
            )
            .order_by(columns.id)
        ).all()
        if not known:
            ConversationThreads(self.work).meet(
                Talk(profile_id=profile_id, key_id=profile.key_id, address=address),
                name=display_name or address,
                kind="",
                state=ConversationState.ENDED,
                at=at,
            )
        ended = [self._end(profile_id, one, at) for one in known]
        return any(ended)

    def _end(self, profile_id: str, known: Any, at: datetime) -> bool:
        if known.last_at > at:
            return False
        is_over = known.state == ConversationState.ENDED.value
        self.work.connection.execute(
            update(conversations)
            .where(conversations.c.id == known.id)
            .values(state=ConversationState.ENDED.value, ended_at=at)
        )
        if is_over:
            return False
        self.work.note(
            Action.CONVERSATION_ENDED,
            "by-correspondent",
            known.id,
            chain=chain_of(profile_id),
        )
        return True

    def open(
        self,
        profile_id: str,
        conversation_id: str,
        among: Collection[str] | None = None,
    ) -> list[InboxMessage]:
        """
        Mark what is visible of a conversation as read; return what was unread before.

        Only the messages ``among`` those of a page, where the page does not show all.
        Each is noted in the patient's journal; the sender of one with
        ``receipt_asked`` is sent its read receipt.
        """
        unread = self.reader.unread(profile_id, conversation_id, among)
        if not unread:
            return []
        # Of two requests at once, one marks them; the other finds nothing to mark.
        marked = set(
            self.work.connection.execute(
                update(inbox_messages)
                .where(
                    inbox_messages.c.id.in_([one.id for one in unread]),
                    inbox_messages.c.read_at.is_(None),
                )
                .values(read_at=self.work.now)
                .returning(inbox_messages.c.id)
            ).scalars()
        )
        read = [one for one in unread if one.id in marked]
        for one in read:
            self.work.note(
                Action.MESSAGE_READ,
                "receipt-asked" if one.receipt_asked else "read",
                one.arrival_id,
                chain=chain_of(profile_id),
            )
            if one.receipt_asked:
                self.work.tasks.add(TaskKind.ACKNOWLEDGE, one.arrival_id)
        return read

    def delete_conversation(self, profile_id: str, conversation_id: str) -> int:
        """
        Delete the messages of a conversation for good; return how many there were.

        Their texts, files and bytes go; documents filed from them stay. That a message
        was received stays known: this is what lets the patient write again.
        """
        shown = self.reader.messages(profile_id, conversation_id)
        Drafts(self.work).forget_answer(conversation_id)
        if shown:
            self._rows.erase(profile_id, shown)
            self.work.note(
                Action.MESSAGE_DELETED,
                "conversation",
                conversation_id,
                chain=chain_of(profile_id),
                messages=len(shown),
            )
        return len(shown)
