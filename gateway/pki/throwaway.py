"""Makes the keys, certificates and revocation lists of a throwaway PKI, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from attrs import evolve, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPrivateKeyTypes as SigningKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID as Access

from gateway.pki.profiles import (
    CertificateProfile,
    CertificateProfiles,
    Domains,
    read_profiles,
)

HOST = "http://igc.mssante.test"
"""Where the certificates say their lists are: an invented host, never asked."""


@frozen
class Issued:
    """One certificate, its key, and the authorities a peer should be sent with it."""

    certificate: x509.Certificate
    key: SigningKey = field(repr=False)
    chain: tuple[x509.Certificate, ...] = ()


@frozen(kw_only=True)
class ThrowawayPki:
    """All of it; the authorities' keys live only as long as this value."""

    profiles: CertificateProfiles = field(repr=False)
    made_at: datetime
    authorities: Mapping[str, Issued] = field(repr=False)
    certificates: Mapping[str, Issued] = field(repr=False)

    def pinned(self) -> tuple[x509.Certificate, ...]:
        """Return the authorities to trust, the root first."""
        return tuple(
            issued.certificate
            for name, issued in self.authorities.items()
            if self.profiles.authorities[name].pinned
        )

    def revocation_lists(
        self, *, days: float = 30, also: Iterable[int] = ()
    ) -> tuple[x509.CertificateRevocationList, ...]:
        """
        Return one list for each pinned authority, valid for ``days``.

        They revoke what the profiles say is revoked, and the serials in ``also``.
        """
        revoked: dict[str, list[int]] = {}
        for name, profile in self.profiles.certificates.items():
            if profile.revoked:
                serial = self.certificates[name].certificate.serial_number
                revoked.setdefault(profile.issuer, []).append(serial)
        return tuple(
            make_crl(
                issued,
                [*revoked.get(name, ()), *also],
                start=self.made_at,
                end=self.made_at + timedelta(days=days),
            )
            for name, issued in self.authorities.items()
            if self.profiles.authorities[name].pinned
        )

    def issue(self, profile: CertificateProfile, key: SigningKey) -> Issued:
        """Return a certificate of that profile for the key, signed as it asks."""
        issuer = self.authorities[profile.issuer] if profile.issuer else None
        return issue(profile, key, issuer, self)


def build_pki(now: datetime, domains: Domains | None = None) -> ThrowawayPki:
    """Return a new PKI of the profiles in `certs/`; takes a second or two."""
    profiles = read_profiles(domains or Domains())
    count = len(profiles.authorities) + len(profiles.certificates)
    with ThreadPoolExecutor() as threads:
        keys = iter(list(threads.map(new_key, [profiles.key_bits] * count)))
    pki = ThrowawayPki(profiles=profiles, made_at=now, authorities={}, certificates={})
    for name, profile in profiles.authorities.items():
        issued = pki.issue(profile, next(keys))
        pki = evolve(pki, authorities={**pki.authorities, name: issued})
    certificates = {
        name: pki.issue(profile, next(keys))
        for name, profile in profiles.certificates.items()
    }
    return evolve(pki, certificates=certificates)


def new_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return a new RSA key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def issue(
    profile: CertificateProfile,
    key: SigningKey,
    issuer: Issued | None,
    pki: ThrowawayPki,
) -> Issued:
    """Return the certificate, signed by the issuer, or by itself without one."""
    signer = issuer.key if issuer else key
    name = issuer.certificate.subject if issuer else profile.subject
    start, end = profile.days
    builder = (
        x509.CertificateBuilder()
        .subject_name(profile.subject)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(pki.made_at + timedelta(days=start))
        .not_valid_after(pki.made_at + timedelta(days=end))
    )
    for extension, critical in _extensions(profile, key, issuer, pki):
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signer, SHA256())
    if issuer is None or profile.is_authority:
        return Issued(certificate, key)
    return Issued(certificate, key, (issuer.certificate,))


def make_crl(
    authority: Issued,
    serials: Iterable[int],
    *,
    start: datetime,
    end: datetime,
    more: Iterable[tuple[x509.ExtensionType, bool]] = (),
) -> x509.CertificateRevocationList:
    """Return the authority's list of revoked serials, with extensions added."""
    key_id = authority.certificate.extensions.get_extension_for_class(
        x509.SubjectKeyIdentifier
    ).value
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(start)
        .next_update(end)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key_id),
            critical=False,
        )
        .add_extension(x509.CRLNumber(int(start.timestamp())), critical=False)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial)
        builder = builder.add_revoked_certificate(
            entry.revocation_date(start)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), False)
            .build()
        )
    return builder.sign(authority.key, SHA256())


def _extensions(
    profile: CertificateProfile,
    key: SigningKey,
    issuer: Issued | None,
    pki: ThrowawayPki,
) -> Iterable[tuple[x509.ExtensionType, bool]]:
    signer = issuer.key if issuer else key
    yield x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
    yield (
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
        False,
    )
    # The real profile marks it critical for authorities only (RFC 5280 §4.2.1.9).
    constraints = x509.BasicConstraints(profile.is_authority, profile.path_length)
    yield constraints, profile.is_authority
    if profile.key_usage:
        yield profile.key_usage, True
    if profile.extended:
        yield profile.extended, False
    if profile.san:
        yield x509.SubjectAlternativeName(profile.san), False
    if issuer is not None:
        address = pki.profiles.authorities[profile.issuer].address
        yield _crl_address(address), False
        yield _issuer_address(address), False
    if not profile.is_authority:
        for extension in pki.profiles.shared:
            yield extension, False


def _crl_address(address: str) -> x509.CRLDistributionPoints:
    uri = x509.UniformResourceIdentifier(f"{HOST}/CRL/{address}.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([uri], None, None, None)])


def _issuer_address(address: str) -> x509.AuthorityInformationAccess:
    issuer = x509.UniformResourceIdentifier(f"{HOST}/AC/{address}.cer")
    ocsp = x509.UniformResourceIdentifier("http://ocsp.mssante.test")
    return x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(Access.OCSP, ocsp),
            x509.AccessDescription(Access.CA_ISSUERS, issuer),
        ]
    )
