"""The space of trust: who a peer is, whether to believe it, for whom it may send."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
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
from gateway.trust.allowlist_rules import ShrunkError, check_successor
from gateway.trust.authorities import Authorities, Authority, read_authorities
from gateway.trust.certificate_rules import (
    CertificateFault,
    CertificateRefused,
    CertificateVerdict,
    Grounds,
    Judged,
    Role,
    Trusted,
    judge,
)
from gateway.trust.certificates import (
    CertificateKind,
    RevocationStatus,
    SenderCertificate,
    facts_of,
    read_certificate,
)
from gateway.trust.names import DistinguishedName, DnMatch
from gateway.trust.naming_rules import Naming, may_name, names_anybody
from gateway.trust.revocation import RevocationLists, read_revocation_lists
from gateway.trust.watched_file import KeptFile, WatchedFile

log = Logger()


class Degraded(StrEnum):
    """
    What the trust space lacks and works without; `/readyz`, metrics and the doctor tell
    it.
    """

    ALLOWLIST_OLD = "ALLOWLIST_OLD"
    ALLOWLIST_NOT_TAKEN = "ALLOWLIST_NOT_TAKEN"  # the file on disk is not in use
    ALLOWLIST_SHRUNK = "ALLOWLIST_SHRUNK"  # nor is it until an operator says so
    CRL_NOT_TAKEN = "CRL_NOT_TAKEN"
    CRL_MISSING = "CRL_MISSING"
    CRL_EXPIRED = "CRL_EXPIRED"
    CRL_LEFT_OUT = "CRL_LEFT_OUT"  # a list in the file is forged, partial, broken
    NAMES_ANYBODY = "NAMES_ANYBODY"  # nothing says which authority may name whom


WORD: Final = "allowlist.accepted"
"""In the folder of what is kept: the SHA-256 of the list an operator accepted."""

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
    ``may_operate``: it names a structure, by an authority that may name operators.
    ``grounds`` is what it was judged by, ``judged`` under what; None where there was
    nothing to judge.
    """

    certificate: SenderCertificate | None
    verdict: CertificateVerdict
    listed: bool = False
    may_operate: bool = False
    grounds: Grounds = Grounds()
    judged: Judged | None = None

    @property
    def trusted(self) -> bool:
        """True when nothing stands against the certificate."""
        return isinstance(self.verdict, Trusted)

    @property
    def is_our_fault(self) -> bool:
        """True when nothing is known against it, and our own lists are missing."""
        judged = self.verdict
        return isinstance(judged, CertificateRefused) and judged.is_our_fault

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

    @property
    def structure(self) -> str:
        """The structure a trusted employee works for; empty for any other."""
        if self.certificate is None or not self.trusted:
            return ""
        return self.certificate.structure


