"""Which messages were removed from a folder, and when: the latest ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen
from sqlalchemy import delete, insert, select, update

from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.folders import Folder
from gateway.store.mailbox.selections import runs_of
from gateway.store.tables import folders, mail_vanished

MOST_REMEMBERED: Final = 1000
"""Runs of uids of one folder, where nobody says otherwise."""

_ROW = mail_vanished.c
Run = tuple[int, int]
"""The first and the last of uids that follow each other."""


@frozen
class Vanished:
    """What is remembered of removals, within one transaction."""

    work: UnitOfWork

    def remember(self, folder: Folder, uids: Iterable[int], most: int) -> None:
        """
        Keep that messages were removed by the change that a folder has counted last.

        Beyond ``most`` runs the oldest changes are forgotten, each of them whole.
        """
        here = _ROW.folder_id == folder.id
        rows = [
            {"folder_id": folder.id, "mod_seq": folder.mod_seq, "first": a, "last": b}
            for a, b in runs_of(sorted(uids))
        ]
        execute = self.work.connection.execute
        execute(insert(mail_vanished), rows)
        oldest = (
            select(_ROW.mod_seq)
            .where(here)
            .order_by(_ROW.mod_seq.desc(), _ROW.first)
            .offset(most)
            .limit(1)
        )
        forgotten = execute(oldest).scalar()
        if forgotten is None:
            return
        execute(delete(mail_vanished).where(here, _ROW.mod_seq <= forgotten))
        execute(
            update(folders)
            .where(folders.c.id == folder.id)
            .values(forgotten_seq=forgotten)
        )

    def since(
        self, folder: Folder, mod_seq: int, present: Sequence[int], *, agreed: int = 0
    ) -> list[Run]:
        """
        Return what was removed after a folder had that ``mod_seq``, in order.

        Where that is not known any more it is every uid above ``agreed`` that was given
        and is not ``present``: all that are there, in order (RFC 7162 §3.2.5.1).
        """
        if mod_seq >= folder.expunge_seq:
            return []
        if mod_seq < folder.forgotten_seq:
            return _gaps(present, agreed, folder.uid_next)
        query = (
            select(_ROW.first, _ROW.last)
            .where(_ROW.folder_id == folder.id, _ROW.mod_seq > mod_seq)
            .order_by(_ROW.first)
        )
        return [(row.first, row.last) for row in self.work.connection.execute(query)]


def _gaps(present: Sequence[int], after: int, end: int) -> list[Run]:
    found: list[Run] = []
    following = after + 1
    for uid in (*(one for one in present if one > after), end):
        if uid > following:
            found.append((following, uid - 1))
        following = uid + 1
    return found
