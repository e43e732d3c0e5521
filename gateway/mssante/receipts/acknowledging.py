"""Receipts: tells the sender what became of a message, as it asked and only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache, partial

from attrs import evolve, frozen

from gateway.core.decision import Announcement
from gateway.core.envelope import SenderKind
from gateway.core.texts.notices import NoticeKind
from gateway.errors import InvalidError
from gateway.message.address import NamedAddress, read_address
from gateway.message.building import OutgoingPart
from gateway.message.headers import read_headers
from gateway.message.reading import (
    MessageParts,
    MimeLimits,
    find_attachments,
    read_parts,
)
from gateway.mssante.receipts.dsn import DsnAction, Original, write_dsn
from gateway.mssante.receipts.facts import Due, MdnRequest, ReceiptKind, key_of
from gateway.mssante.receipts.gathering import (
    ReceiptAddressee,
    Way,
    find_addressee,
    gather_facts,
    is_held_up,
)
from gateway.mssante.receipts.handing_over import WrittenReceipt
from gateway.mssante.receipts.mdn import Asked, Stamp, write_error_mail, write_mdn
from gateway.mssante.receipts.postmaster import postmaster_of
from gateway.mssante.receipts.report_reading import is_report
from gateway.mssante.receipts.requests import request_of, with_header_request
from gateway.mssante.receipts.rules import receipts_due
from gateway.settings.file import Settings
from gateway.store.arrivals.arrivals import Arrivals, ArrivalState, KeptArrival
from gateway.store.arrivals.receipts import Receipt, Receipts
from gateway.store.base.work import Database, Job, UnitOfWork
from gateway.store.journal import OPERATOR, Action, chain_of
from gateway.store.patients.notices import Notices
from gateway.store.tasks.tasks import Task

_TOO_EARLY = frozenset({ArrivalState.RECEIVED, ArrivalState.DECIDED})
"""The copies are not made yet: nothing is sure."""


@frozen
class _Made:
    """A receipt; ``written`` is its message, None when none is sent."""

    due: Due
    written: WrittenReceipt | None = None


@frozen
class Acknowledging:
    """
    The step for `TaskKind.ACKNOWLEDGE`: whatever is due and was not said yet.

    It may run many times for one message, as recipients end one after the other, or
    as the patient reads; what was recorded is never said again.
    """

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """
        Compute and write what is due; return the job that sends it.

        Raises:
            InvalidError: there is no such message, or it cannot be read.
        """
        with self.database.read() as work:
            kept = Arrivals(work).get(task.subject)
            if kept is None:
                raise InvalidError("no such message")
            if not kept.reverse_path:
                return _nothing  # nobody is told of a report (RFC 5321 §6.1)
            if kept.state in _TOO_EARLY and not is_held_up(work, kept, self._warn):
                return _nothing
            content = Arrivals(work).content(kept)
            due = self._due(work, kept, content)
            if not due:
                return _nothing
            addressee = find_addressee(work, kept, self.settings.domains)
        asked = cache(partial(self._asked, kept, content))  # its parts are read once
        made = [self._make(kept, content, one, addressee, asked) for one in due]
        return partial(self._send_all, kept, addressee.way, made)

    def _send_all(
        self, kept: KeptArrival, way: Way, made: Sequence[_Made], work: UnitOfWork
    ) -> None:
        said = _said(work, kept.id)  # another worker may have been quicker
        for one in made:
            if one.due.key not in said:
                _send(work, kept, way, one)
                if way is Way.PAGE and one.due.status == DsnAction.FAILED:
                    notices = Notices.of(work, self.settings)
                    notices.tell(
                        kept.sender.identity, NoticeKind.UNDELIVERED, subject=kept.id
                    )
            elif one.written is not None:
                one.written.discard(work)

    def _due(self, work: UnitOfWork, kept: KeptArrival, content: bytes) -> list[Due]:
        headers, path = read_headers(content), kept.reverse_path
        facts = [
            evolve(one, announcement=self._announcement)
            for one in gather_facts(work, kept, self._warn)
        ]
        report = is_report(headers)
        due = receipts_due(
            with_header_request(facts, headers, path),
            # An MDN is never the answer to an MDN (RFC 8098 §2.1).
            MdnRequest.ABSENT if report else request_of(headers, path),
            report_refused=not report
            and self.settings.receipts.report_refused_documents,
            report_unconfirmed=not report and self.settings.receipts.report_unconfirmed,
        )
        said = _said(work, kept.id) if due else set()
        return [one for one in due if one.key not in said]

    def _make(
        self,
        kept: KeptArrival,
        content: bytes,
        due: Due,
        addressee: ReceiptAddressee,
        asked: Callable[[], Asked],
    ) -> _Made:
        if due.withheld or addressee.recipient is None:
            return _Made(due)
        written = WrittenReceipt.of(
            self.database,
            self.settings.domains,
            addressee.recipient,
            partial(self._write, kept, content, due, asked),
        )
        return _Made(due, written)

    def _write(
        self,
        kept: KeptArrival,
        content: bytes,
        due: Due,
        asked: Callable[[], Asked],
        message_id: str,
    ) -> bytes:
        domains, limit = self.settings.domains, self._max_original_bytes
        postmaster = postmaster_of(domains)
        to = NamedAddress(read_address(kept.reverse_path))
        if due.dsn is not None:
            return write_dsn(
                [due.dsn],
                Original(
                    content=content,
                    message_id=kept.message_id,
                    envelope_id=kept.envid,
                    received_at=kept.received_at,
                    whole=kept.ret.upper() == "FULL",
                ),
                hostname=domains.hostname,
                sender=postmaster,
                to=to,
                date=self.database.clock(),
                message_id=message_id,
                max_original_bytes=limit,
            )
        assert due.disposition is not None, "a receipt of no kind"
        is_error_mail = due.kind is ReceiptKind.ERROR
        write: Callable[..., bytes] = write_error_mail if is_error_mail else write_mdn
        on_behalf = NamedAddress(read_address(due.disposition.recipient))
        return write(
            due.disposition,
            asked(),
            Stamp(
                hostname=domains.hostname,
                sender=postmaster if is_error_mail else on_behalf,
                to=to,
                date=self.database.clock(),
                message_id=message_id,
            ),
            max_original_bytes=limit,
        )

    @property
    def _warn(self) -> timedelta:
        return timedelta(hours=self.settings.outgoing.warn_hours)

    @property
    def _announcement(self) -> Announcement:
        filing = self.settings.filing
        return Announcement(
            notice_after_days=filing.announcement_notice_days,
            shown_after_months=filing.announcement_months,
        )

    @property
    def _max_original_bytes(self) -> int:
        return self.settings.receipts.max_original_bytes

    def _asked(self, kept: KeptArrival, content: bytes) -> Asked:
        limits = MimeLimits(max_decoded_bytes=self.settings.smtp.max_decoded_bytes)
        parts = read_parts(content, limits)
        fits = len(content) <= self._max_original_bytes
        return Asked(
            content=content,
            message_id=kept.message_id,
            subject=parts.headers.subject,
            attachments=_again(parts) if fits else (),
        )


def _again(parts: MessageParts) -> tuple[OutgoingPart, ...]:
    """The profile wants the documents beside the original, to be opened directly."""
    found = find_attachments(parts)
    typed = (
        *(("application/zip", part) for part in found.archives),
        *(("text/xml", part) for part in found.documents),
        *(
            (part.media_type, part)
            for part in parts.attachments
            if part.media_type == "application/pdf"
        ),
    )
    return tuple(
        OutgoingPart(media_type=media_type, content=part.content(), name=part.name)
        for media_type, part in typed
        if not part.is_damaged
    )


def _nothing(_: UnitOfWork) -> None:
    """There is nothing to say, or not yet: the delivery asks again."""


def _said(work: UnitOfWork, arrival_id: str) -> set[tuple[str, int, str]]:
    return {
        key_of(one.kind, one.recipient, one.status)
        for one in Receipts(work).of(arrival_id)
    }


def _send(work: UnitOfWork, kept: KeptArrival, way: Way, made: _Made) -> None:
    due, why = made.due, made.due.withheld
    state = "withheld" if why else "sent"
    if made.written is not None:
        made.written.hand_over(work)
    elif not why and way is Way.PAGE:
        state = "shown"
    elif not why:
        state, why = "withheld", "the sender has no mailbox here"
    Receipts(work).record(
        kept.id,
        Receipt(
            kind=due.kind,
            recipient=due.position,
            status=due.status,
            code=due.code,
            state=state,
            detail=why,
        ),
    )
    own = kept.sender.kind is SenderKind.PATIENT
    detail = {
        "status": due.status,
        "code": due.code,
        "receipt": made.written.arrival.id if made.written else "",
        "why": why,
    }
    work.note(
        Action.RECEIPT_WITHHELD if why else Action.RECEIPT_SENT,
        due.kind,
        kept.id,
        chain=chain_of(kept.sender.identity) if own else OPERATOR,
        recipient=due.position,
        **{name: text for name, text in detail.items() if text},
    )
