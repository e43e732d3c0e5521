"""What the professionals' pages share: trust, directory, sessions, their frame."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import wait
from datetime import date, datetime, timedelta
from typing import Any

from attrs import frozen

from gateway.core.habilitation import MatrixColumn
from gateway.core.practice import Practice, Professional
from gateway.core.practice_names import practice_name
from gateway.errors import UnavailableError
from gateway.reception.keeping import (
    Also,
    Failed,
    Failure,
    Kept,
    Reception,
    Twin,
)
from gateway.reception.submission import Submission
from gateway.rights.habilitation_rules import NoColumn
from gateway.rights.reading_professional import ReadingProfessional
from gateway.rights.situation_rules import column_in
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.with_patients import MOST_COUNTED
from gateway.store.patients.web_sessions import SessionLife
from gateway.store.professionals.sessions import ProfessionalSessions
from gateway.trust.provider import Provider
from gateway.web.professional.calling import CALL, Calls, CarriedCall
from gateway.web.professional.identifying import Card, card_of
from gateway.web.professional.own_mailboxes import OwnMailboxes
from gateway.web.professional.ports import (
    JudgePeer,
    OpenPeople,
    RecordActs,
    VaultReader,
)
from gateway.web.professional.visits import ProfessionalVisit, name_of
from gateway.web.site.answers import Answer, page
from gateway.web.site.desk import COMMIT_SECONDS, Desk, committed
from gateway.web.site.languages import zone_of
from gateway.web.site.ports import DocumentPages, NameDirectory, OpenVault
from gateway.web.site.visits import ShownCertificate

FRAME = "professional/base.html"
COOKIE = "professional"
"""
Of its own name: browsers give a cookie to every port of a host, and who is a patient
and a professional would end each session by the other.
"""


@frozen(kw_only=True)
class ProfessionalDesk(Desk):
    """The desk of the professionals' pages."""

    judge: JudgePeer
    open_people: OpenPeople
    reception: Reception
    reading: VaultReader
    acts: RecordActs
    directory: NameDirectory
    open_vault: OpenVault
    documents: DocumentPages
    provider: Provider | None = None

    def keep(self, submission: Submission, also: Also) -> None:
        """
        Keep what a professional files, with what belongs in the same commit.

        Sent twice, it is kept once.

        Raises:
            UnavailableError: it could not be kept, or not in time.
        """
        answer = committed(self.reception.keep(submission, also))
        if isinstance(answer, Failed):
            raise UnavailableError("try again later", detail=answer.why)

    def keep_each(
        self, some: Sequence[tuple[Submission, Also]]
    ) -> list[Kept | Twin | Failed]:
        """
        Keep what came at once, each alone; return what became of each, in their order.

        They share one time to be committed in, and what was not by then is not done
        later.
        """
        begun = [self.reception.keep(one, also) for one, also in some]
        wait(begun, timeout=COMMIT_SECONDS)
        return [
            Failed(Failure.DATABASE_AWAY, "slow commit")
            if not one.done() and one.cancel()
            else committed(one)
            for one in begun
        ]

    def sessions(self, work: UnitOfWork) -> ProfessionalSessions:
        """Return the sessions, with the lives the settings give them."""
        professional = self.settings.professional
        life = SessionLife(
            idle=timedelta(seconds=professional.session_idle_seconds),
            whole=timedelta(seconds=professional.session_seconds),
        )
        return ProfessionalSessions(work, life)

    def day(self, moment: datetime) -> date:
        """Return the day that a moment is in, by the clock of the pages."""
        return moment.astimezone(zone_of(self.settings.web.time_zone)).date()

    def card(self, shown: ShownCertificate | None) -> Card:
        """Return what the certificate of a connection is worth now."""
        return card_of(shown, None if shown is None else self.judge(shown.der))

    def column(self, practice: Practice) -> MatrixColumn | NoColumn:
        """Return by which column somebody reads in a situation, or why by none."""
        is_open = self.settings.professional.activities_are_open
        return column_in(practice, activities_are_open=is_open)

    def known(self, work: UnitOfWork, national_id: str) -> Professional | None:
        """Return what the directory knows of a national number."""
        return self.open_people(work).find(national_id)

    def reader(self, visit: ProfessionalVisit) -> ReadingProfessional:
        """Return who is signed in, as the service of reading is asked."""
        person = visit.professional
        return ReadingProfessional(
            national_id=person.national_id,
            name=name_of(person),
            practice=visit.practice,
            column=visit.column,
            signed_in_by=visit.signed_in_by,
            may_regulate=person.may_regulate,
        )

    def called(self, visit: ProfessionalVisit) -> CarriedCall | None:
        """
        Return the call of a program that this page is about, or None.

        The page has to name it (``called``), and the browser to carry it still.
        """
        names = visit.form.line("called") or visit.query.get("called", "")
        life = timedelta(seconds=self.settings.professional.call_seconds)
        if names != "1" or not life:
            return None
        return Calls(self.database.keys, life).open(visit.call, visit.now)

    def call_words(
        self, visit: ProfessionalVisit, called: CarriedCall | None
    ) -> dict[str, Any]:
        """Return what a page says of a call, or of one that is not there any more."""
        return {
            "called": called,
            "is_late": called is None and "called" in visit.query,
            "minutes": self.settings.professional.call_seconds // 60,
        }

    def without_call(self, visit: ProfessionalVisit, answer: Answer) -> Answer:
        """Return an answer after which the browser carries no call any more."""
        return answer.without_cookie(CALL) if visit.call else answer

    def page(
        self, visit: ProfessionalVisit, template: str, *, status: int = 200, **said: Any
    ) -> Answer:
        """Return a page with the frame every visitor gets, signed in or not."""
        person = visit.person
        place = situation = ""
        unread = 0
        if person is not None:
            with self.database.read() as work:
                unread = OwnMailboxes(work).unread(visit)
            place = visit.practice.place
            situation = practice_name(visit.practice, visit.language)
        answer = page(
            f"professional/{template}",
            visit.language,
            status=status,
            zone=self.settings.web.time_zone,
            visit=visit,
            unread=unread,
            most_unread=MOST_COUNTED,
            name="" if person is None else name_of(person),
            situation=situation,
            place=place,
            service=self.settings.domains.operator_name,
            closing=visit.session.ends_at if visit.session is not None else visit.now,
            idle_minutes=self.settings.professional.session_idle_seconds // 60,
            provider=self.settings.provider.name if self.provider else "",
            **said,
        )
        if visit.is_new:
            return answer.with_cookie(COOKIE, visit.cookie)
        return answer
