"""What the journal keeps of who is let in to the mailboxes, and of who is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field, frozen

from gateway.evidence.arguments import (
    Circumstances,
    TakenDecision,
    answered_part,
    certificate_part,
)
from gateway.evidence.identity import opening_facts_of_nobody
from gateway.evidence.program import rules_hash
from gateway.rights.opening_rules import HoldingFacts, OpeningRefusal
from gateway.rights.sender_rules import LinkKind
from gateway.settings.file import ImapSettings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.evidence.quota import RefusalQuota, RoomLeft
from gateway.store.journal import Action
from gateway.trust.certificate_rules import CertificateRefused
from gateway.trust.space import PeerVerdict

_DOOR = "imap"


@frozen(kw_only=True)
class NotedRefusal:
    """A refusal as its line says it, and the decision it rests on."""

    action: Action
    code: str
    subject: str
    identity: str
    part: TakenDecision


def refused_certificate(verdict: PeerVerdict) -> NotedRefusal:
    """Return how the journal says that a certificate is not believed."""
    judged = verdict.verdict
    assert isinstance(judged, CertificateRefused), "it is not believed"
    faults = tuple(one.value for one in judged.faults)
    return NotedRefusal(
        action=Action.CONNECTION_REFUSED,
        code=faults[0],
        subject="",
        identity="",  # it is not proven
        part=certificate_part(LinkKind.SUBMISSION, verdict, faults),
    )


def refused_opening(
    verdict: PeerVerdict, facts: HoldingFacts, refusal: OpeningRefusal
) -> NotedRefusal:
    """Return how the journal says that a certificate opens no mailbox."""
    certificate = verdict.certificate
    assert certificate is not None, "trusted unread"
    return NotedRefusal(
        action=Action.SIGN_IN_REFUSED,
        code=refusal.value,
        subject=certificate.fingerprint[:80],
        identity=verdict.identity,
        part=answered_part(opening_facts_of_nobody(facts), refusal),
    )


@define
class DoorNotes:
    """Writes them, as many as the settings say; one of these for all sessions."""

    database: Database
    writer: Writer
    settings: ImapSettings
    refusals: RefusalQuota = field(init=False, repr=False)
    openings: RefusalQuota = field(init=False, repr=False)

    @refusals.default
    def _counted(self) -> RefusalQuota:
        return RefusalQuota(
            self.settings.refusals_kept_per_hour,
            self.settings.refusals_per_address_per_hour,
        )

    @openings.default
    def _counted_openings(self) -> RefusalQuota:
        return RefusalQuota(self.settings.openings_kept_per_hour, 0)

    def refuse(self, verdict: PeerVerdict, refusal: NotedRefusal, peer: str) -> None:
        """
        Note a refusal, without making the client wait for it.

        Of one ``peer``, an address, no more lines are written than the settings say.
        """
        room = self.refusals.take(self.database.clock(), peer)
        if room is RoomLeft.NOTHING:
            return
        is_whole = room is RoomLeft.WHOLE
        before = self.refusals.not_said() if is_whole else {}

        def job(work: UnitOfWork) -> None:
            kept: dict[str, Any] = {}
            if is_whole:
                kept = {**_keep(work, verdict, refusal.part), **before}
            work.note(
                refusal.action,
                refusal.code,
                refusal.subject,
                door=_DOOR,
                identity=refusal.identity,
                **kept,
            )

        self.writer.submit(job)

    def opening(
        self, mailbox_id: str, verdict: PeerVerdict, facts: HoldingFacts
    ) -> Callable[[UnitOfWork], None]:
        """Return what notes, in the transaction that opens it, who opens a mailbox."""
        is_whole = self.openings.take(self.database.clock()) is RoomLeft.WHOLE
        before = self.openings.not_said() if is_whole else {}
        certificate = verdict.certificate

        def note(work: UnitOfWork) -> None:
            kept: dict[str, Any] = {}
            if is_whole:
                part = answered_part(opening_facts_of_nobody(facts))
                kept = {**_keep(work, verdict, part), **before}
            work.note(
                Action.MAILBOX_OPENED,
                _DOOR,
                mailbox_id,
                identity=verdict.identity,
                certificate=certificate.fingerprint if certificate else "",
                **kept,
            )

        return note


def _keep(
    work: UnitOfWork, verdict: PeerVerdict, part: TakenDecision
) -> dict[str, str]:
    around = Circumstances.of_peer(verdict, program=rules_hash(), settings="")
    return EvidenceKeeper(work).keep(part, around)
