"""What a patient is told by e-mail of a document, above all of one not shown yet."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from attrs import frozen
from twisted.logger import Logger

from gateway.core.document import Availability, Visibility
from gateway.core.texts.notices import NoticeKind
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.dmp_bridge.vaults.vault import Vault
from gateway.rights.visibility_rules import PatientReader, patient_sees
from gateway.settings.file import Settings
from gateway.store.base.work import Job, UnitOfWork
from gateway.store.journal import Action, chain_of
from gateway.store.patients.notices import Notices
from gateway.store.tasks.tasks import Task, TaskKind

log = Logger()


@frozen
class Disclosing:
    """
    The step of `TaskKind.DISCLOSE`; the subject is a document filed hidden, or one that
    came without a message to tell of it.

    CSP R. 1111-53: without an announcement the holder is told after two weeks that
    something was updated, and to see a professional; after a month the document is
    shown. One task goes through both days. Each notice is made in the transaction that
    strikes the task off, and so once; neither says anything of the document.
    """

    settings: Settings
    vaults: VaultAccess

    def __call__(self, task: Task) -> Job:
        """Return the job that tells the patient; reading and writing are its own."""
        return partial(self._disclose, task.subject)

    def _disclose(self, document_id: str, work: UnitOfWork) -> None:
        vault = self.vaults.within(work)
        stored = vault.get(document_id)
        if stored is None or stored.status is Availability.DELETED:
            return
        if stored.visible_at is None or stored.visible_at <= work.now:
            hidden = stored.visible_at is not None
            kind = NoticeKind.SHOWN if hidden else NoticeKind.DOCUMENT
            _tell(work, self.settings, stored, kind)
            return
        if not _is_announced(vault, stored, work.now):
            _tell(work, self.settings, stored, NoticeKind.UPDATE)
        rest = stored.visible_at - work.now
        work.tasks.add(TaskKind.DISCLOSE, document_id, delay=rest)


@frozen
class TellingWithdrawal:
    """The step of `TaskKind.WITHDRAW`; the subject is a document its patient saw."""

    settings: Settings
    vaults: VaultAccess

    def __call__(self, task: Task) -> Job:
        """Return the job that tells the patient; reading and writing are its own."""
        return partial(self._withdrawn, task.subject)

    def _withdrawn(self, document_id: str, work: UnitOfWork) -> None:
        stored = self.vaults.within(work).get(document_id)
        if stored is not None:
            _tell(work, self.settings, stored, NoticeKind.WITHDRAWN)


def _tell(
    work: UnitOfWork, settings: Settings, stored: FiledDocument, kind: NoticeKind
) -> None:
    """Make a notice, or note in the patient's journal why there is none."""
    told = Notices.of(work, settings).tell(
        stored.profile_id,
        kind,
        subject=stored.id,
        is_secret=Visibility.HIDDEN_FROM_REPRESENTATIVES in stored.flags,
    )
    why = told.why.value if told.why is not None else ""
    work.note(
        Action.NOTICE_WITHHELD if why else Action.NOTICE_MADE,
        why or kind.value,
        stored.id,
        chain=chain_of(stored.profile_id),
        kind=kind.value,
        **told.kept,
    )
    if why and kind is NoticeKind.UPDATE:
        work.after_commit(partial(_ask_for_help, stored.id, why))


def _ask_for_help(document_id: str, why: str) -> None:
    """The law says by any means: somebody has to find another one."""
    log.warn(
        "the patient of hidden document {id} cannot be told by e-mail: {why}",
        id=document_id,
        why=why,
    )


def _is_announced(vault: Vault, stored: FiledDocument, now: datetime) -> bool:
    """
    Tell whether the patient sees a later version, so that this one no longer waits. A
    version that came late, when a newer one was there already, does not wait either.
    """
    if stored.status is not Availability.APPROVED and not stored.replaced_by:
        return True
    later = stored
    while later.replaced_by:
        found = vault.get(later.replaced_by)
        if found is None:
            return False
        later = found
        flags = later.visibility(now)
        if patient_sees(flags, later.status, PatientReader.HOLDER, on_request=True):
            return True
    return False
