"""Recording what was decided: outcomes for the sender, lines in the journal."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from secrets import token_hex

from attrs import evolve, frozen

from gateway.core.decision import Caution, FilingDecision
from gateway.core.document import Visibility
from gateway.core.envelope import Door, SenderKind
from gateway.core.reasons import Reason
from gateway.core.texts.faults import fitted
from gateway.core.vault import FiledDocument
from gateway.dmp_bridge.filing.cases import Brought, Case, outcome_of
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.gathering import Gatherer
from gateway.dmp_bridge.vaults.vault import Deposit
from gateway.evidence.arguments import Circumstances, TakenDecision, filing_part
from gateway.evidence.program import rules_hash
from gateway.store.arrivals.arrivals import (
    Arrivals,
    DocumentOutcome,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.evidence.keeping import EvidenceKeeper
from gateway.store.journal import BROUGHT_BY_MAIL, Action
from gateway.store.patients.profiles import Profile
from gateway.store.professionals.accounts import ProfessionalAccounts


@frozen
class Recorder:
    """Writes what became of one submission, in the transaction that does it."""

    work: UnitOfWork
    kept: KeptArrival
    brought: tuple[Brought, ...]
    gatherer: Gatherer

    def record(
        self,
        case: Case,
        *,
        deliver: bool,
        hidden: frozenset[Visibility] = frozenset(),
    ) -> RecipientOutcome:
        """Record and return the outcome of each document and the patient's copy."""
        outcomes = []
        for number, decision in enumerate(case.decisions):
            found = self.brought[number].found if self.brought else None
            if found is not None:
                outcomes.append(_outcome(case, number, decision, found))
        arrivals = Arrivals(self.work)
        arrivals.record_documents(self.kept.id, outcomes)
        if outcomes and self._is_of_a_person:
            self._note_brought(case, outcomes)
        code, reasons = outcome_of(case.decisions)
        decided = evolve(
            case.recipient,
            outcome=code.value,
            reasons=tuple(reason.value for reason in reasons),
            deliver=deliver,
            hidden=tuple(sorted(flag.value for flag in hidden)),
            hidden_until=case.hidden_until,
        )
        arrivals.decide_recipient(
            self.kept.id,
            decided.position,
            decided.outcome,
            decided.reasons,
            deliver=decided.deliver,
            hidden=decided.hidden,
            hidden_until=decided.hidden_until,
        )
        return decided

    @property
    def _is_of_a_person(self) -> bool:
        """Whether a professional sent it by mail, by a certificate or a token."""
        is_person = self.kept.sender.kind is SenderKind.PERSON
        return is_person and self.kept.door is Door.SUBMISSION

    def _note_brought(self, case: Case, outcomes: Sequence[DocumentOutcome]) -> None:
        """Note for who sent documents by mail that they did, as their pages do."""
        account = ProfessionalAccounts(self.work).open(self.kept.sender.identity)
        said = []
        for one in outcomes:
            document = self.brought[one.position].found.readable
            kind = document.type_code.code if document else ""
            said.append({"title": document.title if document else "", "type": kind})
        self.work.note(
            Action.DOCUMENTS_BROUGHT,
            BROUGHT_BY_MAIL,
            account.id,
            owner=f"professional:{account.id}",
            arrival=self.kept.id,
            recipient=case.recipient.position,
            document=said,
        )

    def filed(
        self,
        case: Case,
        deposit: Deposit,
        decision: FilingDecision,
        deprecated: Sequence[str],
        *,
        responsible: str = "",
        made_from: str = "",
    ) -> None:
        """
        Note a filing, and what it put out of date, in the patient's chain.

        ``responsible`` is the professional under whose responsibility an employee
        files: who sent is then noted beside. ``made_from`` is the part of the message
        that the document was made from here.
        """
        self.work.note(
            Action.DOCUMENT_FILED,
            decision.code.value,
            deposit.entry_id,
            chain=case.chain,
            arrival=self.kept.id,
            document=deposit.entry.unique_id,
            **self._employee(responsible),
            **({"made_from": made_from} if made_from else {}),
        )
        if self.kept.door is Door.PROFESSIONAL or self._is_of_a_person:
            self._prove(deposit, decision)
        for entry_id in deprecated:
            self.work.note(
                Action.DOCUMENT_DEPRECATED,
                decision.code.value,
                entry_id,
                chain=case.chain,
                by=deposit.entry_id,
            )

    def _prove(self, deposit: Deposit, decision: FilingDecision) -> None:
        """
        Note in the operator's chain what a professional may be given as proof.

        A line of the patient's chain would tell by its number how much happens there.
        """
        salt = token_hex(16)
        self.work.note(
            Action.DOCUMENT_PROVED,
            decision.code.value,
            self.kept.id,
            entry=deposit.entry_id,
            commitment=committed_digest(salt, deposit.sha256),
            document={"sha256": deposit.sha256, "salt": salt},
        )

    def _employee(self, responsible: str) -> dict[str, str]:
        if not responsible:
            return {}
        sender = self.kept.sender
        return {
            "sender": sender.kind.value,
            "identity": sender.identity,
            "structure": sender.structure,
            "responsible": responsible,
        }

    def withdrawn(self, case: Case, stored: FiledDocument) -> None:
        """Note in the patient's chain that a document was withdrawn, and by whom."""
        sender = self.kept.sender
        self.work.note(
            Action.DOCUMENT_WITHDRAWN,
            Reason.WITHDRAWN.value,
            stored.id,
            chain=case.chain,
            arrival=self.kept.id,
            document=stored.unique_id,
            sender=sender.kind.value,
            identity=sender.identity,
        )

    def quarantined(self, why: str) -> None:
        """Alert the operator: the line says which certificate brought the message."""
        sender = self.kept.sender
        self.work.note(
            Action.MESSAGE_QUARANTINED,
            why,
            self.kept.id,
            sender=sender.kind.value,
            identity=sender.identity,
            certificate=sender.fingerprint,
        )

    def keep(
        self, part: TakenDecision, profile: Profile | None = None
    ) -> dict[str, str]:
        """
        Keep what a decision rested on; return what its line says of that.

        Under the patient's key, and under the operator's where there is no patient.
        """
        self.gatherer.settings.keep(self.work)
        circumstances = Circumstances.of(
            self.kept.sender,
            program=rules_hash(),
            settings=self.gatherer.settings.hash,
        )
        return EvidenceKeeper(self.work).keep(
            part,
            circumstances,
            subject=self.kept.id,
            profile_id=profile.id if profile else "",
        )

    def decided(self, case: Case, number: int, others: Sequence[Reason] = ()) -> None:
        """
        Note what was decided on a document, or on a message that has none.

        ``others`` are the reasons for which documents for other patients set it aside.
        """
        decision = case.decisions[number]
        part = filing_part(
            case.facts[number],
            decision,
            place=(case.recipient.position, number),
            others=others,
        )
        kept = self.keep(part, case.profile)
        found = self.brought[number].found if self.brought else None
        versions = decision.versions
        self.work.note(
            Action.DOCUMENT_DECIDED,
            decision.code.value,
            self.kept.id,
            chain=case.chain,
            recipient=case.recipient.position,
            position=number,
            document=found.unique_id if found else "",
            reasons=[reason.value for reason in decision.reasons],
            cautions=[caution.value for caution in decision.cautions],
            rules=versions.rules,
            settings=versions.settings,
            patient_settings=versions.patient_settings,
            **_informed(found),
            **kept,
        )


