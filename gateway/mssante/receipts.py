"""Receipts: tells the sender what became of a message, as it asked and only once."""

from __future__ import annotations

from uuid import uuid4

from attrs import frozen

from gateway.core.envelope import (
    Arrival,
    Door,
    Recipient,
    Sender,
    SenderKind,
)
from gateway.core.mail_address import MailAddress, NamedAddress, read_address
from gateway.core.mime import MessageParts, MimeLimits, find_attachments, read_parts
from gateway.core.mime_building import OutgoingPart
from gateway.errors import InvalidError
from gateway.mssante.dsn import Original, write_dsn
from gateway.mssante.mdn import Asked, write_mdn
from gateway.mssante.receipt_gathering import (
    find_addressee,
    gather_facts,
    request_of,
)
from gateway.mssante.receipt_rules import Due, receipts_due
from gateway.settings import Settings
from gateway.store.arrivals import Arrivals, KeptArrival
from gateway.store.blobs import Parcel
from gateway.store.journal import Action
from gateway.store.receipts import Receipt, Receipts
from gateway.store.tasks import Task
from gateway.store.work import Database, Job, UnitOfWork


@frozen
class _Made:
    """A receipt ready to go."""

    due: Due
    arrival: Arrival
    parcel: Parcel


@frozen
class Acknowledging:
    """
    The step for `TaskKind.ACKNOWLEDGE`: whatever is due and was not said yet.

    It may run many times for one message, as recipients end one after the other;
    what was recorded is never said again.
    """

    database: Database
    settings: Settings

    def __call__(self, task: Task) -> Job:
        """Compute and write what is due; return the job that sends it."""
        with self.database.read() as work:
            kept = Arrivals(work).get(task.subject)
            if kept is None:
                raise InvalidError("no such message")
            said = _said(work, kept.id)
            content = Arrivals(work).content(kept)
            facts = gather_facts(work, kept)
            to = find_addressee(work, kept, self.settings)
        if not kept.reverse_path:
            return _silent  # RFC 5321 §6.1: nobody is told of a report
        limits = MimeLimits(max_decoded_bytes=self.settings.smtp.max_decoded_bytes)
        parts = read_parts(content, limits)
        due = [
            one
            for one in receipts_due(
                facts,
                request_of(parts.headers, kept.reverse_path),
                report_refused=self.settings.receipts.report_refused_documents,
            )
            if (one.kind, one.position, one.status) not in said
        ]
        made = [
            self._make(kept, content, parts, one, to)
            for one in due
            if not one.withheld and to is not None
        ]
        withheld = [one for one in due if one.withheld or to is None]

        def send(work: UnitOfWork) -> None:
            known = _said(work, kept.id)
            for one in withheld:
                _withhold(work, kept, one, known)
            for each in made:
                _send(work, kept, each, known)

        return send

    def _make(
        self,
        kept: KeptArrival,
        content: bytes,
        parts: MessageParts,
        due: Due,
        to: Recipient | None,
    ) -> _Made:
        assert to is not None
        domains = self.settings.domains
        message_id = f"{uuid4().hex}@{domains.professional}"
        limit = self.settings.receipts.max_original_bytes
        addressee = NamedAddress(read_address(kept.reverse_path))
        if due.dsn is not None:
            report = write_dsn(
                [due.dsn],
                Original(
                    content=content,
                    envelope_id=kept.envid,
                    received_at=kept.received_at,
                    whole=kept.ret.upper() == "FULL",
                ),
                hostname=domains.hostname,
                sender=NamedAddress(
                    MailAddress("postmaster", domains.professional),
                    domains.operator_name,
                ),
                to=addressee,
                date=self.database.clock(),
                message_id=message_id,
                max_original_bytes=limit,
            )
        else:
            assert due.disposition is not None
            report = write_mdn(
                due.disposition,
                Asked(
                    content=content,
                    message_id=kept.message_id,
                    subject=parts.headers.subject,
                    attachments=_again(parts),
                ),
                hostname=domains.hostname,
                sender=NamedAddress(read_address(due.disposition.recipient)),
                to=addressee,
                date=self.database.clock(),
                message_id=message_id,
                max_original_bytes=limit,
            )
        arrival = Arrival(
            id=uuid4().hex,
            door=Door.SYSTEM,
            sender=Sender(kind=SenderKind.SYSTEM),
            reverse_path="",
            recipients=(to,),
            content=report,
            message_id=message_id,
        )
        return _Made(due, arrival, self.database.prepare(report))


def _again(parts: MessageParts) -> tuple[OutgoingPart, ...]:
    """The profile wants the documents beside the original, to be opened directly."""
    found = find_attachments(parts)
    wanted = (*found.archives, *found.documents)
    return tuple(
        OutgoingPart(media_type=part.media_type, content=part.content(), name=part.name)
        for part in wanted
        if not part.is_damaged
    )


_Key = tuple[str, int, str]


def _said(work: UnitOfWork, arrival_id: str) -> set[_Key]:
    return {
        (one.kind, one.recipient, one.status) for one in Receipts(work).of(arrival_id)
    }


def _silent(_: UnitOfWork) -> None:
    """Nobody is to be told: the message was itself a report."""


def _withhold(work: UnitOfWork, kept: KeptArrival, due: Due, known: set[_Key]) -> None:
    key = (due.kind, due.position, due.status)
    if key in known:
        return
    why = due.withheld or "the sender has no mailbox here"
    Receipts(work).record(
        kept.id,
        Receipt(
            kind=due.kind,
            recipient=due.position,
            status=due.status,
            code=due.code,
            state="withheld",
            detail=why,
        ),
    )
    work.note(
        Action.RECEIPT_WITHHELD,
        due.kind,
        kept.id,
        recipient=due.position,
        why=why,
    )


def _send(work: UnitOfWork, kept: KeptArrival, made: _Made, known: set[_Key]) -> None:
    due = made.due
    if (due.kind, due.position, due.status) in known:
        return
    Arrivals(work).keep(made.arrival, made.parcel)
    Receipts(work).record(
        kept.id,
        Receipt(
            kind=due.kind, recipient=due.position, status=due.status, code=due.code
        ),
    )
    work.note(
        Action.RECEIPT_SENT,
        due.kind,
        kept.id,
        recipient=due.position,
        status=due.status,
        code=due.code,
        receipt=made.arrival.id,
    )
