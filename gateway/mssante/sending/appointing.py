"""Telling a professional that a patient named them administrator, or ended it."""

from __future__ import annotations

from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.texts.administrators import (
    ADMINISTRATOR_SUBJECT,
    ADMINISTRATOR_TEXTS,
)
from gateway.errors import DamagedError, DestroyedError
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.mssante.receipts.postmaster import own_mailbox, write_mail
from gateway.settings.file import Settings
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.administrators import Administrators
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import Task

KIND: Final = "administrator"
"""The word of the line that says it."""


@frozen
class TellingAdministrator:
    """
    The step of `TaskKind.APPOINT`; the subject is a profile and a national number.

    What stands when it is sent is said, so that who was named and ended at once hears
    of the end alone. It goes to the professional's own mailbox here, and to nobody
    where there is none: a patient is named in it.
    """

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Write the mail, if there is a mailbox for it; return the job that sends."""
        profile_id, _, identity = task.subject.partition(":")
        with self.database.read() as work:
            mailbox = own_mailbox(work, identity)
            text = self._text(work, profile_id, identity) if mailbox else ""
        if mailbox is None or not text:
            return _nothing
        written = write_mail(
            self.database,
            self.settings.domains,
            mailbox,
            subject=ADMINISTRATOR_SUBJECT,
            text=text,
        )
        return partial(_send, profile_id, written)

    def _text(self, work: UnitOfWork, profile_id: str, identity: str) -> str:
        """Return what is said, in both languages; nothing of a patient who is gone."""
        try:
            profile = Profiles(work).get(profile_id)
            named = Administrators(work, profile_id).among({identity})
        except (DamagedError, DestroyedError):
            return ""
        if profile is None:
            return ""
        zone = ZoneInfo(self.settings.web.time_zone)
        said = {
            "address": f"{profile.ins.matricule}@{self.settings.domains.patient}",
            "day": f"{named.since.astimezone(zone):%d/%m/%Y}" if named else "",
        }
        return "\n\n".join(ADMINISTRATOR_TEXTS[named is not None]).format_map(said)


def _send(profile_id: str, written: WrittenReceipt, work: UnitOfWork) -> None:
    written.hand_over(work)
    work.note(
        Action.RECEIPT_SENT,
        KIND,
        profile_id,
        chain=chain_of(profile_id),
        receipt=written.arrival.id,
    )


def _nothing(_: UnitOfWork) -> None:
    """Nobody is to be told."""
