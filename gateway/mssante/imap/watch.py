"""Notices what others change in the folders that sessions have selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.errors import GatewayError, NotFoundError
from gateway.mssante.imap.mail_store import MailStore
from gateway.mssante.imap.view import View
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.reading import Changes, MailReading

log = Logger()

SECONDS = 1.0
"""Between two looks at the store: how late IDLE may announce what a worker did."""


_Found = tuple[dict[str, int], dict[tuple[str, int], Changes]]
"""Folder id → ``mod_seq``, and (folder id, since) → what changed since."""


class Watching(Protocol):
    """A session with a folder selected."""

    view: View | None
    idling: bool
    stale: bool

    def tell(self, changes: Changes) -> None:
        """Write what changed."""

    def folder_is_gone(self) -> None:
        """The folder was deleted."""


class FolderWatch:
    """
    Compares the folders' ``mod_seq`` with what each session was told.

    One query for all selected folders of the process; what changed is read only for
    sessions in IDLE, once for those that were told the same.
    """

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._sessions: set[Watching] = set()
        self._looking = False

    def __len__(self) -> int:
        """Return how many sessions have a folder selected."""
        return len(self._sessions)

    def add(self, session: Watching) -> None:
        """A session selected a folder."""
        self._sessions.add(session)

    def remove(self, session: Watching) -> None:
        """A session left its folder."""
        self._sessions.discard(session)

    def look(self) -> Deferred[None]:
        """Look once; at the same time only one look."""
        return Deferred.fromCoroutine(self._look())

    async def _look(self) -> None:
        if self._looking or not self._sessions:
            return
        self._looking = True
        try:
            folders, idle = self._wanted()
            versions, changes = await self._store.read(_reader(folders, idle))
        except GatewayError as error:
            log.warn("imap: changes not read: {why}", why=str(error))
            return
        finally:
            self._looking = False
        for session in list(self._sessions):
            if session.view is not None and session.view.folder_id in folders:
                _inform(session, session.view, versions, changes)

    def _wanted(self) -> tuple[set[str], set[tuple[str, int]]]:
        folders: set[str] = set()
        idle: set[tuple[str, int]] = set()
        for session in self._sessions:
            if session.view is not None:
                folders.add(session.view.folder_id)
                if session.idling:
                    idle.add((session.view.folder_id, session.view.mod_seq))
        return folders, idle


def _inform(
    session: Watching,
    view: View,
    versions: dict[str, int],
    changes: dict[tuple[str, int], Changes],
) -> None:
    version = versions.get(view.folder_id)
    if version is None:
        session.folder_is_gone()
    elif version > view.mod_seq:
        session.stale = True
        known = changes.get((view.folder_id, view.mod_seq))
        if session.idling and known is not None:
            session.tell(known)


def _reader(
    folders: set[str], idle: set[tuple[str, int]]
) -> Callable[[UnitOfWork], _Found]:
    def read(work: UnitOfWork) -> _Found:
        reading = MailReading(work)
        versions = reading.folders.versions(folders)
        changes: dict[tuple[str, int], Changes] = {}
        for folder_id, since in idle:
            if versions.get(folder_id, 0) > since:
                try:
                    changes[folder_id, since] = reading.changes(folder_id, since)
                except NotFoundError:
                    versions.pop(folder_id)
        return versions, changes

    return read
