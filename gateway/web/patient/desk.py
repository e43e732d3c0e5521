"""What the patients' pages share: their documents, their sessions, their frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.texts.notices import NoticeKind
from gateway.errors import UnavailableError
from gateway.reception.keeping import Also, Failed, Reception
from gateway.reception.submission import Submission
from gateway.store.base.work import UnitOfWork
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.notices import Notices
from gateway.store.patients.web_sessions import SessionLife, WebSessions
from gateway.store.sealed.blobs import Parcel
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.ports import Masks, OwnDocuments, Papers, Trusts
from gateway.web.site.answers import Answer, page
from gateway.web.site.desk import Desk, acting_by, committed, reader_now, who_acts
from gateway.web.site.languages import zone_of
from gateway.web.site.ports import DocumentPages, OpenVault
from gateway.web.site.visits import Visit, identity_of, person_name

T = TypeVar("T")


@frozen(kw_only=True)
class PatientDesk(Desk):
    """The desk of the patients' pages."""

    reception: Reception
    documents: DocumentPages
    open_vault: OpenVault
    own_documents: OwnDocuments
    trusts: Trusts
    masks: Masks
    papers: Papers

    def keep(self, submission: Submission, also: Also) -> None:
        """
        Keep what a patient sends, with what belongs in the same commit; wait for it.

        Sent twice, it is kept once.

        Raises:
            UnavailableError: it could not be kept, or not in time.
        """
        via = who_acts()

        def by_whom(work: UnitOfWork, parcel: Parcel) -> None:
            with acting_by(via), work.acting_by(via.said() if via else {}):
                also(work, parcel)
                if via:
                    self._tell_holder(work, via.delegation_id)

        answer = committed(self.reception.keep(submission, by_whom))
        if isinstance(answer, Failed):
            raise UnavailableError("try again later", detail=answer.why)

    def write(self, job: Callable[[UnitOfWork], T]) -> T:
        """
        Run a job in the next transaction and wait for its commit.

        Where somebody acts for the holder, the holder is told so.

        Raises:
            UnavailableError: it could not be committed in time.
        """
        via = who_acts()
        if via is None:
            return super().write(job)

        def told(work: UnitOfWork) -> T:
            done = job(work)
            self._tell_holder(work, via.delegation_id)
            return done

        return super().write(told)

    def _tell_holder(self, work: UnitOfWork, delegation_id: str) -> None:
        found = Delegations(work).get(delegation_id)
        holder = Delegations(work).holder(found) if found is not None else None
        if holder is not None:
            self.notices(work).make_daily(holder, NoticeKind.HELPED)

    @property
    def zone(self) -> ZoneInfo:
        """The clock where the patients are."""
        return zone_of(self.settings.web.time_zone)

    def day(self, moment: datetime) -> date:
        """Return the day that a moment is in where the patients are."""
        return moment.astimezone(self.zone).date()

    def seen(self, work: UnitOfWork, profile_id: str) -> SeenDocuments:
        """Return the documents that whoever looks may know of now."""
        return SeenDocuments(self.open_vault(work), profile_id, work.now, reader_now())

    def sessions(self, work: UnitOfWork) -> WebSessions:
        """Return the sessions, with the lives the settings give them."""
        web = self.settings.web
        life = SessionLife(
            idle=timedelta(seconds=web.session_idle_seconds),
            whole=timedelta(seconds=web.session_seconds),
        )
        return WebSessions(work, life)

    def notices(self, work: UnitOfWork) -> Notices:
        """Return the notices, signed by this service."""
        return Notices.of(work, self.settings)

    def page(
        self, visit: Visit, template: str, *, status: int = 200, **context: Any
    ) -> Answer:
        """Return a page with the frame every visitor gets, signed in or not."""
        unread = 0
        if visit.person is not None:
            with self.database.read() as work:
                unread = inbox_of(work).unread_count(visit.person.id)
        answer = page(
            f"patient/{template}",
            visit.language,
            status=status,
            zone=self.settings.web.time_zone,
            visit=visit,
            unread=unread,
            name=person_name(visit.own) if visit.own is not None else "",
            acting=visit.acting,
            acting_name=person_name(visit.acting.holder) if visit.acting else "",
            identity=identity_of(visit.person) if visit.person is not None else None,
            service=self.settings.domains.operator_name,
            closing=visit.session.ends_at if visit.session is not None else visit.now,
            idle_minutes=self.settings.web.session_idle_seconds // 60,
            **context,
        )
        if visit.is_new:
            return answer.with_cookie("session", visit.cookie)
        return answer
