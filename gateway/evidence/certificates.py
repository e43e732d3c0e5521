"""What the rules of certificates are asked, without the names in a certificate."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from attrs import frozen

from gateway.rights.sender_rules import LinkKind
from gateway.trust.certificate_rules import (
    CertificateFault,
    CertificateRefused,
    judge,
    judge_holder,
)
from gateway.trust.certificates import (
    CertificateKind,
    RevocationStatus,
    SenderCertificate,
)
from gateway.trust.names import DistinguishedName
from gateway.trust.space import PeerVerdict

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SOMEBODY: Final = "somebody"
_NOBODY: Final = DistinguishedName(())


@frozen(kw_only=True)
class CertificateArguments:
    """
    What was asked of a certificate at a door.

    ``is_readable`` is False for what is none; all else then says nothing. Of its names
    stands here only what the rules ask: whether it names a host, somebody, and more
    than one host by a ``*`` or a NUL. ``now`` is when it was judged.
    """

    door: LinkKind
    is_readable: bool
    kind: CertificateKind
    claimed: CertificateKind
    names_somebody: bool
    names_a_host: bool
    has_wildcard: bool
    has_nul: bool
    not_before: datetime
    not_after: datetime
    now: datetime
    says_key_usages: bool
    key_usages: frozenset[str]
    says_extended_usages: bool
    extended_usages: frozenset[str]
    is_authority: bool
    self_signed: bool
    strong_key: bool
    strong_signature: bool
    authority_known: bool
    revocation: RevocationStatus
    listed: bool


def certificate_arguments(door: LinkKind, peer: PeerVerdict) -> CertificateArguments:
    """Return what was asked of a peer's certificate."""
    one, judged = peer.certificate, peer.judged
    names = (*one.dns_names, *one.subject.values("CN")) if one else ()
    texts = (
        (*one.dns_names, *(value for _, value in one.subject.attributes)) if one else ()
    )
    return CertificateArguments(
        door=door,
        is_readable=one is not None,
        kind=one.kind if one else CertificateKind.UNKNOWN,
        claimed=one.claimed if one else CertificateKind.UNKNOWN,
        names_somebody=bool(one and one.identity),
        names_a_host=bool(one and one.dns_names),
        has_wildcard=any("*" in name for name in names),
        has_nul=any("\x00" in text for text in texts),
        not_before=one.not_before if one else _NEVER,
        not_after=one.not_after if one else _NEVER,
        now=judged.now if judged else _NEVER,
        says_key_usages=bool(one and one.key_usages is not None),
        key_usages=(one and one.key_usages) or frozenset(),
        says_extended_usages=bool(one and one.extended_usages is not None),
        extended_usages=(one and one.extended_usages) or frozenset(),
        is_authority=bool(one and one.is_authority),
        self_signed=bool(one and one.self_signed),
        strong_key=bool(one and one.strong_key),
        strong_signature=bool(one and one.strong_signature),
        authority_known=bool(judged and judged.authority_known),
        revocation=judged.revocation if judged else RevocationStatus.MISSING,
        listed=peer.listed,
    )


def faults_of(asked: CertificateArguments) -> tuple[str, ...]:
    """Return what stands against the certificate itself, as the rules are today."""
    if not asked.is_readable:
        return (CertificateFault.MALFORMED.value,)
    verdict = judge(
        _certificate(asked),
        asked.revocation,
        asked.now,
        authority_known=asked.authority_known,
    )
    if isinstance(verdict, CertificateRefused):
        return tuple(one.value for one in verdict.faults)
    return ()


def fault_of_holder(asked: CertificateArguments) -> str | None:
    """Return why its holder may not use the door, as the rules are today."""
    fault = judge_holder(
        asked.kind, is_relay=asked.door is LinkKind.RELAY, listed=asked.listed
    )
    return None if fault is None else fault.value


def _certificate(asked: CertificateArguments) -> SenderCertificate:
    """Return a certificate of nobody of which the rules say the same."""
    marks = ("*" if asked.has_wildcard else "") + ("\x00" if asked.has_nul else "")
    subject = DistinguishedName((("CN", marks),)) if marks else _NOBODY
    return SenderCertificate(
        fingerprint="",
        subject=subject,
        subject_text="",
        serial=0,
        not_before=asked.not_before,
        not_after=asked.not_after,
        key_usages=asked.key_usages if asked.says_key_usages else None,
        extended_usages=asked.extended_usages if asked.says_extended_usages else None,
        dns_names=(_SOMEBODY,) if asked.names_a_host else (),
        kind=asked.kind,
        claimed=asked.claimed,
        identity=_SOMEBODY if asked.names_somebody else "",
        is_authority=asked.is_authority,
        self_signed=asked.self_signed,
        strong_key=asked.strong_key,
        strong_signature=asked.strong_signature,
    )
