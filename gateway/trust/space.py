"""The space of trust: who a peer is, whether to believe it, for whom it may send."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from attrs import frozen
from cryptography import x509
from twisted.logger import Logger

from gateway.errors import InvalidError
from gateway.settings.file import TrustSettings
from gateway.trust.allowlist import Allowlist, read_allowlist
from gateway.trust.authorities import Authorities, Authority, read_authorities
from gateway.trust.certificate_rules import (
    CertificateFault,
    CertificateRefused,
    CertificateVerdict,
    Trusted,
    judge,
)
from gateway.trust.certificates import (
    CertificateKind,
    RevocationStatus,
    SenderCertificate,
    read_certificate,
)
from gateway.trust.names import DistinguishedName, DnMatch
from gateway.trust.revocation import RevocationLists, read_revocation_lists
from gateway.trust.watched_file import WatchedFile

log = Logger()

_CLOCK_SKEW = timedelta(days=1)
"""How far in the future a list may be dated; one further would bar all later ones."""


class Degraded(StrEnum):
    """
    What the trust space lacks and works without; `/readyz`, metrics and the doctor tell
    it.
    """

    ALLOWLIST_OLD = "ALLOWLIST_OLD"
    ALLOWLIST_NOT_TAKEN = "ALLOWLIST_NOT_TAKEN"  # the file on disk is not in use
    CRL_NOT_TAKEN = "CRL_NOT_TAKEN"
    CRL_MISSING = "CRL_MISSING"
    CRL_EXPIRED = "CRL_EXPIRED"
    CRL_LEFT_OUT = "CRL_LEFT_OUT"  # a list in the file is forged, partial, broken


LOOK_SECONDS: Final = 0.25
"""
How long a look at the lists is good for; a list that was replaced counts after it.
"""


@frozen
class PeerVerdict:
    """
    Who the peer is, and whether it is believed.

    ``certificate`` is None only when it could not be read. An operator that is
    trusted but not on the allow-list may send for no domain: see ``listed``.
    """

    certificate: SenderCertificate | None
    verdict: CertificateVerdict
    listed: bool = False

    @property
    def trusted(self) -> bool:
        """True when nothing stands against the certificate."""
        return isinstance(self.verdict, Trusted)

    @property
    def kind(self) -> CertificateKind:
        """The kind of a trusted certificate; UNKNOWN for any other."""
        if self.certificate is None or not self.trusted:
            return CertificateKind.UNKNOWN
        return self.certificate.kind

    @property
    def identity(self) -> str:
        """What a trusted peer's mailboxes are bound to; empty for any other."""
        if self.certificate is None or not self.trusted:
            return ""
        return self.certificate.identity


@frozen
class _Known:
    """What never changes about a certificate: its facts, and who signed it."""

    certificate: SenderCertificate
    issuer: Authority | None


