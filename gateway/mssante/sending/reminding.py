"""Reminding the author of a document of what a patient asked: once, and only if due."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from attrs import frozen

from gateway.core.envelope import RecipientKind
from gateway.core.texts.corrections import REMINDER_SUBJECT, REMINDER_TEXT
from gateway.errors import NotFoundError
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.mssante.receipts.postmaster import write_mail
from gateway.rights.correction_rules import CorrectionState
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import Arrivals
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.journal import OPERATOR, Action
from gateway.store.patients.corrections import Correction, Corrections
from gateway.store.tasks.tasks import Task

_KIND = "reminder"
_REACHED = (RecipientKind.MAILBOX, RecipientKind.REMOTE)


@frozen
class RemindingAuthors:
    """
    The step of `TaskKind.REMIND`; the subject is what was asked.

    The mail is the gateway's own, in the thread of the patient's message, and says
    nothing that this did not say: no name, no title, no reason.
    """

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Write the mails; return the job that hands them over if it is still due."""
        with self.database.read() as work:
            one = _due(work, task.subject)
            asked = one.asked if one is not None else None
            kept = Arrivals(work).get(asked.arrival) if asked is not None else None
        if one is None or kept is None:
            return partial(_hand_over, task.subject, ())
        zone = ZoneInfo(self.settings.web.time_zone)
        said = {
            "day": f"{one.asked_at.astimezone(zone):%d/%m/%Y}",
            "due": f"{one.due_at.astimezone(zone):%d/%m/%Y}",
        }
        text = "\n\n".join(REMINDER_TEXT).format_map(said)
        written = [
            write_mail(
                self.database,
                self.settings.domains,
                copy.recipient,
                subject=REMINDER_SUBJECT,
                text=text,
                about=kept.message_id,
            )
            for copy in kept.recipients
            if copy.recipient.kind in _REACHED
        ]
        return partial(_hand_over, task.subject, written)


def _due(work: UnitOfWork, correction_id: str) -> Correction | None:
    """Return what was asked if its author is to be reminded now."""
    try:
        one = Corrections(work).get(correction_id)
    except NotFoundError:
        return None
    return one if one.state is CorrectionState.REMINDED else None


def _hand_over(
    correction_id: str, written: Sequence[WrittenReceipt], work: UnitOfWork
) -> None:
    is_due = _due(work, correction_id) is not None
    for one in sorted(written, key=lambda one: one.arrival.recipients[0].target_id):
        if not is_due:
            one.discard(work)
            continue
        one.hand_over(work)
        work.note(
            Action.RECEIPT_SENT,
            _KIND,
            correction_id,
            chain=OPERATOR,
            receipt=one.arrival.id,
        )
