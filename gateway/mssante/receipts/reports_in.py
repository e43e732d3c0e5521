"""Reports that come in: told to the message they are about, never answered."""

from __future__ import annotations

from attrs import field, frozen

from gateway.core.copies import LOST, Copy, CopyReason
from gateway.core.envelope import SenderKind
from gateway.core.texts.notices import NoticeKind
from gateway.mssante.receipts.report_reading import Report, Reported, ReportKind
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival, RecipientOutcome
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.notices import Notices

_LATER_OUTCOMES = {"failed": Copy.BOUNCED, "delivered": Copy.DELIVERED}
"""What a peer's report makes of a copy that was relayed to it."""


@frozen
class ReportsIn:
    """
    Reports within the transaction that delivers them.

    A report counts when it is about a message that was sent from the address it was
    sent to, and about one of that message's recipients; anything else is noted as
    ignored (attack S22). It has the null path or the type of a report. Neither is ever
    answered, so that two systems cannot go on reporting to each other.
    """

    work: UnitOfWork
    notices: Notices = field(repr=False)

    def take(
        self, kept: KeptArrival, addressee: str, sender: str, report: Report
    ) -> bool:
        """
        Note what a report says; return False when it is about nothing known.

        Args:
            kept: The arrival of the report.
            addressee: The recipient of the report.
            sender: The address in From of the report, which the door has checked.
            report: What it says.
        """
        original = self._original(addressee, report.original_id)
        known = original.recipients if original is not None else ()
        matched = [
            (one, reported)
            for reported in report.recipients
            for one in known
            if _is_about(one, reported, len(known))
        ]
        if original is None or not matched:
            self.work.note(
                Action.REPORT_IGNORED,
                report.kind.value,
                kept.id,
                certificate=kept.sender.fingerprint,
            )
            return False
        own = original.sender.kind is SenderKind.PATIENT
        chain = chain_of(original.sender.identity) if own else OPERATOR
        for one, reported in matched:
            self.work.note(
                Action.MESSAGE_REPORTED,
                reported.word,
                original.id,
                chain=chain,
                kind=report.kind.value,
                recipient=one.position,
                code=reported.code,
                report=kept.id,
                certificate=kept.sender.fingerprint,
            )
            by_peer = _domain(sender) == _domain(one.recipient.address)
            if report.kind is ReportKind.DSN and by_peer:
                self._correct(original, one, reported)
        return True

    def _correct(
        self, original: KeptArrival, one: RecipientOutcome, reported: Reported
    ) -> None:
        """Take a peer's word for what became of the copy it had taken."""
        outcome = _LATER_OUTCOMES.get(reported.word)
        if outcome is None or one.outcome != Copy.RELAYED:
            return
        Arrivals(self.work).decide_recipient(
            original.id, one.position, outcome, [CopyReason.REPORTED_BY_PEER]
        )
        if outcome in LOST and original.sender.kind is SenderKind.PATIENT:
            self.notices.tell(original.sender.identity, NoticeKind.UNDELIVERED)

    def _original(self, addressee: str, message_id: str) -> KeptArrival | None:
        arrivals = Arrivals(self.work)
        for arrival_id in arrivals.find(message_id) if message_id else []:
            found = arrivals.get(arrival_id)
            if found and found.reverse_path.lower() == addressee.lower():
                return found
        return None


def _is_about(one: RecipientOutcome, reported: Reported, recipients: int) -> bool:
    if not reported.addresses:  # a bare bounce: clear only where there is one
        return recipients == 1
    return one.recipient.address.lower() in reported.addresses


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
