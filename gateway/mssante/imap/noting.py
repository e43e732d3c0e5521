"""What the journal keeps of who is let in to the mailboxes, and of who is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import define, evolve, field, frozen

from gateway.evidence.arguments import (
    Circumstances,
    TakenDecision,
    answered_part,
    certificate_part,
)
from gateway.evidence.identity import opening_facts_of_nobody
from gateway.evidence.program import rules_hash
from gateway.rights.opening_rules import HoldingFacts, refuse_opening
from gateway.rights.sender_rules import LinkKind
from gateway.settings.file import ImapSettings
from gateway.store.base.work import Database, UnitOfWork
from gateway.store.base.writer import Writer
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.evidence.quota import HANDSHAKES, OPENINGS, HourlyQuota, RoomLeft
from gateway.store.journal import Action
from gateway.trust.certificate_rules import CertificateRefused
from gateway.trust.space import PeerVerdict
from gateway.trust.tls_failures import TlsFailure
from gateway.trust.tokens import Bearer

_DOOR = "imap"


@frozen(kw_only=True)
class NotedRefusal:
    """
    A refusal as its line says it: ``code`` is why, ``identity`` who proved to be whom.

    ``part`` is the decision it rests on, None where no rule was asked, and ``around``
    what that was taken under.
    """

    action: Action = Action.SIGN_IN_REFUSED
    code: str
    subject: str = ""
    identity: str = ""
    part: TakenDecision | None = None
    around: Circumstances = Circumstances()


def by_certificate(verdict: PeerVerdict) -> Circumstances:
    """Return what is kept of who shows a certificate."""
    return Circumstances.of_peer(verdict, program=rules_hash(), settings="")


def by_token(bearer: Bearer) -> Circumstances:
    """Return what is kept of whom a token names, and of who says so."""
    return Circumstances(
        identity=bearer.identity, issuer=bearer.issuer, program=rules_hash()
    )


def refused_certificate(verdict: PeerVerdict) -> NotedRefusal:
    """Return how the journal says that a certificate is not believed."""
    judged = verdict.verdict
    assert isinstance(judged, CertificateRefused), "it is not believed"
    faults = tuple(one.value for one in judged.faults)
    return NotedRefusal(
        action=Action.CONNECTION_REFUSED,
        code=faults[0],
        part=certificate_part(LinkKind.SUBMISSION, verdict, faults),
        around=by_certificate(verdict),
    )


def refused_opening(
    facts: HoldingFacts, around: Circumstances, *, identity: str
) -> NotedRefusal:
    """Return how the journal says that no mailbox opens."""
    refusal = refuse_opening(facts)
    assert refusal is not None, "no mailbox opens"
    return NotedRefusal(
        code=refusal.value,
        subject=around.certificate[:80],
        identity=identity,
        part=answered_part(opening_facts_of_nobody(facts), refusal),
        around=around,
    )


@define
class DoorNotes:
    """Writes them, as many as the settings say; one of these for all sessions."""

    database: Database
    writer: Writer
    settings: ImapSettings
    refusals: HourlyQuota = field(init=False, repr=False)
    openings: HourlyQuota = field(init=False, repr=False)
    handshakes: HourlyQuota = field(init=False, repr=False)

    @refusals.default
    def _counted(self) -> HourlyQuota:
        return HourlyQuota(
            self.settings.refusals_kept_per_hour,
            self.settings.refusals_per_address_per_hour,
        )

    @openings.default
    def _counted_openings(self) -> HourlyQuota:
        return HourlyQuota(self.settings.openings_kept_per_hour, 0, OPENINGS)

    @handshakes.default
    def _counted_handshakes(self) -> HourlyQuota:
        return HourlyQuota(
            self.settings.refusals_kept_per_hour,
            self.settings.refusals_per_address_per_hour,
            HANDSHAKES,
        )

    def refuse(self, refusal: NotedRefusal, peer: str) -> None:
        """
        Note a refusal, without making the client wait for it.

        Of one ``peer``, an address, no more lines are written than the settings say.
        """
        room = self.refusals.take(self.database.clock(), peer)
        if room is RoomLeft.NOTHING:
            return
        if room is RoomLeft.LINE:
            refusal = evolve(refusal, part=None)
        is_whole = refusal.part is not None
        self._write(refusal, self.refusals.not_said() if is_whole else {})

    def keeps_handshake(self, peer: str) -> bool:
        """Count a refused handshake of an address; tell whether it has its line."""
        return self.handshakes.take(self.database.clock(), peer) is RoomLeft.WHOLE

    def handshake(self, failure: TlsFailure, verdict: PeerVerdict | None) -> None:
        """
        Note a handshake that was refused, without making anybody wait for it.

        ``verdict`` is what our own rules say of the certificate, None for none: who it
        names is as it says, for nothing of it was proven.
        """
        action = Action.CONNECTION_REFUSED
        refusal = NotedRefusal(action=action, code=failure.value)
        if verdict is not None and isinstance(verdict.verdict, CertificateRefused):
            refusal = evolve(refused_certificate(verdict), code=failure.value)
        self._write(refusal, self.handshakes.not_said())

    def _write(self, refusal: NotedRefusal, before: Mapping[str, int]) -> None:
        def job(work: UnitOfWork) -> None:
            said: dict[str, Any] = dict(before)
            if refusal.part is not None:
                said |= EvidenceKeeper(work).keep(refusal.part, refusal.around)
            work.note(
                refusal.action,
                refusal.code,
                refusal.subject,
                door=_DOOR,
                identity=refusal.identity,
                **said,
            )

        self.writer.submit(job)

    def opening(
        self,
        mailbox_id: str,
        facts: HoldingFacts,
        around: Circumstances,
        **by: str,
    ) -> Callable[[UnitOfWork], None]:
        """
        Return what notes who opens a mailbox, in the transaction that opens it.

        ``by`` is what the line says of who it is and by what.
        """
        is_whole = self.openings.take(self.database.clock()) is RoomLeft.WHOLE
        before = self.openings.not_said() if is_whole else {}

        def note(work: UnitOfWork) -> None:
            kept: dict[str, Any] = {}
            if is_whole:
                part = answered_part(opening_facts_of_nobody(facts))
                kept = {**EvidenceKeeper(work).keep(part, around), **before}
            work.note(Action.MAILBOX_OPENED, _DOOR, mailbox_id, **by, **kept)

        return note
