"""
The local directory: professionals and places that this gateway knows by name.

It holds the mailboxes that are kept here, and any address of a domain of the space of
trust, as it is typed. Pages ask it together with the national directory
(`gateway.store.directory.everybody`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence

from attrs import frozen
from sqlalchemy import func, select

from gateway.core.directory import DirectoryEntry
from gateway.errors import InvalidError
from gateway.message.address import read_address
from gateway.store.base.work import UnitOfWork
from gateway.store.tables import mailbox_holders, mailboxes

_PLACES = frozenset({"ORG", "CAB", "APP"})


@frozen
class LocalDirectory:
    """Looks for people and places by name, by word, whatever their accents."""

    trusts: Callable[[str], bool]
    """Tells whether a mail domain, in lower case, is in the space of trust today."""

    def search(self, work: UnitOfWork, text: str, most: int) -> list[DirectoryEntry]:
        """Return at most so many whose name or address has all the words, by name."""
        words = _folded(text).split()
        if not words:
            return []
        found = [
            one
            for one in self._mailboxes(work)
            if all(word in _folded(f"{one.name} {one.identity}") for word in words)
        ]
        found.sort(key=lambda one: (_folded(one.name), one.identity))
        return [*self._typed(text, found), *found][:most]

    def names(self, work: UnitOfWork, identities: Collection[str]) -> Mapping[str, str]:
        """
        Return the names of those that are known, by what identifies them.

        A mailbox that was closed has its name still, and who alone holds one of a
        person is known by it.
        """
        mine, held = mailboxes.c, mailbox_holders.c
        theirs = (
            select(held.identity, func.min(mine.display_name))
            .join(mailboxes, held.mailbox_id == mine.id)
            .where(
                held.identity.in_(identities),
                mine.kind == "PER",
                mine.display_name != "",
            )
            .group_by(held.identity)
            .having(func.count() == 1)
        )
        here = select(mine.address, mine.display_name).where(
            mine.address.in_(identities), mine.display_name != ""
        )
        rows = [*work.connection.execute(theirs), *work.connection.execute(here)]
        return {row[0]: row[1] for row in rows}

    def _typed(
        self, text: str, found: Sequence[DirectoryEntry]
    ) -> list[DirectoryEntry]:
        """Return an address of the space of trust that was typed whole."""
        try:
            address = str(read_address(text.strip())).lower()
        except InvalidError:
            return []
        known = any(one.identity == address for one in found)
        if known or not self.trusts(address.rpartition("@")[2]):
            return []
        return [DirectoryEntry(identity=address, name=address)]

    def _mailboxes(self, work: UnitOfWork) -> list[DirectoryEntry]:
        columns = mailboxes.c
        rows = work.connection.execute(
            select(columns.address, columns.display_name, columns.kind).where(
                columns.state == "open"
            )
        )
        return [
            DirectoryEntry(
                identity=row.address.lower(),
                name=row.display_name or row.address,
                is_place=row.kind in _PLACES,
            )
            for row in rows
        ]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))
