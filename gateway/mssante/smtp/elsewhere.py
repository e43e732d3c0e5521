"""A recipient of another operator: whether mail may leave for its domain."""

from __future__ import annotations

from gateway.core.envelope import Recipient, RecipientKind
from gateway.evidence.arguments import answered_part
from gateway.message.address import MailAddress
from gateway.mssante.smtp.admitted import AdmittedSender, DoorRefusal, Refused
from gateway.mssante.smtp.replying import reply_to_sender
from gateway.rights.relay_rules import RelayFacts, refuse_relay


def admit_elsewhere(
    admitted: AdmittedSender,
    address: MailAddress,
    *,
    leads_on: bool,
    to_postmaster: bool = False,
) -> Recipient | Refused:
    """
    Return the recipient, or the refusal; ``leads_on``: the allow-list has the domain.

    ``to_postmaster``: it is where mail for ours goes.
    """
    facts = RelayFacts(
        door=admitted.link.door,
        domain=address.domain,
        leads_on=leads_on,
        to_postmaster=to_postmaster,
    )
    refusal = refuse_relay(facts)
    if refusal is None:
        return Recipient(kind=RecipientKind.REMOTE, address=str(address))
    part = answered_part(facts, refusal)
    return Refused(
        reply_to_sender(admitted.door, refusal),
        refusal.value,
        refusal=DoorRefusal(sender=admitted.sender, part=part),
    )
