"""Reports that come in: told to the message they are about, never answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import MappingProxyType

from attrs import field, frozen

from gateway.core.copies import LOST, Copy, CopyReason
from gateway.core.envelope import Sender, SenderKind
from gateway.core.texts.notices import NoticeKind
from gateway.mssante.receipts.dsn import from_xtext
from gateway.mssante.receipts.report_reading import Report, Reported, ReportKind
from gateway.store.arrivals.arrivals import (
    Arrivals,
    ArrivalState,
    KeptArrival,
    RecipientOutcome,
)
from gateway.store.arrivals.deliveries import Deliveries, Delivery
from gateway.store.base.work import UnitOfWork
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.notices import Notices

AnswersFor = Callable[[str, str], bool]
"""
Tells whether the operator with a certificate's subject is listed for a domain now.
"""

_FINAL = MappingProxyType(
    {
        "failed": Copy.BOUNCED,
        "delivered": Copy.DELIVERED,
        # Gone on, to a list or to where nobody reports: no more will be heard.
        "relayed": Copy.RELAYED,
        "expanded": Copy.RELAYED,
    }
)
"""What a peer's report makes of a copy that was relayed to it."""

_OPEN = frozenset({"", Copy.RELAYED, Copy.EXPIRED})
"""
What a report may still change: not heard of, or on its way. A copy whose tries ended
may have been taken in one of them, its answer lost.
"""


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
    answers_for: AnswersFor = lambda _, __: False

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
        original = self._original(addressee, report)
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
            if self._is_of_peer(kept.sender, sender, one):
                self._believe(original, one, report.kind, reported)
        return True

    def _is_of_peer(self, by: Sender, author: str, one: RecipientOutcome) -> bool:
        """
        Tell whether the recipient's own operator reports. A server reports as the host
        it runs on (``MAILER-DAEMON@mx.…``): then its certificate tells whose it is.
        """
        domain = _domain(one.recipient.address)
        return _domain(author) == domain or (
            by.kind is SenderKind.OPERATOR and self.answers_for(by.subject, domain)
        )

    def _believe(
        self,
        original: KeptArrival,
        one: RecipientOutcome,
        kind: ReportKind,
        reported: Reported,
    ) -> None:
        if kind is ReportKind.MDN:
            if one.outcome == Copy.RELAYED:
                reasons = [*one.reasons, CopyReason.CONFIRMED_BY_READER]
                self._decide(original, one, Copy.RELAYED, dict.fromkeys(reasons))
                Deliveries(self.work).heard(original.id, one.position, arrived=None)
            return
        outcome = _FINAL.get(reported.word)
        if outcome is not None and one.outcome in _OPEN:
            self._correct(original, one, outcome)

    def _correct(
        self, original: KeptArrival, one: RecipientOutcome, outcome: Copy
    ) -> None:
        """Take a peer's word for what became of the copy it had taken."""
        deliveries = Deliveries(self.work)
        known = {each.position for each in deliveries.of(original.id)}
        if one.position not in known:
            return  # never sent to a peer
        if one.outcome == Copy.EXPIRED and outcome is Copy.BOUNCED:
            return  # its sender knows
        self._decide(original, one, outcome, [CopyReason.REPORTED_BY_PEER])
        deliveries.heard(original.id, one.position, arrived=outcome not in LOST)
        relaying = original.state == ArrivalState.RELAYING
        if relaying and not deliveries.any_pending(original.id):
            Arrivals(self.work).set_state(original.id, ArrivalState.ENDED)
        if outcome in LOST and original.sender.kind is SenderKind.PATIENT:
            self.notices.tell(
                original.sender.identity, NoticeKind.UNDELIVERED, subject=original.id
            )

    def _decide(
        self,
        original: KeptArrival,
        one: RecipientOutcome,
        outcome: Copy,
        reasons: Iterable[str],
    ) -> None:
        Arrivals(self.work).decide_recipient(
            original.id, one.position, outcome, reasons
        )

    def _original(self, addressee: str, report: Report) -> KeptArrival | None:
        arrivals = Arrivals(self.work)
        by_id = arrivals.find(report.original_id) if report.original_id else []
        for arrival_id in by_id or self._left_for(addressee, report):
            found = arrivals.get(arrival_id)
            if found and found.reverse_path.lower() == addressee.lower():
                return found
        return None

    def _left_for(self, addressee: str, report: Report) -> list[str]:
        """
        Return the one message that a report without a known Message-ID may be about.

        By its ENVID, else by its only recipient, where nothing else left for that
        recipient from there and is not heard of yet: a guess would tell a sender that
        another letter was lost.
        """
        if report.original_id and not report.envelope_id:
            return []
        addresses = {one for each in report.recipients for one in each.addresses}
        candidates = [
            one
            for domain in sorted({_domain(one) for one in addresses})
            for one in Deliveries(self.work).latest_for(domain)
            if one.recipient.lower() in addresses
            and one.reverse_path.lower() == addressee.lower()
        ]
        named = [one for one in candidates if _is_named(one, report.envelope_id)]
        if not report.original_id and not report.envelope_id:
            named = [one for one in candidates if self._is_open(one)]
        found = {one.arrival_id for one in named}
        return list(found) if len(found) == 1 else []

    def _is_open(self, delivery: Delivery) -> bool:
        kept = Arrivals(self.work).get(delivery.arrival_id)
        outcome = kept.recipients[delivery.position] if kept else None
        return outcome is not None and (
            outcome.outcome in _OPEN
            and CopyReason.REPORTED_BY_PEER not in outcome.reasons
        )


def _is_named(delivery: Delivery, envelope_id: str) -> bool:
    return bool(envelope_id) and from_xtext(delivery.envid) == envelope_id


def _is_about(one: RecipientOutcome, reported: Reported, recipients: int) -> bool:
    if not reported.addresses:  # a bare bounce: clear only where there is one
        return recipients == 1
    return one.recipient.address.lower() in reported.addresses


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
