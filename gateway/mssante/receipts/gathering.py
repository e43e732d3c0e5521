"""Gathers what the rules of receipts need, and where receipts go (blocking)."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from attrs import field, frozen

from gateway.core.envelope import Recipient, RecipientKind, SenderKind
from gateway.mssante.receipts.facts import DocumentFact, RecipientFacts
from gateway.rights.profile import ProfileState, may_sign_in
from gateway.settings.file import DomainSettings
from gateway.store.arrivals.arrivals import Arrivals, KeptArrival, RecipientOutcome
from gateway.store.arrivals.blocked import is_sender_blocked
from gateway.store.arrivals.deliveries import PENDING, Deliveries, Delivery
from gateway.store.arrivals.receipts import Receipts
from gateway.store.arrivals.values import ArrivalState
from gateway.store.base.work import UnitOfWork
from gateway.store.mailbox.mailboxes import Mailboxes
from gateway.store.tasks.tasks import TaskKind

_OURS = (TaskKind.FILE, TaskKind.DELIVER)
"""What keeps a message from its recipients while it is not done."""


class Way(StrEnum):
    """How a receipt gets to who sent the message."""

    MAIL = "mail"
    PAGE = "page"  # the patient's: it shows what became of each message
    NONE = "none"  # the sender has no mailbox here any more


@frozen
class ReceiptAddressee:
    """Where receipts go; ``recipient`` is None unless they go by mail."""

    way: Way
    recipient: Recipient | None = field(default=None, repr=False)


def gather_facts(
    work: UnitOfWork, kept: KeptArrival, warn: timedelta
) -> list[RecipientFacts]:
    """
    Return what became of each recipient's copy of a message, as of now.

    What we ourselves did not get done for ``warn`` is held up, and nothing else is
    sure of it: copies that were decided upon are not made. A copy for another operator
    is held up alone, where an operator of ours holds it.
    """
    if is_held_up(work, kept, warn):
        stopped = work.tasks.waits_for_a_person(_OURS, kept.id)
        return [_held_up(one, stopped=stopped) for one in kept.recipients]
    kinds = {one.recipient.kind for one in kept.recipients}
    to_patients = RecipientKind.PATIENT in kinds
    documents = Arrivals(work).documents(kept.id) if to_patients else []
    away = Deliveries(work).of(kept.id) if RecipientKind.REMOTE in kinds else []
    leaving = {one.position: one for one in away}
    on_its_way = any(one.state == PENDING for one in away)
    held: frozenset[int] = frozenset()
    if on_its_way:
        held = Deliveries(work).held_since(kept.id, work.now - warn)
    return [
        _held_up(one, stopped=True)
        if one.position in held
        else _facts(
            work,
            kept,
            one,
            tuple(
                DocumentFact(
                    unique_id=each.unique_id,
                    outcome=each.outcome,
                    error=each.error,
                    detail=each.detail,
                    informed=each.informed,
                )
                for each in documents
                if each.recipient == one.position
            ),
            leaving.get(one.position),
        )
        for one in kept.recipients
    ]


def is_held_up(work: UnitOfWork, kept: KeptArrival, warn: timedelta) -> bool:
    """Tell whether a fault of ours keeps a message from its recipients for too long."""
    return kept.state in {ArrivalState.RECEIVED, ArrivalState.DECIDED} and (
        work.tasks.late(_OURS, kept.id, work.now - warn)
    )


def _held_up(one: RecipientOutcome, *, stopped: bool) -> RecipientFacts:
    recipient = one.recipient
    return RecipientFacts(
        position=one.position,
        kind=recipient.kind,
        address=recipient.address,
        notify=recipient.notify,
        orcpt=recipient.orcpt,
        held_up=True,
        stopped=stopped,
    )


def _facts(
    work: UnitOfWork,
    kept: KeptArrival,
    one: RecipientOutcome,
    documents: tuple[DocumentFact, ...],
    leaving: Delivery | None,
) -> RecipientFacts:
    recipient, receipts = one.recipient, Receipts(work)
    activated = was_read = False
    if recipient.kind is RecipientKind.PATIENT:
        state = receipts.profile_state(recipient.target_id)
        activated = bool(state) and may_sign_in(ProfileState(state))
        # Nobody is told that somebody reads who blocked them since.
        was_read = receipts.was_read(
            kept.id, recipient.target_id
        ) and not is_sender_blocked(work, recipient.target_id, kept)
    return RecipientFacts(
        position=one.position,
        kind=recipient.kind,
        address=recipient.address,
        notify=recipient.notify,
        orcpt=recipient.orcpt,
        outcome=one.outcome,
        reasons=one.reasons,
        deliver=one.deliver,
        activated=activated,
        documents=documents,
        was_read=was_read,
        delayed=leaving is not None and leaving.warned_at is not None,
        last_status=leaving.last_status if leaving else "",
        last_reply=leaving.last_reply if leaving else "",
        last_host=leaving.last_host if leaving else "",
    )


def find_addressee(
    work: UnitOfWork, kept: KeptArrival, domains: DomainSettings
) -> ReceiptAddressee:
    """
    Return where the receipts of a message go.

    By the return path, which the sender's certificate was proven entitled to: a
    receipt never reaches somebody whose address was only borrowed (attack S16).
    """
    if kept.sender.kind is SenderKind.PATIENT:
        return ReceiptAddressee(Way.PAGE)
    domain = kept.reverse_path.rpartition("@")[2].lower()
    if domain not in domains.hosted:
        return ReceiptAddressee(
            Way.MAIL, Recipient(kind=RecipientKind.REMOTE, address=kept.reverse_path)
        )
    mailbox = Mailboxes(work).find(kept.reverse_path)
    if mailbox is None:
        return ReceiptAddressee(Way.NONE)
    return ReceiptAddressee(
        Way.MAIL,
        Recipient(
            kind=RecipientKind.MAILBOX, address=mailbox.address, target_id=mailbox.id
        ),
    )
