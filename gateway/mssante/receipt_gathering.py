"""Gathering what the receipts of a message depend on, and who gets them."""

from __future__ import annotations

from gateway.core.envelope import Recipient, RecipientKind
from gateway.core.headers import Headers
from gateway.errors import InvalidError
from gateway.mssante.receipt_rules import DocumentFact, MdnRequest, RecipientFacts
from gateway.settings import Settings
from gateway.store.arrivals import Arrivals, KeptArrival
from gateway.store.deliveries import Deliveries
from gateway.store.mailboxes import Mailboxes
from gateway.store.profiles import Profiles
from gateway.store.receipts import Receipts
from gateway.store.work import UnitOfWork


def request_of(headers: Headers, reverse_path: str) -> MdnRequest:
    """Return what the message asks of a receipt, next to its return path."""
    if not headers.count("disposition-notification-to"):
        return MdnRequest.ABSENT
    try:
        asked = headers.mailboxes("disposition-notification-to")
    except InvalidError:
        return MdnRequest.DIFFERS
    same = len(asked) == 1 and str(asked[0].address).lower() == reverse_path.lower()
    return MdnRequest.MATCHES if same else MdnRequest.DIFFERS


def gather_facts(work: UnitOfWork, kept: KeptArrival) -> list[RecipientFacts]:
    """Return what became of each recipient and document so far."""
    documents = Arrivals(work).documents(kept.id)
    on_the_way = {one.position: one for one in Deliveries(work).of(kept.id)}
    facts = []
    for one in kept.recipients:
        leaving = on_the_way.get(one.position)
        profile_id = one.recipient.target_id
        facts.append(
            RecipientFacts(
                position=one.position,
                kind=one.recipient.kind,
                address=one.recipient.address,
                notify=one.recipient.notify,
                orcpt=one.recipient.orcpt,
                outcome=one.outcome,
                reasons=one.reasons,
                deliver=one.deliver,
                documents=tuple(
                    DocumentFact(
                        unique_id=each.unique_id,
                        outcome=each.outcome,
                        error=each.error,
                        detail=each.detail,
                    )
                    for each in documents
                    if each.recipient == one.position
                ),
                was_read=one.recipient.kind is RecipientKind.PATIENT
                and Receipts(work).was_read(kept.id, profile_id),
                delayed=leaving is not None and leaving.warned_at is not None,
                last_reply=leaving.last_reply if leaving else "",
            )
        )
    return facts


def find_addressee(
    work: UnitOfWork, kept: KeptArrival, settings: Settings
) -> Recipient | None:
    """Return where receipts go; None when the sender has no mailbox any more."""
    local, _, domain = kept.reverse_path.rpartition("@")
    if domain.lower() not in settings.domains.hosted:
        return Recipient(kind=RecipientKind.REMOTE, address=kept.reverse_path)
    if domain.lower() == settings.domains.patient.lower():
        profile = Profiles(work).find(local)
        if profile is None:
            return None
        return Recipient(
            kind=RecipientKind.PATIENT,
            address=kept.reverse_path,
            target_id=profile.id,
        )
    mailbox = Mailboxes(work).find(kept.reverse_path)
    if mailbox is None:
        return None
    return Recipient(
        kind=RecipientKind.MAILBOX, address=mailbox.address, target_id=mailbox.id
    )
