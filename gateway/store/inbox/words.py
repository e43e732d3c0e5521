"""
Words of a patient's messages: made ahead, sealed beside those of the documents.

Each message is known by its blob: what it says never changes, and once it is deleted or
taken back it has none. Who may find it is for the reader's own rows to say: of others
nothing is looked for. The subject, the text, the names of files and the correspondent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from attrs import field, frozen

from gateway.core.word_form import (
    MadeWords,
    WordPart,
    begins_with,
    found_in,
    words_in,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import InboxMessage
from gateway.store.vault.indexes import DocumentIndexes

AT_ONCE: Final = 500
"""Messages that one task reads for their words; another goes on where it ended."""

MOST_READ: Final = 100
"""Messages that a search reads itself, because their words are not made yet."""

WITH_FILES: Final = "*files"
"""Stands among the words of a message that has files; nothing is folded to it."""


class MessageKey(NamedTuple):
    """A message, and by what its words are known."""

    id: str
    blob_id: str


@frozen
class MessagesFound:
    """
    Which messages have a word that begins as one that was asked for, by their blobs.

    ``unread`` is how many could be found and were not looked into, ``unmade`` how many
    were not made ready to be searched.
    """

    by_word: Mapping[str, Collection[str]] = field(repr=False)
    unread: int = 0
    unmade: int = 0


@frozen
class MessageWords:
    """The words of patients' messages, within one transaction."""

    work: UnitOfWork

    def find(
        self, profile_id: str, words: Collection[str], among: Sequence[MessageKey]
    ) -> MessagesFound:
        """
        Return which messages have each of some words, or `WITH_FILES`.

        Args:
            profile_id: Whose messages.
            words: Folded.
            among: Those that may be found, the most wanted first: no other is opened
                for it.
        """
        parts = self._parts(profile_id).values()
        found = found_in(parts, words)
        made = {name for part in parts for name in part.ids}
        missing = [one for one in among if one.blob_id not in made]
        for blob_id, own in self._read(profile_id, missing[:MOST_READ]).items():
            for word in words:
                if begins_with(own, word):
                    found[word].add(blob_id)
        unread = max(len(missing) - MOST_READ, 0)
        return MessagesFound(found, unread, len(missing))

    def made(self, profile_id: str) -> MadeWords:
        """
        Return the words of messages that have none yet, of so many at once.

        Words of messages that are gone are taken out.
        """
        kept = self._parts(profile_id)
        made = {name for part in kept.values() for name in part.ids}
        every = InboxReader(self.work).keys(profile_id)
        missing = [MessageKey(*one) for one in every if one[1] not in made]
        new = self._read(profile_id, missing[:AT_ONCE])
        words = MadeWords.of(
            kept,
            {blob_id for _, blob_id in every},
            new,
            is_all=len(missing) <= AT_ONCE,
        )
        return MadeWords(
            {-number: content for number, content in words.parts.items()},
            [-number for number in words.dropped],
            words.is_all,
        )

    def _parts(self, profile_id: str) -> dict[int, WordPart]:
        kept = DocumentIndexes(self.work).messages(profile_id)
        return {-number: WordPart.from_bytes(kept[number]) for number in kept}

    def _read(self, profile_id: str, some: Sequence[MessageKey]) -> dict[str, set[str]]:
        """Return the words of some messages by their blobs."""
        # By the holder's eyes: who else looks was asked before these were chosen.
        reader = InboxReader(self.work)
        messages = reader.some(profile_id, [one.id for one in some])
        talks = reader.each(profile_id, {one.conversation_id for one in messages})
        return {
            one.blob_id: self._words(one, talks[one.conversation_id].said)
            for one in messages
        }

    def _words(self, message: InboxMessage, with_whom: Sequence[str]) -> set[str]:
        said = [*with_whom, message.subject, message.text, message.name]
        words = set(words_in([*said, *(one.name for one in message.files)]))
        return words | {WITH_FILES} if message.files else words
