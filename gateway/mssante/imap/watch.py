"""Notices what others change in the folders that sessions have selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from gateway.errors import GatewayError, NotFoundError
from gateway.mssante.imap.mail_store import MailStore
from gateway.mssante.imap.view import View
from gateway.store.base.failures import AwayError
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folder, Folders
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
            claimed = await self._claim(changes)
        except GatewayError as error:
            if not isinstance(error, AwayError):  # of that the log speaks once
                log.warn("imap: changes not read: {why}", why=str(error))
            return
        finally:
            self._looking = False
        for session in list(self._sessions):
            view = session.view
            if view is not None and view.folder_id in folders:
                if session.idling and not view.read_only:
                    # One of them is the first to be told, and which does not matter.
                    view.grant_recent(claimed.pop(view.folder_id, range(0)))
                _inform(session, view, versions, changes)

    async def _claim(self, changes: dict[tuple[str, int], Changes]) -> dict[str, range]:
        """Take what is recent for the sessions in IDLE that may write."""
        told = {
            session.view.folder_id
            for session in self._sessions
            if session.idling and session.view is not None
            if not session.view.read_only
        }
        found = {one.folder.id: one.folder for one in changes.values()}
        recent = [found[one] for one in told & found.keys() if found[one].has_recent]
        if not recent:
            return {}
        return await self._store.write(partial(claim_recent, folders=recent))

    def _wanted(self) -> tuple[set[str], set[tuple[str, int]]]:
        folders: set[str] = set()
        idle: set[tuple[str, int]] = set()
        for session in self._sessions:
            if session.view is not None:
                folders.add(session.view.folder_id)
                if session.idling:
                    idle.add((session.view.folder_id, session.view.mod_seq))
        return folders, idle


def claim_recent(work: UnitOfWork, *, folders: Sequence[Folder]) -> dict[str, range]:
    """Return folder id → the uids of it that are recent, and now the caller's."""
    rows = Folders(work)
    return {one.id: rows.claim_recent(one.id, one.uid_next) for one in folders}


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
