"""The page where a patient asks for everything they have, and fetches it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from attrs import frozen

from gateway.errors import NotFoundError
from gateway.store.base.work import UnitOfWork
from gateway.store.downloads.downloads import Download, DownloadEnd, Downloads
from gateway.store.tasks.tasks import TaskKind
from gateway.web.patient.changing_pages import ChangingPages
from gateway.web.patient.desk import PatientDesk
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.proving import Proving
from gateway.web.site.answers import Answer, Flow, long_download, redirect
from gateway.web.site.visits import Visit

_LATE: Final = timedelta(minutes=30)
"""What has failed for so long is said to be late."""


class DownloadState(StrEnum):
    """Where a file stands, as its patient is told."""

    NONE = "none"
    MADE = "made"
    LATE = "late"
    STUCK = "stuck"
    READY = "ready"
    EXPIRED = "expired"
    OUTDATED = "outdated"


@frozen
class DownloadPages:
    """The holder's alone, behind the password and a code once more."""

    desk: PatientDesk

    def show(self, visit: Visit) -> Answer:
        """Say where the file stands, and what can be done."""
        return self._show(visit)

    def _show(
        self, visit: Visit, *, until: datetime | None = None, status: int = 200
    ) -> Answer:
        with self.desk.database.read() as work:
            last = Downloads(work).last(visit.profile.id)
            state = state_of(work, last)
            total = self.desk.seen(work, visit.profile.id).count(replaced=True)
            is_made = state in {DownloadState.MADE, DownloadState.LATE}
            messages = inbox_of(work).keys(visit.profile.id) if is_made else ()
        return self.desk.page(
            visit,
            "download.html",
            status=status,
            state=state,
            State=DownloadState,
            last=last,
            total=total,
            total_messages=len(messages),
            until=until,
            days=self.desk.settings.downloads.days,
            requests=self.desk.settings.downloads.requests,
            is_proven=bool(self.desk.settings.journal.signer),
            has_email=bool(visit.profile.email),
            is_proved=Proving(self.desk).is_proved(visit.profile, visit.held_session),
        )

    def ask(self, visit: Visit) -> Answer:
        """Ask for the file; asked twice, it is made once."""
        if (proof := ChangingPages(self.desk).to_prove(visit)) is not None:
            return proof
        most, profile = self.desk.settings.downloads.requests, visit.profile
        until = self.desk.write(lambda work: Downloads(work).ask(profile, most))
        if until is not None:
            return self._show(visit, until=until, status=429)
        return redirect("/account/download")

    def take(self, visit: Visit) -> Answer:
        """Give the file, once it is sure that all in it may still be seen."""
        if not Proving(self.desk).is_proved(visit.profile, visit.held_session):
            return redirect("/account/prove?for=%2Faccount%2Fdownload")
        profile_id = visit.profile.id

        def job(work: UnitOfWork) -> Download | None:
            downloads = Downloads(work)
            download = downloads.last(profile_id)
            if download is None or not download.is_there(work.now):
                return None
            seen = self.desk.open_vault(work).ids_for_holder(profile_id)
            listed = list(downloads.listed(download))
            read = {one for one, _ in inbox_of(work).keys(profile_id)}
            if not (_ids(listed) <= seen and _ids(listed, "message") <= read):
                downloads.end(download, DownloadEnd.OUTDATED)
                return None
            downloads.note_taken(download)
            return download

        download = self.desk.write(job)
        if download is None:
            return redirect("/account/download")
        day = self.desk.day(download.asked_at).isoformat()
        flow = Flow(download.size, lambda: self._pieces(download.id))
        return long_download(f"mon-dossier-{day}.zip", flow)

    def _pieces(self, download_id: str) -> Iterator[bytes]:
        number = 0
        while True:
            with self.desk.database.read() as work:
                download = Downloads(work).get(download_id)
                if download is None or download.ended_at is not None:
                    raise NotFoundError("not found", detail="a download ended")
                if number == download.pieces:
                    return
                piece = Downloads(work).piece(download, number)
            if piece:  # one of what could not be read has none
                yield piece
            number += 1


def state_of(work: UnitOfWork, last: Download | None) -> DownloadState:
    """Return where the last file that was asked for stands."""
    if last is None or last.end == DownloadEnd.REPLACED:
        return DownloadState.NONE
    if last.end == DownloadEnd.OUTDATED:
        return DownloadState.OUTDATED
    if last.ready_at is not None:
        is_there = last.is_there(work.now)
        return DownloadState.READY if is_there else DownloadState.EXPIRED
    if work.tasks.waits_for_a_person([TaskKind.PACK], last.id):
        return DownloadState.STUCK
    if work.tasks.late([TaskKind.PACK], last.id, work.now - _LATE):
        return DownloadState.LATE
    return DownloadState.MADE


def _ids(listed: Iterable[Any], of: str = "document") -> frozenset[str]:
    return frozenset(values[0]["id"] for kind, *values in listed if kind == of)
