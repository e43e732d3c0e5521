"""
The texts of the files in documents: taken out once, sealed, gone with the document.

A row says that a text is wanted, then has it, then stays: nothing takes it twice. It is
tried so many times; then the row has neither a text nor a day, and a person has to see
why.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from attrs import frozen
from sqlalchemy import bindparam, delete, func, select, true, update

from gateway.core.document import Availability
from gateway.errors import DamagedError
from gateway.store.base.prepared import Prepared
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import document_texts, documents

_FIRST_WAIT: Final = timedelta(minutes=1)
"""After a failure; it doubles."""

_ASKED_AGAIN: Final = -1
"""
In place of the tries of a text that was given up and is wanted after all: until the
words that were made without it are taken out, it is not taken, or they would stay.
"""

_COLUMNS = document_texts.c
_MAY_BE_TAKEN: Final = _COLUMNS.tries >= 0
_KNOWN = Prepared(
    select(_COLUMNS.document_id, _COLUMNS.due_at).where(
        _COLUMNS.profile_id == bindparam("profile")
    )
)
_WAITING = Prepared(
    select(_COLUMNS.document_id).where(
        _COLUMNS.profile_id == bindparam("profile"), _COLUMNS.due_at.is_not(None)
    )
)
_GET = Prepared(
    select(_COLUMNS.profile_id, _COLUMNS.key_id, _COLUMNS.content).where(
        _COLUMNS.document_id == bindparam("document")
    )
)


@frozen
class DocumentTexts:
    """The texts of patients' documents, within one transaction."""

    work: UnitOfWork

    def known(self, profile_id: str) -> dict[str, bool]:
        """Return the documents with a row: whether the text is still waited for."""
        rows = _KNOWN.rows(self.work.connection, profile=profile_id)
        return {name: due_at is not None for name, due_at in rows}

    def waiting(self, profile_id: str) -> set[str]:
        """Return the documents of a patient whose text is still waited for."""
        rows = _WAITING.raw(self.work.connection, profile=profile_id)
        return {name for (name,) in rows}

    def among(self, document_ids: Collection[str]) -> set[str]:
        """Return which of some documents have a row: the text, or waited for."""
        if not document_ids:
            return set()
        found = select(_COLUMNS.document_id).where(
            _COLUMNS.document_id.in_(document_ids)
        )
        return set(self.work.connection.execute(found).scalars())

    def get(self, document_id: str) -> str:
        """Return the text of a document's files; empty where there is none."""
        row = _GET.first(self.work.connection, document=document_id)
        return "" if row is None else self._opened(document_id, row)

    def get_each(self, document_ids: Collection[str]) -> dict[str, str]:
        """Return the texts of some documents, by these, asked for at once."""
        asked = select(_COLUMNS.document_id, _COLUMNS.key_id, _COLUMNS.content).where(
            _COLUMNS.document_id.in_(document_ids), _COLUMNS.content.is_not(None)
        )
        rows = self.work.connection.execute(asked)
        return {row.document_id: self._opened(row.document_id, row) for row in rows}

    def _opened(self, document_id: str, row: Any) -> str:
        if row.content is None:
            return ""
        try:
            packed = self.work.places.unseal(
                row.key_id, row.content, _place(document_id)
            )
        except DamagedError:
            return ""
        return zlib.decompress(packed).decode()

    def want(self, profile_id: str, document_ids: Collection[str]) -> None:
        """Have the texts of some documents taken, but of those that are gone."""
        work = self.work
        if not document_ids:
            return
        known, key_id = self.known(profile_id), work.key_for(f"patient:{profile_id}")
        there = select(documents.c.id).where(
            documents.c.id.in_(document_ids),
            documents.c.profile_id == profile_id,
            documents.c.status != Availability.DELETED.value,
        )
        for name in work.connection.execute(there).scalars().all():
            if name not in known:
                work.add_now(
                    document_texts,
                    document_id=name,
                    profile_id=profile_id,
                    key_id=key_id,
                    tries=0,
                    due_at=work.now,
                    content=None,
                )

    def due(self, profile_id: str, most: int) -> list[str]:
        """Return the documents whose text is to be taken now, those of longest first"""
        found = self.work.connection.execute(
            select(_COLUMNS.document_id)
            .where(
                _COLUMNS.profile_id == profile_id,
                _COLUMNS.due_at <= self.work.now,
                _MAY_BE_TAKEN,
            )
            .order_by(_COLUMNS.due_at, _COLUMNS.document_id)
            .limit(most)
        )
        return list(found.scalars())

    def next_due(self, profile_id: str) -> timedelta | None:
        """Return how long it is until a text is to be taken, None where none is."""
        first = self.work.connection.execute(
            select(func.min(_COLUMNS.due_at)).where(
                _COLUMNS.profile_id == profile_id, _MAY_BE_TAKEN
            )
        ).scalar_one()
        return None if first is None else max(first - self.work.now, timedelta(0))

    def put(self, document_id: str, text: str) -> None:
        """Keep a text that was waited for; of a document that is gone, nothing."""
        row = _GET.first(self.work.connection, document=document_id)
        if row is None:
            return
        key_id = self.work.key_for(f"patient:{row.profile_id}")
        # Each by itself: how well it packs tells of no other document.
        packed = zlib.compress(text.encode(), 6)
        sealed = self.work.places.seal(key_id, packed, _place(document_id))
        self._set(document_id, key_id=key_id, due_at=None, content=sealed)

    def fail(self, document_id: str, tries: int) -> bool:
        """
        Note that a text could not be taken; return whether that was the last try.

        ``tries`` is how many there are at most.
        """
        found = self.work.connection.execute(
            select(_COLUMNS.tries).where(_COLUMNS.document_id == document_id)
        ).scalar_one_or_none()
        if found is None:
            return False
        is_last = bool(found + 1 >= tries)
        due_at = None if is_last else self.work.now + _FIRST_WAIT * 2**found
        self._set(document_id, tries=found + 1, due_at=due_at)
        return is_last

    def ask_again(self, document_id: str, most: int) -> dict[str, str]:
        """
        Have texts that were given up be taken once more, as if they never had been.

        They wait for `without_words`: what was made without them is taken out first.

        Args:
            document_id: Of which document; empty for all.
            most: So many of all at once.

        Returns:
            Whose documents they are, by their ids; nothing where none was given up.
        """
        named = _COLUMNS.document_id == document_id if document_id else true()
        found = self.work.connection.execute(
            select(_COLUMNS.document_id, _COLUMNS.profile_id)
            .where(_COLUMNS.due_at.is_(None), _COLUMNS.content.is_(None), named)
            .order_by(_COLUMNS.document_id)
            .limit(most)
        )
        owners = {row.document_id: str(row.profile_id) for row in found}
        for name in owners:
            self._set(name, tries=_ASKED_AGAIN, due_at=self.work.now)
        return owners

    def without_words(self, profile_id: str, document_ids: Collection[str]) -> None:
        """Have texts taken that were asked for again; nothing is made of these now."""
        found = self.work.connection.execute(
            select(_COLUMNS.document_id).where(
                _COLUMNS.profile_id == profile_id, _COLUMNS.tries == _ASKED_AGAIN
            )
        )
        for name in set(found.scalars()).intersection(document_ids):
            self._set(name, tries=0)

    def drop(self, document_id: str) -> None:
        """Take a text away, with its document."""
        self.work.connection.execute(
            delete(document_texts).where(_COLUMNS.document_id == document_id)
        )

    def _set(self, document_id: str, **values: object) -> None:
        self.work.connection.execute(
            update(document_texts)
            .where(_COLUMNS.document_id == document_id)
            .values(**values)
        )


def _place(document_id: str) -> str:
    return f"document_texts.content:{document_id}"
