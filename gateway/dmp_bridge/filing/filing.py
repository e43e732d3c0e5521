"""The filing step: what a door kept becomes documents in vaults."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from attrs import field, frozen

from gateway.core.envelope import RecipientKind, SenderKind
from gateway.dmp_bridge.filing.cases import Brought
from gateway.dmp_bridge.filing.found import FoundDocument, OpenedSubmission
from gateway.dmp_bridge.filing.gathering import Gatherer
from gateway.dmp_bridge.filing.opening import Opener
from gateway.dmp_bridge.filing.settling import Delivery, Settlement
from gateway.dmp_bridge.filing.wrapping import Wrapping
from gateway.dmp_bridge.vaults.access import VaultAccess
from gateway.errors import InvalidError
from gateway.message.reading import MessageParts
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, KeptArrival
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.sealed.deflating import deflate
from gateway.store.tasks.steps import HeavyJob
from gateway.store.tasks.tasks import Task

_PROFESSIONAL = frozenset(
    {
        SenderKind.OPERATOR,
        SenderKind.ORGANISATION,
        SenderKind.EMPLOYEE,
        SenderKind.PERSON,
    }
)
_NOTHING = OpenedSubmission(from_address="", documents=())

Deliver = Callable[[KeptArrival, bytes, MessageParts], Delivery]
"""
Takes a message as it was opened for filing; returns what then makes its copies.

Raises `InvalidError` for one it cannot read.
"""


@frozen
class Filing:
    """
    The step of `TaskKind.FILE`; the subject is an arrival.

    Outside any transaction the submission is opened and its documents are read and
    prepared for the vault. The job then holds the profiles, gathers the facts as they
    are at that moment, decides, files, and records what became of each document and
    recipient. Run again, it changes nothing.

    With ``deliver`` the same job makes the copies of the message, so that it is opened
    and claimed once. A task that failed before leaves the copies to another task, so
    that a fault in the delivery never keeps a document from being filed.
    """

    database: Database = field(repr=False)
    vaults: VaultAccess = field(repr=False)
    opener: Opener
    gatherer: Gatherer
    source_id: str
    wrapping: Wrapping
    deliver: Deliver | None = None

    @classmethod
    def from_settings(
        cls,
        database: Database,
        vaults: VaultAccess,
        settings: Settings,
        deliver: Deliver | None = None,
    ) -> Filing:
        """
        Build from the settings; the CDA schema is loaded here if one is named.

        Raises:
            MisuseError: the schema cannot be loaded.
        """
        opener = Opener.from_settings(settings)
        return cls(
            database,
            vaults,
            opener,
            Gatherer.from_settings(settings.filing),
            settings.filing.source_id,
            Wrapping.from_settings(database, opener, settings.filing),
            deliver=deliver,
        )

    def __call__(self, task: Task) -> Job:
        """
        Open the submission; return the job that settles it.

        Raises:
            InvalidError: there is no such arrival.
            UnavailableError: it cannot be read back now.
        """
        with self.database.read() as work:
            kept = Arrivals(work).get(task.subject)
            if kept is None:
                raise InvalidError("no such message")
            if kept.state != ArrivalState.RECEIVED:
                return _already_settled
            content = Arrivals(work).content(kept) if _may_file(kept) else b""
        opened = self.opener.open(content, kept.form) if content else _NOTHING
        documents = self.wrapping.with_tagged(opened, kept)
        brought = tuple(self._prepare(found) for found in documents)
        deliver = None if task.attempts else self._delivery(kept, content, opened)
        settle = partial(self._settle, kept, opened.from_address, brought, deliver)
        sizes = [len(one.found.content) for one in brought]
        return HeavyJob(settle, len(content) + sum(sizes))

    def _delivery(
        self, kept: KeptArrival, content: bytes, opened: OpenedSubmission
    ) -> Delivery | None:
        if self.deliver is None or opened.parts is None:
            return None
        try:
            return self.deliver(kept, content, opened.parts)
        except InvalidError:
            return None  # the task of its own fails in the same way, and says so

    def _prepare(self, found: FoundDocument) -> Brought:
        if found.readable is None or found.asks_withdrawal:
            return Brought(found=found)
        prepared = self.vaults.prepare(
            found.content,
            sha256=found.sha256,
            deflated=found.deflated or deflate(found.content),
        )
        return Brought(found=found, prepared=prepared)

    def _settle(
        self,
        kept: KeptArrival,
        from_address: str,
        brought: tuple[Brought, ...],
        deliver: Delivery | None,
        work: UnitOfWork,
    ) -> None:
        if Arrivals(work).state_of(kept.id) is not ArrivalState.RECEIVED:
            return
        Settlement(
            work=work,
            vault=self.vaults.within(work),
            gatherer=self.gatherer,
            source_id=self.source_id,
            kept=kept,
            from_address=from_address,
            brought=brought,
            deliver=deliver,
        ).run()


def _may_file(kept: KeptArrival) -> bool:
    """
    Tell whether there may be something to file: a professional writes to a patient.

    What patients send from their page, and the gateway's own receipts, are messages.
    """
    return kept.sender.kind in _PROFESSIONAL and any(
        one.recipient.kind is RecipientKind.PATIENT for one in kept.recipients
    )


def _already_settled(_: UnitOfWork) -> None:
    """Change nothing: another worker was quicker."""
