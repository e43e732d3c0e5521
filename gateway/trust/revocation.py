"""Revocation lists (CRL) of the pinned authorities, and what they say of a serial."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from attrs import field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from twisted.logger import Logger

from gateway.trust.authorities import Authorities, Authority
from gateway.trust.certificates import (
    UNREADABLE,
    RevocationStatus,
    is_strong_signature,
)

log = Logger()

MAX_BYTES = 32 * 1024 * 1024
"""Default limit on the file; a list of a hundred thousand serials has about 4 MB."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far in the future a list may say it was issued."""


class CrlFault(StrEnum):
    """Why a list in the file is not used: the closed list of log codes."""

    MALFORMED = "CRL_MALFORMED"
    WRONG_ISSUER = "CRL_WRONG_ISSUER"  # no pinned authority has that name
    FORGED = "CRL_FORGED"  # the name of one, not its signature
    WEAK_SIGNATURE = "CRL_WEAK_SIGNATURE"
    DELTA = "CRL_DELTA"  # only changes since another list
    PARTIAL = "CRL_PARTIAL"  # only some certificates or some reasons
    NOT_YET_VALID = "CRL_NOT_YET_VALID"
    NO_END = "CRL_NO_END"  # no next update (RFC 5280 §5.1.2.5 requires it)


@frozen
class RevocationList:
    """
    One authority's list: who is revoked, and until when it may be relied on.

    ``number`` is its CRL number in digits (RFC 5280 §5.2.3), empty where it has none.
    """

    issued_at: datetime
    next_update: datetime
    serials: frozenset[int] = field(repr=False)
    der: bytes = field(default=b"", repr=False)
    number: str = ""


@frozen
class RevocationLists:
    """The newest good list of each pinned authority, and why others were left out."""

    lists: Mapping[Authority, RevocationList] = field(factory=dict, repr=False)
    ignored: tuple[CrlFault, ...] = ()
    grace: timedelta = timedelta(0)

    def check(self, issuer: Authority, serial: int, now: datetime) -> RevocationStatus:
        """
        Return what the issuer's list says of a serial.

        A list that is past its next update still says who is revoked. That all others
        are good it says only during the time of grace.
        """
        known = self.lists.get(issuer)
        if known is None:
            return RevocationStatus.MISSING
        if serial in known.serials:
            return RevocationStatus.REVOKED
        if now > known.next_update + self.grace:
            return RevocationStatus.EXPIRED
        return RevocationStatus.GOOD

    def check_chain(
        self, issuer: Authority, serial: int, now: datetime
    ) -> RevocationStatus:
        """Return the worst of a certificate and of the authorities above it."""
        found = {self.check(issuer, serial, now)}
        while issuer.issuer is not None:
            above = issuer.issuer
            found.add(self.check(above, issuer.certificate.serial_number, now))
            issuer = above
        return next(status for status in _WORST_FIRST if status in found)

    def number_of(self, issuer: Authority | None) -> str:
        """Return the number of an authority's list, or an empty text."""
        known = None if issuer is None else self.lists.get(issuer)
        return "" if known is None else known.number

    def pem(self) -> bytes:
        """Return the lists in use, to be read again after a restart."""
        return b"".join(
            _BEGIN + base64.encodebytes(known.der) + _END
            for known in self.lists.values()
        )

    def past_update(self, now: datetime) -> bool:
        """Tell whether a list is past its next update, be it within the grace."""
        return any(now > known.next_update for known in self.lists.values())


_WORST_FIRST = (
    RevocationStatus.REVOKED,
    RevocationStatus.MISSING,
    RevocationStatus.EXPIRED,
    RevocationStatus.GOOD,
)


