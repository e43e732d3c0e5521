"""What the patient, and the doctor who treats them, are told of a reading."""

from __future__ import annotations

from attrs import frozen

from gateway.core.notices import Happened
from gateway.core.reading import IN_EMERGENCY
from gateway.core.texts.notices import NoticeKind
from gateway.rights.reading_professional import ReadingProfessional
from gateway.settings.file import Settings
from gateway.store.base.work import UnitOfWork
from gateway.store.consultations.values import Consultation
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.treating import treating_doctor
from gateway.store.patients.values import Profile
from gateway.store.tasks.values import TaskKind


@frozen
class ReadingNotices:
    """Notices of readings, made in the transaction of what they tell of."""

    settings: Settings

    def tell(
        self,
        work: UnitOfWork,
        who: ReadingProfessional,
        profile: Profile,
        begun: Consultation,
        *,
        is_first: bool,
    ) -> None:
        """
        Tell the patient that somebody began to read.

        The first time and in an emergency at once, and then with those of the day
        (order of 26 October 2023; CSP R. 1111-48, also for the treating doctor).
        """
        kind = NoticeKind.READ_FIRST if is_first else NoticeKind.READ
        if begun.way in IN_EMERGENCY:
            kind = NoticeKind.EMERGENCY
            if treating_doctor(work, profile.id) is not None:
                work.tasks.add(TaskKind.TELL_TREATING, begun.id)
        happened = happened_by(work, who, profile, begun.id)
        self._notices(work).make(profile, kind, happened)

    def tell_refused(
        self, work: UnitOfWork, who: ReadingProfessional, profile: Profile
    ) -> None:
        """Tell the patient of an emergency that was declared and refused, once a day"""
        happened = happened_by(work, who, profile)
        self._notices(work).make_daily(profile, NoticeKind.READ_REFUSED, happened)

    def _notices(self, work: UnitOfWork) -> Notices:
        return Notices.of(work, self.settings)


def happened_by(
    work: UnitOfWork, who: ReadingProfessional, profile: Profile, subject: str = ""
) -> Happened:
    """Say who did it; of somebody in secret connection with a minor that is a secret"""
    secret = {one.lower() for one in Profiles(work).rights(profile.id).secret_senders}
    names = {one.lower() for one in who.identifiers}
    return Happened(
        subject=subject, by=who.name, is_secret=not secret.isdisjoint(names)
    )
