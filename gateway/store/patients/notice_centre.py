"""
The notices of a space (centre de notifications): what happened, for all who may read.

What each has read or taken away is kept for each account: a carer who clears their own
list takes nothing from the holder's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from attrs import field, frozen
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from gateway.core.notices import Happened, notice_table
from gateway.core.texts.notices import NoticeKind
from gateway.errors import AlteredError
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.values import Profile
from gateway.store.sealed.column_digests import column_digest
from gateway.store.tables import accounts, centre_marks, centre_notices

MOST_COUNTED: Final = 100
"""The frame counts no further: whoever has so many reads the list."""

_AT_ONCE: Final = 60
_ROW = centre_notices.c
_MARK = centre_marks.c


@frozen(kw_only=True)
class CentreNotice:
    """Something that happened, as one account finds it in the notices of a space."""

    id: str
    at: datetime
    kind: NoticeKind
    subject: str
    by: str = field(repr=False)
    is_secret: bool
    waits: bool
    """Its e-mail was to wait for that of the day."""
    is_new: bool


@frozen(kw_only=True)
class CentreReader:
    """
    Whose notices are read, by which account.

    ``helps``: by somebody who may read there and govern nothing. ``knows_secrets`` is
    False for who must not know what is kept from representatives.
    """

    profile_id: str
    account_id: str
    helps: bool = False
    knows_secrets: bool = True


@frozen
class NoticeCentre:
    """The notices of spaces, within one transaction."""

    work: UnitOfWork

    def add(
        self, profile: Profile, kind: NoticeKind, happened: Happened, *, waits: bool
    ) -> None:
        """Keep that something happened, sealed with the key of the patient."""
        notice_id = uuid4().hex
        said = {
            "kind": kind.value,
            "subject": happened.subject,
            "by": happened.by,
            "secret": happened.is_secret,
            "waits": waits,
            "at": self.work.now.isoformat(),
        }
        self.work.add(
            centre_notices,
            id=notice_id,
            profile_id=profile.id,
            about=self._about(profile.id, happened.subject),
            key_id=profile.key_id,
            said=self.work.seal(profile.key_id, said, _place(notice_id, profile.id)),
            created_at=self.work.now,
        )

    def unread(self, reader: CentreReader) -> int:
        """Return how many were not read yet; no more than `MOST_COUNTED`."""
        if reader.helps or not reader.knows_secrets:  # that lies sealed
            return len(self.newest_unread(reader, MOST_COUNTED))
        query = self._query(reader, _MARK.account_id.is_(None))
        few = query.with_only_columns(_ROW.id).limit(MOST_COUNTED).subquery()
        count: int = self.work.connection.execute(
            select(func.count()).select_from(few)
        ).scalar_one()
        return count

    def newest_unread(self, reader: CentreReader, most: int) -> list[CentreNotice]:
        """Return those of the newest that were not read yet, and may be."""
        newest = self._rows(reader, _MARK.account_id.is_(None), most=most)
        return [one for one in newest if _may_see(one, reader)]

    def listed(
        self, reader: CentreReader, most: int, before: str = ""
    ) -> list[CentreNotice]:
        """Return so many, the newest first, that come after the one ``before``."""
        found: list[CentreNotice] = []
        while len(found) < most:
            rows = self._rows(reader, self._past(reader, before), most=_AT_ONCE)
            found += [one for one in rows if _may_see(one, reader)]
            if len(rows) < _AT_ONCE:
                break
            before = rows[-1].id
        return found[:most]

    def find(self, reader: CentreReader, notice_id: str) -> CentreNotice | None:
        """Return one that this account still has, or None."""
        found = self._rows(reader, _ROW.id == notice_id, most=1)
        return found[0] if found and _may_see(found[0], reader) else None

    def waiting(self, profile_id: str, since: datetime) -> list[CentreNotice]:
        """Return what waits for the e-mail of the day, and its holder has not read."""
        account_id = self.work.connection.execute(
            select(accounts.c.id).where(accounts.c.profile_id == profile_id)
        ).scalar()
        reader = CentreReader(profile_id=profile_id, account_id=account_id or "")
        rows = self._rows(
            reader,
            _MARK.account_id.is_(None) & (_ROW.created_at >= since),
            most=MOST_COUNTED,
        )
        return [one for one in rows if one.waits]

    def was_told(self, profile_id: str, subject: str, since: datetime) -> bool:
        """Tell whether something was told of a thing after a moment."""
        found = self.work.connection.execute(
            select(_ROW.id)
            .where(
                _ROW.profile_id == profile_id,
                _ROW.about == self._about(profile_id, subject),
                _ROW.created_at > since,
            )
            .limit(1)
        )
        return found.first() is not None

    def opened(self, reader: CentreReader, subjects: Collection[str]) -> int:
        """Note that an account opened what some are about; return how many were new."""
        digests = [self._about(reader.profile_id, one) for one in subjects]
        return self._mark(reader, _ROW.about.in_(digests), taken=False)

    def is_new(self, reader: CentreReader, subjects: Collection[str]) -> bool:
        """Tell whether one of some things has a notice that was not read."""
        digests = [self._about(reader.profile_id, one) for one in subjects]
        unread = _ROW.about.in_(digests) & _MARK.account_id.is_(None)
        return self._first(reader, unread) is not None

    def read(self, reader: CentreReader, notice_id: str = "") -> int:
        """Note that one, or all, were read; return how many were new."""
        which = [_ROW.id == notice_id] if notice_id else []
        return self._mark(reader, *which, taken=False)

    def take_away(self, reader: CentreReader, notice_id: str) -> int:
        """Take one out of the list of this account alone; return how many there were"""
        return self._mark(reader, _ROW.id == notice_id, taken=True)

    def take_read(self, reader: CentreReader) -> int:
        """Take all that were read out of the list of this account alone."""
        return self._mark(reader, _MARK.account_id.is_not(None), taken=True)

    def _mark(
        self, reader: CentreReader, *which: ColumnElement[bool], taken: bool
    ) -> int:
        query = self._query(reader, *which).add_columns(_MARK.account_id.label("had"))
        if not taken:
            query = query.where(_MARK.account_id.is_(None))
        rows = self.work.connection.execute(query).all()
        now = self.work.now
        fresh = [row.id for row in rows if row.had is None]
        known = [row.id for row in rows if row.had is not None]
        if fresh:
            self.work.connection.execute(
                insert(centre_marks),
                [
                    {
                        "account_id": reader.account_id,
                        "notice_id": one,
                        "read_at": now,
                        "taken_at": now if taken else None,
                    }
                    for one in fresh
                ],
            )
        for start in range(0, len(known), 500):
            self.work.connection.execute(
                update(centre_marks)
                .where(
                    _MARK.account_id == reader.account_id,
                    _MARK.notice_id.in_(known[start : start + 500]),
                )
                .values(taken_at=now)
            )
        return len(rows)

    def _query(self, reader: CentreReader, *which: ColumnElement[bool]) -> Select[Any]:
        """Select what an account has of a space: not what it took away."""
        marked = and_(_MARK.notice_id == _ROW.id, _MARK.account_id == reader.account_id)
        return (
            select(centre_notices)
            .outerjoin(centre_marks, marked)
            .where(
                _ROW.profile_id == reader.profile_id, _MARK.taken_at.is_(None), *which
            )
        )

    def _first(self, reader: CentreReader, *which: ColumnElement[bool]) -> Any:
        query = self._query(reader, *which).with_only_columns(_ROW.id).limit(1)
        return self.work.connection.execute(query).first()

    def _past(self, reader: CentreReader, before: str) -> ColumnElement[bool]:
        if not before:
            return _ROW.id.is_not(None)
        row = self.work.connection.execute(
            select(_ROW.created_at).where(
                _ROW.id == before, _ROW.profile_id == reader.profile_id
            )
        ).first()
        if row is None:
            return _ROW.id.is_not(None)
        at = row.created_at
        return or_(_ROW.created_at < at, and_(_ROW.created_at == at, _ROW.id < before))

    def _rows(
        self, reader: CentreReader, *which: ColumnElement[bool], most: int
    ) -> list[CentreNotice]:
        query = (
            self._query(reader, *which)
            .add_columns(_MARK.account_id.label("had"))
            .order_by(_ROW.created_at.desc(), _ROW.id.desc())
            .limit(most)
        )
        rows: Sequence[Any] = self.work.connection.execute(query).all()
        return [self._opened(row) for row in rows]

    def _opened(self, row: Any) -> CentreNotice:
        said = self.work.unseal(row.key_id, row.said, _place(row.id, row.profile_id))
        if said["at"] != row.created_at.isoformat():
            raise AlteredError("a notice is not when it was written")
        return CentreNotice(
            id=row.id,
            at=row.created_at,
            kind=NoticeKind(said["kind"]),
            subject=said["subject"],
            by=said["by"],
            is_secret=said["secret"],
            waits=said["waits"],
            is_new=row.had is None,
        )

    def _about(self, profile_id: str, subject: str) -> str:
        place = "centre_notices.about"
        return column_digest(self.work.keys, place, subject, owner=profile_id)


def forget_old(work: UnitOfWork, kept: timedelta, most: int) -> int:
    """Forget so many notices at most that are older; return how many went."""
    old = list(
        work.connection.execute(
            select(_ROW.id).where(_ROW.created_at < work.now - kept).limit(most)
        ).scalars()
    )
    if old:
        work.connection.execute(delete(centre_marks).where(_MARK.notice_id.in_(old)))
        work.connection.execute(delete(centre_notices).where(_ROW.id.in_(old)))
    return len(old)


def _may_see(one: CentreNotice, reader: CentreReader) -> bool:
    """Tell whether who reads may know of it; the holder may."""
    if one.is_secret and not reader.knows_secrets:
        return False
    return notice_table()[one.kind].helpers or not reader.helps


def _place(notice_id: str, profile_id: str) -> str:
    return f"centre_notices.said:{notice_id}:{profile_id}"