class TrustSpace:
    """
    Judges peers by the pinned authorities, the revocation lists and the allow-list.

    At each judgement the files are looked at for changes. Between two connections only
    what a certificate says is remembered, as that cannot change.
    """

    def __init__(
        self,
        settings: TrustSettings,
        clock: Callable[[], datetime],
        look_seconds: float = 0.0,
    ) -> None:
        """
        Read the three files; look at them again after ``look_seconds`` at most.

        Raises:
            InvalidError: the authorities or the allow-list cannot be used. Without
                revocation lists the space opens, and refuses everybody.
        """
        self._clock = clock
        self._max_age = timedelta(days=settings.allowlist_max_age_days)
        self.authorities: Authorities = _authorities(settings.authorities)
        self._known = lru_cache(maxsize=1024)(self._read)
        grace = timedelta(hours=settings.crl_grace_hours)

        def read_lists(
            content: bytes, before: RevocationLists | None
        ) -> RevocationLists:
            return read_revocation_lists(
                content, self.authorities, clock(), before=before, grace=grace
            )

        def read_newer(content: bytes, before: Allowlist | None) -> Allowlist:
            fresh = read_allowlist(
                content,
                match=DnMatch(settings.dn_match),
                max_bytes=settings.allowlist_max_bytes,
            )
            if before and fresh.generated_at < before.generated_at:
                raise InvalidError("allow-list older than the one in use")
            if fresh.generated_at > clock() + _CLOCK_SKEW:
                raise InvalidError("allow-list made in the future")
            if fresh.skipped:
                log.warn("allow-list: {count} entries unread", count=fresh.skipped)
            return fresh

        self._lists = WatchedFile(
            settings.crl,
            read_lists,
            max_bytes=settings.crl_max_bytes,
            fallback=RevocationLists(),
            look_seconds=look_seconds,
        )
        self._allowlist = WatchedFile(
            settings.allowlist,
            read_newer,
            max_bytes=settings.allowlist_max_bytes,
            look_seconds=look_seconds,
        )

    @property
    def changed(self) -> bool:
        """True when the next judgement has to read a file, which takes its time."""
        return self._lists.changed or self._allowlist.changed

    def judge_peer(self, der: bytes) -> PeerVerdict:
        """Return who showed this certificate and whether to believe it, as of now."""
        try:
            known = self._known(der)
        except InvalidError:
            return PeerVerdict(None, CertificateRefused((CertificateFault.MALFORMED,)))
        now = self._clock()
        issuer = known.issuer if known.issuer and known.issuer.in_date(now) else None
        revocation = RevocationStatus.MISSING
        if issuer:
            revocation = self._lists.current().check_chain(
                issuer, known.certificate.serial, now
            )
        verdict = judge(
            known.certificate, revocation, now, authority_known=issuer is not None
        )
        listed = known.certificate.kind is CertificateKind.OPERATOR and (
            self._allowlist.current().knows(known.certificate.subject)
        )
        return PeerVerdict(known.certificate, verdict, listed)

    def may_send_for(self, peer: PeerVerdict, domain: str) -> bool:
        """
        Tell whether a trusted operator is listed for the domain, as of now.

        False for every other peer: a structure's or person's certificate is bound to
        mailboxes, not to domains.
        """
        return (
            peer.kind is CertificateKind.OPERATOR
            and peer.certificate is not None
            and self._allowlist.current().allows(peer.certificate.subject, domain)
        )

    def answers_for(self, subject: str, domain: str) -> bool:
        """
        Tell whether the operator of a certificate's subject is listed for a domain now.

        ``subject`` is what was kept of a certificate that was trusted when it was
        shown; nothing is let in by it.
        """
        try:
            name = DistinguishedName.parse(subject)
        except InvalidError:
            return False
        return self._allowlist.current().allows(name, domain)

    def lists(self, domain: str) -> bool:
        """Tell whether a domain belongs to the space of trust, as of now."""
        return self._allowlist.current().lists(domain)

    @property
    def allowlist(self) -> Allowlist:
        """The allow-list in use."""
        return self._allowlist.current()

    @property
    def degraded(self) -> frozenset[Degraded]:
        """What is not as it should be, as of now; empty when all is well."""
        now = self._clock()
        lists, allowlist = self._lists.current(), self._allowlist.current()
        signs = {
            Degraded.ALLOWLIST_OLD: now - allowlist.generated_at > self._max_age,
            Degraded.ALLOWLIST_NOT_TAKEN: self._allowlist.failed,
            Degraded.CRL_NOT_TAKEN: self._lists.failed,
            Degraded.CRL_MISSING: len(lists.lists) < len(self.authorities.members),
            Degraded.CRL_EXPIRED: lists.past_update(now),
            Degraded.CRL_LEFT_OUT: bool(lists.ignored),
        }
        return frozenset(sign for sign, shown in signs.items() if shown)

    def _read(self, der: bytes) -> _Known:
        certificate = read_certificate(der)
        parsed = x509.load_der_x509_certificate(der)
        return _Known(certificate, self.authorities.issuer_of(parsed))


def _authorities(path: Path) -> Authorities:
    try:
        return read_authorities(path.read_bytes())
    except OSError as error:
        raise InvalidError("file of authorities that cannot be read") from error
