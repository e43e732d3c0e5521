"""Everybody who is known by name: here, and in the national directory."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from attrs import frozen

from gateway.core.directory import DirectoryEntry
from gateway.store.base.work import UnitOfWork
from gateway.store.directory.directory import Directory
from gateway.store.mailbox.directory import LocalDirectory


@frozen
class EverybodyDirectory:
    """
    The local directory and the national one, where an extraction was imported.

    They name people by different things, an address and the national number: whoever is
    in both is shown twice.
    """

    local: LocalDirectory

    def search(self, work: UnitOfWork, text: str, most: int) -> list[DirectoryEntry]:
        """Return at most so many that have all the words, first those here."""
        found = self.local.search(work, text, most)
        national = Directory(work)
        people = national.search(text, most=most - len(found))
        return [*found, *(national.entry(one) for one in people)]

    def names(self, work: UnitOfWork, identities: Collection[str]) -> Mapping[str, str]:
        """Return the names of those that are known, by what identifies them."""
        return {
            **Directory(work).names(identities),
            **self.local.names(work, identities),
        }
