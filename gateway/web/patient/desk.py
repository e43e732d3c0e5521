"""What the patients' pages share: their documents, their sessions, their frame."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attrs import field, frozen

from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.errors import UnavailableError
from gateway.reception.keeping import Also, Failed, Reception
from gateway.reception.submission import Submission
from gateway.rights.delegation_rules import Act, Capacity
from gateway.rights.visibility_rules import sees_secrets
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.quota import HourlyQuota
from gateway.store.patients.delegations import Delegations
from gateway.store.patients.notice_centre import (
    MOST_COUNTED,
    CentreReader,
    NoticeCentre,
)
from gateway.store.patients.notices import Notices
from gateway.store.patients.representatives import representatives_of
from gateway.store.patients.web_sessions import SessionLife, WebSessions
from gateway.store.sealed.blobs import Parcel
from gateway.web.patient.document_cards import SeenDocuments
from gateway.web.patient.inbox_reader import inbox_of
from gateway.web.patient.notice_lines import NoticeLines
from gateway.web.patient.ports import Masks, OwnDocuments, Papers, Trusts
from gateway.web.site.answers import Answer, page
from gateway.web.site.desk import (
    ActingNow,
    Desk,
    acting_by,
    committed,
    reader_now,
    who_acts,
)
from gateway.web.site.languages import zone_of
from gateway.web.site.ports import DocumentPages, NameDirectory, OpenVault
from gateway.web.site.visits import Visit, identity_of, person_name

T = TypeVar("T")
_MOST_ASKED = 30
"""For who must not know of secrets, each thing is looked at: so many are counted."""


@frozen(kw_only=True)
class PatientDesk(Desk):
    """The desk of the patients' pages."""

    reception: Reception
    documents: DocumentPages
    open_vault: OpenVault
    own_documents: OwnDocuments
    trusts: Trusts
    masks: Masks
    directory: NameDirectory
    papers: Papers
    refusals: HourlyQuota = field(init=False, repr=False)

    @refusals.default
    def _counted(self) -> HourlyQuota:
        web = self.settings.web
        return HourlyQuota(
            web.refusals_kept_per_hour, web.refusals_per_patient_per_hour
        )

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
                    self._tell_holder(work, via)

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
            self._tell_holder(work, via)
            return done

        return super().write(told)

    def _tell_holder(self, work: UnitOfWork, via: ActingNow) -> None:
        found = Delegations(work).get(via.delegation_id)
        holder = Delegations(work).holder(found) if found is not None else None
        if holder is None or found is None:
            return
        notices = self.notices(work)
        if found.capacity is not Capacity.REPRESENTATIVE:
            happened = Happened(by=via.person)
            notices.make_daily(holder, NoticeKind.HELPED, happened)
            return
        # The address of a child may be that of who acts: the other parent is told.
        for person in representatives_of(work, holder.id, self.day(work.now)):
            if person.id != found.helper_id:
                notices.make_daily(person, NoticeKind.REPRESENTED)

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

    def _unseen(self, work: UnitOfWork, visit: Visit) -> int:
        """Return how many notices are new, of those that who looks may know of."""
        reader, centre = notice_reader(visit), NoticeCentre(work)
        if sees_secrets(reader_now()):
            return centre.unread(reader)
        newest = centre.newest_unread(reader, _MOST_ASKED)
        return len(NoticeLines(work, self.seen(work, visit.profile.id)).of(newest))

    def note_opened(self, visit: Visit, subjects: Collection[str]) -> None:
        """Note that what some notices are about was opened by who signed in."""
        reader = notice_reader(visit)
        with self.database.read() as work:
            is_new = NoticeCentre(work).is_new(reader, subjects)
        if is_new:
            self.write(lambda work: NoticeCentre(work).opened(reader, subjects))

    def _news(self, visit: Visit, work: UnitOfWork | None) -> tuple[int, int]:
        """Return how many messages are unread and how many notices are new."""
        if visit.person is None:
            return 0, 0
        if work is None:
            with self.database.read() as own:
                return self._news(visit, own)
        return inbox_of(work).unread_count(visit.person.id), self._unseen(work, visit)

    def page(
        self,
        visit: Visit,
        template: str,
        *,
        status: int = 200,
        work: UnitOfWork | None = None,
        **context: Any,
    ) -> Answer:
        """
        Return a page with the frame every visitor gets, signed in or not.

        ``work`` is a transaction that reads, to count in: what was asked in it already
        is not asked again.
        """
        unread, unseen = self._news(visit, work)
        answer = page(
            f"patient/{template}",
            visit.language,
            status=status,
            zone=self.settings.web.time_zone,
            visit=visit,
            unread=unread,
            unseen=unseen,
            most_unseen=MOST_COUNTED if sees_secrets(reader_now()) else _MOST_ASKED,
            name=person_name(visit.own) if visit.own is not None else "",
            acting=visit.acting,
            governs=visit.person is not None and visit.may(Act.GOVERN),
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


def notice_reader(visit: Visit) -> CentreReader:
    """Return whose notices a visit reads, and by which account."""
    return CentreReader(
        profile_id=visit.profile.id,
        account_id=visit.held_session.account_id,
        helps=not visit.may(Act.GOVERN),
        knows_secrets=sees_secrets(reader_now()),
    )