def read_revocation_lists(
    content: bytes,
    authorities: Authorities,
    now: datetime,
    *,
    before: RevocationLists | None = None,
    grace: timedelta = timedelta(0),
) -> RevocationLists:
    """
    Return the lists of a file: several in PEM, or one in DER.

    A list that is forged, of a stranger, partial or broken is left out, and the result
    says so. Of two lists of one authority the newer one is kept, even where the older
    one comes later: an old list that is sent again would hide a revocation.
    """
    lists = dict(before.lists) if before else {}
    ignored: list[CrlFault] = []
    for der_or_fault in _parse(content):
        outcome = _accept(der_or_fault, authorities, now)
        if isinstance(outcome, CrlFault):
            log.error("revocation list left out: {code}", code=outcome.value)
            ignored.append(outcome)
            continue
        authority, found = outcome
        known = lists.get(authority)
        if known is None or found.issued_at >= known.issued_at:
            lists[authority] = found
    return RevocationLists(lists, tuple(ignored), grace)


_BEGIN, _END = b"-----BEGIN X509 CRL-----\n", b"-----END X509 CRL-----\n"
_PEM = re.compile(
    rb"-----BEGIN X509 CRL-----[\sA-Za-z0-9+/=]*-----END X509 CRL-----",
)


def _parse(content: bytes) -> Iterator[x509.CertificateRevocationList | CrlFault]:
    if b"-----BEGIN" not in content[:65536]:
        yield _load(x509.load_der_x509_crl, content)
        return
    blocks = _PEM.findall(content)
    for block in blocks:
        yield _load(x509.load_pem_x509_crl, block)
    if len(blocks) != content.count(b"-----BEGIN X509 CRL"):
        yield CrlFault.MALFORMED


def _load(
    read: Callable[[bytes], x509.CertificateRevocationList], content: bytes
) -> x509.CertificateRevocationList | CrlFault:
    try:
        return read(content)
    except UNREADABLE:
        return CrlFault.MALFORMED


def _accept(
    crl: x509.CertificateRevocationList | CrlFault,
    authorities: Authorities,
    now: datetime,
) -> tuple[Authority, RevocationList] | CrlFault:
    if isinstance(crl, CrlFault):
        return crl
    try:
        return _accept_parsed(crl, authorities, now)
    except UNREADABLE:
        return CrlFault.MALFORMED


def _accept_parsed(
    crl: x509.CertificateRevocationList, authorities: Authorities, now: datetime
) -> tuple[Authority, RevocationList] | CrlFault:
    named = [a for a in authorities.members if a.certificate.subject == crl.issuer]
    if not named:
        return CrlFault.WRONG_ISSUER
    if not is_strong_signature(crl):
        return CrlFault.WEAK_SIGNATURE
    signer = next((a for a in named if _signed_by(crl, a)), None)
    if signer is None:
        return CrlFault.FORGED
    if fault := _scope_fault(crl):
        return fault
    if crl.last_update_utc > now + CLOCK_SKEW:
        return CrlFault.NOT_YET_VALID
    if crl.next_update_utc is None:
        return CrlFault.NO_END
    return signer, RevocationList(
        crl.last_update_utc,
        crl.next_update_utc,
        frozenset(entry.serial_number for entry in crl),
        crl.public_bytes(Encoding.DER),
        _number_of(crl),
    )


def _number_of(crl: x509.CertificateRevocationList) -> str:
    for extension in crl.extensions:
        if isinstance(extension.value, x509.CRLNumber):
            return str(extension.value.crl_number)
    return ""


def _signed_by(crl: x509.CertificateRevocationList, authority: Authority) -> bool:
    certificate = authority.certificate
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    return usage.crl_sign and crl.is_signature_valid(
        certificate.public_key()  # type: ignore[arg-type]  # refused if of another kind
    )


def _scope_fault(crl: x509.CertificateRevocationList) -> CrlFault | None:
    """
    Return why the list does not speak of all certificates of its authority.

    An extension that is critical and not known here may change what the entries mean
    (RFC 5280 §5.2), so it makes the list partial too.
    """
    for extension in crl.extensions:
        match extension.value:
            case x509.DeltaCRLIndicator():
                return CrlFault.DELTA
            case x509.IssuingDistributionPoint() as point:
                if (
                    point.only_contains_user_certs
                    or point.only_contains_ca_certs
                    or point.only_contains_attribute_certs
                    or point.only_some_reasons
                    or point.indirect_crl
                ):
                    return CrlFault.PARTIAL
            case _:
                if extension.critical:
                    return CrlFault.PARTIAL
    return None