@frozen
class _Known:
    """What never changes about a certificate: its facts, and who signed it."""

    certificate: SenderCertificate
    issuer: Authority | None
    may_operate: bool


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
        *,
        kept: Path | None = None,
        keeps: bool = True,
    ) -> None:
        """
        Read the three files; look at them again after ``look_seconds`` at most.

        ``kept`` is the folder where the newest lists are kept for the next start; None
        forgets them. Without ``keeps`` it is only read.

        Raises:
            InvalidError: the authorities cannot be used, or are not those the settings
                name, or there is no allow-list that can, be it from before. Without
                revocation lists the space opens, and refuses everybody.
        """
        self._clock = clock
        self._settings = settings
        self._max_age = timedelta(days=settings.allowlist_max_age_days)
        self.authorities: Authorities = _authorities(settings.authorities)
        self._naming = _naming(settings)
        self._names = [one.common_name for one in self.authorities.members]
        self._may_name = may_name(self._names, self._naming)
        self._known = lru_cache(maxsize=1024)(self._read)
        self._word = kept / WORD if kept else None
        grace = timedelta(hours=settings.crl_grace_hours)

        def read_lists(
            content: bytes, before: RevocationLists | None
        ) -> RevocationLists:
            return read_revocation_lists(
                content, self.authorities, clock(), before=before, grace=grace
            )

        self._lists = WatchedFile(
            settings.crl,
            read_lists,
            max_bytes=settings.crl_max_bytes,
            fallback=RevocationLists(),
            look_seconds=look_seconds,
            kept=KeptFile(kept / "crl.pem", lambda _, lists: lists.pem(), keeps)
            if kept
            else None,
        )
        self._allowlist = WatchedFile(
            settings.allowlist,
            self._read_allowlist,
            max_bytes=settings.allowlist_max_bytes,
            look_seconds=look_seconds,
            kept=KeptFile(kept / "allowlist.xml", lambda content, _: content, keeps)
            if kept
            else None,
            word=self._word,
        )

    def reload(self) -> None:
        """
        Take the authorities as they are in their file now, and look at the lists again.

        Raises:
            InvalidError: they cannot be used; those in use stay.
        """
        self.authorities = _authorities(self._settings.authorities)
        self._names = [one.common_name for one in self.authorities.members]
        self._may_name = may_name(self._names, self._naming)
        self._known.cache_clear()
        self._lists.look_again()
        self._allowlist.look_again()

    def _read_allowlist(self, content: bytes, before: Allowlist | None) -> Allowlist:
        fresh = read_allowlist(
            content,
            match=DnMatch(self._settings.dn_match),
            max_bytes=self._settings.allowlist_max_bytes,
        )
        check_successor(
            fresh,
            before,
            self._clock(),
            most_lost_percent=self._settings.allowlist_most_lost_percent,
            accepted=self._is_accepted(content),
        )
        if fresh.skipped:
            log.warn("allow-list: {count} entries unread", count=fresh.skipped)
        return fresh

    def _is_accepted(self, content: bytes) -> bool:
        try:
            word = self._word.read_text("ascii") if self._word else ""
        except (OSError, UnicodeDecodeError):
            return False
        return word.strip() == hashlib.sha256(content).hexdigest()

    @property
    def changed(self) -> bool:
        """True when the next judgement has to read a file, which takes its time."""
        return self._lists.changed or self._allowlist.changed

    def judge_peer(self, der: bytes, role: Role = Role.CLIENT) -> PeerVerdict:
        """
        Return who showed this certificate and whether to believe it, as of now.

        A client that the allow-list names may act as an operator, be its certificate
        for clients alone (ORG AUTH_CLI) or for servers too (SERV SSL).
        """
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
            known.certificate,
            revocation,
            now,
            authority_known=issuer is not None,
            role=role,
        )
        allowlist = self._allowlist.current()
        entry = (
            allowlist.operator_of(known.certificate.subject)
            if known.may_operate
            else None
        )
        grounds = Grounds(
            issuer=known.issuer.common_name if known.issuer else "",
            crl=self._lists.current().number_of(known.issuer),
            allowlist=allowlist.digest,
            entry=str(entry or ""),
        )
        listed = entry is not None
        judged = Judged(
            revocation=revocation, now=now, authority_known=issuer is not None
        )
        return PeerVerdict(
            known.certificate, verdict, listed, known.may_operate, grounds, judged
        )

    def may_send_for(self, peer: PeerVerdict, domain: str) -> bool:
        """
        Tell whether a trusted operator is listed for the domain, as of now.

        False for every other peer: a person's certificate is bound to mailboxes, not to
        domains.
        """
        return (
            peer.trusted
            and peer.may_operate
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
    def allowlist_is_current(self) -> bool:
        """
        Tell whether who is not on the allow-list in use is really not listed.

        False where the list is old, or another lies there that is not taken: what is
        missing is then our own fault, and may be there tomorrow.
        """
        age = self._clock() - self._allowlist.current().generated_at
        return age <= self._max_age and not self._allowlist.failed

    @property
    def allowlist_fault(self) -> str:
        """Why the allow-list on disk is not the one in use; empty while it is."""
        self._allowlist.current()
        return str(self._allowlist.fault or "")

    @property
    def names(self) -> Mapping[str, frozenset[CertificateKind]]:
        """Whom each pinned authority may name, by its common name."""
        return self._may_name

    @property
    def degraded(self) -> frozenset[Degraded]:
        """What is not as it should be, as of now; empty when all is well."""
        now = self._clock()
        lists, allowlist = self._lists.current(), self._allowlist.current()
        shrunk = isinstance(self._allowlist.fault, ShrunkError)
        signs = {
            Degraded.ALLOWLIST_OLD: now - allowlist.generated_at > self._max_age,
            Degraded.ALLOWLIST_NOT_TAKEN: self._allowlist.failed and not shrunk,
            Degraded.ALLOWLIST_SHRUNK: shrunk,
            Degraded.CRL_NOT_TAKEN: self._lists.failed,
            Degraded.CRL_MISSING: len(lists.lists) < len(self.authorities.members),
            Degraded.CRL_EXPIRED: lists.past_update(now),
            Degraded.CRL_LEFT_OUT: bool(lists.ignored),
            Degraded.NAMES_ANYBODY: names_anybody(self._names, self._naming),
        }
        return frozenset(sign for sign, shown in signs.items() if shown)

    def _read(self, der: bytes) -> _Known:
        certificate = read_certificate(der)
        parsed = x509.load_der_x509_certificate(der)
        issuer = self.authorities.issuer_of(parsed)
        if issuer is None:
            return _Known(certificate, None, may_operate=False)
        named = self._may_name[issuer.common_name]
        certificate = facts_of(parsed, named)
        operates = certificate.kind in _OPERATORS and CertificateKind.OPERATOR in named
        return _Known(certificate, issuer, operates)


_OPERATORS = {CertificateKind.OPERATOR, CertificateKind.ORGANISATION}


def _naming(settings: TrustSettings) -> Naming:
    return {
        CertificateKind.OPERATOR: settings.operator_authorities,
        CertificateKind.ORGANISATION: settings.structure_authorities,
        CertificateKind.EMPLOYEE: settings.employee_authorities,
        CertificateKind.PERSON: settings.person_authorities,
    }


def _authorities(path: Path) -> Authorities:
    try:
        return read_authorities(path.read_bytes())
    except OSError as error:
        raise InvalidError("file of authorities that cannot be read") from error
