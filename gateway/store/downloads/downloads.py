"""Files to take away: asked for, made piece by piece, there for some days, gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from attrs import frozen
from sqlalchemy import delete, select

from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profile, Profiles
from gateway.store.sealed.blobs import Parcel
from gateway.store.tables import download_pieces, downloads
from gateway.store.tasks.tasks import TaskKind

_DAY = timedelta(days=1)


class DownloadEnd(StrEnum):
    """Why a file is not there any more; kept, so never renamed."""

    EXPIRED = "expired"
    REPLACED = "replaced"  # by another that was asked for
    OUTDATED = "outdated"  # what is in it was withdrawn, taken back or deleted since


@frozen(kw_only=True)
class Download:
    """
    One file that a patient asked for.

    ``place`` is the last document that was packed, ``is_walked`` whether all documents
    and messages are; ``pieces``, ``documents`` and ``size`` (bytes) are of what was
    made so far. ``messages`` is how many it has, None where it was not come to them or
    an earlier version packed them; those after ``message_place`` are not in it yet.
    ``ready_at`` is None while it is being made.
    """

    id: str
    profile_id: str
    key_id: str
    asked_at: datetime
    place: str
    is_walked: bool
    pieces: int
    documents: int
    messages: int | None
    message_place: str
    size: int
    ready_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    end: str

    def is_there(self, now: datetime) -> bool:
        """Tell whether it can be fetched."""
        expires = self.expires_at
        is_over = self.ended_at is not None or expires is None or expires <= now
        return self.ready_at is not None and not is_over


@frozen
class Downloads:
    """Files to take away, within one transaction; of one patient the last counts."""

    work: UnitOfWork

    def ask(self, profile: Profile, most: int) -> datetime | None:
        """
        Ask for a file, unless one is being made; what was ready before goes.

        Returns from when another may be asked for, where ``most`` were in a day.
        """
        Profiles(self.work).hold(profile.id)  # two clicks are one
        last = self.last(profile.id)
        is_stuck = last is not None and self.work.tasks.waits_for_a_person(
            [TaskKind.PACK], last.id
        )
        if last and not last.ended_at and not last.ready_at and not is_stuck:
            return None
        since = self.work.now - _DAY
        asked = list(
            self.work.connection.execute(
                select(downloads.c.asked_at)
                .where(
                    downloads.c.profile_id == profile.id, downloads.c.asked_at > since
                )
                .order_by(downloads.c.asked_at.desc())
                .limit(most)
            ).scalars()
        )
        if len(asked) == most:
            next_at: datetime = asked[-1] + _DAY
            return next_at
        if last is not None and not last.ended_at:
            self.end(last, DownloadEnd.REPLACED)
        download_id = uuid4().hex
        self.work.add_now(
            downloads,
            id=download_id,
            profile_id=profile.id,
            key_id=profile.key_id,
            asked_at=self.work.now,
        )
        self.work.tasks.add(TaskKind.PACK, download_id)
        self._note(Action.EXPORT_ASKED, "asked", download_id, profile.id)
        return None

    def last(self, profile_id: str) -> Download | None:
        """Return the last that a patient asked for, or None."""
        row = self.work.connection.execute(
            select(downloads)
            .where(downloads.c.profile_id == profile_id)
            .order_by(downloads.c.asked_at.desc(), downloads.c.id.desc())
            .limit(1)
        ).first()
        return self._checked(row)

    def get(self, download_id: str) -> Download | None:
        """Return one, or None."""
        row = self.work.connection.execute(
            select(downloads).where(downloads.c.id == download_id)
        ).first()
        return self._checked(row)

    def add(
        self,
        download: Download,
        parcels: Sequence[Parcel],
        listed: Sequence[Any],
        *,
        place: str,
        is_walked: bool,
        documents: int,
        messages: int | None,
        message_place: str,
    ) -> None:
        """
        Add what was made of some; ``listed`` says what is in it.

        ``messages`` is how many there are in all, not of these.
        """
        work = self.work
        for number, parcel in enumerate(parcels, download.pieces):
            work.blobs.put(parcel, download.key_id, work.now)
            place_of = f"download_pieces.listed:{download.id}:{number}"
            first = number == download.pieces
            work.add_now(
                download_pieces,
                download_id=download.id,
                number=number,
                blob_id=parcel.id,
                listed=work.seal(download.key_id, list(listed), place_of)
                if first
                else None,
            )
        work.change(
            downloads,
            downloads.c.id == download.id,
            place=place or download.place or None,
            is_walked=is_walked,
            pieces=download.pieces + len(parcels),
            documents=download.documents + documents,
            messages=messages,
            message_place=message_place or None,
            size=download.size + sum(one.size for one in parcels),
        )

    def listed(self, download: Download) -> Iterator[Any]:
        """Yield what is in it, in the order it was made."""
        for row in self._pieces(download):
            if row.listed is not None:
                place = f"download_pieces.listed:{download.id}:{row.number}"
                yield from self.work.unseal(download.key_id, row.listed, place)

    def piece(self, download: Download, number: int) -> bytes:
        """
        Return the bytes of one piece, the first is 0.

        Raises:
            NotFoundError: it is gone.
            DamagedError: it was altered.
        """
        row = self.work.connection.execute(
            select(download_pieces).where(
                download_pieces.c.download_id == download.id,
                download_pieces.c.number == number,
            )
        ).one()
        self.work.rows.check(download_pieces, row)
        return self.work.blobs.get(row.blob_id, download.key_id)

    def make_ready(self, download: Download, days: int) -> datetime:
        """Note that it can be fetched, for so many days; return until when."""
        expires = self.work.now + timedelta(days=days)
        self.work.change(
            downloads,
            downloads.c.id == download.id,
            ready_at=self.work.now,
            expires_at=expires,
        )
        self._note(Action.EXPORT_READY, "ready", download.id, download.profile_id)
        self.work.tasks.add(TaskKind.PACK, download.id, delay=timedelta(days=days))
        return expires

    def was_taken_since(self, profile_id: str, moment: datetime) -> bool:
        """Tell whether a file was fetched that was made ready after a moment."""
        rows = self.work.connection.execute(
            select(downloads.c.id).where(
                downloads.c.profile_id == profile_id, downloads.c.ready_at >= moment
            )
        )
        ids = list(rows.scalars())
        lines = self.work.journal.about(ids) if ids else []
        return any(line.action == Action.EXPORT_TAKEN for line in lines)

    def note_taken(self, download: Download) -> None:
        """Note that the patient fetches it."""
        self._note(Action.EXPORT_TAKEN, "begun", download.id, download.profile_id)

    def end(self, download: Download, why: DownloadEnd) -> None:
        """Do away with it, and with its pieces."""
        work, folder = self.work, self.work.folder
        done = work.change(
            downloads,
            downloads.c.id == download.id,
            downloads.c.ended_at.is_(None),
            ended_at=work.now,
            end=why.value,
        )
        if not done:
            return
        blobs = [row.blob_id for row in self._pieces(download)]
        work.connection.execute(
            delete(download_pieces).where(download_pieces.c.download_id == download.id)
        )
        gone = work.blobs.release_all(blobs, download.key_id)

        def discard() -> None:
            for one in gone:
                folder.discard(one)

        work.after_commit(discard)
        self._note(Action.EXPORT_ENDED, why.value, download.id, download.profile_id)

    def _pieces(self, download: Download) -> list[Any]:
        rows = self.work.connection.execute(
            select(download_pieces)
            .where(download_pieces.c.download_id == download.id)
            .order_by(download_pieces.c.number)
        ).all()
        for row in rows:
            self.work.rows.check(download_pieces, row)
        return list(rows)

    def _note(self, action: Action, outcome: str, subject: str, profile: str) -> None:
        self.work.note(action, outcome, subject, chain=chain_of(profile))

    def _checked(self, row: Any) -> Download | None:
        if row is None:
            return None
        self.work.rows.check(downloads, row)
        return Download(
            id=row.id,
            profile_id=row.profile_id,
            key_id=row.key_id,
            asked_at=row.asked_at,
            place=row.place or "",
            is_walked=row.is_walked,
            pieces=row.pieces,
            documents=row.documents,
            messages=row.messages,
            message_place=row.message_place or "",
            size=row.size,
            ready_at=row.ready_at,
            expires_at=row.expires_at,
            ended_at=row.ended_at,
            end=row.end,
        )
