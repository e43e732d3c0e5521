"""What patients asked the authors of documents goes on by itself, as time does."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from gateway.core.notices import Happened
from gateway.core.texts.notices import NoticeKind
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.errors import NotFoundError
from gateway.rights.correction_rules import (
    CorrectionFacts,
    CorrectionState,
    advanced,
)
from gateway.rights.inquiry_rules import InquiryState
from gateway.rights.reader_rules import PatientSide, Sight
from gateway.rights.visibility_rules import PatientReader
from gateway.settings.file import Settings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.inbox.reading import InboxReader
from gateway.store.patients.corrections import AskedOfAuthor, Correction, Corrections
from gateway.store.patients.inquiries import UNANSWERED, Inquiries, ReportedPerson
from gateway.store.patients.notices import Notices
from gateway.store.patients.profiles import Profiles
from gateway.store.tasks.tasks import TaskKind

_AT_ONCE: Final = 50
_REPRESENTATIVE: Final = PatientSide(PatientReader.REPRESENTATIVE)


@frozen
class AskingAuthors:
    """Looks at all that is under way, a batch in each transaction."""

    database: Database
    settings: Settings
    vaults: VaultAccess

    def run(self) -> dict[str, int]:
        """Put each where it stands; return how many moved."""
        moved, after = 0, ""
        while True:
            with self.database.write() as work:
                found, after = Corrections(work).under_way(after, _AT_ONCE)
                moved += sum(self.advance(work, one) for one in found)
            if not after:
                return {"corrections": moved}

    def advance(self, work: UnitOfWork, one: Correction) -> bool:
        """Put one where it stands now, and do what follows; tell whether it moved."""
        if one.asked is None:
            return False
        document = self.vaults.within(work).get(one.document_id)
        state = advanced(
            CorrectionFacts(
                now=work.now,
                state=one.state,
                remind_at=one.remind_at,
                due_at=one.due_at,
                status=document.status if document is not None else None,
                is_answered=_is_answered(work, one, one.asked),
                has_way=bool(one.asked.arrival),
                is_closed=_is_closed(work, one.asked),
            )
        )
        if state is one.state:
            return False
        match state:
            case CorrectionState.REMINDED:
                Corrections(work).move(one, state)
                work.tasks.add(TaskKind.REMIND, one.id)
            case CorrectionState.ESCALATED:
                self._escalate(work, one, one.asked)
            case _:
                Corrections(work).move(one, state)
        return True

    def _escalate(
        self, work: UnitOfWork, one: Correction, asked: AskedOfAuthor
    ) -> None:
        profile = Profiles(work).hold(one.profile_id)
        if profile is None:
            return
        said = ReportedPerson(
            identity="",
            name=asked.author,
            source=UNANSWERED,
            subject=one.document_id,
            text=asked.reason,
            blocked=False,
            by=asked.by,
        )
        inquiry = Inquiries(work).open(profile, said)
        Corrections(work).move(one, CorrectionState.ESCALATED, inquiry=inquiry)
        told = Happened(subject=one.document_id, is_secret=self._is_secret(work, one))
        Notices.of(work, self.settings).make(profile, NoticeKind.CORRECTION, told)

    def _is_secret(self, work: UnitOfWork, one: Correction) -> bool:
        """Tell whether representatives may not know of a document: what is gone is."""
        document = self.vaults.within(work).get(one.document_id)
        if document is None:
            return True
        sight = Sight(document.visibility(work.now), document.status, newer=None)
        return not _REPRESENTATIVE.sees(sight, on_request=True)


def _is_answered(work: UnitOfWork, one: Correction, asked: AskedOfAuthor) -> bool:
    return bool(asked.conversation) and InboxReader(work).was_written_to_since(
        one.profile_id, asked.conversation, one.asked_at
    )


def _is_closed(work: UnitOfWork, asked: AskedOfAuthor) -> bool:
    if not asked.inquiry:
        return False
    try:
        return Inquiries(work).get(asked.inquiry).state is InquiryState.CLOSED
    except NotFoundError:
        return False