def committed_digest(salt: str, sha256: str) -> str:
    """
    Return what stands for a document in a line: the SHA-256 of a salt and its digest.

    The digest alone would tell whoever has a document that it is here; who is given the
    salt with it can check that the line is about theirs.

    >>> committed_digest("00", "ff") == hashlib.sha256(b"00ff").hexdigest()
    True
    """
    return hashlib.sha256(f"{salt}{sha256}".encode()).hexdigest()


def _informed(found: FoundDocument | None) -> dict[str, str]:
    """Return how the patient was informed, where the sender says so."""
    informed = found.said.informed if found else None
    return {"informed": str(informed)} if informed else {}


def _to_correct(decision: FilingDecision, found: FoundDocument) -> str:
    """Return what its sender should correct, what the decision alone shows too."""
    if Caution.DATED_AHEAD not in decision.cautions:
        return fitted(found.to_correct)
    return fitted((*found.remarks, "effectiveTime is on a day to come"))


def _outcome(
    case: Case, number: int, decision: FilingDecision, found: FoundDocument
) -> DocumentOutcome:
    return DocumentOutcome(
        recipient=case.recipient.position,
        position=number,
        unique_id=found.unique_id,
        outcome=decision.code.value,
        reasons=tuple(reason.value for reason in decision.reasons),
        error=decision.error.value if decision.error else "",
        detail=_to_correct(decision, found),
        entry_id=case.entries.get(number, ""),
        informed=number in case.informed,
    )
