"""Settling a submission in one transaction: decide, file, record, hand on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import evolve, field, frozen
from twisted.logger import Logger

from gateway.core.copies import Copy
from gateway.core.decision import FilingDecision, Permit
from gateway.core.document import Availability, Visibility
from gateway.core.envelope import RecipientKind, SubmissionForm
from gateway.core.reasons import Reason
from gateway.core.vault import MaskedBy
from gateway.dmp_bridge.filing.cases import Brought, Case
from gateway.dmp_bridge.filing.depositing import (
    deposit_of,
    first_notice,
    submission_for,
)
from gateway.dmp_bridge.filing.document_facts import asked_visibility
from gateway.dmp_bridge.filing.found import FoundDocument
from gateway.dmp_bridge.filing.gathering import Gatherer, PatientRow
from gateway.dmp_bridge.filing.informing import keep_informed
from gateway.dmp_bridge.filing.recording import Recorder
from gateway.dmp_bridge.filing.sender_names import answering_for
from gateway.dmp_bridge.vaults.vault import Deposited, Vault
from gateway.dmp_bridge.withdrawing import withdraw
from gateway.errors import InvalidError, UnavailableError
from gateway.evidence.arguments import copy_part
from gateway.rights.copy_rules import decide_copy
from gateway.rights.delivery_rules import (
    SETS_ASIDE,
    MessageDecision,
    decide_message,
)
from gateway.rights.filing_facts import FilingFacts
from gateway.rights.filing_rules import decide_filing
from gateway.rights.masking_rules import mask_kept
from gateway.store.arrivals.arrivals import (
    Arrivals,
    ArrivalState,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import Action
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.patients.profiles import Profiles
from gateway.store.patients.values import ProfileRights
from gateway.store.tasks.tasks import TaskKind

log = Logger()

Delivery = Callable[[KeptArrival, UnitOfWork], None]
"""Makes the copies of a message that was decided upon in the same transaction."""


@frozen(kw_only=True)
class Settlement:
    """What becomes of one submission, within one transaction."""

    work: UnitOfWork
    vault: Vault
    gatherer: Gatherer
    source_id: str
    kept: KeptArrival
    from_address: str = field(repr=False)
    brought: tuple[Brought, ...]
    deliver: Delivery | None = None
    """Makes the copies now; None leaves them to a task."""

    def run(self) -> None:
        """Decide for every patient, file, record the outcomes, add the tasks."""
        cases = self._cases()
        documents: list[FoundDocument | None] = [one.found for one in self.brought] or [
            None
        ]
        for case in cases:
            case.facts = [self._facts(case, found) for found in documents]
            case.decisions = [decide_filing(facts) for facts in case.facts]
        decided = [decision for case in cases for decision in case.decisions]
        whole = decide_message(decided) if decided else None
        if whole is not None and whole.why is not None:
            self._set_aside(cases, whole, whole.why)
        else:
            self._hand_on(cases)
        self._discard_unused(cases)

    def _cases(self) -> list[Case]:
        """
        Hold the profiles, in the same order in all workers, so that no two wait for
        each other.
        """
        patients = [
            one
            for one in self.kept.recipients
            if one.recipient.kind is RecipientKind.PATIENT
        ]
        known = {
            profile_id: self._addressee(profile_id)
            for profile_id in sorted({one.recipient.target_id for one in patients})
        }
        return [
            Case(recipient=one, addressee=known[one.recipient.target_id])
            for one in patients
        ]

    def _addressee(self, profile_id: str) -> PatientRow:
        profiles = Profiles(self.work)
        profile = profiles.hold(profile_id)
        if profile is None:
            return PatientRow(profile=None)
        return PatientRow(
            profile=profile, rights=self._by_every_name(profiles.rights(profile_id))
        )

    def _by_every_name(self, rights: ProfileRights) -> ProfileRights:
        """Whom a patient blocked or hides by one name is so by each they go by here."""
        boxes = Mailboxes(self.work)
        return evolve(
            rights,
            blocked=boxes.kept_off(rights.blocked),
            secret_senders=boxes.known_as(rights.secret_senders),
        )

    def _facts(self, case: Case, found: FoundDocument | None) -> FilingFacts:
        return self.gatherer.facts(
            self.kept, self.from_address, case.addressee, found, self.vault
        )

    def _set_aside(
        self, cases: Sequence[Case], whole: MessageDecision, why: Reason
    ) -> None:
        """Rows 11 and 12: nothing is filed and nothing delivered, to anyone."""
        arrivals, mismatch = Arrivals(self.work), why.value
        decisions = iter(whole.documents)
        found = {id(case): _reasons_of_identity(case) for case in cases}
        for case in cases:
            case.decisions = [next(decisions) for _ in case.decisions]
            others = [
                reason
                for other in cases
                if other is not case
                for reason in found[id(other)]
            ]
            for number in range(len(case.decisions)):
                self._recorder.decided(case, number, others)
            self._recorder.record(case, deliver=False)
        for one in self._copies():
            arrivals.decide_recipient(
                self.kept.id, one, Copy.BOUNCED, [mismatch], deliver=False
            )
        arrivals.set_state(self.kept.id, ArrivalState.QUARANTINED)
        self._tell_sender()
        self._recorder.quarantined(mismatch)
        message_id = self.kept.id
        self.work.after_commit(
            lambda: log.warn(
                "message {id} is in quarantine: {why}", id=message_id, why=mismatch
            )
        )

    def _hand_on(self, cases: Sequence[Case]) -> None:
        recipients = {one.position: self._copied(one) for one in self.kept.recipients}
        delivered = any(
            not one.outcome and one.recipient.kind is not RecipientKind.PATIENT
            for one in recipients.values()
        )
        for case in cases:
            self._file_all(case, cases)
            message = decide_message(case.decisions)
            deliver = self._is_message and message.deliver
            delivered = delivered or deliver
            recipients[case.recipient.position] = self._recorder.record(
                case, deliver=deliver, hidden=message.visibility
            )
        arrivals = Arrivals(self.work)
        # The sender is told once the copies are made, by whoever makes them.
        if not delivered:
            arrivals.set_state(self.kept.id, ArrivalState.ENDED)
            self._tell_sender()
        elif self.deliver is not None:
            self._deliver_now(
                self.deliver, evolve(self.kept, recipients=tuple(recipients.values()))
            )
        else:
            arrivals.set_state(self.kept.id, ArrivalState.DECIDED)
            self.work.tasks.add(TaskKind.DELIVER, self.kept.id)

    def _copied(self, one: RecipientOutcome) -> RecipientOutcome:
        """Return a recipient, decided upon if it is one who gets no copy."""
        if one.recipient.kind is RecipientKind.PATIENT or one.outcome:
            return one
        each = (asked_visibility(one.found) for one in self.brought)
        asked: frozenset[Visibility] = frozenset().union(*each)
        decision = decide_copy(
            asked,
            recipient=one.recipient.address,
            sender=self.kept.reverse_path,
        )
        if isinstance(decision, Permit):
            if Visibility.MASKED in asked:
                self._keep_copy(one, asked, ())
            return one
        reasons = tuple(reason.value for reason in decision.reasons)
        kept = self._keep_copy(one, asked, reasons)
        Arrivals(self.work).decide_recipient(
            self.kept.id, one.position, Copy.BOUNCED, reasons, deliver=False
        )
        self.work.note(
            Action.MESSAGE_RETURNED,
            reasons[0],
            self.kept.id,
            recipient=one.position,
            **kept,
        )
        return evolve(one, outcome=Copy.BOUNCED, reasons=reasons, deliver=False)

    @property
    def _is_message(self) -> bool:
        return self.kept.form is SubmissionForm.MESSAGE

    def _tell_sender(self) -> None:
        """Have receipts made; who sent no message asks its door for the outcomes."""
        if self._is_message:
            self.work.tasks.add(TaskKind.ACKNOWLEDGE, self.kept.id)

    def _keep_copy(
        self,
        one: RecipientOutcome,
        asked: frozenset[Visibility],
        reasons: Sequence[str],
    ) -> dict[str, str]:
        """Keep what a copy of a message with a masked document was decided on."""
        part = copy_part(
            asked,
            recipient=one.recipient.address,
            sender=self.kept.reverse_path,
            position=one.position,
            reasons=reasons,
        )
        return self._recorder.keep(part)

    def _deliver_now(self, deliver: Delivery, decided: KeptArrival) -> None:
        try:
            deliver(decided, self.work)
        except InvalidError as error:
            # The documents can still be filed: the next try leaves the copies to a
            # task.
            raise UnavailableError(str(error)) from error

    def _copies(self) -> list[int]:
        """Return the positions of the recipients who are not patients."""
        return [
            one.position
            for one in self.kept.recipients
            if one.recipient.kind is not RecipientKind.PATIENT
        ]

    def _file_all(self, case: Case, cases: Sequence[Case]) -> None:
        """File what may be; each document finds those before it in the vault."""
        if not self.brought:
            self._recorder.decided(case, 0)
        for number, one in enumerate(self.brought):
            if any(each.entries for each in cases):
                case.facts[number] = self._facts(case, one.found)
                case.decisions[number] = decide_filing(case.facts[number])
            decision = case.decisions[number]
            self._recorder.decided(case, number)
            if decision.file:
                self._file(case, number, one, decision)
            elif decision.withdraws:
                self._withdraw(case, number, decision)
            elif Visibility.HIDDEN_FROM_PATIENT in decision.message_visibility:
                known = self.vault.find(one.found.unique_id)
                case.delay_until(known.visible_at if known else None)

    def _file(
        self, case: Case, number: int, one: Brought, decision: FilingDecision
    ) -> None:
        self._submit(case, one.found)
        deposit = deposit_of(
            case, one, decision, arrival_id=self.kept.id, now=self.work.now
        )
        if deposit.masked_by is MaskedBy.PATIENT:
            deposit = evolve(deposit, masked_by=self._masker(case, decision))
        replaced = [self.vault.find(unique_id) for unique_id in decision.deprecates]
        deposited = self.vault.file(deposit)
        assert deposited is Deposited.FILED, "decided upon as new"
        case.entries[number] = deposit.entry_id
        case.delay_until(deposit.visible_at)
        if decision.announcement is not None:
            delay = first_notice(decision.announcement, self.work.now)
            self.work.tasks.add(TaskKind.DISCLOSE, deposit.entry_id, delay=delay)
        elif not self._is_message and decision.availability is Availability.APPROVED:
            # No message tells the patient: the document has a notice of its own.
            self.work.tasks.add(TaskKind.DISCLOSE, deposit.entry_id)
        authors = one.found.readable.authors if one.found.readable else ()
        self._recorder.filed(
            case,
            deposit,
            decision,
            [stored.id for stored in replaced if stored],
            responsible=answering_for(self.kept.sender, authors),
            made_from=one.found.made_from,
        )
        if keep_informed(self.work, deposit, self.kept, one.found):
            case.informed.add(number)

    def _masker(self, case: Case, decision: FilingDecision) -> MaskedBy:
        """Return who masked a document: for its versions' sake, whoever masked these"""
        if case.profile is None or case.profile.mask_by_default:
            return MaskedBy.PATIENT
        named = {decision.replaces, *decision.deprecates, *decision.superseded_by}
        return mask_kept(self.vault.find_each(named - {""}).values())

    def _withdraw(self, case: Case, number: int, decision: FilingDecision) -> None:
        stored = self.vault.find(decision.withdraws)
        assert stored is not None, "decided upon as filed"
        case.entries[number] = stored.id
        if Visibility.HIDDEN_FROM_PATIENT in stored.visibility(self.work.now):
            # The message carries the document again: it is hidden as long.
            case.delay_until(stored.visible_at)
        if withdraw(self.work, self.vault, stored):
            self._recorder.withdrawn(case, stored)

    def _submit(self, case: Case, found: FoundDocument) -> None:
        """Open the SubmissionSet that all documents of this submission share."""
        profile, document = case.profile, found.readable
        assert profile is not None, "filed for nobody"
        assert document is not None, "filed unread"
        if not case.submission_id:
            submission = submission_for(document, found, self.source_id, self.work.now)
            case.submission_id = self.vault.submit(profile.id, submission)

    @property
    def _recorder(self) -> Recorder:
        return Recorder(self.work, self.kept, self.brought, self.gatherer)

    def _discard_unused(self, cases: Sequence[Case]) -> None:
        """Do away with what was prepared of documents that were not filed."""
        filed = {number for case in cases for number in case.entries}
        for number, one in enumerate(self.brought):
            if number not in filed and one.prepared is not None:
                self.vault.discard(one.prepared)


def _reasons_of_identity(case: Case) -> tuple[Reason, ...]:
    """Return the reasons for which documents of a case are about somebody else."""
    return tuple(
        reason
        for one in case.decisions
        if one.quarantine
        for reason in one.reasons
        if reason in SETS_ASIDE
    )
