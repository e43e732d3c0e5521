"""What a patient began to write: kept sealed, gone on with, and gone with its time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import evolve, field, frozen
from sqlalchemy import Table, delete, insert, select, update

from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Conversation, ConversationState
from gateway.store.tables import drafts, loose_drafts


@frozen(kw_only=True)
class Begun:
    """
    What stands in a form: ``to`` is the conversation that tells whom it is for.

    Documents of the vault are kept by their ids; files of the sender's own are not.
    ``form`` names the form it stands in, and ``was`` the version of the draft that this
    form was shown with: neither is part of what was written. ``is_own``: the patient
    wrote it, and nobody in their place; ``by`` is the name of who last did else.
    """

    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    documents: tuple[str, ...] = ()
    to: str = ""
    form: str = field(default="", eq=False)
    was: str = field(default="", eq=False)
    is_own: bool = field(default=True, eq=False)
    by: str = field(default="", eq=False, repr=False)

    @property
    def says_something(self) -> bool:
        """Whether anything would be lost if it were not kept."""
        return bool(self.subject or self.text or self.documents)


@frozen(kw_only=True)
class Draft:
    """
    Something begun, and to whom; an answer has the id of its conversation.

    ``conversation`` is None where nobody was chosen yet.
    """

    id: str
    is_answer: bool
    conversation: Conversation | None
    begun: Begun
    saved_at: datetime
    version: str = ""
    """Another one each time that it is kept."""

    @property
    def may_be_sent(self) -> bool:
        """Whether there is a form to go on with: not once the exchange was ended."""
        if not self.is_answer or self.conversation is None:
            return not self.is_answer
        return self.conversation.state is ConversationState.OPEN


@frozen
class Drafts:
    """Keeps drafts, within one transaction."""

    work: UnitOfWork

    def save_answer(self, profile_id: str, conversation_id: str, begun: Begun) -> None:
        """Keep what was begun in a conversation; one draft in each."""
        self.forget_answer(conversation_id)
        place = f"drafts.content:{conversation_id}"
        self.work.connection.execute(
            insert(drafts).values(
                conversation_id=conversation_id,
                profile_id=profile_id,
                content=self._sealed(profile_id, begun, place),
                saved_at=self.work.now,
            )
        )

    def set_aside(
        self, profile_id: str, conversation_id: str, begun: Begun, *, most: int
    ) -> None:
        """
        Make the draft of a conversation one of its own, where ``begun`` would end what
        its form never showed: two answers begun in two windows are two drafts.
        """
        kept = self._kept(drafts, conversation_id, profile_id)
        if kept is not None and not _continues(begun, *kept):
            there = evolve(kept[1], to=conversation_id)
            self.save_new(profile_id, there, most=most)

    def begun(self, profile_id: str, draft_id: str) -> Begun | None:
        """
        Return a draft as whoever kept it last left it, whoever asks; None: no draft.

        That of an answer has the id of its conversation.
        """
        kept = self._kept(drafts, draft_id, profile_id) or self._kept(
            loose_drafts, draft_id, profile_id
        )
        return None if kept is None else kept[1]

    def is_continued(self, profile_id: str, draft_id: str, begun: Begun) -> bool:
        """
        Tell whether ``begun`` goes on with a draft that is no answer: its form showed
        what is kept, and another window changed it not.
        """
        kept = self._kept(loose_drafts, draft_id, profile_id)
        return kept is not None and _continues(begun, *kept)

    def _kept(
        self, table: Table, draft_id: str, profile_id: str
    ) -> tuple[str, Begun] | None:
        """Return the version of a draft and what it says, or None."""
        (column,) = table.primary_key
        content = self.work.connection.execute(
            select(table.c.content).where(
                column == draft_id, table.c.profile_id == profile_id
            )
        ).scalar()
        if content is None:
            return None
        key_id = self.work.key_for(f"patient:{profile_id}")
        said = self.work.unseal(key_id, content, f"{table.name}.content:{draft_id}")
        return _version(content), _begun(said, said.get("to", ""))

    def forget_answer(self, conversation_id: str) -> None:
        """Delete the draft of a conversation; none is no error."""
        self.work.connection.execute(
            delete(drafts).where(drafts.c.conversation_id == conversation_id)
        )

    def save_new(
        self, profile_id: str, begun: Begun, draft_id: str = "", *, most: int
    ) -> str:
        """
        Keep a message that is no answer, as a draft that there is or another; return
        its id. Beyond ``most`` of one patient the oldest go.
        """
        columns = loose_drafts.c
        known = self.work.connection.execute(
            select(columns.id).where(
                columns.id == draft_id, columns.profile_id == profile_id
            )
        ).scalar()
        kept_id = str(known or uuid4().hex)
        place = f"loose_drafts.content:{kept_id}"
        content = self._sealed(profile_id, begun, place)
        if known is not None:
            self.work.connection.execute(
                update(loose_drafts)
                .where(columns.id == kept_id)
                .values(content=content, saved_at=self.work.now)
            )
            return kept_id
        self.work.connection.execute(
            insert(loose_drafts).values(
                id=kept_id,
                profile_id=profile_id,
                content=content,
                saved_at=self.work.now,
            )
        )
        too_many = (
            select(columns.id)
            .where(columns.profile_id == profile_id, columns.id != kept_id)
            .order_by(columns.saved_at.desc(), columns.id)
            .offset(most - 1)
        )
        gone = self.work.connection.execute(too_many).scalars().all()
        if gone:
            self.work.connection.execute(
                delete(loose_drafts).where(columns.id.in_(gone))
            )
        return kept_id

    def forget(self, profile_id: str, draft_id: str) -> None:
        """Delete a draft that is no answer; none is no error."""
        self.work.connection.execute(
            delete(loose_drafts).where(
                loose_drafts.c.id == draft_id, loose_drafts.c.profile_id == profile_id
            )
        )

    def _sealed(self, profile_id: str, begun: Begun, place: str) -> bytes:
        said = {
            "subject": begun.subject,
            "text": begun.text,
            "documents": list(begun.documents),
            "to": begun.to,
            "form": begun.form,
            "own": begun.is_own,
            "by": begun.by,
        }
        return self.work.seal(self.work.key_for(f"patient:{profile_id}"), said, place)


@frozen
class DraftReader:
    """
    The drafts that somebody may know of: of a secret exchange, as the exchange.

    What a minor began and gave to nobody yet may become a secret: it is theirs alone.
    """

    inbox: InboxReader

    def answer(self, profile_id: str, conversation_id: str) -> Draft | None:
        """Return what was begun in a conversation, or None."""
        return self._one(profile_id, drafts, drafts.c.conversation_id, conversation_id)

    def new(self, profile_id: str, draft_id: str) -> Draft | None:
        """Return a message that was begun and is no answer, or None."""
        return self._one(profile_id, loose_drafts, loose_drafts.c.id, draft_id)

    def all(self, profile_id: str, most: int) -> list[Draft]:
        """Return all there are, the last kept first, at most so many of each kind."""
        found = [
            *self._read(profile_id, drafts, most),
            *self._read(profile_id, loose_drafts, most),
        ]
        return sorted(found, key=lambda one: one.saved_at, reverse=True)

    def _one(
        self, profile_id: str, table: Table, column: Any, draft_id: str
    ) -> Draft | None:
        found = self._read(profile_id, table, 1, column == draft_id)
        return found[0] if found else None

    def _read(
        self, profile_id: str, table: Table, most: int, *conditions: Any
    ) -> list[Draft]:
        work = self.inbox.work
        rows = work.connection.execute(
            select(table)
            .where(table.c.profile_id == profile_id, *conditions)
            .order_by(table.c.saved_at.desc(), *table.primary_key)
            .limit(most)
        ).all()
        if not rows:
            return []
        key_id, name = work.key_for(f"patient:{profile_id}"), table.primary_key
        (column,) = name.columns.keys()
        found = []
        for row in rows:
            row_id = row._mapping[column]
            said = work.unseal(key_id, row.content, f"{table.name}.content:{row_id}")
            found.append((row_id, row, said))
        is_answer = table is drafts
        to = {
            row_id: row_id if is_answer else said.get("to", "")
            for row_id, _, said in found
        }
        known = self.inbox.each(profile_id, {one for one in to.values() if one})
        return [
            Draft(
                id=row_id,
                is_answer=is_answer,
                conversation=known.get(to[row_id]),
                begun=_begun(said, to[row_id]),
                saved_at=row.saved_at,
                version=_version(row.content),
            )
            for row_id, row, said in found
            if (to[row_id] in known if to[row_id] else self._may_know(said))
        ]

    def _may_know(self, said: Mapping[str, Any]) -> bool:
        return sees_secrets(self.inbox.reader) or not said.get("own", True)


def _begun(said: Mapping[str, Any], to: str) -> Begun:
    return Begun(
        subject=said["subject"],
        text=said["text"],
        documents=tuple(said.get("documents", ())),
        to=to,
        form=said.get("form", ""),
        is_own=said.get("own", True),
        by=said.get("by", ""),
    )


def _version(content: bytes) -> str:
    """Return what tells one version from the next: no two are sealed alike."""
    return hashlib.sha256(content).hexdigest()[:32]


def _continues(begun: Begun, version: str, kept: Begun) -> bool:
    """Tell whether nothing is lost of a draft where another is kept in its place."""
    is_same_form = bool(kept.form) and kept.form == begun.form
    said = evolve(begun, to=kept.to)
    return (
        version == begun.was or is_same_form or said == kept or not kept.says_something
    )


def forget_old_drafts(work: UnitOfWork, kept: timedelta, most: int) -> int:
    """Delete so many drafts at most that nobody went on with; return how many."""
    count, before = 0, work.now - kept
    for table in (drafts, loose_drafts):
        (column,) = table.primary_key
        old = select(column).where(table.c.saved_at < before).limit(most - count)
        ids = work.connection.execute(old).scalars().all()
        if ids:
            work.connection.execute(delete(table).where(column.in_(ids)))
            count += len(ids)
        if count >= most:
            break
    return count
