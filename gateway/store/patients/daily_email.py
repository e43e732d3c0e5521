"""The e-mail of the day: what could wait, told once a day and never for nothing."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from attrs import frozen
from sqlalchemy import select

from gateway.core.notices import NoticeWhen, notice_table
from gateway.core.texts.notices import NoticeKind
from gateway.rights.notice_rules import email_when
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.settings.file import Settings
from gateway.store.base.work import Job, UnitOfWork
from gateway.store.patients.daily_due import DigestHour, Digests
from gateway.store.patients.notice_centre import CentreNotice, NoticeCentre
from gateway.store.patients.notice_choices import NoticeChoices
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tables import profiles
from gateway.store.tasks.tasks import Task


@frozen
class Digesting:
    """
    The step of `TaskKind.DIGEST`; the subject is a patient's profile.

    Before its hour it waits again. What was read or taken away meanwhile is not told,
    nor what the patient wants to hear nothing of any more: if nothing is left, no
    e-mail leaves.
    """

    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Return the job; reading and writing are its own."""
        return partial(self._tell, task.subject)

    def _tell(self, profile_id: str, work: UnitOfWork) -> None:
        days = Digests(work, DigestHour.of(self.settings))
        since = days.waiting(profile_id)
        if since is not None:
            days.done(profile_id, sent=self._sent(work, profile_id, since))

    def _sent(self, work: UnitOfWork, profile_id: str, since: datetime) -> bool:
        """Make the e-mail if there is something to tell; True where one leaves."""
        state = work.connection.execute(
            select(profiles.c.state).where(profiles.c.id == profile_id)
        ).scalar_one()
        if not may_sign_in(ProfileState(state)):  # also where the key is gone
            return False
        waiting = NoticeCentre(work).waiting(profile_id, since)
        chosen = NoticeChoices(work, profile_id).chosen() if waiting else {}

        def is_wanted(one: CentreNotice) -> bool:
            row = notice_table()[one.kind]
            return email_when(row, chosen.get(row.family)) is not NoticeWhen.NEVER

        if not any(is_wanted(one) for one in waiting):
            return False
        profile = Profiles(work).get(profile_id)
        assert profile is not None, "found above"
        notices = Notices.of(work, self.settings)
        return bool(notices.make(profile, NoticeKind.DIGEST))
