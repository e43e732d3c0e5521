"""The pinned authorities: who may have signed a peer's certificate."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import InvalidError
from gateway.trust.certificates import is_strong_key, is_strong_signature
from gateway.trust.names import DistinguishedName

MAX_AUTHORITIES_BYTES = 1024 * 1024
"""Three or four certificates are expected; this holds five hundred."""


@frozen(eq=False)
class Authority:
    """
    One pinned authority; ``issuer`` is None for a root.

    Compared by identity: two authorities may share a name, never a key.
    """

    certificate: x509.Certificate = field(repr=False)
    name: DistinguishedName
    issuer: Authority | None = field(default=None, repr=False)

    @property
    def common_name(self) -> str:
        """Its CN, as the settings name it; empty for one without."""
        return next(iter(self.name.values("CN")), "")

    def in_date(self, now: datetime) -> bool:
        """Tell whether it and those above it are in date."""
        start = self.certificate.not_valid_before_utc
        end = self.certificate.not_valid_after_utc
        above = self.issuer is None or self.issuer.in_date(now)
        return start <= now <= end and above


@frozen(eq=False)
class Authorities:
    """All the pinned authorities, roots and intermediates."""

    members: tuple[Authority, ...]

    def issuer_of(self, certificate: x509.Certificate) -> Authority | None:
        """Return the authority whose key signed it; None when none of these did."""
        for authority in self.members:
            if _signed_by(certificate, authority.certificate):
                return authority
        return None

    def pem(self) -> str:
        """Return them in PEM, for OpenSSL to load as trusted."""
        return "".join(
            authority.certificate.public_bytes(Encoding.PEM).decode("ascii")
            for authority in self.members
        )


def read_authorities(content: bytes) -> Authorities:
    """
    Return the authorities of a PEM file, each with its place under its root.

    Raises:
        InvalidError: a certificate that is no authority, is weak, whose root is not
            in the file, or that stands deeper than an authority above it allows.
    """
    if len(content) > MAX_AUTHORITIES_BYTES:
        raise InvalidError("file of authorities too large")
    try:
        waiting = list(dict.fromkeys(x509.load_pem_x509_certificates(content)))
        for certificate in waiting:
            _check(certificate)
        placed: list[Authority] = []
        while waiting:
            ready = [(c, _place(c, placed)) for c in waiting]
            found = [authority for _, authority in ready if authority]
            if not found:
                raise InvalidError("authority whose root is not in the file")
            placed += found
            waiting = [certificate for certificate, authority in ready if not authority]
    except (ValueError, UnsupportedAlgorithm, x509.ExtensionNotFound) as error:
        if isinstance(error, InvalidError):
            raise
        raise InvalidError("file of authorities that cannot be read") from error
    for authority in placed:
        _check_depth(authority)
    return Authorities(tuple(placed))


def _place(certificate: x509.Certificate, placed: list[Authority]) -> Authority | None:
    name = DistinguishedName.from_x509(certificate.subject)
    if _signed_by(certificate, certificate):
        return Authority(certificate, name)
    for authority in placed:
        if _signed_by(certificate, authority.certificate):
            return Authority(certificate, name, authority)
    return None


def _check(certificate: x509.Certificate) -> None:
    extensions = certificate.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    if not (constraints.ca and usage.key_cert_sign):
        raise InvalidError("certificate that is not an authority's")
    if not is_strong_key(certificate.public_key()):
        raise InvalidError("authority with a weak key")
    if not is_strong_signature(certificate):
        raise InvalidError("authority with a weak signature")


def _check_depth(authority: Authority) -> None:
    """Refuse a chain longer than an authority of it allows (RFC 5280 §4.2.1.9)."""
    below = 0
    above = authority.issuer
    while above is not None:
        constraints = above.certificate.extensions.get_extension_for_class(
            x509.BasicConstraints
        ).value
        if constraints.path_length is not None and below >= constraints.path_length:
            raise InvalidError("authority deeper than the one above it allows")
        below += 1
        above = above.issuer


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
