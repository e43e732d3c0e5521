"""Telling the treating doctor of an emergency access, by mail to their own mailbox."""

from __future__ import annotations

from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.texts.treating import (
    REGULATION_REASON,
    TREATING_SUBJECT,
    TREATING_TEXT,
)
from gateway.errors import DestroyedError
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.mssante.receipts.postmaster import own_mailbox, write_mail
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.consultations.consultations import Consultations
from gateway.store.consultations.values import Consultation
from gateway.store.journal import Action, chain_of
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.treating import treating_doctor
from gateway.store.patients.values import Profile
from gateway.store.tasks.tasks import Task

KIND: Final = "treating-doctor"


@frozen
class TellingTreating:
    """
    The step of `TaskKind.TELL_TREATING`; the subject is a consultation.

    A doctor who has no mailbox here is told nothing by mail: the history says so.
    """

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Write the mail that is due; return the job that hands it over."""
        with self.database.read() as work:
            try:
                written = self._written(work, task.subject)
            except DestroyedError:  # the space is gone: there is nobody to speak of
                return _nothing
        return partial(self._hand_over, task.subject, written)

    def _written(self, work: UnitOfWork, consultation_id: str) -> WrittenReceipt | None:
        one = Consultations(work).get(consultation_id)
        profile = Profiles(work).get(one.profile_id) if one else None
        if one is None or one.said is None or profile is None:
            return None
        doctor = treating_doctor(work, profile.id)
        mailbox = own_mailbox(work, doctor.identity) if doctor else None
        if mailbox is None or (doctor and doctor.identity == one.said.party.identity):
            return None
        return write_mail(
            self.database,
            self.settings.domains,
            mailbox,
            subject=TREATING_SUBJECT,
            text=self._text(one, profile),
        )

    def _text(self, one: Consultation, profile: Profile) -> str:
        assert one.said is not None, "looked at before"
        zone = ZoneInfo(self.settings.web.time_zone)
        traits, party = profile.traits, one.said.party
        born = traits.birth_date
        said = {
            "day": f"{one.begun_at.astimezone(zone):%d/%m/%Y %H:%M}",
            "reader": ", ".join(filter(None, (party.name, party.place))),
            "patient": f"{traits.first_given.title()} {traits.family.upper()}",
            "born": "/".join(filter(None, (born[6:8], born[4:6], born[:4]))),
            "reason": one.said.reason or REGULATION_REASON,
        }
        return "\n\n".join(TREATING_TEXT).format_map(said)

    def _hand_over(
        self, consultation_id: str, written: WrittenReceipt | None, work: UnitOfWork
    ) -> None:
        one = Consultations(work).get(consultation_id)
        if one is None:
            return
        if written is not None:
            written.hand_over(work)
        work.note(
            Action.NOTICE_SENT,
            "sent" if written is not None else "no-address",
            consultation_id,
            chain=chain_of(one.profile_id),
            kind=KIND,
        )


def _nothing(_: UnitOfWork) -> None:
    """Nobody is to be told."""
