"""What the journal keeps of who is let in to the mailboxes, and of who is not."""

from __future__ import annotations

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
from gateway.rights.opening_rules import OpeningFacts, OpeningRefusal
from gateway.rights.sender_rules import LinkKind
from gateway.settings.file import ImapSettings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.evidence.quota import RefusalQuota, Room
from gateway.store.journal import Action
from gateway.trust.certificate_rules import CertificateRefused
from gateway.trust.space import PeerVerdict

_DOOR = "imap"


@frozen(kw_only=True)
class Refusal:
    """A refusal as its line says it, and the decision it rests on."""

    action: Action
    code: str
    subject: str
    identity: str
    part: TakenDecision


def refused_certificate(verdict: PeerVerdict) -> Refusal:
    """Return how the journal says that a certificate is not believed."""
    judged = verdict.verdict
    assert isinstance(judged, CertificateRefused), "it is not believed"
    faults = tuple(one.value for one in judged.faults)
    return Refusal(
        action=Action.CONNECTION_REFUSED,
        code=faults[0],
        subject="",
        identity="",  # it is not proven
        part=certificate_part(LinkKind.SUBMISSION, verdict, faults),
    )


def refused_opening(
    verdict: PeerVerdict, facts: OpeningFacts, refusal: OpeningRefusal
) -> Refusal:
    """Return how the journal says that a certificate opens no mailbox."""
    certificate = verdict.certificate
    assert certificate is not None, "trusted unread"
    return Refusal(
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

    def refuse(self, verdict: PeerVerdict, refusal: Refusal, peer: str) -> None:
        """
        Note a refusal, without making the client wait for it.

        Of one ``peer``, an address, no more lines are written than the settings say.
        """
        room = self.refusals.take(self.database.clock(), peer)
        if room is Room.NOTHING:
            return

        def job(work: UnitOfWork) -> None:
            kept: dict[str, Any] = {}
            if room is Room.WHOLE:
                kept |= _keep(work, verdict, refusal.part)
                kept |= self.refusals.not_said()
            work.note(
                refusal.action,
                refusal.code,
                refusal.subject,
                door=_DOOR,
                identity=refusal.identity,
                **kept,
            )

        self.writer.submit(job)

    def opened(
        self,
        work: UnitOfWork,
        mailbox_id: str,
        verdict: PeerVerdict,
        facts: OpeningFacts,
    ) -> None:
        """Note within a transaction that a certificate opens a mailbox."""
        kept: dict[str, Any] = {}
        if self.openings.take(work.now) is Room.WHOLE:
            kept |= _keep(work, verdict, answered_part(opening_facts_of_nobody(facts)))
            kept |= self.openings.not_said()
        certificate = verdict.certificate
        work.note(
            Action.MAILBOX_OPENED,
            _DOOR,
            mailbox_id,
            identity=verdict.identity,
            certificate=certificate.fingerprint if certificate else "",
            **kept,
        )


def _keep(
    work: UnitOfWork, verdict: PeerVerdict, part: TakenDecision
) -> dict[str, str]:
    around = Circumstances.of_peer(verdict, program=rules_hash(), settings="")
    return EvidenceKeeper(work).keep(part, around)
