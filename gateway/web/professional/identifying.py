"""Whom a certificate that was shown stands for, and why it lets nobody in if so."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from attrs import field, frozen

from gateway.trust.certificate_rules import CertificateFault, CertificateRefused
from gateway.trust.certificates import (
    CLIENT_AUTH,
    CertificateKind,
    SenderCertificate,
)
from gateway.trust.space import PeerVerdict
from gateway.web.site.visits import ShownCertificate


class CardAnswer(StrEnum):
    """What came of the certificate of a connection."""

    NONE = "none"
    """None was shown."""
    PERSON = "person"
    STRUCTURE = "structure"
    """It stands for a structure or a server, which never reads."""
    STAFF = "staff"
    """A card of staff who are no professionals (CPE), who never read."""
    SIGNATURE = "signature"
    """It is there to sign with, not to prove who one is."""
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """No authority that is believed signed it."""
    REFUSED = "refused"
    """Something else stands against it."""
    UNAVAILABLE = "unavailable"
    """Nothing is known against it: it is our own lists that are missing."""


@frozen
class Card:
    """A certificate that was shown, and what came of it."""

    answer: CardAnswer
    certificate: SenderCertificate | None = field(default=None, repr=False)
    issuer: str = ""

    @property
    def family(self) -> str:
        """The family name in it, empty where it says none."""
        return self._value("SN")

    @property
    def given(self) -> str:
        """The given name in it."""
        return self._value("GN")

    def _value(self, kind: str) -> str:
        if self.certificate is None:
            return ""
        return next(iter(self.certificate.subject.values(kind)), "")


_NAMED: Final = {
    CertificateFault.EXPIRED: CardAnswer.EXPIRED,
    CertificateFault.NOT_YET_VALID: CardAnswer.EXPIRED,
    CertificateFault.REVOKED: CardAnswer.REVOKED,
    CertificateFault.SELF_SIGNED: CardAnswer.UNKNOWN,
    CertificateFault.UNKNOWN_AUTHORITY: CardAnswer.UNKNOWN,
    CertificateFault.MALFORMED: CardAnswer.UNKNOWN,
}
"""In words of their own; the rest is one sentence, and the log has its code."""

_KINDS: Final = {
    CertificateKind.PERSON: CardAnswer.PERSON,
    CertificateKind.EMPLOYEE: CardAnswer.STAFF,
    CertificateKind.ORGANISATION: CardAnswer.STRUCTURE,
    CertificateKind.OPERATOR: CardAnswer.STRUCTURE,
}


def card_of(shown: ShownCertificate | None, verdict: PeerVerdict | None) -> Card:
    """
    Return what a certificate is worth here, by what the space of trust says of it.

    Only a person's certificate of authentication is; one whose chain did not
    verify in the handshake is worth nothing, whatever else is said of it.
    """
    if shown is None or verdict is None:
        return Card(CardAnswer.NONE)
    certificate, issuer = verdict.certificate, verdict.grounds.issuer
    answer = _answer(verdict)
    if answer is CardAnswer.PERSON and not shown.is_sound:
        answer = CardAnswer.REFUSED
    return Card(answer, certificate, issuer)


def _answer(verdict: PeerVerdict) -> CardAnswer:
    judged, certificate = verdict.verdict, verdict.certificate
    if isinstance(judged, CertificateRefused):
        named = _NAMED.get(judged.code)
        if named is not None:
            return named
        if judged.is_our_fault:
            return CardAnswer.UNAVAILABLE
        usages = certificate.extended_usages if certificate is not None else None
        signs = usages is not None and CLIENT_AUTH not in usages
        return CardAnswer.SIGNATURE if signs else CardAnswer.REFUSED
    return _KINDS.get(verdict.kind, CardAnswer.REFUSED)
