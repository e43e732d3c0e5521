"""Who sends, as a certificate or a token proved it."""

from __future__ import annotations

from typing import Final

from gateway.core.envelope import Door, Sender, SenderKind
from gateway.evidence.arguments import certificate_part
from gateway.mssante.smtp.admitted import DoorRefusal, Refused
from gateway.mssante.smtp.replies import Reply
from gateway.rights.sender_rules import LinkKind
from gateway.trust.certificates import CertificateKind
from gateway.trust.space import PeerVerdict
from gateway.trust.tokens import Bearer

_KINDS: Final = {
    CertificateKind.OPERATOR: SenderKind.OPERATOR,
    CertificateKind.ORGANISATION: SenderKind.ORGANISATION,
    CertificateKind.EMPLOYEE: SenderKind.EMPLOYEE,
    CertificateKind.PERSON: SenderKind.PERSON,
}


def sender_of_peer(door: Door, peer: PeerVerdict) -> Sender:
    """Return who showed a certificate that is believed, and may use that door."""
    assert peer.certificate is not None, "trusted unread"
    is_relay = door is Door.OPERATOR
    return Sender(
        kind=SenderKind.OPERATOR if is_relay else _KINDS[peer.kind],
        identity=peer.identity,
        subject=peer.certificate.subject_text,
        fingerprint=peer.certificate.fingerprint,
        structure=peer.structure,
        issuer=peer.grounds.issuer,
        allowlist=peer.grounds.allowlist,
        entry=peer.grounds.entry,
        crl=peer.grounds.crl,
    )


def sender_of_bearer(bearer: Bearer) -> Sender:
    """
    Return whom a token named: a person, without anything of a certificate.

    Who issued it, and to which program, stand where the authority and the entry of the
    allow-list do.
    """
    return Sender(
        kind=SenderKind.PERSON,
        identity=bearer.identity,
        issuer=bearer.issuer,
        entry=bearer.program,
    )


def refused_peer(
    door: Door, peer: PeerVerdict, reply: Reply, reasons: tuple[str, ...]
) -> Refused:
    """Return the refusal of a certificate, with what it rests on."""
    link = LinkKind.RELAY if door is Door.OPERATOR else LinkKind.SUBMISSION
    part = certificate_part(link, peer, reasons)
    return Refused(reply, reasons[0], refusal=DoorRefusal(sender=peer, part=part))
