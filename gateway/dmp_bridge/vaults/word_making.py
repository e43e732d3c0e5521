"""Words of patients' documents: made ahead, a part at a time, and searched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Final, Protocol

from attrs import field, frozen

from gateway.core.document import Availability
from gateway.core.listing import ListEntry, TextsFound
from gateway.core.searched_text import LONGEST, words_in
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.word_form import MOST_DOCUMENTS, WordPart
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


@frozen
class MadeWords:
    """
    Parts to be written and to be dropped, and whether documents are left.

    ``wanted`` are the documents with files whose text has to be taken out first;
    ``is_waiting``: some have been wanted before, and wait.
    """

    parts: Mapping[int, bytes] = field(repr=False)
    dropped: Collection[int]
    is_all: bool
    wanted: Sequence[str] = ()
    is_waiting: bool = False


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
        wanted = set(among)
        found: dict[str, set[str]] = {
            word: wanted.intersection(
                name for part in parts for name in part.having(word[:LONGEST])
            )
            for word in words
        }
        made = {name for part in parts for name in part.ids}
        missing = [name for name in among if name not in made]
        read = 0
        known = self._texts.known(profile_id) if missing else {}
        ready = [name for name in missing if not known.get(name)]
        for document in self._small(ready):
            own = self._words(document, known)
            if own is None:
                continue
            read += 1
            for word in words:
                if any(one.startswith(word[:LONGEST]) for one in own):
                    found[word].add(document.id)
        return TextsFound(found, len(missing) - read, len(missing))

    def text(self, document: FiledDocument) -> str:
        """Return the text that a document is searched by, as far as it is there."""
        known = self._texts.get(document.id)
        return known or searched_parts(self._content(document)).text

    def _small(self, names: Sequence[str]) -> list[FiledDocument]:
        some = self.vault.sound_each(names[:MOST_READ]) if names else {}
        return [one for one in some.values() if one.size <= LARGEST_READ]

    def made(self, profile_id: str, entries: Sequence[ListEntry]) -> MadeWords:
        """
        Return the words of documents that have none yet, of so many at once.

        Words of documents that are gone are taken out. Those with files wait until the
        text of these is there.
        """
        gone = Availability.DELETED.value
        alive = {one.id for one in entries if one.status != gone}
        kept = {
            number: WordPart.from_bytes(content)
            for number, content in self._parts(profile_id).items()
        }
        made = {name for part in kept.values() for name in part.ids}
        known = self._texts.known(profile_id)
        newest = sorted(entries, key=_FILED, reverse=True)
        missing = [
            one.id
            for one in newest
            if one.id in alive and one.id not in made and not known.get(one.id)
        ]
        changed: dict[int, dict[str, set[str]]] = {}
        for number, part in kept.items():
            if not part.ids or not alive.issuperset(part.ids):
                own = part.words()
                changed[number] = {o: own[o] for o in part.ids if o in alive}
        read = self._read(missing, known)
        last = max(kept, default=0)
        room = changed.get(last) or (kept[last].words() if last else {})
        last = max(last, 1)
        for name, words in read.items():
            if words is None:
                continue
            if len(room) >= MOST_DOCUMENTS:
                last, room = last + 1, {}
            room[name] = set(words)
            changed[last] = room
        return MadeWords(
            {n: WordPart.of(some).to_bytes() for n, some in changed.items() if some},
            [n for n, some in changed.items() if not some],
            len(read) >= len(missing),
            [name for name, words in read.items() if words is None],
            any(known.values()),
        )

    def _read(
        self, names: Sequence[str], known: Mapping[str, bool]
    ) -> dict[str, Collection[str] | None]:
        """Return the words of the first of some; one that was altered has none."""
        found: dict[str, Collection[str] | None] = {}
        size = 0
        some = names[:AT_ONCE]
        documents = self.vault.sound_each(some) if some else {}
        for name in some:
            document = documents.get(name)
            size += document.size if document is not None else 0
            if found and size > AT_ONCE_BYTES:
                break
            found[name] = () if document is None else self._words(document, known)
        return found

    def _words(
        self, document: FiledDocument, known: Mapping[str, bool]
    ) -> Collection[str] | None:
        """Return a document's words; None while the text of its files is not there."""
        parts = searched_parts(self._content(document))
        if not parts.files:
            return words_in(parts.text)
        if document.id not in known:
            return None
        return words_in(self._texts.get(document.id) or parts.text)

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
