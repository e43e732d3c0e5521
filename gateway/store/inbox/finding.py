"""Finding a patient's messages: which fit, by conversation, as one reader may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from attrs import frozen

from gateway.store.inbox.reading import InboxReader
from gateway.store.inbox.values import Conversation, WantedMessages
from gateway.store.inbox.words import WITH_FILES, MessageKey, MessageWords


@frozen
class Hit:
    """A conversation by its newest message that fits, and how many of it fit."""

    conversation_id: str
    message_id: str
    fitting: int


@frozen
class FoundMessages:
    """
    The conversations that something fits in, the newest such message first.

    ``unread`` and ``unmade`` as in `MessagesFound`.
    """

    hits: Sequence[Hit]
    unread: int = 0
    unmade: int = 0


@frozen
class ShownHit:
    """
    A hit as a list shows it; ``newer`` messages of the conversation came after.

    What is said of the last message of ``conversation`` is of the one that fits.
    """

    hit: Hit
    conversation: Conversation
    newer: int


@frozen
class MessageFinding:
    """Looks for messages, within one transaction."""

    reader: InboxReader

    def find(self, profile_id: str, wanted: WantedMessages) -> FoundMessages:
        """Return what fits; of what the reader may not see nothing is looked at."""
        rows = self.reader.fitting(profile_id, wanted)
        asked = [*wanted.words, *([WITH_FILES] if wanted.with_files else [])]
        unread = unmade = 0
        if asked:
            words = MessageWords(self.reader.work).find(
                profile_id,
                asked,
                [MessageKey(one, blob_id) for one, _, blob_id in rows if blob_id],
            )
            unread, unmade = words.unread, words.unmade
            fits = set.intersection(*(set(words.by_word[one]) for one in asked))
            rows = [one for one in rows if one[2] in fits]
        newest: dict[str, str] = {}
        for message_id, conversation_id, _ in rows:
            newest.setdefault(conversation_id, message_id)
        fitting = Counter([conversation_id for _, conversation_id, _ in rows])
        hits = [Hit(talk, message, fitting[talk]) for talk, message in newest.items()]
        return FoundMessages(hits, unread, unmade)

    def shown(self, profile_id: str, hits: Sequence[Hit]) -> list[ShownHit]:
        """Return some hits, a page of them, with what a list shows of each."""
        ids = [one.message_id for one in hits]
        talks = self.reader.by_messages(profile_id, ids)
        newer = self.reader.newer(profile_id, ids)
        return [
            ShownHit(one, talks[one.message_id], newer[one.message_id]) for one in hits
        ]
