"""Telling the treating doctor of an emergency access, by mail to their own mailbox."""

from __future__ import annotations

from functools import partial
from typing import Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.texts.treating import (
    REGULATION_REASON,
    TREATING_SUBJECT,
    TREATING_TEXT,
)
from gateway.errors import DestroyedError
from gateway.message.address import MailAddress, NamedAddress, read_address
from gateway.message.building import build_message
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.consultations.consultations import Consultations
from gateway.store.consultations.values import Consultation
from gateway.store.journal import Action, chain_of
from gateway.store.mailbox.mailboxes import PERSONAL, Mailbox, Mailboxes
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
        boxes = Mailboxes(work).held_by(doctor.identity) if doctor else []
        mailbox = next((box for box in boxes if box.kind == PERSONAL), None)
        if mailbox is None or (doctor and doctor.identity == one.said.party.identity):
            return None
        message_id = f"{uuid4().hex}@{self.settings.domains.professional}"
        return WrittenReceipt.of(
            self.database,
            self._mail(one, profile, mailbox, message_id),
            arrival_id=uuid4().hex,
            message_id=message_id,
            recipient=Recipient(
                kind=RecipientKind.MAILBOX,
                address=mailbox.address,
                target_id=mailbox.id,
            ),
        )

    def _mail(
        self, one: Consultation, profile: Profile, mailbox: Mailbox, message_id: str
    ) -> bytes:
        assert one.said is not None, "looked at before"
        domains, zone = self.settings.domains, ZoneInfo(self.settings.web.time_zone)
        traits, party = profile.traits, one.said.party
        born = traits.birth_date
        said = {
            "day": f"{one.begun_at.astimezone(zone):%d/%m/%Y %H:%M}",
            "reader": ", ".join(filter(None, (party.name, party.place))),
            "patient": f"{traits.first_given.title()} {traits.family.upper()}",
            "born": "/".join(filter(None, (born[6:8], born[4:6], born[:4]))),
            "reason": one.said.reason or REGULATION_REASON,
        }
        return build_message(
            sender=NamedAddress(
                MailAddress("postmaster", domains.professional.lower()),
                domains.operator_name,
            ),
            to=[NamedAddress(read_address(mailbox.address))],
            subject=TREATING_SUBJECT,
            text="\n\n".join(TREATING_TEXT).format_map(said),
            date=one.begun_at,
            message_id=message_id,
            headers={"Auto-Submitted": "auto-generated"},
        )

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
