"""Words of patients' documents: made ahead, a part at a time, and searched."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from operator import attrgetter
from typing import Final, Protocol

from attrs import field, frozen

from gateway.core.document import Availability
from gateway.core.listing import ListEntry, TextsFound
from gateway.core.vault import FiledDocument
from gateway.core.word_form import (
    MadeWords,
    WordPart,
    begins_with,
    found_in,
    words_in,
)
from gateway.documents.cda.searched import searched_parts
from gateway.errors import DamagedError, NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.vault.indexes import DocumentIndexes
from gateway.store.vault.texts import DocumentTexts

AT_ONCE: Final = 100
"""Documents that one task reads for their words; another goes on where it ended."""

AT_ONCE_BYTES: Final = 16 * 1024 * 1024
"""How large they may be together, but for the first."""

MOST_READ: Final = 20
"""Documents that a search reads itself, because their words are not made yet."""

_FILED = attrgetter("filed_at")

LARGEST_READ: Final = 256 * 1024
"""A larger one is left to the task."""


class _Reading(Protocol):
    """What is needed of the vault to read the texts of documents."""

    def sound_each(self, entry_uuids: Collection[str]) -> Mapping[str, FiledDocument]:
        """Return the documents of some ids; altered ones are left out."""

    def content(self, document: FiledDocument) -> bytes:
        """Return the exact bytes that were filed."""

    def sound_contents(
        self, documents: Collection[FiledDocument]
    ) -> Mapping[str, bytes]:
        """Return the bytes of some, by the documents; altered ones are left out."""


@frozen
class MadeTexts:
    """
    The words of documents, and what has to be done for those that have none yet.

    ``wanted`` are those with files whose text has to be taken out first; ``waiting``
    have been wanted before, and none of their words are left.
    """

    words: MadeWords
    wanted: Sequence[str]
    waiting: Collection[str]


@frozen
class WordMaking:
    """
    The words of patients' documents, within one transaction.

    The bytes of a document never change, so that its words are made once. Who may find
    it by them is for its entry in the list to say.
    """

    work: UnitOfWork
    vault: _Reading = field(repr=False)

    def find(
        self, profile_id: str, words: Collection[str], among: Sequence[str]
    ) -> TextsFound:
        """
        Return which documents have a word in their text that begins as one of some.

        Args:
            profile_id: Whose documents.
            words: Folded.
            among: Ids of those that may be found, the most wanted first: no other is
                opened for it.
        """
        parts = [WordPart.from_bytes(one) for one in self._parts(profile_id).values()]
        seen = set(among)
        found = {word: ids & seen for word, ids in found_in(parts, words).items()}
        unmade = seen.difference(*(part.ids for part in parts))
        missing = [name for name in among if name in unmade] if unmade else []
        read = 0
        some = self._small(profile_id, missing) if missing else []
        known = self._texts.among([one.id for one in some])
        for document in some:
            own = self._words(document, known)
            if own is None:
                continue
            read += 1
            for word in words:
                if begins_with(own, word):
                    found[word].add(document.id)
        return TextsFound(found, len(missing) - read, len(missing))

    def texts(self, documents: Collection[FiledDocument]) -> Mapping[str, str]:
        """Return the texts that documents are searched by, as far as they are there."""
        known = self._texts.get_each([one.id for one in documents])
        others = [one for one in documents if not known.get(one.id)]
        contents = self.vault.sound_contents(others) if others else {}
        read = {name: searched_parts(one).text for name, one in contents.items()}
        return {**known, **read}

    def _small(self, profile_id: str, names: Sequence[str]) -> list[FiledDocument]:
        """Return the first small ones of some whose text is not waited for."""
        waiting = self._texts.waiting(profile_id)
        ready = [name for name in names if name not in waiting][:MOST_READ]
        some = self.vault.sound_each(ready) if ready else {}
        return [one for one in some.values() if one.size <= LARGEST_READ]

    def made(self, profile_id: str, entries: Sequence[ListEntry]) -> MadeTexts:
        """
        Return the words of documents that have none yet, of so many at once.

        Words of documents that are gone are taken out, and of those whose text is
        waited for once more. Those with files wait until the text of these is there.
        """
        gone = Availability.DELETED.value
        alive = {one.id for one in entries if one.status != gone}
        kept = {
            number: WordPart.from_bytes(content)
            for number, content in self._parts(profile_id).items()
        }
        made = {name for part in kept.values() for name in part.ids}
        newest = sorted(entries, key=_FILED, reverse=True)
        known = self._texts.known(profile_id)
        missing = [
            one.id
            for one in newest
            if one.id in alive and one.id not in made and not known.get(one.id)
        ]
        read = self._read(missing, known)
        new = {name: own for name, own in read.items() if own is not None}
        waiting = {name for name, is_waiting in known.items() if is_waiting}
        return MadeTexts(
            MadeWords.of(kept, alive - waiting, new, is_all=len(read) >= len(missing)),
            [name for name, own in read.items() if own is None],
            waiting,
        )

    def _read(
        self, names: Sequence[str], known: Mapping[str, bool]
    ) -> dict[str, set[str] | None]:
        """Return the words of the first of some; one that was altered has none."""
        found: dict[str, set[str] | None] = {}
        size = 0
        some = names[:AT_ONCE]
        documents = self.vault.sound_each(some) if some else {}
        for name in some:
            document = documents.get(name)
            size += document.size if document is not None else 0
            if found and size > AT_ONCE_BYTES:
                break
            found[name] = set() if document is None else self._words(document, known)
        return found

    def _words(self, document: FiledDocument, known: Container[str]) -> set[str] | None:
        """Return a document's words; None while the text of its files is not there."""
        parts = searched_parts(self._content(document))
        if parts.files and document.id not in known:
            return None
        taken = self._texts.get(document.id) if parts.files else ""
        return set(words_in([taken or parts.text]))

    def _content(self, document: FiledDocument) -> bytes:
        """Return a document's bytes; none of damaged ones, which others tell of."""
        try:
            return self.vault.content(document)
        except (DamagedError, NotFoundError):
            return b""

    @property
    def _texts(self) -> DocumentTexts:
        return DocumentTexts(self.work)

    def _parts(self, profile_id: str) -> dict[int, bytes]:
        return DocumentIndexes(self.work).texts(profile_id)
