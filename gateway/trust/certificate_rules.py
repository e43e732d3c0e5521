"""Decides whether a peer's certificate is good enough; pure, opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from attrs import field, frozen, validators

from gateway.trust.certificates import (
    CLIENT_AUTH,
    SERVER_AUTH,
    CertificateKind,
    RevocationStatus,
    SenderCertificate,
)


class CertificateFault(StrEnum):
    """Why a certificate is refused: the closed list of log codes."""

    MALFORMED = "CERT_MALFORMED"
    SELF_SIGNED = "CERT_SELF_SIGNED"
    UNKNOWN_AUTHORITY = "CERT_UNKNOWN_AUTHORITY"
    IS_AUTHORITY = "CERT_IS_AUTHORITY"
    NOT_YET_VALID = "CERT_NOT_YET_VALID"
    EXPIRED = "CERT_EXPIRED"
    REVOKED = "CERT_REVOKED"
    CRL_MISSING = "CRL_MISSING"
    CRL_EXPIRED = "CRL_EXPIRED"
    WEAK_KEY = "CERT_WEAK_KEY"
    WEAK_SIGNATURE = "CERT_WEAK_SIGNATURE"
    NO_USAGE = "CERT_NO_USAGE"
    WRONG_USAGE = "CERT_WRONG_USAGE"
    WRONG_AUTHORITY = "CERT_WRONG_AUTHORITY"  # it may not name such a holder
    NO_IDENTITY = "CERT_NO_IDENTITY"
    NO_SAN = "CERT_NO_SAN"
    WILDCARD_NAME = "CERT_WILDCARD_NAME"
    NUL_IN_NAME = "CERT_NUL_IN_NAME"


OUR_OWN = frozenset({CertificateFault.CRL_MISSING, CertificateFault.CRL_EXPIRED})
"""What we lack, and nothing that is known of the peer."""


class HolderFault(StrEnum):
    """Why the holder of a good certificate may not use a door all the same."""

    UNKNOWN_KIND = "CERT_UNKNOWN_KIND"
    NOT_LISTED = "OPERATOR_NOT_LISTED"
    WRONG_DOOR = "CERT_WRONG_DOOR"


class Role(StrEnum):
    """Which end of the connection showed the certificate."""

    CLIENT = "client"
    SERVER = "server"


@frozen
class Trusted:
    """Nothing stands against the certificate; what it may do is another question."""


@frozen(kw_only=True)
class Grounds:
    """
    What a certificate was judged by, for the evidence of what follows.

    ``issuer`` is the pinned authority that signed it, ``crl`` the number of that
    authority's revocation list, ``allowlist`` the SHA-256 of the allow-list in use, and
    ``entry`` what of it names the holder; each empty where there is none.
    """

    issuer: str = ""
    crl: str = ""
    allowlist: str = ""
    entry: str = ""


@frozen(kw_only=True)
class Judged:
    """What a certificate was judged under; its own facts stand in it."""

    revocation: RevocationStatus
    now: datetime
    authority_known: bool


@frozen
class CertificateRefused:
    """What stands against it, in the order of the rules; the first one is the code."""

    faults: tuple[CertificateFault, ...] = field(validator=validators.min_len(1))

    @property
    def code(self) -> CertificateFault:
        """The fault to log and count."""
        return self.faults[0]

    @property
    def is_our_fault(self) -> bool:
        """True when it is we who lack something: the peer may come again."""
        return OUR_OWN.issuperset(self.faults)


CertificateVerdict = Trusted | CertificateRefused


def judge(
    certificate: SenderCertificate,
    revocation: RevocationStatus,
    now: datetime,
    *,
    authority_known: bool,
    role: Role = Role.CLIENT,
) -> CertificateVerdict:
    """
    Refuse with every rule that objects.

    ``authority_known`` says that a pinned authority, itself in date, signed the
    certificate; ``role`` is that of who showed it. OpenSSL has checked most of this
    already. What it lets pass (no extended usage, no alternative name, a revoked
    certificate) is refused here.
    """
    facts = _Facts(certificate, revocation, now, authority_known, role)
    faults = tuple(fault for rule in _RULES if (fault := rule(facts)))
    return CertificateRefused(faults) if faults else Trusted()


_USERS = frozenset(
    {CertificateKind.ORGANISATION, CertificateKind.EMPLOYEE, CertificateKind.PERSON}
)


def judge_holder(
    kind: CertificateKind, *, is_relay: bool, listed: bool
) -> HolderFault | None:
    """
    Return why the holder of a trusted certificate may not use a door, or None.

    ``is_relay``: the door of operators, which the allow-list must name; the other is
    that of users, who hold mailboxes here.
    """
    if kind is CertificateKind.UNKNOWN:
        return HolderFault.UNKNOWN_KIND
    if is_relay:
        return None if listed else HolderFault.NOT_LISTED
    return None if kind in _USERS else HolderFault.WRONG_DOOR


@frozen
class _Facts:
    certificate: SenderCertificate
    revocation: RevocationStatus
    now: datetime
    authority_known: bool
    role: Role


def _is_anchored(facts: _Facts) -> CertificateFault | None:
    if facts.certificate.self_signed:
        return CertificateFault.SELF_SIGNED
    return None if facts.authority_known else CertificateFault.UNKNOWN_AUTHORITY


def _is_a_leaf(facts: _Facts) -> CertificateFault | None:
    return CertificateFault.IS_AUTHORITY if facts.certificate.is_authority else None


def _is_in_date(facts: _Facts) -> CertificateFault | None:
    if facts.now < facts.certificate.not_before:
        return CertificateFault.NOT_YET_VALID
    return CertificateFault.EXPIRED if facts.now > facts.certificate.not_after else None


_REVOCATION = {
    RevocationStatus.GOOD: None,
    RevocationStatus.REVOKED: CertificateFault.REVOKED,
    RevocationStatus.MISSING: CertificateFault.CRL_MISSING,
    RevocationStatus.EXPIRED: CertificateFault.CRL_EXPIRED,
}


def _is_not_revoked(facts: _Facts) -> CertificateFault | None:
    # No revocation list speaks of a stranger's certificate: one fault is enough.
    return _REVOCATION[facts.revocation] if facts.authority_known else None


def _key_is_strong(facts: _Facts) -> CertificateFault | None:
    return None if facts.certificate.strong_key else CertificateFault.WEAK_KEY


def _signature_is_strong(facts: _Facts) -> CertificateFault | None:
    strong = facts.certificate.strong_signature
    return None if strong else CertificateFault.WEAK_SIGNATURE


_PURPOSE = {Role.CLIENT: CLIENT_AUTH, Role.SERVER: SERVER_AUTH}


def _usage_is_said_and_right(facts: _Facts) -> CertificateFault | None:
    keys, extended = (
        facts.certificate.key_usages,
        facts.certificate.extended_usages,
    )
    if keys is None or extended is None:
        return CertificateFault.NO_USAGE
    if _PURPOSE[facts.role] not in extended or "digital_signature" not in keys:
        return CertificateFault.WRONG_USAGE
    return None


def _authority_may_name(facts: _Facts) -> CertificateFault | None:
    # Of a certificate that a stranger signed it is not asked whom that may name.
    kinds = {facts.certificate.kind, facts.certificate.claimed}
    if facts.authority_known and len(kinds) > 1:
        return CertificateFault.WRONG_AUTHORITY
    return None


def _says_who(facts: _Facts) -> CertificateFault | None:
    said = facts.certificate.identity or _authority_may_name(facts)
    return None if said else CertificateFault.NO_IDENTITY


def _operator_names_a_host(facts: _Facts) -> CertificateFault | None:
    operator = facts.certificate.claimed is CertificateKind.OPERATOR
    if operator and not facts.certificate.dns_names:
        return CertificateFault.NO_SAN
    return None


def _has_no_wildcard(facts: _Facts) -> CertificateFault | None:
    found = any("*" in name for name in _names(facts.certificate))
    return CertificateFault.WILDCARD_NAME if found else None


def _has_no_nul(facts: _Facts) -> CertificateFault | None:
    everything = (
        *facts.certificate.dns_names,
        *(value for _, value in facts.certificate.subject.attributes),
    )
    found = any("\x00" in text for text in everything)
    return CertificateFault.NUL_IN_NAME if found else None


_RULES: tuple[Callable[[_Facts], CertificateFault | None], ...] = (
    _is_anchored,
    _is_a_leaf,
    _is_in_date,
    _is_not_revoked,
    _key_is_strong,
    _signature_is_strong,
    _usage_is_said_and_right,
    _has_no_nul,
    _has_no_wildcard,
    _operator_names_a_host,
    _authority_may_name,
    _says_who,
)


def _names(certificate: SenderCertificate) -> tuple[str, ...]:
    return (*certificate.dns_names, *certificate.subject.values("CN"))
